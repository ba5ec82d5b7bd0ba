//! What holds for every message: bytes come back, and no bytes make the decoder panic.

use std::net::SocketAddrV6;
use std::sync::Arc;

use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, ChangeBlock, Difficulty, Link, OpenBlock,
    ReceiveBlock, Root, SendBlock, Signature, StateBlock, Vote, VoteTimestamp, Work,
};
use banano_wire::{
    AccountInfoAnswer, AscPullAck, AscPullReq, AscPullStart, BulkPull, BulkPullAccount,
    FrontierReq, Handshake, Header, Keepalive, Message, MessageKind, Pulled, Request, ResponseV1,
    ResponseV2, Telemetry, WantedReceivables,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::bytes::{protocol, read, write};

fn hash() -> impl Strategy<Value = BlockHash> {
    any::<[u8; 32]>().prop_map(BlockHash::from_bytes)
}

fn account() -> impl Strategy<Value = Account> {
    any::<[u8; 32]>().prop_map(Account::from_bytes)
}

fn signature() -> impl Strategy<Value = Signature> {
    (any::<[u8; 32]>(), any::<[u8; 32]>())
        .prop_map(|(r, s)| Signature::from_bytes([r, s].concat().try_into().unwrap()))
}

fn block() -> impl Strategy<Value = Arc<Block>> {
    let fields = (account(), hash(), account(), any::<u128>(), hash(), signature(), any::<u64>());
    (0..5usize, fields).prop_map(|(kind, fields)| {
        let (account, previous, representative, raw, source, signature, work) = fields;
        let balance = Amount::from_raw(raw);
        let link = Link::from(source);
        let body = match kind {
            0 => Body::State(StateBlock { account, previous, representative, balance, link }),
            1 => Body::Open(OpenBlock { source, representative, account }),
            2 => Body::Send(SendBlock { previous, destination: account, balance }),
            3 => Body::Receive(ReceiveBlock { previous, source }),
            _ => Body::Change(ChangeBlock { previous, representative }),
        };
        Arc::new(Block::new(body, signature, Work::new(work)))
    })
}

fn vote() -> impl Strategy<Value = Message> {
    (account(), signature(), any::<u64>(), vec(hash(), 1..=255), any::<bool>()).prop_map(
        |(account, signature, packed, hashes, rebroadcasted)| {
            let timestamp = VoteTimestamp::from_packed(packed);
            let vote = Arc::new(Vote { account, signature, timestamp, hashes });
            Message::ConfirmAck { vote, rebroadcasted }
        },
    )
}

fn handshake() -> impl Strategy<Value = Handshake> {
    let cookie = || option::of(any::<[u8; 32]>());
    let v1 =
        (account(), signature()).prop_map(|(node_id, signature)| ResponseV1 { node_id, signature });
    let v2 = (account(), any::<[u8; 32]>(), hash(), signature()).prop_map(
        |(node_id, salt, genesis, signature)| ResponseV2 { node_id, salt, genesis, signature },
    );
    prop_oneof![
        (cookie(), option::of(v1)).prop_map(|(query, response)| Handshake::V1 { query, response }),
        (cookie(), option::of(v2)).prop_map(|(query, response)| Handshake::V2 { query, response }),
    ]
}

fn telemetry() -> impl Strategy<Value = Telemetry> {
    let fields = (any::<[u64; 8]>(), any::<u32>(), any::<[u8; 6]>());
    (signature(), account(), hash(), fields, vec(any::<u8>(), 0..=Telemetry::UNKNOWN_MAX)).prop_map(
        |(signature, node_id, genesis_block, (numbers, peer_count, bytes), unknown)| Telemetry {
            signature,
            node_id,
            block_count: numbers[0],
            cemented_count: numbers[1],
            unchecked_count: numbers[2],
            account_count: numbers[3],
            bandwidth_cap: numbers[4],
            peer_count,
            protocol_version: bytes[0],
            uptime: numbers[5],
            genesis_block,
            major_version: bytes[1],
            minor_version: bytes[2],
            patch_version: bytes[3],
            pre_release_version: bytes[4],
            maker: bytes[5],
            timestamp: numbers[6],
            active_difficulty: Difficulty::new(numbers[7]),
            unknown,
        },
    )
}

fn start() -> impl Strategy<Value = AscPullStart> {
    prop_oneof![account().prop_map(AscPullStart::Account), hash().prop_map(AscPullStart::Block),]
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        (start(), any::<u8>()).prop_map(|(start, count)| Request::Blocks { start, count }),
        start().prop_map(|target| Request::AccountInfo { target }),
        (account(), any::<u16>()).prop_map(|(start, count)| Request::Frontiers { start, count }),
    ]
}

