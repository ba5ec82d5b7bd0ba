//! How much a message carries.

use std::sync::Arc;

use banano_primitives::{
    Account, Block, BlockHash, Body, KeyPair, PrivateKey, ReceiveBlock, Root, Signature, Vote,
    VoteTimestamp, Work,
};
use banano_wire::{AscPullAck, Keepalive, Message, MessageKind, PayloadError, Pulled};

use crate::bytes::{protocol, read, split, write};

fn request(count: usize) -> Message {
    let pair = (BlockHash::from_bytes([1; 32]), Root::from_bytes([2; 32]));
    Message::ConfirmReq { pairs: vec![pair; count] }
}

fn vote(count: usize) -> Message {
    let key = KeyPair::from(PrivateKey::from_bytes([3; 32]));
    let hashes = vec![BlockHash::from_bytes([1; 32]); count];
    let vote = Vote::signed(&key, VoteTimestamp::FINAL, hashes);
    Message::ConfirmAck { vote: vote.into(), rebroadcasted: count % 2 == 1 }
}

fn blocks(count: usize) -> Message {
    let body = ReceiveBlock { previous: BlockHash::ZERO, source: BlockHash::from_bytes([1; 32]) };
    let block = Arc::new(Block::new(Body::Receive(body), Signature::ZERO, Work::new(1)));
    Message::AscPullAck(AscPullAck { id: 1, pulled: Pulled::Blocks(vec![block; count]) })
}

fn frontiers(count: usize) -> Message {
    let pair = (Account::from_bytes([1; 32]), BlockHash::from_bytes([2; 32]));
    Message::AscPullAck(AscPullAck { id: 1, pulled: Pulled::Frontiers(vec![pair; count]) })
}

/// Encodes into a buffer that holds something already, which an error must leave alone.
fn refusal(message: &Message) -> String {
    let mut out = b"before".to_vec();
    let error = message.encode(protocol("live"), &mut out).unwrap_err();
    assert_eq!(out, b"before");
    error.to_string()
}

#[test]
fn every_allowed_count_comes_back() {
    for count in 1..=255 {
        for message in [request(count), vote(count)] {
            assert_eq!(read(&write(&message, protocol("live")), protocol("live")), message);
        }
    }
    for message in [blocks(0), blocks(128), frontiers(0), frontiers(1000)] {
        assert_eq!(read(&write(&message, protocol("live")), protocol("live")), message);
    }
}

#[test]
fn too_much_or_too_little_is_refused_when_writing() {
    let cases = [
        (request(0), "confirm_req takes 1 to 255 pairs, given 0"),
        (request(256), "confirm_req takes 1 to 255 pairs, given 256"),
        (vote(0), "confirm_ack takes 1 to 255 hashes, given 0"),
        (vote(256), "confirm_ack takes 1 to 255 hashes, given 256"),
        (blocks(129), "asc_pull_ack takes 0 to 128 blocks, given 129"),
        (frontiers(1001), "asc_pull_ack takes 0 to 1000 frontiers, given 1001"),
    ];
    for (message, wanted) in cases {
        assert_eq!(refusal(&message), wanted);
    }
}

#[test]
fn more_than_an_answer_may_have_is_refused_when_reading() {
    let insert = |message: &Message, item: &[u8], end: usize| {
        let mut bytes = write(message, protocol("live"));
        let at = bytes.len() - end;
        bytes.splice(at..at, item.iter().copied());
        let length = u16::try_from(bytes.len() - 17).unwrap();
        bytes[6..8].copy_from_slice(&length.to_le_bytes());
        let (header, payload) = split(&bytes, protocol("live"));
        Message::decode(&header, payload).unwrap_err()
    };
    let kind = MessageKind::AscPullAck;
    let mut block = vec![3];
    block.extend([1; 136]);
    assert_eq!(
        insert(&blocks(128), &block, 1),
        PayloadError::TooMany { kind, items: "blocks", max: 128 }
    );
    assert_eq!(
        insert(&frontiers(1000), &[1; 64], 64),
        PayloadError::TooMany { kind, items: "frontiers", max: 1000 }
    );
}

#[test]
fn messages_are_appended() {
    let mut out = Vec::new();
    for count in [1, 2] {
        request(count).encode(protocol("live"), &mut out).unwrap();
    }
    assert_eq!(out.len(), (8 + 64) + (8 + 128));
    assert_eq!(read(&out[72..], protocol("live")), request(2));
}

#[test]
fn a_keepalive_has_eight_slots() {
    let address = |port| format!("[2001:db8::1]:{port}").parse().unwrap();
    let keepalive = Keepalive::new((1..=20).map(address));
    assert_eq!(keepalive.peers().count(), 8);
    let own = Keepalive::new(["[::]:7071".parse().unwrap(), address(5)]);
    assert_eq!(own.peers().collect::<Vec<_>>(), [address(5)]);
}

/// Messages wait in bounded queues of thousands, so an idle slot must be small.
#[test]
fn a_message_is_small() {
    assert!(size_of::<Message>() <= 80, "{}", size_of::<Message>());
}
