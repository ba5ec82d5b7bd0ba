//! The networks of Nano (`node.md §1.8`, `§2`; `nano-node:nano/secure/common.cpp`).
//!
//! Called by [`Network::by_name`], for gateways to Nano nodes and for reading Nano's blocks. Test and
//! dev networks share their genesis blocks with Banano's: the prefix is in no hash.

use super::banano::{self, EPOCH_2_SIGNER};
use super::literal::{account, bytes, genesis, hosts, thresholds};
use super::{EpochSigners, Network, Ports, ProtocolVersions, Timings};
use crate::account::{Account, Prefix};
use crate::amount::Amount;
use crate::unit::Unit;

const LIVE_REPRESENTATIVES: [Account; 8] = [
    account("A30E0A32ED41C8607AA9212843392E853FCBCB4E7CB194E35C94F07F91DE59EF"),
    account("67556D31DDFC2A440BF6147501449B4CB9572278D034EE686A6BEE29851681DF"),
    account("5C2FBB148E006A8E8BA7A75DD86C9FE00C83F5FFDBFD76EAA09531071436B6AF"),
    account("AE7AC63990DAAAF2A69BF11C913B928844BF5012355456F2F164166464024B29"),
    account("BD6267D6ECD8038327D2BCC0850BDF8F56EC0414912207E81BCF90DFAC8A4AAA"),
    account("2399A083C600AA0572F5E36247D978FCFC840405F8D4B6D33161C0066A55F431"),
    account("2298FAB7C61058E77EA554CB93EDEEDA0692CBFCC540AB213B2836B29029E23A"),
    account("3FE80B4BC842E82C1C18ABFEEC47EA989E63953BC82AC411F304D13833D52A56"),
];

pub(super) fn live() -> Network {
    const GENESIS: Account =
        account("E89208DD038FBB269987689621D52292AE9C35941A7484756ECCED92A65093BA");
    Network {
        name: "nano-live".to_owned(),
        prefix: Prefix::Nano,
        magic: *b"RC",
        genesis: genesis(
            GENESIS,
            0x62f0_5417_dd3f_b691,
            bytes(
                "9F0C933C8ADE004D808EA1985FA746A7E95BA2A38F867640F53EC8F180BDFE9E2C1268DEAD7C2664F356E37ABA362BC58E46DBA03E523A7B5A19E4B6EB12BB02",
            ),
        ),
        ports: Ports { peering: 7075, rpc: 7076, ipc: 7077, websocket: 7078 },
        thresholds: thresholds(0xffff_ffc0_0000_0000, 0xffff_fff8_0000_0000, 0xffff_fe00_0000_0000),
        epoch_signers: EpochSigners { epoch_1: GENESIS, epoch_2: EPOCH_2_SIGNER },
        online_weight_minimum: Amount::from_raw(60_000_000 * Unit::Nano.one().raw()),
        vote_minimum: Amount::from_raw(1000 * Unit::Nano.one().raw()),
        representative_minimum: Amount::from_raw(10 * Unit::Nano.one().raw()),
        receive_minimum: Amount::from_raw(10u128.pow(24)),
        principal_divisor: 1000,
        quorum_percent: 67,
        timings: Timings::live(),
        protocol: ProtocolVersions { current: 0x15, minimum: 0x14, bootstrap_minimum: 0x14 },
        peers: hosts(&["peering.nano.org"]),
        representatives: LIVE_REPRESENTATIVES.to_vec(),
    }
}

pub(super) fn beta() -> Network {
    const GENESIS: Account =
        account("259A43ABDB779E97452E188BA3EB951B41C961D3318CA6B925380F4D99F0577A");
    let banano = banano::beta();
    Network {
        name: "nano-beta".to_owned(),
        magic: *b"RB",
        genesis: genesis(
            GENESIS,
            0x79d4_e27d_c873_c6f2,
            bytes(
                "4BD7F96F9ED2721BCEE5EAED400EA50AD00524C629AE55E9AFF11220D2C1B00C3D4B3BB770BF67D4F8658023B677F91110193B6C101C2666931F57046A6DB806",
            ),
        ),
        ports: banano.ports,
        thresholds: banano.thresholds,
        epoch_signers: EpochSigners { epoch_1: GENESIS, epoch_2: GENESIS },
        peers: hosts(&["peering-beta.nano.org"]),
        representatives: vec![GENESIS],
        ..live()
    }
}

pub(super) fn test() -> Network {
    Network {
        name: "nano-test".to_owned(),
        magic: *b"RX",
        peers: hosts(&["peering-test.nano.org"]),
        ..like(banano::test())
    }
}

pub(super) fn dev() -> Network {
    Network { name: "nano-dev".to_owned(), magic: *b"RA", ..like(banano::dev()) }
}

/// Takes genesis, ports, thresholds, signers and clocks of a Banano network, the rest from Nano.
fn like(banano: Network) -> Network {
    Network {
        genesis: banano.genesis,
        ports: banano.ports,
        thresholds: banano.thresholds,
        epoch_signers: banano.epoch_signers,
        timings: banano.timings,
        peers: banano.peers,
        representatives: banano.representatives,
        ..live()
    }
}
