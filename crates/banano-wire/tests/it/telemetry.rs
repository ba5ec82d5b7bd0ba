//! Telemetry: what is signed, and fields of later versions.

use banano_primitives::{Account, BlockHash, Difficulty, KeyPair, PrivateKey, Signature};
use banano_wire::{Message, Telemetry};

use crate::bytes::{protocol, read, write};

fn key() -> KeyPair {
    PrivateKey::from_bytes([5; 32]).into()
}

/// The sample of the public WebSocket documentation: a real report of a node of 2020.
fn documented() -> Telemetry {
    let node = "node_3cczh431wuh5gg64jen6a658xewpx7eiyfqn7f8gpdcfp786s7xdb51kr1rp";
    Telemetry {
        signature: "C9429FBC069F15E9AE552FB80500B4BA0F0CF2E25DD6C6D2018FA1D96DC4353A75E4A86872E54E7B2BFF06526719076E792DA3C83F1B2FD40244804EAC324C00".parse().unwrap(),
        node_id: Account::decode(node).unwrap().1,
        block_count: 51_571_901,
        cemented_count: 51_571_901,
        unchecked_count: 0,
        account_count: 1_376_750,
        bandwidth_cap: 10_485_760,
        peer_count: 261,
        protocol_version: 18,
        uptime: 1_223_618,
        genesis_block: "991CF190094C00F0B68E2E5F75F6BEE95A2E0BD93CEAA4A6734DB9F19B728948".parse().unwrap(),
        major_version: 21,
        minor_version: 0,
        patch_version: 0,
        pre_release_version: 0,
        maker: 0,
        timestamp: 1_594_654_710_521,
        active_difficulty: Difficulty::new(0xffff_ffc0_0000_0000),
        unknown: Vec::new(),
    }
}

#[test]
fn the_documented_report_verifies() {
    assert!(documented().verify());
}

#[test]
fn every_field_is_signed() {
    let good = documented();
    let changed = [
        Telemetry { node_id: Account::ZERO, ..good.clone() },
        Telemetry { block_count: 1, ..good.clone() },
        Telemetry { cemented_count: 1, ..good.clone() },
        Telemetry { unchecked_count: 1, ..good.clone() },
        Telemetry { account_count: 1, ..good.clone() },
        Telemetry { bandwidth_cap: 1, ..good.clone() },
        Telemetry { peer_count: 1, ..good.clone() },
        Telemetry { protocol_version: 1, ..good.clone() },
        Telemetry { uptime: 1, ..good.clone() },
        Telemetry { genesis_block: BlockHash::ZERO, ..good.clone() },
        Telemetry { major_version: 1, ..good.clone() },
        Telemetry { minor_version: 1, ..good.clone() },
        Telemetry { patch_version: 1, ..good.clone() },
        Telemetry { pre_release_version: 1, ..good.clone() },
        Telemetry { maker: 1, ..good.clone() },
        Telemetry { timestamp: 1, ..good.clone() },
        Telemetry { active_difficulty: Difficulty::ZERO, ..good.clone() },
        Telemetry { unknown: vec![0], ..good },
    ];
    for report in changed {
        assert!(!report.verify(), "{report:?}");
    }
}

#[test]
fn unknown_fields_are_kept_because_they_are_signed() {
    let report = Telemetry { unknown: (0..100).collect(), ..documented() }.signed(&key());
    assert_eq!(report.node_id, key().account());
    assert!(report.verify());
    let message = Message::TelemetryAck(Some(Box::new(report.clone())));
    let bytes = write(&message, protocol("live"));
    assert_eq!(bytes.len(), 8 + 302);
    assert_eq!(bytes[6..8], 302u16.to_le_bytes());
    assert_eq!(read(&bytes, protocol("live")), message);
}

#[test]
fn a_full_report_fits_and_a_larger_one_is_refused() {
    let with = |count| Telemetry { unknown: vec![7; count], ..documented() };
    let full = Message::TelemetryAck(Some(Box::new(with(Telemetry::UNKNOWN_MAX))));
    assert_eq!(write(&full, protocol("live")).len(), 8 + 0x3FF);
    let larger = Message::TelemetryAck(Some(Box::new(with(Telemetry::UNKNOWN_MAX + 1))));
    let error = larger.encode(protocol("live"), &mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "telemetry_ack takes 0 to 821 unknown bytes, given 822");
}

#[test]
fn an_unsigned_report_does_not_verify() {
    assert!(!Telemetry { signature: Signature::ZERO, ..documented() }.verify());
}
