//! The handshake: every way it can go, by table, and against a recorded one.

use std::time::Duration;

use banano_primitives::{Account, BlockHash, KeyPair, Network, Seed, Signature};
use banano_wire::{
    Cookie, Greeted, Greeting, Handshake, Identity, Message, Nonces, Refusal, ResponseV1,
    ResponseV2,
};
use serde_json::Value;

use crate::bytes::{from_hex, protocol, read, write};

const LIFETIME: Duration = Duration::from_secs(5);

fn identity(index: u32) -> Identity {
    let key = Seed::from_bytes([9; 32]).key_pair(index);
    Identity { key, genesis: Network::by_name("nano-dev").unwrap().genesis.hash() }
}

fn nonces(number: u8) -> Nonces {
    Nonces { cookie: [number; 32], salt: [number ^ 0xff; 32] }
}

fn key(index: u32) -> KeyPair {
    identity(index).key
}

fn id(index: u32) -> Account {
    key(index).account()
}

fn dial() -> (Greeting, Handshake) {
    Greeting::dial(identity(1), nonces(1), LIFETIME, 1_000)
}

/// A listener that was asked, and its reply.
fn asked_listener() -> (Greeting, Handshake) {
    let mut listener = Greeting::listen(identity(2), LIFETIME);
    let greeted = listener.take(&dial().1, nonces(2), 1_000).unwrap();
    assert_eq!(greeted.node_id, None);
    (listener, greeted.reply.unwrap())
}

#[test]
fn both_sides_prove_themselves_in_three_messages() {
    let (mut dialer, query) = dial();
    let mut listener = Greeting::listen(identity(2), LIFETIME);
    let both = listener.take(&query, nonces(2), 1_010).unwrap().reply.unwrap();
    let Greeted { reply, node_id } = dialer.take(&both, nonces(3), 1_020).unwrap();
    assert_eq!(node_id, Some(id(2)));
    let greeted = listener.take(&reply.unwrap(), nonces(4), 1_030).unwrap();
    assert_eq!(greeted, Greeted { reply: None, node_id: Some(id(1)) });
}

#[test]
fn a_node_that_knows_version_1_only_is_answered_so() {
    let mut listener = Greeting::listen(identity(2), LIFETIME);
    let query = Handshake::V1 { query: Some([7; 32]), response: None };
    let reply = listener.take(&query, nonces(2), 0).unwrap().reply;
    let response = Some(ResponseV1::signed(&key(2), &[7; 32]));
    assert_eq!(reply, Some(Handshake::V1 { query: Some(nonces(2).cookie), response }));
    let response = Some(ResponseV1::signed(&key(1), &nonces(2).cookie));
    let greeted = listener.take(&Handshake::V1 { query: None, response }, nonces(3), 1);
    assert_eq!(greeted, Ok(Greeted { reply: None, node_id: Some(id(1)) }));

    // The same node, dialled: it does not know our version bit.
    let (mut dialer, query) = dial();
    let response = Some(ResponseV1::signed(&key(2), query.query().unwrap()));
    let both = Handshake::V1 { query: Some([8; 32]), response };
    let greeted = dialer.take(&both, nonces(3), 1_001).unwrap();
    assert_eq!(greeted.node_id, Some(id(2)));
    let response = Some(ResponseV1::signed(&key(1), &[8; 32]));
    assert_eq!(greeted.reply, Some(Handshake::V1 { query: None, response }));
}

fn v2(signer: u32, cookie: &Cookie, query: Option<Cookie>) -> Handshake {
    let response = ResponseV2::signed(&key(signer), cookie, [5; 32], identity(1).genesis);
    Handshake::V2 { query, response: Some(response) }
}

#[test]
fn rows_of_what_a_dialer_refuses() {
    let (cookie, theirs) = (nonces(1).cookie, Some([8; 32]));
    let other = BlockHash::from_bytes([6; 32]);
    let forged = ResponseV1 { signature: Signature::ZERO, ..ResponseV1::signed(&key(2), &cookie) };
    let elsewhere = ResponseV2::signed(&key(2), &cookie, [5; 32], other);
    let rows: [(&str, Handshake, u64, Refusal); 7] = [
        ("a replayed answer", v2(2, &[4; 32], theirs), 1_001, Refusal::Signature),
        (
            "no signature",
            Handshake::V1 { query: theirs, response: Some(forged) },
            1_001,
            Refusal::Signature,
        ),
        (
            "another genesis",
            Handshake::V2 { query: theirs, response: Some(elsewhere) },
            1_001,
            Refusal::Genesis(other),
        ),
        ("itself", v2(1, &cookie, theirs), 1_001, Refusal::Ourselves),
        ("a late answer", v2(2, &cookie, theirs), 6_001, Refusal::Expired),
        (
            "a question only",
            Handshake::V2 { query: theirs, response: None },
            1_001,
            Refusal::OutOfTurn,
        ),
        ("an answer only", v2(2, &cookie, None), 1_001, Refusal::OutOfTurn),
    ];
    for (name, message, mono_ms, want) in rows {
        let (mut dialer, _) = dial();
        assert_eq!(dialer.take(&message, nonces(3), mono_ms), Err(want), "{name}");
        // Nothing makes up for it.
        let good = v2(2, &cookie, theirs);
        assert_eq!(dialer.take(&good, nonces(3), 1_001), Err(Refusal::OutOfTurn), "{name}");
    }
}

