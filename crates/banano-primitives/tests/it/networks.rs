//! Networks: genesis blocks and files.

use banano_primitives::{
    Amount, Block, BlockKind, DEV_GENESIS_KEY, Epoch, KeyPair, Network, Prefix,
};
use serde_json::{Value, json};

use crate::vectors::{parse, rows, text};

#[test]
fn genesis_blocks_are_as_good_as_published() {
    for row in rows!("genesis") {
        let block: Block = serde_json::from_value(row["block"].clone()).unwrap();
        assert_eq!(block.hash(), parse(&row, "hash"));
        let account = block.account().unwrap();
        let signed = block.is_signed_by(&account);
        assert_eq!(Some(signed), row["signature_valid"].as_bool(), "{}", text(&row, "name"));
        assert_eq!(block.difficulty(), parse(&row, "work_difficulty"));
        for (threshold, meets) in row["work_meets"].as_object().unwrap() {
            let meets = meets.as_bool().unwrap();
            assert_eq!(block.difficulty() >= threshold.parse().unwrap(), meets);
        }
    }
}

#[test]
fn every_network_has_the_published_genesis_and_magic() {
    let rows = rows!("genesis");
    let cases = [
        ("live", "banano_live", "BX"),
        ("beta", "banano_beta_v25_v28", "BB"),
        ("test", "test", "BC"),
        ("dev", "dev", "BA"),
        ("nano-live", "nano_live", "RC"),
        ("nano-beta", "banano_beta_rsnano", "RB"), // that port took the block of Nano's beta
        ("nano-test", "test", "RX"),
        ("nano-dev", "dev", "RA"),
    ];
    assert_eq!(cases.map(|(name, ..)| name), Network::NAMES);
    for (name, row, magic) in cases {
        let network = Network::by_name(name).unwrap();
        let row = rows.iter().find(|candidate| candidate["name"] == row).unwrap();
        let block: Block = serde_json::from_value(row["block"].clone()).unwrap();
        assert_eq!(network.name, name);
        assert_eq!(*network.genesis, block, "{name}");
        assert_eq!(network.genesis.hash(), parse(row, "hash"));
        assert!(network.genesis.is_signed_by(&network.genesis_account()), "{name}");
        assert_eq!(network.genesis.kind(), BlockKind::Open);
        assert_eq!(network.magic, magic.as_bytes());
        let nano = name.starts_with("nano");
        assert_eq!(network.prefix, if nano { Prefix::Nano } else { Prefix::Ban });
        assert_eq!(network.epoch_signers.signer(Epoch::One), Some(network.genesis_account()));
    }
    assert_eq!(Network::by_name("main"), None);
}

#[test]
fn the_constants_of_the_live_network_are_the_published_ones() {
    let network = Network::live();
    assert_eq!(network.online_weight_minimum, Amount::from_ban("900000000").unwrap());
    assert_eq!(network.vote_minimum, Amount::from_ban("1000000").unwrap());
    assert_eq!(network.representative_minimum, Amount::from_ban("10").unwrap());
    assert_eq!(network.receive_minimum, Amount::from_ban("0.000001").unwrap());
    assert_eq!(network.thresholds.base.to_string(), "fffffff000000000");
    assert_eq!(network.thresholds.entry.to_string(), "0000000000000000");
    assert_eq!(
        network.epoch_signers.epoch_2.to_string(),
        "ban_3qb6o6i1tkzr6jwr5s7eehfxwg9x6eemitdinbpi7u8bjjwsgqfj4wzser3x"
    );
    let representatives: Vec<_> = network.representatives.iter().map(ToString::to_string).collect();
    assert_eq!(
        representatives,
        [
            "ban_1fomoz167m7o38gw4rzt7hz67oq6itejpt4yocrfywujbpatd711cjew8gjj",
            "ban_1cake36ua5aqcq1c5i3dg7k8xtosw7r9r7qbbf5j15sk75csp9okesz87nfn",
            "ban_1bananobh5rat99qfgt1ptpieie5swmoth87thi74qgbfrij7dcgjiij94xr",
            "ban_1creepi89mp48wkyg5fktgap9j6165d8yz6g1fbe5pneinz3by9o54fuq63m",
            "ban_1tipbotgges3ss8pso6xf76gsyqnb69uwcxcyhouym67z7ofefy1jz7kepoy",
            "ban_1ka1ium4pfue3uxtntqsrib8mumxgazsjf58gidh1xeo5te3whsq8z476goo",
        ]
    );
}

