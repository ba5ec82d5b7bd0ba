//! Clients that mean no good: each is bounded, counted, and gone in the end, and others are served.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
};

use banano_testkit::fixtures::{A, SEND};
use banano_ws_server::{Config, RefusalReason};
use serde_json::json;

use crate::{
    host::{Host, config},
    raw::{Raw, masked},
};

/// Fails unless a usual client is served.
fn serves(host: &Host) {
    assert_eq!(host.connect().ask(&json!({"action": "ping"}))["ack"], "pong");
}

/// Fails unless nothing is left of all clients.
fn is_clean(host: &Host) {
    host.until("nothing is left", |stats| {
        stats.connections == 0 && stats.sessions == 0 && stats.totals_are_zero()
    });
}

#[test]
fn slow_headers_end_with_the_handshake_timeout_however_many_they_are() {
    let host = Host::start_with(Config { handshake_timeout_ms: 300, ..config() });
    let mut slow: Vec<_> = (0..200).map(|_| Raw::dial(host.address())).collect();
    for (number, raw) in slow.iter_mut().enumerate() {
        // Each stops somewhere else.
        let head = b"GET / HTTP/1.1\r\nHost: here\r\nX-A: b\r\n";
        raw.write(&head[..=number % (head.len() - 1)]);
    }
    serves(&host);
    for raw in &mut slow {
        raw.expect_end();
    }
    host.until("all are counted", |stats| stats.refused(RefusalReason::HandshakeTimeout) == 200);
    is_clean(&host);
}

#[test]
fn heads_that_are_too_long_or_no_http_are_refused() {
    let host = Host::start();
    let one_header = format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    let many = "X-A: y\r\n".repeat(1_500);
    let target = format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "a".repeat(100_000));
    let cases = [
        one_header.into_bytes(),
        format!("GET / HTTP/1.1\r\nHost: h\r\n{many}\r\n").into_bytes(),
        target.into_bytes(),
        vec![0xff; 1_000],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(20),
    ];
    let count = cases.len() as u64;
    for bytes in cases {
        let mut raw = Raw::dial(host.address());
        // The answer may come before all of it is sent.
        let _ = raw.stream.write_all(&bytes);
        let mut answer = Vec::new();
        let _ = raw.stream.read_to_end(&mut answer);
        assert!(!answer.starts_with(b"HTTP/1.1 101") && !answer.starts_with(b"HTTP/1.1 2"));
    }
    host.until("all are counted", |stats| stats.refused(RefusalReason::RequestHead) == count);
    serves(&host);
    is_clean(&host);
}

#[test]
fn a_message_that_never_ends_is_bounded_by_its_length() {
    let host = Host::start_with(Config { max_message_bytes: 10_000, ..config() });
    let mut raw = Raw::connect(host.address());
    raw.frame(0x01, &[b'x'; 1_000]);
    // Fragments without anything in them end nothing, and cost no memory.
    raw.write(&masked(0x00, b"").repeat(1_000));
    for _ in 0..9 {
        raw.frame(0x00, &[b'x'; 1_000]);
    }
    raw.frame(0x00, b"x");
    assert!(raw.read_text().contains("message_too_large"));
    raw.expect_close(1009);
    assert_eq!(host.refused(RefusalReason::MessageBytes), 1);
    let mut announced = Raw::connect(host.address());
    // The header alone says that it is too long: nothing of it needs to come.
    announced.write(&[0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4]);
    assert!(announced.read_text().contains("message_too_large"));
    announced.expect_close(1009);
    drop((raw, announced));
    is_clean(&host);
}

#[test]
fn unfinished_messages_of_all_are_bounded_and_others_are_served() {
    let host = Host::start_with(Config {
        max_message_bytes: 100_000,
        max_total_message_bytes: 200_000,
        ..config()
    });
    let mut hoarders: Vec<_> = (0..10).map(|_| Raw::connect(host.address())).collect();
    for raw in &mut hoarders {
        let frame = masked(0x81, &vec![b'x'; 100_000]);
        let _ = raw.stream.write_all(&frame[..90_000]);
    }
    host.until("most are closed", |stats| stats.refused(RefusalReason::TotalMessageBytes) >= 7);
    serves(&host);
    drop(hoarders);
    is_clean(&host);
}

