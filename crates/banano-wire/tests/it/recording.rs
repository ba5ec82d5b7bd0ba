//! Messages recorded between two nodes of another implementation, on a development network of Nano:
//! one of each kind and shape.

use banano_wire::{AscPullAck, Handshake, Message, Pulled, Request};
use serde_json::Value;

use crate::bytes::{from_hex, protocol, read, split, write};

const NETWORK: &str = "nano-dev";
/// "Not a block": that implementation leaves it out of `confirm_req` and `confirm_ack`.
const BLOCK_TYPE: u16 = 0x0100;

fn recorded() -> Vec<(Value, Vec<u8>)> {
    include_str!("../data/wire_two_nodes.jsonl")
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            let bytes = from_hex(row["hex"].as_str().unwrap());
            (row, bytes)
        })
        .collect()
}

#[test]
fn recorded_messages_come_back_byte_for_byte() {
    for (row, bytes) in recorded() {
        let (header, payload) = split(&bytes, protocol(NETWORK));
        assert_eq!(header.kind.name(), row["type"].as_str().unwrap());
        let message = read(&bytes, protocol(NETWORK));
        let written = write(&message, protocol(NETWORK));
        let (own_header, own_payload) = split(&written, protocol(NETWORK));
        assert_eq!(own_payload, payload, "{row}");
        assert_eq!(own_header.extensions & !BLOCK_TYPE, header.extensions & !BLOCK_TYPE, "{row}");
        assert_eq!(own_header.version_using, header.version_using);
    }
}

#[test]
fn recorded_signatures_verify() {
    let (mut blocks, mut votes, mut reports) = (0, 0, 0);
    for (_, bytes) in recorded() {
        match read(&bytes, protocol(NETWORK)) {
            Message::Publish { block, .. } => {
                assert!(block.is_signed_by(&block.account().unwrap()));
                blocks += 1;
            }
            Message::AscPullAck(AscPullAck { pulled: Pulled::Blocks(pulled), .. }) => {
                for block in pulled {
                    assert!(block.is_signed_by(&block.account().unwrap()));
                    blocks += 1;
                }
            }
            Message::ConfirmAck { vote, .. } => {
                assert!(vote.verify());
                votes += 1;
            }
            Message::TelemetryAck(report) => {
                assert!(report.unwrap().verify());
                reports += 1;
            }
            _ => {}
        }
    }
    assert!(blocks >= 10 && votes >= 4 && reports >= 1, "{blocks} {votes} {reports}");
}

#[test]
fn the_recorded_handshake_proves_both_nodes() {
    let shakes: Vec<_> = recorded()
        .into_iter()
        .filter_map(|(_, bytes)| match read(&bytes, protocol(NETWORK)) {
            Message::NodeIdHandshake(shake) => Some(*shake),
            _ => None,
        })
        .collect();
    let [
        Handshake::V2 { query: Some(first), response: None },
        Handshake::V2 { query: Some(second), response: Some(listener) },
        Handshake::V2 { query: None, response: Some(dialler) },
    ] = shakes.as_slice()
    else {
        panic!("{shakes:?}");
    };
    assert!(listener.verify(first) && dialler.verify(second));
    assert!(!listener.verify(second) && !dialler.verify(first));
    assert_ne!(listener.node_id, dialler.node_id);
    let genesis = banano_primitives::Network::by_name(NETWORK).unwrap().genesis.hash();
    assert_eq!([listener.genesis, dialler.genesis], [genesis; 2]);
}

#[test]
fn recorded_requests_ask_for_blocks() {
    let asked = recorded().into_iter().any(|(_, bytes)| {
        matches!(read(&bytes, protocol(NETWORK)), Message::AscPullReq(request)
            if matches!(request.request, Request::Blocks { count: 1.., .. }))
    });
    assert!(asked);
}
