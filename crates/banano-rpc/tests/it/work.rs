//! Finding, checking and cancelling work.

use banano_testkit::{Reaction, TestWorkPeer};
use serde_json::{Value, json};

use crate::network::{Network, keys, merged, text};

const ROOT: &str = "718CC2121C3E641059BC1C2CFC45666C99E8AE922F7A807B7D07B62C995D79E2";

fn generate(network: &Network, more: Value) -> Value {
    let request = merged(json!({"action": "work_generate", "hash": ROOT}), &more);
    network.ask(&request)
}

#[test]
fn work_is_found_at_the_default_difficulty_and_at_others() {
    let network = Network::start();
    let answer = network.post(&json!({"action": "work_generate", "hash": ROOT}).to_string());
    assert_eq!(keys(&answer).join(" "), "hash work difficulty multiplier");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["hash"], ROOT);
    assert!(text(&answer["difficulty"]) >= "ffc0000000000000", "{answer}");
    let multiplier: f64 = text(&answer["multiplier"]).parse().unwrap();
    assert!(multiplier >= 1.0, "{answer}");
    assert_eq!(text(&answer["multiplier"]).split_once('.').unwrap().1.len(), 15);
    for more in [
        json!({"difficulty": "f000000000000000"}),
        json!({"multiplier": 2}),
        json!({"multiplier": "0.5"}),
    ] {
        let found = generate(&network, more.clone());
        assert!(found["work"].is_string(), "{more}: {found}");
        let least = text(more.get("difficulty").unwrap_or(&json!("f000000000000000"))).to_owned();
        assert!(text(&found["difficulty"]) >= least.as_str(), "{found}");
    }
    assert!(
        generate(&network, json!({"version": "work_1", "use_peers": true}))["work"].is_string()
    );
}

#[test]
fn rows_of_refusals() {
    let network = Network::start();
    let limit = "Difficulty above config limit or below publish threshold";
    for (more, want) in [
        (json!({"hash": "x"}), "Invalid block hash"),
        (json!({"difficulty": "xyz"}), "Bad difficulty"),
        (json!({"difficulty": "ffffffffffffffff1"}), "Bad difficulty"),
        (json!({"difficulty": "efffffffffffffff"}), limit),
        (json!({"difficulty": "ffffffffffffffff"}), limit),
        (json!({"multiplier": "x"}), "Bad multiplier"),
        (json!({"multiplier": 0}), "Bad multiplier"),
        (json!({"multiplier": -1}), "Bad multiplier"),
        (json!({"multiplier": 65}), limit),
        (json!({"version": "work_2"}), "Bad work version"),
        (json!({"account": "x"}), "Bad account number"),
        (json!({"block": "x"}), "Block is invalid"),
    ] {
        assert_eq!(generate(&network, more.clone())["error"], want, "{more}");
    }
    assert_eq!(network.error(&json!({"action": "work_generate"})), "Unable to parse JSON");
}

#[test]
fn a_block_tells_how_much_work_it_needs() {
    let network = Network::start();
    let block = network.send_block(0, network.account(1), 1);
    let mut json = serde_json::to_value(&block).unwrap();
    let ask = |hash: Value, block: &Value, more: Value| {
        let request = merged(
            json!({"action": "work_generate", "hash": hash, "block": block, "json_block": true}),
            &more,
        );
        network.ask(&request)
    };
    let previous = json!(block.previous());
    let found = ask(previous.clone(), &json, json!({}));
    assert!(text(&found["difficulty"]) >= "fe00000000000000", "an epoch 0 send: {found}");
    let mismatch = ask(json!(ROOT), &json, json!({}));
    assert_eq!(mismatch["error"], "Root mismatch for block");
    json["work"] = found["work"].clone();
    let enough = ask(previous, &json, json!({}));
    assert_eq!(enough["error"], "Provided work is already enough for given difficulty");
}

