//! permessage-deflate (RFC 7692), where it is switched on.

use banano_testkit::fixtures::{A, SEND};
use banano_ws_server::Config;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

use crate::{
    host::{Host, config, echo},
    raw::{Raw, masked},
};

const OFFER: &str = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
const NARROW: &str = "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n";
const SUBSCRIBE: &[u8] = br#"{"action":"subscribe","topic":"confirmation","ack":true}"#;

fn host() -> Host {
    Host::start_with(Config { compression: true, max_message_bytes: 100_000, ..config() })
}

/// A client with which compression was agreed on.
fn connect(host: &Host, offer: &str) -> Raw {
    let mut raw = Raw::dial(host.address());
    let head = raw.handshake("/", offer).to_lowercase();
    assert!(head.contains("sec-websocket-extensions: permessage-deflate; server_no_context"));
    raw
}

fn deflate(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len() + 1_024);
    let mut stream = Compress::new(Compression::default(), false);
    stream.compress_vec(payload, &mut out, FlushCompress::Sync).unwrap();
    out.truncate(out.len() - 4);
    out
}

fn inflate(packed: &[u8], window_bits: u8) -> Vec<u8> {
    let whole = [packed, &[0, 0, 0xff, 0xff]].concat();
    let mut out = Vec::with_capacity(32 << 20);
    let mut stream = Decompress::new_with_window_bits(false, window_bits);
    stream.decompress_vec(&whole, &mut out, FlushDecompress::Sync).unwrap();
    out
}

#[test]
fn events_come_compressed_to_whom_it_was_agreed_with_and_plain_to_others() {
    let host = host();
    let mut plain = host.subscriber("confirmation");
    let mut compressed = [(connect(&host, OFFER), 15), (connect(&host, NARROW), 9)];
    for (raw, _) in &mut compressed {
        raw.frame(0xc1, &deflate(SUBSCRIBE));
        assert!(raw.read_text().contains("subscribe"));
    }
    for _ in 0..3 {
        host.confirm(SEND);
        let text = plain.raw_text();
        for (raw, window_bits) in &mut compressed {
            let (first, packed) = raw.read_frame();
            assert_eq!(first, 0xc1);
            assert!(packed.len() < text.len() * 3 / 4, "{} of {}", packed.len(), text.len());
            assert_eq!(inflate(&packed, *window_bits), text.as_bytes());
        }
    }
}

#[test]
fn what_is_caught_up_comes_compressed_too() {
    let host = host();
    host.confirm(SEND);
    let mut raw = connect(&host, OFFER);
    raw.frame(
        0x81,
        br#"{"action":"subscribe","topic":"confirmation","ack":true,"options":{"since":"oldest"}}"#,
    );
    let ack = raw.read_text();
    let since = br#"{"action":"subscribe","topic":"confirmation","since":"oldest"}"#;
    raw.frame(0x81, since);
    let (first, packed) = raw.read_frame();
    assert_eq!(first, 0xc1, "{ack}");
    let text = String::from_utf8(inflate(&packed, 15)).unwrap();
    assert!(text.contains(r#""replayed":"true""#) && text.contains(SEND.hash), "{text}");
}

#[test]
fn messages_of_all_sizes_come_back_the_same_compressed_or_not() {
    let server = echo(true);
    let account = A.account().to_string();
    for offer in [OFFER, NARROW] {
        let mut raw = Raw::dial(server.address());
        raw.handshake("/", offer);
        let window_bits = if offer == OFFER { 15 } else { 9 };
        for size in [0, 1, 63, 64, 1_024, 8_192, 131_072] {
            let message = account.repeat(size / account.len() + 1).into_bytes()[..size].to_vec();
            for (first, sent) in [(0xc1, deflate(&message)), (0x81, message.clone())] {
                raw.frame(first, &sent);
                let (came, got) = raw.read_frame();
                let got = if came == 0xc1 { inflate(&got, window_bits) } else { got };
                assert!(got == message, "{size} bytes");
                if size >= 1_024 {
                    assert_eq!(came, 0xc1, "{size} bytes");
                } else if size < 64 {
                    assert_eq!(came, 0x81, "{size} bytes");
                }
            }
        }
    }
}

#[test]
fn a_bomb_meets_the_limit_of_any_message() {
    let host = host();
    let mut others = host.connect();
    let bomb = deflate(&vec![b' '; 50_000_000]);
    assert!(bomb.len() < 100_000, "it is short as it is sent");
    let mut raw = connect(&host, OFFER);
    raw.frame(0xc1, &bomb);
    assert!(raw.read_text().contains("message_too_large"));
    raw.expect_close(1009);
    let longest = deflate(&vec![b' '; 100_000]);
    let mut raw = connect(&host, OFFER);
    raw.frame(0xc1, &longest);
    assert!(raw.read_text().contains("invalid_json"));
    assert_eq!(others.ask(&serde_json::json!({"action": "ping"}))["ack"], "pong");
}

#[test]
fn compression_against_the_rules_ends_the_connection() {
    let host = host();
    let packed = deflate(SUBSCRIBE);
    let (one, two) = packed.split_at(10);
    let cases = [
        ("no compressed data", masked(0xc1, &[0xff; 40])),
        ("the bit on a continuation", [masked(0x41, one), masked(0xc0, two)].concat()),
        ("the bit on a ping", masked(0xc9, b"")),
        ("another bit", masked(0xe1, &packed)),
        ("a message within another", [masked(0x41, one), masked(0xc1, &packed)].concat()),
    ];
    for (name, bytes) in cases {
        let mut raw = connect(&host, OFFER);
        raw.write(&bytes);
        assert!(!raw.expect_close(1002).is_empty(), "{name}");
    }
    let mut raw = connect(&host, OFFER);
    raw.frame(0xc1, &deflate(b"\xff\xff not text \xff\xff"));
    raw.expect_close(1007);
    // Without agreement the bit means nothing.
    let mut raw = Raw::connect(host.address());
    raw.frame(0xc1, &packed);
    raw.expect_close(1002);
}

#[test]
fn fragments_may_be_compressed_with_pings_between() {
    let host = host();
    let mut raw = connect(&host, OFFER);
    let packed = deflate(SUBSCRIBE);
    raw.frame(0x41, &packed[..7]);
    raw.frame(0x89, b"between");
    raw.frame(0x00, &packed[7..30]);
    raw.frame(0x80, &packed[30..]);
    assert_eq!(raw.read_frame(), (0x8a, b"between".to_vec()));
    assert!(raw.read_text().contains(r#""ack":"subscribe""#));
}

#[test]
fn an_offer_that_cannot_be_met_is_left_unanswered() {
    let host = host();
    for offer in ["permessage-deflate; server_max_window_bits=8", "permessage-deflate; x", "other"]
    {
        let mut raw = Raw::dial(host.address());
        let head = raw.handshake("/", &format!("Sec-WebSocket-Extensions: {offer}\r\n"));
        assert!(!head.to_lowercase().contains("sec-websocket-extensions"), "{offer}: {head}");
        raw.frame(0x81, br#"{"action":"ping"}"#);
        assert!(raw.read_text().contains("pong"));
    }
}