#[test]
fn the_development_key_owns_the_development_genesis() {
    let account = KeyPair::from(DEV_GENESIS_KEY).account();
    assert_eq!(Network::dev().genesis_account(), account);
    assert_eq!(DEV_GENESIS_KEY.to_string(), {
        "34F0A37AAD20F4A260F0A5B3CB3D7FB50673212263E58A380BC10474BB039CE4"
    });
}

#[test]
fn a_network_survives_a_file() {
    for name in Network::NAMES {
        let network = Network::by_name(name).unwrap();
        let json = serde_json::to_string(&network).unwrap();
        assert_eq!(serde_json::from_str::<Network>(&json).unwrap(), network);
        let toml = toml::to_string(&network).unwrap();
        assert_eq!(toml::from_str::<Network>(&toml).unwrap(), network, "{toml}");
    }
}

#[test]
fn magic_may_be_hex() {
    let mut file = serde_json::to_value(Network::dev()).unwrap();
    file["magic"] = json!("00fF");
    let network: Network = serde_json::from_value(file).unwrap();
    assert_eq!(network.magic, [0x00, 0xFF]);
    assert_eq!(serde_json::to_value(network).unwrap()["magic"], "00FF");
}

#[test]
fn errors_in_a_file_name_the_member() {
    let error = |path: &str, value: Value| {
        let mut file = serde_json::to_value(Network::dev()).unwrap();
        *file.pointer_mut(path).unwrap() = value;
        serde_json::from_value::<Network>(file).unwrap_err().to_string()
    };
    let cases = [
        ("/prefix", json!("foo"), "`prefix`: \"foo\": expected ban, nano or xrb"),
        ("/magic", json!("bx"), "`magic`: \"bx\": expected two capital letters or four hex digits"),
        (
            "/vote_minimum",
            json!("1.5"),
            "`vote_minimum`: \"1.5\": '.' at position 1 is not a digit",
        ),
        (
            "/thresholds/epoch_2",
            json!("fg"),
            "`thresholds.epoch_2`: \"fg\": 'g' at position 1 is not a hex digit",
        ),
        ("/epoch_signers/epoch_1", json!("x"), {
            "`epoch_signers.epoch_1`: \"x\": an account begins with ban_"
        }),
        ("/representatives/0", json!(""), {
            "`representatives`: \"\": an account begins with ban_"
        }),
        ("/principal_divisor", json!(0), "`principal_divisor`: \"0\": expected 1 or more"),
        ("/quorum_percent", json!(101), "`quorum_percent`: \"101\": expected 1 to 100"),
        ("/genesis/work", json!(1), "`genesis`: `work`: expected a string, found a number"),
        ("/genesis/type", json!("send"), "`genesis`: `previous` is missing"),
    ];
    for (path, value, wanted) in cases {
        assert_eq!(error(path, value), wanted);
    }
}

#[test]
fn missing_and_unknown_members_are_refused_by_name() {
    let mut file = serde_json::to_value(Network::dev()).unwrap();
    file["quorum"] = json!(67);
    let unknown = serde_json::from_value::<Network>(file.clone()).unwrap_err().to_string();
    assert!(unknown.starts_with("unknown field `quorum`"), "{unknown}");
    let members = file.as_object_mut().unwrap();
    members.remove("quorum");
    members.remove("quorum_percent");
    let missing = serde_json::from_value::<Network>(file).unwrap_err().to_string();
    assert!(missing.contains("`quorum_percent`"), "{missing}");

    let toml = toml::to_string(&Network::dev()).unwrap().replace("rpc = 45000", "rpc = \"x\"");
    let wrong_type = toml::from_str::<Network>(&toml).unwrap_err().to_string();
    assert!(wrong_type.contains("rpc = \"x\""), "{wrong_type}");
}
