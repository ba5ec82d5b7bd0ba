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
use banano_ws_server::Config;
use serde_json::json;

use crate::{
    host::{Host, config},
    raw::Raw,
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
    assert_eq!(host.stats().connections_refused, 3);
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
