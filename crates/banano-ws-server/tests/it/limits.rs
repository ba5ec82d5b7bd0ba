//! What is bounded: connections, accounts, time, descriptors.

use std::{
    env,
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use banano_testkit::fixtures::{A, B, C, D, SEND};
use banano_ws_protocol::Topic;
use banano_ws_server::{AddressRange, Config, ProxyProtocol, RefusalReason};
use serde_json::json;

use crate::{
    client::Client,
    host::{Host, config},
    raw::{Raw, masked},
};

#[test]
fn one_connection_too_many_gets_503_and_a_place_as_soon_as_one_is_free() {
    let host = Host::start_with(Config { max_connections: 2, ..config() });
    let (mut first, second) = (host.connect(), host.connect());
    for _ in 0..3 {
        let mut refused = Raw::dial(host.address());
        let head = refused.handshake("/", "");
        assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
        assert!(head.to_lowercase().contains("retry-after: "), "{head}");
    }
    assert_eq!(host.stats().refused(RefusalReason::Connections), 3);
    assert_eq!(first.ask(&json!({"action": "ping"}))["ack"], "pong");
    drop(second);
    host.until("a place is free", |stats| stats.connections == 1);
    assert_eq!(host.connect().ask(&json!({"action": "ping"}))["ack"], "pong");
}

#[test]
fn a_request_that_lists_too_many_accounts_has_no_effect() {
    let mut host = Host::start_with(Config { max_accounts_per_session: 2, ..config() });
    let [a, b, c, d] = [A, B, C, D].map(|key| key.account().to_string());
    let mut client = host.connect();
    let request = |action: &str, options: serde_json::Value| json!({"action": action, "topic": "confirmation", "ack": true, "options": options});
    let error = client.ask(&request("subscribe", json!({"accounts": [a, b, c]})));
    assert_eq!(error["code"], "limit_exceeded");
    assert!(error["error"].as_str().unwrap().contains('2'), "{error}");
    assert_eq!(host.subscribers(Topic::Confirmation), 0);

    assert_eq!(client.ask(&request("subscribe", json!({"accounts": [c, d]})))["ack"], "subscribe");
    let error = client.ask(&request("update", json!({"accounts_add": [a]})));
    assert_eq!(error["code"], "limit_exceeded");
    host.confirm(SEND);
    client.is_left_alone(&mut host);
    let swap = request("update", json!({"accounts_add": [a], "accounts_del": [c]}));
    assert_eq!(client.ask(&swap)["ack"], "update");
    host.confirm(SEND);
    assert_eq!(client.json()["message"]["hash"], SEND.hash);
}

#[test]
fn a_connection_that_never_shakes_hands_is_dropped_in_time() {
    let host = Host::start_with(Config { handshake_timeout_ms: 100, ..config() });
    let mut silent = Raw::dial(host.address());
    let mut slow = Raw::dial(host.address());
    slow.write(b"GET / HTTP/1.1\r\nHost: h\r\n");
    // A page asked for again and again holds its connection no longer.
    let mut idle = Raw::dial(host.address());
    idle.write(b"GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n");
    idle.head();
    silent.expect_end();
    slow.expect_end();
    let mut rest = Vec::new();
    idle.stream.read_to_end(&mut rest).unwrap();
    host.until("all are gone", |stats| stats.connections == 0);
}

/// Where nobody is exempt.
fn counted() -> Config {
    Config { exempt_addresses: Vec::new(), ..config() }
}

fn ranges(texts: &[&str]) -> Vec<AddressRange> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn one_address_has_so_many_connections_and_no_more() {
    let host = Host::start_with(Config { max_connections_per_address: 2, ..counted() });
    let (mut first, second) = (host.connect(), host.connect());
    let mut refused = Raw::dial(host.address());
    let head = refused.handshake("/", "");
    assert!(head.starts_with("HTTP/1.1 429 "), "{head}");
    let mut text = String::new();
    refused.stream.read_to_string(&mut text).unwrap();
    assert!(text.contains("2 are allowed (`max_connections_per_address`)"), "{text}");
    assert_eq!(host.refused(RefusalReason::AddressConnections), 1);
    assert_eq!(first.ask(&json!({"action": "ping"}))["ack"], "pong");
    drop(second);
    host.until("a place is free", |stats| stats.connections == 1);
    host.connect();
}

#[test]
fn this_machine_is_not_counted_by_default() {
    let host = Host::start_with(Config { max_connections_per_address: 1, ..config() });
    let clients: Vec<_> = (0..20).map(|_| host.connect()).collect();
    host.until("all are there", |stats| stats.sessions == clients.len());
}

#[test]
fn behind_a_trusted_proxy_everybody_counts_for_themselves() {
    let trusted_proxies = ranges(&["127.0.0.1"]);
    let host =
        Host::start_with(Config { max_connections_per_address: 1, trusted_proxies, ..counted() });
    let from = |address: &str| format!("X-Forwarded-For: {address}\r\n");
    let _first = Client::connect_with(host.address(), &from("192.0.2.1"));
    let _second = Client::connect_with(host.address(), &from("192.0.2.1, 192.0.2.2"));
    let head = Raw::dial(host.address()).handshake("/", &from("9.9.9.9, 192.0.2.1"));
    assert!(head.starts_with("HTTP/1.1 429 "), "{head}");
    let _v6 = Client::connect_with(host.address(), &from("2001:db8::1"));
    let head = Raw::dial(host.address()).handshake("/", &from("2001:db8::2"));
    assert!(head.starts_with("HTTP/1.1 429 "), "the same /64: {head}");
}

#[test]
fn who_is_no_trusted_proxy_speaks_for_nobody() {
    let host = Host::start_with(Config { max_connections_per_address: 1, ..counted() });
    let _first = Client::connect_with(host.address(), "X-Forwarded-For: 192.0.2.1\r\n");
    let head = Raw::dial(host.address()).handshake("/", "X-Forwarded-For: 192.0.2.2\r\n");
    assert!(head.starts_with("HTTP/1.1 429 "), "{head}");
}

#[test]
fn a_header_of_the_proxy_protocol_says_who_connects() {
    let config = Config {
        max_connections_per_address: 1,
        trusted_proxies: ranges(&["127.0.0.1"]),
        proxy_protocol: ProxyProtocol::Required,
        ..counted()
    };
    let host = Host::start_with(config.clone());
    let connect = |header: &[u8]| {
        let mut raw = Raw::dial(host.address());
        raw.write(header);
        let head = raw.handshake("/", "");
        (raw, head.split(' ').nth(1).unwrap().to_owned())
    };
    let one = b"PROXY TCP4 192.0.2.1 10.0.0.1 5 80\r\n";
    let two = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x02\x0a\0\0\x01\0\x05\0\x50";
    let (_one, status) = connect(one);
    assert_eq!(status, "101");
    let (_two, status) = connect(two);
    assert_eq!(status, "101");
    assert_eq!(connect(one).1, "429");
    assert_eq!(connect(two).1, "429");

    let mut without = Raw::dial(host.address());
    without.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    without.expect_drop();
    host.until("it is counted", |stats| stats.refused(RefusalReason::ProxyHeader) == 1);
    let untrusting = Host::start_with(Config { trusted_proxies: Vec::new(), ..config });
    let mut stranger = Raw::dial(untrusting.address());
    stranger.write(one);
    stranger.expect_drop();
    untrusting.until("it is counted", |stats| stats.refused(RefusalReason::ProxyHeader) == 1);
}

#[test]
fn messages_beyond_the_rate_are_refused_and_who_goes_on_is_closed() {
    let host = Host::start_with(Config {
        // So slow that no token comes while the test runs.
        max_messages_per_second: 1,
        message_burst: 50,
        ..config()
    });
    let mut client = host.connect();
    let ping = json!({"action": "ping"});
    for _ in 0..50 {
        assert_eq!(client.ask(&ping)["ack"], "pong");
    }
    let subscribe = json!({"action": "subscribe", "topic": "work", "ack": true});
    let mut refused = Vec::new();
    for _ in 0..40 {
        refused.push(client.ask(&subscribe));
    }
    let told = refused.iter().filter(|reply| reply["code"] == "limit_exceeded").count();
    assert!(told >= 10, "{told}: as many as the test took seconds may have got through");
    let text = refused.iter().find_map(|reply| reply["error"].as_str()).unwrap();
    assert!(text.contains("`max_messages_per_second`") && text.contains("again later"), "{text}");
    for _ in 0..200 {
        client.send(&ping);
    }
    let (close, last) = client.close_frame();
    assert_eq!(u16::from(close.unwrap().code), 1008);
    assert_eq!(last.unwrap()["code"], "limit_exceeded");
    assert!(host.refused(RefusalReason::MessageRate) >= 10);
    assert_eq!(host.refused(RefusalReason::MessageFlood), 1);
}

#[test]
fn a_flood_of_pings_is_one_of_messages() {
    let host =
        Host::start_with(Config { max_messages_per_second: 1, message_burst: 20, ..config() });
    let mut raw = Raw::connect(host.address());
    let flood: Vec<u8> = (0..200).flat_map(|_| masked(0x89, b"p")).collect();
    raw.write(&flood);
    let mut pongs = 0;
    let close = loop {
        match raw.read_frame() {
            (0x8a, _) => pongs += 1,
            (0x81, _) => {}
            (0x88, payload) => break payload,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(close[..2], 1008_u16.to_be_bytes());
    assert!(pongs >= 20, "{pongs}");
    assert_eq!(host.refused(RefusalReason::MessageFlood), 1);
}

#[test]
fn topics_of_a_session_are_bounded_and_a_second_subscribe_is_no_new_one() {
    let host = Host::start_with(Config { max_topics_per_session: 2, ..config() });
    let mut client = host.connect();
    let subscribe = |topic: &str| json!({"action": "subscribe", "topic": topic, "ack": true});
    for topic in ["work", "vote", "vote"] {
        assert_eq!(client.ask(&subscribe(topic))["ack"], "subscribe");
    }
    let error = client.ask(&subscribe("telemetry"));
    assert_eq!(error["code"], "limit_exceeded");
    assert_eq!(host.refused(RefusalReason::Topics), 1);
    client.ask(&json!({"action": "unsubscribe", "topic": "vote", "ack": true}));
    assert_eq!(client.ask(&subscribe("telemetry"))["ack"], "subscribe");
}

#[test]
fn accounts_of_all_sessions_are_bounded_and_given_back() {
    let host =
        Host::start_with(Config { max_accounts_per_session: 3, max_total_accounts: 4, ..config() });
    let [a, b, c, d] = [A, B, C, D].map(|key| key.account().to_string());
    let request = |action: &str, options: serde_json::Value| json!({"action": action, "topic": "confirmation", "ack": true, "options": options});
    let (mut one, mut other) = (host.connect(), host.connect());
    let three = request("subscribe", json!({"accounts": [a, b, c]}));
    let two = request("subscribe", json!({"accounts": [a, b]}));
    assert_eq!(one.ask(&three)["ack"], "subscribe");
    let error = other.ask(&two);
    assert_eq!(error["code"], "limit_exceeded");
    assert!(error["error"].as_str().unwrap().contains("`max_total_accounts`"), "{error}");
    assert_eq!(host.refused(RefusalReason::TotalAccounts), 1);
    assert_eq!(other.ask(&request("subscribe", json!({"accounts": [d]})))["ack"], "subscribe");
    let more = request("update", json!({"accounts_add": [a]}));
    assert_eq!(other.ask(&more)["code"], "limit_exceeded");
    let fewer = request("update", json!({"accounts_del": [b, c]}));
    assert_eq!(one.ask(&fewer)["ack"], "update");
    assert_eq!(other.ask(&more)["ack"], "update");
    drop(one);
    host.until("it is gone", |stats| stats.sessions == 1);
    assert_eq!(other.ask(&three)["ack"], "subscribe");
}

#[test]
fn with_require_filter_nobody_gets_everything() {
    let host = Host::start_with(Config { require_filter: true, ..config() });
    let mut client = host.connect();
    let a = A.account().to_string();
    let cases = [
        (json!({"topic": "confirmation"}), false),
        (json!({"topic": "confirmation", "options": {"confirmation_type": "inactive"}}), false),
        (json!({"topic": "confirmation", "options": {"min_amount": "1"}}), false),
        (json!({"topic": "confirmation", "options": {"accounts": [a]}}), true),
        (json!({"topic": "vote"}), false),
        (json!({"topic": "vote", "options": {"representatives": [a]}}), true),
        (json!({"topic": "new_unconfirmed_block"}), false),
        (json!({"topic": "started_election"}), false),
        (json!({"topic": "stopped_election"}), false),
        (json!({"topic": "telemetry"}), true),
    ];
    for (mut request, is_allowed) in cases {
        request["action"] = json!("subscribe");
        request["ack"] = json!(true);
        let reply = client.ask(&request);
        if reply["ack"].is_null() {
            assert!(!is_allowed, "{request}: {reply}");
            assert_eq!(reply["code"], "limit_exceeded");
        } else {
            assert!(is_allowed, "{request}: {reply}");
        }
    }
    let widen = json!({"action": "update", "topic": "vote", "ack": true, "options": {"representatives_del": [a]}});
    assert_eq!(client.ask(&widen)["code"], "limit_exceeded");
    let mut stream = Raw::dial(host.address());
    stream.write(b"GET /events?topic=confirmation HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(stream.head().starts_with("HTTP/1.1 400 "));
    assert_eq!(host.refused(RefusalReason::Filter), 9);
}

#[test]
fn replays_at_once_are_bounded_for_one_and_for_all() {
    let host =
        Host::start_with(Config { max_total_replays: 1, max_replays_per_session: 1, ..config() });
    for _ in 0..20_000 {
        host.confirm(SEND);
    }
    let replay = |topic: &str| json!({"action": "subscribe", "topic": topic, "ack": true, "since": "oldest"});
    // It reads nothing, so that its replay does not end.
    let mut stuck = Raw::connect(host.address());
    stuck.frame(0x81, replay("confirmation").to_string().as_bytes());
    host.until("it is being replayed to", |stats| stats.messages_replayed > 0);
    stuck.frame(0x81, replay("vote").to_string().as_bytes());
    let mut other = host.connect();
    let error = other.ask(&replay("confirmation"));
    assert_eq!(error["code"], "unavailable", "{error}");
    assert!(error["error"].as_str().unwrap().contains("`max_total_replays`"), "{error}");
    assert_eq!(host.refused(RefusalReason::TotalReplays), 1);
    drop(stuck);
    host.until("it is gone", |stats| stats.sessions == 1);
    assert_eq!(other.ask(&replay("confirmation"))["ack"], "subscribe");
}

#[test]
fn without_descriptors_clients_wait_and_the_server_lives() {
    const NAME: &str = "limits::without_descriptors_clients_wait_and_the_server_lives";
    const SERVES: &str = "BANANO_WS_TEST_SERVES";
    if env::var_os(SERVES).is_some() {
        let host = Host::start();
        println!("\nat {}", host.address());
        while host.stats().accepts_failed == 0 {
            thread::park_timeout(Duration::from_millis(1));
        }
        println!("\nno descriptors");
        // Until the other side has seen enough.
        let _ = std::io::stdin().read(&mut [0]);
        return;
    }
    // The limit is a process's own: this test runs again as the server, in another.
    let script = format!("ulimit -n 50 && exec \"$0\" --exact {NAME} --nocapture");
    let mut server = Command::new("sh")
        .arg("-c")
        .arg(script)
        .arg(env::current_exe().unwrap())
        .env(SERVES, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = said.by_ref().find_map(|line| line.strip_prefix("at ")?.parse().ok()).unwrap();

    let mut clients: Vec<_> = (0..100).map(|_| Raw::dial(address)).collect();
    let mut last = Raw::dial(address);
    let request = b"GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n";
    last.write(request);
    assert!(said.any(|line| line == "no descriptors"));
    clients[0].write(request);
    assert!(clients[0].head().contains(" 200 "), "who has a place is served");
    drop(clients);
    assert!(last.head().contains(" 200 "), "it waited, and was served");

    drop(server.stdin.take());
    assert!(said.any(|line| line.contains("1 passed")));
    assert!(server.wait().unwrap().success());
}