#[test]
fn what_waits_for_all_is_bounded_and_readers_lose_nothing() {
    const EVENTS: usize = 5_000;
    let host = Host::start_with(Config {
        max_outbox_bytes: 1 << 20,
        max_total_outbox_bytes: 1 << 20,
        write_timeout_ms: 500,
        ..config()
    });
    let subscribe = json!({"action": "subscribe", "topic": "confirmation", "ack": true});
    let mut reader = host.connect();
    assert_eq!(reader.ask(&subscribe)["ack"], "subscribe");
    let deaf: Vec<_> = (0..30)
        .map(|_| {
            let mut raw = Raw::connect(host.address());
            raw.frame(0x81, subscribe.to_string().as_bytes());
            assert!(raw.read_text().contains("subscribe"));
            raw
        })
        .collect();
    for _ in 0..EVENTS {
        host.confirm(SEND);
    }
    for _ in 0..EVENTS {
        assert_eq!(reader.json()["message"]["hash"], SEND.hash);
    }
    host.until("who reads nothing is dropped", |stats| stats.sessions == 1);
    drop((reader, deaf));
    is_clean(&host);
}

/// What a client may be doing when it goes away.
#[derive(Debug, Clone, Copy)]
enum State {
    Dialled,
    HalfAHead,
    APage,
    Refused,
    Connected,
    Subscribed,
    HalfAMessage,
    Replayed,
    Events,
    Closing,
}

const STATES: [State; 10] = [
    State::Dialled,
    State::HalfAHead,
    State::APage,
    State::Refused,
    State::Connected,
    State::Subscribed,
    State::HalfAMessage,
    State::Replayed,
    State::Events,
    State::Closing,
];

/// Brings a connection into a state.
fn bring(host: &Host, state: State) -> TcpStream {
    let mut raw = Raw::dial(host.address());
    match state {
        State::Dialled => {}
        State::HalfAHead => raw.write(b"GET / HTTP/1.1\r\nHos"),
        State::APage => raw.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
        State::Refused => {
            assert!(raw.handshake("/", "Origin: https://evil.example\r\n").contains(" 403 "));
        }
        State::Events => raw.write(b"GET /events?topic=confirmation HTTP/1.1\r\nHost: h\r\n\r\n"),
        State::Connected
        | State::Subscribed
        | State::HalfAMessage
        | State::Replayed
        | State::Closing => {
            assert!(raw.handshake("/", "").starts_with("HTTP/1.1 101 "));
        }
    }
    let subscribe = json!({"action": "subscribe", "topic": "confirmation", "options": {"accounts": [A.account().to_string()]}});
    match state {
        State::Subscribed => raw.frame(0x81, subscribe.to_string().as_bytes()),
        State::HalfAMessage => raw.write(&masked(0x81, &vec![b'x'; 50_000])[..30_000]),
        State::Replayed => {
            raw.frame(0x81, br#"{"action":"subscribe","topic":"confirmation","since":"oldest"}"#);
        }
        State::Closing => raw.frame(0x88, &1000_u16.to_be_bytes()),
        _ => {}
    }
    raw.stream
}

/// Descriptors of this process.
fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn whoever_goes_away_in_whatever_state_leaves_nothing_behind() {
    const ROUNDS: usize = 30;
    let host = Host::start_with(Config {
        allowed_origins: Some(vec!["https://shop.example".to_owned()]),
        ..config()
    });
    for _ in 0..200 {
        host.confirm(SEND);
    }
    serves(&host);
    is_clean(&host);
    let before = descriptors();
    for round in 0..ROUNDS {
        let streams: Vec<_> = STATES.into_iter().map(|state| bring(&host, state)).collect();
        for (number, stream) in streams.into_iter().enumerate() {
            match (round + number) % 3 {
                0 => drop(stream),
                // An end in between, and the rest of the connection later.
                1 => drop(stream.shutdown(Shutdown::Write)),
                _ => reset(&stream),
            }
        }
    }
    is_clean(&host);
    assert!(descriptors() <= before, "{} descriptors, {before} before", descriptors());
    assert_eq!(host.refused(RefusalReason::Origin), ROUNDS as u64);
    serves(&host);
}

/// Makes the end of the connection an abrupt one.
fn reset(stream: &TcpStream) {
    let socket = socket2::SockRef::from(stream);
    socket.set_linger(Some(std::time::Duration::ZERO)).unwrap();
}