#[test]
fn work_is_checked_against_every_threshold() {
    let network = Network::start();
    // The work of node.md §1.8's published sample: its difficulty is known.
    let ask = |more: Value| {
        let request = merged(
            json!({"action": "work_validate", "hash": ROOT, "work": "2bf29ef00786a6bc"}),
            &more,
        );
        network.ask(&request)
    };
    let plain = ask(json!({}));
    assert_eq!(plain["difficulty"], "ffffffd21c3933f4");
    assert_eq!((&plain["valid_all"], &plain["valid_receive"]), (&json!("1"), &json!("1")));
    assert!(plain.get("valid").is_none(), "only with difficulty");
    assert_eq!(ask(json!({"difficulty": "ffffffffffffffff"}))["valid"], "0");
    assert_eq!(ask(json!({"difficulty": "ffffffc000000000"}))["valid"], "1");
    let none = network.ask(&json!({"action": "work_validate", "hash": ROOT, "work": "0"}));
    assert_eq!(none["valid_all"], "0", "{none}");
    assert_eq!(ask(json!({"work": "x"}))["error"], "Bad work");
    assert_eq!(ask(json!({"multiplier": "x"}))["error"], "Bad multiplier");
}

#[test]
fn cancelling_nothing_succeeds() {
    let network = Network::start();
    let answer = network.ask(&json!({"action": "work_cancel", "hash": ROOT}));
    assert_eq!(answer, json!({"success": ""}));
    assert_eq!(network.error(&json!({"action": "work_cancel", "hash": "x"})), "Invalid block hash");
}

#[test]
fn work_peers_are_added_shown_and_forgotten() {
    let network = Network::start();
    let add = |address: &str, port: Value| {
        network.ask(&json!({"action": "work_peer_add", "address": address, "port": port}))
    };
    let shown = || network.ask(&json!({"action": "work_peers"}))["work_peers"].clone();
    assert_eq!(shown(), "");
    assert_eq!(add("127.0.0.1", json!("7000")), json!({"success": ""}));
    assert_eq!(add("::1", json!(7001)), json!({"success": ""}));
    assert_eq!(add("work.example", json!(7002)), json!({"success": ""}));
    assert_eq!(add("work.example", json!(7002)), json!({"success": ""}), "once more");
    assert_eq!(shown(), json!(["127.0.0.1:7000", "::1:7001", "work.example:7002"]));
    for (address, port, want) in [
        ("a b", json!(1), "work peer: \"a b\" is neither an IP address nor the name of a host"),
        (
            "localhost",
            json!(0),
            "work peer: \"0\" is not a port, which is a number from 1 to 65535",
        ),
        ("localhost", json!("x"), "Invalid port"),
        ("localhost", json!(65536), "Invalid port"),
    ] {
        assert_eq!(add(address, port.clone())["error"], want, "{address} {port}");
    }
    assert_eq!(network.ask(&json!({"action": "work_peers_clear"})), json!({"success": ""}));
    assert_eq!(shown(), "");
}

#[test]
fn peers_are_asked_only_where_the_request_says_so() {
    let network = Network::start();
    let peer = TestWorkPeer::that(Reaction::Good);
    network.ask(&json!({
        "action": "work_peer_add", "address": "127.0.0.1", "port": peer.address.port(),
    }));
    assert!(generate(&network, json!({}))["work"].is_string());
    let account = network.account(0);
    let more = json!({"use_peers": "true", "account": account, "multiplier": 1.5});
    assert!(generate(&network, more)["work"].is_string());
    // The first request that the peer heard is the second one.
    let heard = peer.hears().body;
    assert_eq!(heard["action"], "work_generate");
    assert_eq!((&heard["hash"], &heard["account"]), (&json!(ROOT), &json!(account)));

    let mut block = serde_json::to_value(network.send_block(0, network.account(1), 1)).unwrap();
    block.as_object_mut().unwrap().remove("work");
    let done = network.ask(&json!({
        "action": "process", "json_block": true, "block": block, "do_work": true,
    }));
    assert!(done["hash"].is_string(), "{done}");
    assert_eq!(peer.hears_of("work_generate")["hash"], block["previous"]);
}

#[test]
fn cancelling_a_root_ends_what_waits_for_a_peer() {
    let network = Network::start();
    let peer = TestWorkPeer::that(Reaction::Hangs);
    network.ask(&json!({
        "action": "work_peer_add", "address": "127.0.0.1", "port": peer.address.port(),
    }));
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| generate(&network, json!({"use_peers": true})));
        peer.hears_of("work_generate");
        network.ask(&json!({"action": "work_cancel", "hash": ROOT}));
        assert_eq!(asked.join().unwrap()["error"], "Cancelled");
    });
    assert_eq!(peer.hears_of("work_cancel")["hash"], ROOT);
}
