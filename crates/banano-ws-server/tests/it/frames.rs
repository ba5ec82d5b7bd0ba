//! Connection and frames: C001 to C014.

use std::net::Shutdown;

use banano_testkit::fixtures::{A, SEND};
use banano_ws_protocol::Topic;
use banano_ws_server::Config;
use serde_json::json;
use tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::{
    client::assert_is_error_message,
    host::{Host, config},
    raw::{Raw, masked},
};

const PING: &[u8] = br#"{"action":"ping"}"#;

#[test]
fn c001_c002_every_target_is_accepted() {
    let host = Host::start();
    for target in ["/", "/any/path?x=1", "/ws/?ticker=BAN&api=KEY", "*"] {
        let head = Raw::dial(host.address()).handshake(target, "");
        assert!(head.starts_with("HTTP/1.1 101 "), "{target}: {head}");
        assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "the accept key of RFC 6455 §1.3");
        assert!(!head.to_lowercase().contains("sec-websocket-protocol"), "{head}");
        assert!(!head.to_lowercase().contains("sec-websocket-extensions"), "{head}");
    }
}

#[test]
fn c003_offers_are_left_unanswered() {
    let host = Host::start();
    let offers = "Sec-WebSocket-Protocol: x\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\
                  Origin: https://example.org\r\n";
    let mut raw = Raw::dial(host.address());
    let head = raw.handshake("/", offers).to_lowercase();
    assert!(head.starts_with("http/1.1 101 "));
    assert!(!head.contains("sec-websocket-protocol") && !head.contains("extensions"), "{head}");
    raw.frame(0x81, PING);
    assert!(raw.read_text().contains("pong"));
}

#[test]
fn a_handshake_and_the_first_messages_may_come_in_one_piece_or_in_many() {
    let host = Host::start();
    let handshake = "GET / HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: WebSocket\r\n\
                     sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let whole = [handshake.as_bytes(), &masked(0x81, PING), &masked(0x81, PING)].concat();
    for step in [whole.len(), 1] {
        let mut raw = Raw::dial(host.address());
        whole.chunks(step).for_each(|piece| raw.write(piece));
        assert!(raw.head().starts_with("HTTP/1.1 101 "));
        assert!(raw.read_text().contains("pong"));
        assert!(raw.read_text().contains("pong"));
    }
}

#[test]
fn c004_a_ping_frame_gets_a_pong_frame() {
    let host = Host::start();
    let mut raw = Raw::connect(host.address());
    raw.frame(0x89, b"hello");
    assert_eq!(raw.read_frame(), (0x8a, b"hello".to_vec()));
}