#[test]
fn rows_of_what_a_listener_refuses() {
    let cookie = nonces(2).cookie;
    let rows: [(&str, Handshake, u64, Refusal); 4] = [
        ("a second question", dial().1, 1_001, Refusal::OutOfTurn),
        ("a replayed answer", v2(1, &[4; 32], None), 1_001, Refusal::Signature),
        ("a late answer", v2(1, &cookie, None), 6_001, Refusal::Expired),
        ("itself", v2(2, &cookie, None), 1_001, Refusal::Ourselves),
    ];
    for (name, message, mono_ms, want) in rows {
        let (mut listener, _) = asked_listener();
        assert_eq!(listener.take(&message, nonces(3), mono_ms), Err(want), "{name}");
    }
    let first: [(&str, Handshake); 2] =
        [("an answer first", v2(1, &cookie, None)), ("both", v2(1, &cookie, Some([1; 32])))];
    for (name, message) in first {
        let mut listener = Greeting::listen(identity(2), LIFETIME);
        assert_eq!(listener.take(&message, nonces(3), 0), Err(Refusal::OutOfTurn), "{name}");
    }
    let (mut listener, _) = asked_listener();
    listener.take(&v2(1, &cookie, None), nonces(3), 1_001).unwrap();
    let again = listener.take(&v2(1, &cookie, None), nonces(3), 1_001);
    assert_eq!(again, Err(Refusal::OutOfTurn), "a proof counts once");
}

/// The recorded handshake of a real node, whose random bytes are handed to ours.
#[test]
fn the_recorded_handshake_is_ours_byte_for_byte() {
    let recorded: Vec<Vec<u8>> = include_str!("../data/wire_two_nodes.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|row| row["type"] == "node_id_handshake")
        .map(|row| from_hex(row["hex"].as_str().unwrap()))
        .collect();
    let [query, both, response] = recorded.as_slice() else { panic!("{}", recorded.len()) };
    let shake = |bytes: &[u8]| match read(bytes, protocol("nano-dev")) {
        Message::NodeIdHandshake(shake) => *shake,
        other => panic!("{other:?}"),
    };
    let ours = |shake| write(&Message::NodeIdHandshake(Box::new(shake)), protocol("nano-dev"));

    // As the dialer: the same question for the same cookie, and the recorded answer is a proof.
    let cookie = *shake(query).query().unwrap();
    let asked = Nonces { cookie, salt: [0; 32] };
    let (mut dialer, sent) = Greeting::dial(identity(1), asked, LIFETIME, 0);
    assert_eq!(ours(sent), *query);
    let greeted = dialer.take(&shake(both), nonces(3), 1).unwrap();
    let Handshake::V2 { response: Some(theirs), .. } = shake(both) else { panic!() };
    assert_eq!(greeted.node_id, Some(theirs.node_id));
    // What we answer has their shape: the same header and length, and our proof for their cookie.
    let answer = ours(greeted.reply.unwrap());
    assert_eq!((answer.len(), &answer[..8]), (response.len(), &response[..8]));
    let Handshake::V2 { response: Some(proof), query: None } = shake(&answer) else { panic!() };
    assert!(proof.verify(shake(both).query().unwrap()));

    // As the listener: the same question back, and the recorded proof counts.
    let mut listener = Greeting::listen(identity(1), LIFETIME);
    let asked = Nonces { cookie: *shake(both).query().unwrap(), salt: theirs.salt };
    let greeted = listener.take(&shake(query), asked, 1).unwrap();
    let reply = ours(greeted.reply.unwrap());
    assert_eq!((reply.len(), &reply[..40]), (both.len(), &both[..40]));
    // The recorded proof was signed with a key of its own: everything but id and signature is equal.
    assert_eq!(reply[72..136], both[72..136]);
    let greeted = listener.take(&shake(response), nonces(3), 2).unwrap();
    let Handshake::V2 { response: Some(theirs), .. } = shake(response) else { panic!() };
    assert_eq!(greeted.node_id, Some(theirs.node_id));
}
