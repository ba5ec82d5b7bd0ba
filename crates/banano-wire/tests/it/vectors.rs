//! The published messages: each one reads as the value that its fields describe, and that value is
//! written as the same bytes.

use std::sync::Arc;

use banano_primitives::{
    Account, Block, BlockHash, Difficulty, KeyPair, Link, PrivateKey, Root, Vote, VoteTimestamp,
};
use banano_wire::{
    AccountInfoAnswer, AscPullAck, AscPullReq, AscPullStart, BulkPull, FrontierReq, Handshake,
    Keepalive, Message, Pulled, Request, ResponseV2, Telemetry,
};
use serde_json::Value;

use crate::bytes::{from_hex, protocol, read, write};

fn rows() -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../data/messages.json")).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

fn text<'a>(fields: &'a Value, member: &str) -> &'a str {
    fields[member].as_str().unwrap_or_else(|| panic!("{member} in {fields}"))
}

fn hash(text: &str) -> BlockHash {
    text.parse().unwrap()
}

fn account_of_key(text: &str) -> Account {
    Account::from_hex(text).unwrap()
}

fn number(fields: &Value, member: &str) -> u64 {
    fields[member].as_u64().unwrap_or_else(|| panic!("{member} in {fields}"))
}

fn small<T: TryFrom<u64>>(fields: &Value, member: &str) -> T {
    T::try_from(number(fields, member)).unwrap_or_else(|_| panic!("{member} in {fields}"))
}

/// Builds the message that the fields describe. `bytes` supplies what they leave out.
fn described(name: &str, fields: &Value, bytes: &[u8]) -> Message {
    let hash_at = |at: usize| BlockHash::from_bytes(bytes[at..at + 32].try_into().unwrap());
    match name {
        "keepalive_empty" => Message::Keepalive(Box::new(Keepalive::new([]))),
        "keepalive_two_peers" => Message::Keepalive(Box::new(Keepalive::new([
            "[::ffff:192.0.2.1]:7071".parse().unwrap(),
            "[::ffff:198.51.100.77]:54000".parse().unwrap(),
        ]))),
        "keepalive_self_port" => {
            Message::Keepalive(Box::new(Keepalive::new(["[::]:7071".parse().unwrap()])))
        }
        _ if name.starts_with("publish") => Message::Publish {
            block: Arc::new(serde_json::from_value(fields["block"].clone()).unwrap()),
            originator: fields["originator"].as_bool().unwrap(),
        },
        _ if name.starts_with("confirm_req") => Message::ConfirmReq {
            pairs: pairs(&fields["pairs"]).map(|(hash, root)| (hash, Root::from(root))).collect(),
        },
        _ if name.starts_with("confirm_ack") => Message::ConfirmAck {
            vote: Arc::new(vote(fields)),
            rebroadcasted: fields["rebroadcasted"].as_bool().unwrap(),
        },
        "telemetry_req" => Message::TelemetryReq,
        "telemetry_ack_empty" => Message::TelemetryAck(None),
        _ if name.starts_with("telemetry_ack") => {
            Message::TelemetryAck(Some(Box::new(telemetry(fields))))
        }
        "handshake_query_v2" => Message::NodeIdHandshake(Box::new(Handshake::V2 {
            query: Some(*hash(text(fields, "cookie")).as_bytes()),
            response: None,
        })),
        "handshake_query_old_peer_no_v2_flag" => {
            Message::NodeIdHandshake(Box::new(Handshake::V1 {
                query: Some(*hash(text(fields, "cookie")).as_bytes()),
                response: None,
            }))
        }
        "handshake_response_v2" => Message::NodeIdHandshake(Box::new(Handshake::V2 {
            query: None,
            response: Some(response(fields, fields)),
        })),
        "handshake_query_and_response_v2" => {
            let rows = rows();
            let key = rows.iter().find(|row| row["name"] == "handshake_response_v2").unwrap();
            Message::NodeIdHandshake(Box::new(Handshake::V2 {
                query: Some(*hash(text(fields, "own_cookie")).as_bytes()),
                response: Some(response(fields, &key["fields"])),
            }))
        }
        "asc_pull_req_blocks_by_account" => Message::AscPullReq(AscPullReq {
            id: number(fields, "id"),
            request: Request::Blocks {
                start: AscPullStart::Account(account_of_key(text(fields, "start"))),
                count: small(fields, "count"),
            },
        }),
        "asc_pull_req_account_info" => Message::AscPullReq(AscPullReq {
            id: number(fields, "id"),
            request: Request::AccountInfo {
                target: AscPullStart::Block(hash(text(fields, "target"))),
            },
        }),
        "asc_pull_req_frontiers" => Message::AscPullReq(AscPullReq {
            id: number(fields, "id"),
            request: Request::Frontiers {
                start: account_of_key(text(fields, "start")),
                count: small(fields, "count"),
            },
        }),
        "asc_pull_ack_blocks_2" => Message::AscPullAck(AscPullAck {
            id: number(fields, "id"),
            pulled: Pulled::Blocks(published_blocks()),
        }),
        "asc_pull_ack_account_info" => Message::AscPullAck(AscPullAck {
            id: number(fields, "id"),
            pulled: Pulled::AccountInfo(Box::new(AccountInfoAnswer {
                account: account_of_key(text(fields, "account")),
                open: hash_at(49),
                head: hash_at(81),
                block_count: number(fields, "block_count"),
                confirmed_frontier: hash_at(121),
                confirmed_height: number(fields, "conf_height"),
            })),
        }),
        "asc_pull_ack_frontiers" => Message::AscPullAck(AscPullAck {
            id: number(fields, "id"),
            pulled: Pulled::Frontiers(
                pairs(&fields["frontiers"])
                    .map(|(account, head)| (Account::from_bytes(*account.as_bytes()), head))
                    .collect(),
            ),
        }),
        "frontier_req_all" => Message::FrontierReq(FrontierReq {
            start: account_of_key(text(fields, "start")),
            age: u32::from_str_radix(text(fields, "age"), 16).unwrap(),
            count: u32::from_str_radix(text(fields, "count"), 16).unwrap(),
            only_confirmed: false,
        }),
        "bulk_pull_plain" | "bulk_pull_count" => Message::BulkPull(BulkPull {
            start: text(fields, "start").parse::<Link>().unwrap(),
            end: hash(text(fields, "end")),
            count: fields["count"].as_u64().map(|count| u32::try_from(count).unwrap()),
            ascending: false,
        }),
        "bulk_push" => Message::BulkPush,
        _ => panic!("nothing describes {name}"),
    }
}