#[test]
fn c005_fragments_with_a_ping_in_between() {
    let host = Host::start();
    let mut raw = Raw::connect(host.address());
    raw.frame(0x01, &PING[..5]);
    raw.frame(0x89, b"between");
    raw.frame(0x00, &PING[5..9]);
    raw.frame(0x80, &PING[9..]);
    assert_eq!(raw.read_frame(), (0x8a, b"between".to_vec()));
    assert!(raw.read_text().starts_with(r#"{"ack":"pong""#));
}

#[test]
fn c006_a_binary_frame_is_read_as_json_and_answered_by_text() {
    let host = Host::start();
    let mut client = host.connect();
    client.message(Message::binary(PING.to_vec()));
    assert_eq!(client.json()["ack"], "pong");
}

#[test]
fn c007_frames_against_the_rules_are_closed_with_1002() {
    let host = Host::start();
    let mut others = host.connect();
    let unmasked = [b"\x81\x11".as_slice(), PING].concat();
    let cases: [(&str, Vec<u8>); 7] = [
        ("unmasked text", unmasked),
        ("reserved bit", masked(0xc1, PING)),
        ("reserved opcode", masked(0x83, PING)),
        ("reserved control opcode", masked(0x8b, b"")),
        ("fragmented ping", masked(0x09, b"")),
        ("continuation of nothing", masked(0x80, PING)),
        ("long ping", masked(0x89, &[0; 126])),
    ];
    for (name, bytes) in cases {
        let mut raw = Raw::connect(host.address());
        raw.write(&bytes);
        assert!(!raw.expect_close(1002).is_empty(), "{name}");
    }
    assert_eq!(others.ask(&json!({"action": "ping"}))["ack"], "pong");
}

#[test]
fn invalid_utf8_is_closed_with_1007() {
    let host = Host::start();
    for fragments in [vec![b"\xff".as_slice()], vec![b"\xc3", b"("], vec![b"\xe2\x82"]] {
        let mut raw = Raw::connect(host.address());
        let last = fragments.len() - 1;
        for (place, fragment) in fragments.into_iter().enumerate() {
            let opcode = u8::from(place == 0);
            raw.frame(if place == last { 0x80 | opcode } else { opcode }, fragment);
        }
        raw.expect_close(1007);
    }
}

#[test]
fn c009_a_message_one_byte_too_long_is_answered_and_closed_with_1009() {
    let host = Host::start_with(Config { max_message_bytes: 2_000, ..config() });
    let mut others = host.subscriber("confirmation");
    let in_one = masked(0x81, &[b' '; 2_001]);
    let in_two = [masked(0x01, &[b' '; 1_500]), masked(0x80, &[b' '; 501])].concat();
    let header_only = b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04".to_vec();
    for bytes in [in_one, in_two, header_only] {
        let mut raw = Raw::connect(host.address());
        raw.write(&bytes);
        let error = serde_json::from_str(&raw.read_text()).unwrap();
        assert_is_error_message(&error);
        assert_eq!(error["code"], "message_too_large");
        assert!(error["error"].as_str().unwrap().contains("2000"), "{error}");
        raw.expect_close(1009);
    }
    host.confirm(SEND);
    assert_eq!(others.json()["topic"], "confirmation");
}

#[test]
fn c010_a_message_of_exactly_the_limit_is_read_and_its_filter_holds_all_accounts() {
    let max = 1 << 20;
    let host = Host::start_with(Config { max_message_bytes: max, ..config() });
    let mut client = host.connect();
    let mut accounts = vec![A.account().to_string()];
    let account = |n: u32| {
        let mut bytes = [7; 32];
        bytes[..4].copy_from_slice(&n.to_be_bytes());
        banano_primitives::Account::from_bytes(bytes).to_string()
    };
    accounts.extend((0..15_000).map(account));
    let request = json!({
        "action": "subscribe", "topic": "confirmation", "ack": true,
        "options": {"accounts": accounts},
    });
    let mut text = request.to_string();
    assert!(text.len() < max && text.len() > max - 100_000);
    text.push_str(&" ".repeat(max - text.len()));
    client.text(text);
    assert_eq!(client.json()["ack"], "subscribe");
    host.confirm(SEND);
    assert_eq!(client.json()["message"]["hash"], SEND.hash);
    // All of them: with the default limit of 100,000 there is room for exactly the rest.
    let more: Vec<_> = (15_000..100_000 - 1).map(account).collect();
    for some in more.chunks(10_000) {
        let options = json!({"accounts_add": some});
        let request =
            json!({"action": "update", "topic": "confirmation", "ack": 1, "options": options});
        assert_eq!(client.ask(&request)["ack"], "update");
    }
    let options = json!({"accounts_add": [account(100_000)]});
    let request =
        json!({"action": "update", "topic": "confirmation", "ack": 1, "options": options});
    assert_eq!(client.ask(&request)["code"], "limit_exceeded");
}

#[test]
fn c011_a_close_is_echoed_and_the_stream_ends() {
    let host = Host::start();
    let mut raw = Raw::connect(host.address());
    raw.frame(0x88, b"\x03\xe8");
    raw.expect_close(1000);
    drop(raw);

    let mut raw = Raw::connect(host.address());
    raw.frame(0x81, PING);
    raw.frame(0x88, b"\x0f\xa0bye");
    assert!(raw.read_text().contains("pong"), "what was asked before is answered");
    assert_eq!(raw.expect_close(4000), "bye");
    drop(raw);

    let mut client = host.connect();
    let close = CloseFrame { code: CloseCode::Normal, reason: "done".into() };
    client.message(Message::Close(Some(close.clone())));
    assert_eq!(client.close_frame().0, Some(close));
    client.sees_the_end();
    drop(client);
    host.until("nobody is left", |stats| stats.connections == 0 && stats.sessions == 0);
}

#[test]
fn a_client_that_ends_its_side_only_is_let_go() {
    let host = Host::start();
    let client = host.subscriber("vote");
    client.stream().shutdown(Shutdown::Write).unwrap();
    host.until("it is gone", |stats| stats.connections == 0 && stats.subscribers(Topic::Vote) == 0);
}

#[test]
fn c014_a_client_that_stops_answering_is_dropped_and_no_longer_counted() {
    let host = Host::start_with(Config { ping_interval_ms: 50, idle_timeout_ms: 300, ..config() });
    // The one reads, and its library answers pings; the other doesn't read.
    let mut living = host.subscriber("confirmation");
    let dead = host.subscriber("confirmation");
    let stream = living.stream().try_clone().unwrap();
    let reader = std::thread::spawn(move || {
        let last = living.json();
        (living, last)
    });
    host.until("one is dropped", |stats| stats.sessions == 1);
    assert_eq!(host.subscribers(Topic::Confirmation), 1);
    assert_eq!(host.stats().closed_silent, 1);
    host.confirm(SEND);
    let (_living, last) = reader.join().unwrap();
    assert_eq!(last["message"]["hash"], SEND.hash);
    drop((dead, stream));
}