fn pulled() -> impl Strategy<Value = Pulled> {
    let info = (account(), hash(), hash(), any::<u64>(), hash(), any::<u64>()).prop_map(
        |(account, open, head, block_count, confirmed_frontier, confirmed_height)| {
            AccountInfoAnswer {
                account,
                open,
                head,
                block_count,
                confirmed_frontier,
                confirmed_height,
            }
        },
    );
    let pair = (account(), hash())
        .prop_filter("a pair of zeros ends the list", |(account, _)| !account.is_zero());
    prop_oneof![
        vec(block(), 0..=20).prop_map(Pulled::Blocks),
        info.prop_map(|info| Pulled::AccountInfo(Box::new(info))),
        vec(pair, 0..=50).prop_map(Pulled::Frontiers),
    ]
}

fn legacy() -> impl Strategy<Value = Message> {
    let wanted = prop_oneof![
        Just(WantedReceivables::HashAndAmount),
        Just(WantedReceivables::Sender),
        Just(WantedReceivables::HashAmountAndSender),
    ];
    prop_oneof![
        (hash(), hash(), option::of(any::<u32>()), any::<bool>()).prop_map(
            |(start, end, count, ascending)| {
                Message::BulkPull(BulkPull { start: start.into(), end, count, ascending })
            }
        ),
        (account(), any::<u32>(), any::<u32>(), any::<bool>()).prop_map(
            |(start, age, count, only_confirmed)| {
                Message::FrontierReq(FrontierReq { start, age, count, only_confirmed })
            }
        ),
        (account(), any::<u128>(), wanted).prop_map(|(account, raw, wanted)| {
            let minimum = Amount::from_raw(raw);
            Message::BulkPullAccount(BulkPullAccount { account, minimum, wanted })
        }),
        Just(Message::BulkPush),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    let slot = (any::<[u8; 16]>(), any::<u16>())
        .prop_map(|(address, port)| SocketAddrV6::new(address.into(), port, 0, 0));
    prop_oneof![
        vec(slot, 0..=8).prop_map(|slots| Message::Keepalive(Box::new(Keepalive::new(slots)))),
        (block(), any::<bool>())
            .prop_map(|(block, originator)| Message::Publish { block, originator }),
        vec((hash(), hash().prop_map(Root::from)), 1..=255)
            .prop_map(|pairs| Message::ConfirmReq { pairs }),
        vote(),
        handshake().prop_map(|shake| Message::NodeIdHandshake(Box::new(shake))),
        Just(Message::TelemetryReq),
        option::of(telemetry().prop_map(Box::new)).prop_map(Message::TelemetryAck),
        (any::<u64>(), request())
            .prop_map(|(id, request)| Message::AscPullReq(AscPullReq { id, request })),
        (any::<u64>(), pulled())
            .prop_map(|(id, pulled)| Message::AscPullAck(AscPullAck { id, pulled })),
        legacy(),
    ]
}

/// Reads a message from foreign bytes, the length aside, which connections see to.
fn decode(header: [u8; 8], payload: &[u8]) -> Option<Message> {
    let header = Header::decode(&header, protocol("live")).ok()?;
    let mut payload = payload.to_vec();
    payload.resize(header.payload_length(), 0);
    Message::decode(&header, &payload).ok()
}

proptest! {
    #[test]
    fn every_message_comes_back(message in message()) {
        let bytes = write(&message, protocol("live"));
        prop_assert_eq!(bytes[5], message.kind().number());
        prop_assert_eq!(read(&bytes, protocol("live")), message);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(
        kind in 0usize..13,
        extensions: [u8; 2],
        payload in vec(any::<u8>(), 0..2000),
        short in 0usize..2000,
    ) {
        let number = MessageKind::ALL[kind].number();
        let bytes = [b'B', b'X', 0x15, 0x15, 0x12, number, extensions[0], extensions[1]];
        if let Some(message) = decode(bytes, &payload) {
            let again = read(&write(&message, protocol("live")), protocol("live"));
            prop_assert_eq!(again, message);
        }
        if let Ok(header) = Header::decode(&bytes, protocol("live")) {
            let cut = &payload[..short.min(payload.len())];
            prop_assert!(Message::decode(&header, cut).is_err()
                || cut.len() == header.payload_length());
        }
    }

    #[test]
    fn a_changed_byte_never_makes_the_decoder_panic(
        message in message(),
        at: prop::sample::Index,
        value: u8,
    ) {
        let mut bytes = write(&message, protocol("live"));
        let at = at.index(bytes.len());
        bytes[at] = value;
        let (header, payload) = bytes.split_first_chunk().unwrap();
        _ = decode(*header, payload);
    }
}
