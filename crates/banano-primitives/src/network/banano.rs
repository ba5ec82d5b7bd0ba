//! The networks of Banano (`node.md §1.8`, `§2`).
//!
//! Called by [`Network::by_name`]. Values are those of Banano V25.1 and V28.2, which agree.

use super::literal::{account, bytes, genesis, hosts, thresholds};
use super::{EpochSigners, Network, Ports, ProtocolVersions, Timings};
use crate::account::{Account, Prefix};
use crate::amount::Amount;
use crate::unit::Unit;

/// Signer of epoch 2 on the live network: a key of Nano, compiled into Banano's nodes.
pub(super) const EPOCH_2_SIGNER: Account =
    account("DD24A9200D4BF8247981E4AC63DBDE38FD2319386970A26D02ECC98C79975DB1");

const LIVE_GENESIS: Account =
    account("2514452A978F08D1CF76BB40B6AD064183CF275D3CC5D3E0515DC96E2112AD4E");

const LIVE_REPRESENTATIVES: [Account; 6] = [
    account("36B3AFC042CCB5099DC163FA2BFE42D6E486991B685EAAB0DF73714D91A59400"),
    account("29126049B40D1755C0A1C02B71646EEAB9E1707C16E94B47100F3228D59B1EB2"),
    LIVE_GENESIS,
    account("2B0C65A063CEC23725E70DB2D39163C48020D66F7C8E0352C1DA8C853E14F8F5"),
    account("6A164D74E73321CE4D6CD49D6948ECFAF4490FBE2BAAF3EBBF4C85F96AD637C0"),
    account("490086E62B376C0EFBAA6AF9C41269EE7D723F98B4667416F075951E981E3F37"),
];

pub(super) fn live() -> Network {
    Network {
        name: "live".to_owned(),
        prefix: Prefix::Ban,
        magic: *b"BX",
        genesis: genesis(
            LIVE_GENESIS,
            0xfa05_5f79_fa56_abcf,
            bytes(
                "533DCAB343547B93C4128E779848DEA5877D3278CB5EA948BB3A9AA1AE0DB293DE6D9DA4F69E8D1DDFA385F9B4C5E4F38DFA42C00D7B183560435D07AFA18900",
            ),
        ),
        ports: Ports { peering: 7071, rpc: 7072, ipc: 7073, websocket: 7074 },
        thresholds: thresholds(0xffff_fe00_0000_0000, 0xffff_fff0_0000_0000, 0),
        epoch_signers: EpochSigners { epoch_1: LIVE_GENESIS, epoch_2: EPOCH_2_SIGNER },
        online_weight_minimum: Amount::from_raw(900 * Unit::MegaBan.one().raw()),
        vote_minimum: Unit::MegaBan.one(),
        representative_minimum: Amount::from_raw(10 * Unit::Ban.one().raw()),
        receive_minimum: Amount::from_raw(10u128.pow(23)),
        principal_divisor: 1000,
        quorum_percent: 67,
        timings: Timings::live(),
        protocol: ProtocolVersions { current: 0x15, minimum: 0x12, bootstrap_minimum: 0x12 },
        peers: hosts(&["livenet.banano.cc"]),
        representatives: LIVE_REPRESENTATIVES.to_vec(),
    }
}

pub(super) fn beta() -> Network {
    const GENESIS: Account =
        account("259A438A8F9F9226130C84D902C237AF3E57C0981C7D709C288046B110D8C8AC");
    Network {
        name: "beta".to_owned(),
        magic: *b"BB",
        genesis: genesis(
            GENESIS,
            0xe87a_3ce3_9b43_b84c,
            bytes(
                "BC588273AC689726D129D3137653FB319B6EE6DB178F97421D11D075B46FD52B6748223C8FF4179399D35CB1A8DF36F759325BD2D3D4504904321FAFB71D7602",
            ),
        ),
        ports: Ports { peering: 54000, rpc: 55000, ipc: 56000, websocket: 57000 },
        thresholds: thresholds(0xffff_f000_0000_0000, 0xffff_f000_0000_0000, 0xffff_e000_0000_0000),
        epoch_signers: EpochSigners { epoch_1: GENESIS, epoch_2: GENESIS },
        peers: hosts(&["livenet-beta.banano.cc"]),
        representatives: vec![GENESIS],
        ..live()
    }
}

pub(super) fn test() -> Network {
    const GENESIS: Account =
        account("45C6FF9D1706D61F0821327752671BDA9F9ED2DA40326B01935AB566FB9E08ED");
    Network {
        name: "test".to_owned(),
        magic: *b"BC",
        genesis: genesis(
            GENESIS,
            0xbc1e_f279_c1a3_4eb1,
            bytes(
                "15049467CAEE3EC768639E8E35792399B6078DA763DA4EBA8ECAD33B0EDC4AF2E7403893A5A602EB89B978DABEF1D6606BB00F3C0EE11449232B143B6E07170E",
            ),
        ),
        ports: Ports { peering: 17075, rpc: 17076, ipc: 17077, websocket: 17078 },
        thresholds: thresholds(0xffff_ffc0_0000_0000, 0xffff_fff8_0000_0000, 0xffff_fe00_0000_0000),
        epoch_signers: EpochSigners { epoch_1: GENESIS, epoch_2: GENESIS },
        peers: hosts(&["peering-test.banano.cc"]),
        representatives: vec![GENESIS],
        ..live()
    }
}

pub(super) fn dev() -> Network {
    const GENESIS: Account =
        account("B0311EA55708D6A53C75CDBF88300259C6D018522FE3D4D0A242E431F9E8B6D0");
    Network {
        name: "dev".to_owned(),
        magic: *b"BA",
        genesis: genesis(
            GENESIS,
            0x7b42_a00e_e91d_5810,
            bytes(
                "ECDA914373A2F0CA1296475BAEE40500A7F0A7AD72A5A80C81D7FAB7F6C802B2CC7DB50F5DD0FB25B2EF11761FA7344A158DD5A700B21BD47DE5BD0F63153A02",
            ),
        ),
        ports: Ports { peering: 44000, rpc: 45000, ipc: 46000, websocket: 47000 },
        thresholds: thresholds(0xfe00_0000_0000_0000, 0xffc0_0000_0000_0000, 0xf000_0000_0000_0000),
        epoch_signers: EpochSigners { epoch_1: GENESIS, epoch_2: GENESIS },
        timings: Timings::dev(),
        peers: Vec::new(),
        representatives: vec![GENESIS],
        ..live()
    }
}