fn pairs(list: &Value) -> impl Iterator<Item = (BlockHash, BlockHash)> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|pair| (hash(pair[0].as_str().unwrap()), hash(pair[1].as_str().unwrap())))
}

fn vote(fields: &Value) -> Vote {
    let hashes = fields["hashes"].as_array().unwrap().iter();
    let vote = Vote {
        account: text(fields, "account").parse().unwrap(),
        signature: text(fields, "signature").parse().unwrap(),
        timestamp: VoteTimestamp::from_packed(text(fields, "packed_timestamp").parse().unwrap()),
        hashes: hashes.map(|text| hash(text.as_str().unwrap())).collect(),
    };
    assert!(vote.verify());
    vote
}

fn telemetry(fields: &Value) -> Telemetry {
    let key: PrivateKey = text(fields, "node_id_private_key").parse().unwrap();
    let (_, node_id) = Account::decode(text(fields, "node_id")).unwrap();
    let telemetry = Telemetry {
        signature: text(fields, "signature").parse().unwrap(),
        node_id,
        block_count: number(fields, "block_count"),
        cemented_count: number(fields, "cemented_count"),
        unchecked_count: number(fields, "unchecked_count"),
        account_count: number(fields, "account_count"),
        bandwidth_cap: number(fields, "bandwidth_cap"),
        peer_count: small(fields, "peer_count"),
        protocol_version: small(fields, "protocol_version"),
        uptime: number(fields, "uptime"),
        genesis_block: hash(text(fields, "genesis_block")),
        major_version: small(fields, "major_version"),
        minor_version: small(fields, "minor_version"),
        patch_version: small(fields, "patch_version"),
        pre_release_version: small(fields, "pre_release_version"),
        maker: small(fields, "maker"),
        timestamp: number(fields, "timestamp"),
        active_difficulty: text(fields, "active_difficulty").parse::<Difficulty>().unwrap(),
        unknown: from_hex(text(fields, "unknown_data")),
    };
    assert!(telemetry.verify());
    assert_eq!(telemetry.clone().signed(&KeyPair::from(key)), telemetry);
    telemetry
}

fn response(fields: &Value, key: &Value) -> ResponseV2 {
    let key: PrivateKey = text(key, "node_id_private_key").parse().unwrap();
    let cookie = hash(text(fields, "answers_cookie"));
    let salt = *hash(text(fields, "salt")).as_bytes();
    let genesis = hash(text(fields, "genesis"));
    let response = ResponseV2::signed(&key.into(), cookie.as_bytes(), salt, genesis);
    assert_eq!(response.signature.to_string(), text(fields, "signature"));
    assert!(response.verify(cookie.as_bytes()));
    assert!(!response.verify(&[0; 32]));
    response
}

/// The state block of the publish vectors, then a legacy send of which only bytes are given.
fn published_blocks() -> Vec<Arc<Block>> {
    let rows = rows();
    let find = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap().clone();
    let state = serde_json::from_value(find("publish_state_originator")["fields"]["block"].clone());
    let send = r#"{
        "type": "send",
        "previous": "5A472C4BBBB8405766B888CFC901DDC0F4681C226F6DFC57F12600249382C1FE",
        "destination": "ban_1cn7gucinqcp6kmyrg17qbrm4izqw3ej5obgihst7bifu4z6zfe1xt4458h8",
        "balance": "00000000000000000000000000000001",
        "work": "00a1b2c3d4e5f607",
        "signature": "A0A367AE5CBBD1955FFAACEABC60E057278CED14A11B9469586961E18283B15D34BAC1D5671B1DC9EBB7BDD48E753352317B3E95C000B3B76E55713C5FCE6907"
    }"#;
    vec![Arc::new(state.unwrap()), Arc::new(serde_json::from_str(send).unwrap())]
}

#[test]
fn every_published_message_is_read_and_written() {
    let rows = rows();
    assert_eq!(rows.len(), 39);
    for row in rows {
        let name = text(&row, "name");
        let bytes = from_hex(text(&row, "hex"));
        let message = described(name, &row["fields"], &bytes);
        assert_eq!(read(&bytes, protocol("live")), message, "{name}");
        assert_eq!(write(&message, protocol("live")), bytes, "{name}");
    }
}

#[test]
fn headers_say_what_the_vectors_say() {
    for row in rows() {
        let bytes = from_hex(text(&row, "hex"));
        let (header, _) = crate::bytes::split(&bytes, protocol("live"));
        let extensions = u16::from_str_radix(text(&row, "header_extensions"), 16).unwrap();
        assert_eq!(header.extensions, extensions, "{}", text(&row, "name"));
        assert_eq!(header.payload_length() as u64, number(&row, "payload_length"));
    }
}
