//! What HTTP itself must do: methods, paths, limits, browsers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use banano_rpc::Config;
use serde_json::json;

use crate::network::{Network, small};

#[test]
fn rows_of_bodies_that_are_not_requests() {
    let network = Network::start();
    let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let rows = [
        ("", "Unable to parse JSON"),
        ("{", "Unable to parse JSON"),
        ("[]", "Unable to parse JSON"),
        ("\"version\"", "Unable to parse JSON"),
        ("{\"action\":\"version\"} x", "Unable to parse JSON"),
        ("{}", "Unknown command"),
        ("{\"action\":null}", "Unknown command"),
        ("{\"action\":\"\"}", "Unknown command"),
        ("{\"action\":\"wallet_list\"}", "Unknown command"),
        ("{\"action\":7}", "Unknown command"),
        (&format!("{{\"action\":\"version\",\"a\":{}}}", deep(20)), "Max JSON depth exceeded"),
    ];
    for (body, want) in rows {
        assert_eq!(network.post(body), json!({"error": want}).to_string(), "{body}");
    }
    let fine = network.post(&format!("{{\"action\":\"version\",\"a\":{}}}", deep(19)));
    assert!(fine.contains("rpc_version"), "{fine}");
}

#[test]
fn any_path_and_any_content_type_will_do_and_nothing_but_post() {
    let network = Network::start();
    let answer = network.raw(
        b"POST /proxy/api?key=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 20\r\n\r\n{\"action\":\"version\"}",
    );
    assert!(answer.contains("\"rpc_version\":\"1\""), "{answer}");
    for method in ["GET", "PUT", "DELETE"] {
        let request = format!("{method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = network.raw(request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.ends_with("{\"error\":\"Can only POST requests\"}"), "{answer}");
    }
}

#[test]
fn a_page_of_any_origin_may_ask() {
    let network = Network::start();
    let preflight = network.raw(
        b"OPTIONS / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: https://wallet.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type,x-client\r\n\r\n",
    );
    let preflight = preflight.to_lowercase();
    assert!(preflight.starts_with("http/1.1 200 ok"), "{preflight}");
    for line in [
        "access-control-allow-origin: *",
        "access-control-allow-methods: post, options",
        "access-control-allow-headers: content-type,x-client",
    ] {
        assert!(preflight.contains(line), "{preflight}");
    }
    let answer = network
        .raw(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
    let answer = answer.to_lowercase();
    assert!(answer.contains("access-control-allow-origin: *"), "{answer}");
    assert!(answer.contains("content-type: application/json"), "{answer}");
}

#[test]
fn a_connection_answers_many_requests_in_order() {
    let network = Network::start();
    let body = r#"{"action":"uptime"}"#;
    let one = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let last = one.replace("Host: x", "Host: x\r\nConnection: close");
    let answer = network.raw(format!("{one}{one}{last}").as_bytes());
    assert_eq!(answer.matches("{\"seconds\":").count(), 3, "{answer}");
}

#[test]
fn a_body_beyond_the_limit_is_refused_before_it_is_read() {
    let config = Config { body_bytes_max: 1024, ..Config::default() };
    let network = Network::with(small(), config);
    let announced = network.raw(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1025\r\n\r\n");
    assert!(announced.contains("Request body is larger than 1024 bytes"), "{announced}");
    let chunk = format!("401\r\n{}\r\n", "x".repeat(0x401));
    let chunked = network.raw(
        format!("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}")
            .as_bytes(),
    );
    assert!(chunked.contains("Request body is larger than 1024 bytes"), "{chunked}");
    let longest = format!("{{\"action\":\"uptime\",\"pad\":\"{}\"}}", "x".repeat(1024 - 28));
    assert_eq!(longest.len(), 1024);
    assert!(network.post(&longest).contains("seconds"));
}

#[test]
fn who_sends_nothing_or_too_slowly_is_let_go() {
    let config = Config { idle_timeout_ms: 150, request_timeout_ms: 150, ..Config::default() };
    let network = Network::with(small(), config);
    let mut silent = TcpStream::connect(network.address).unwrap();
    assert_eq!(silent.read(&mut [0; 16]).unwrap(), 0, "closed");
    let mut slow = TcpStream::connect(network.address).unwrap();
    slow.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("No answer within 0 seconds"), "{answer}");
}

#[test]
fn who_does_not_read_a_long_answer_is_let_go() {
    let config = Config { connections_max: 1, idle_timeout_ms: 200, ..Config::default() };
    let network = Network::with(small(), config);
    let genesis = network.ask(&json!({"action": "version"}))["network_identifier"].clone();
    // Some 20 MB, far more than sockets hold.
    let body = json!({"action": "blocks_info", "hashes": vec![genesis; 20_000]}).to_string();
    let mut deaf = TcpStream::connect(network.address).unwrap();
    write!(deaf, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .unwrap();
    // Gets the only seat once the first connection has lost it.
    assert!(network.post(r#"{"action":"uptime"}"#).contains("seconds"));
}

#[test]
fn a_long_answer_arrives_whole() {
    let network = Network::start();
    let genesis = network.ask(&json!({"action": "version"}))["network_identifier"].clone();
    let answer =
        network.post(&json!({"action": "blocks_info", "hashes": vec![genesis; 5_000]}).to_string());
    assert_eq!(answer.matches("block_account").count(), 5_000);
}

#[test]
fn more_connections_than_allowed_wait_for_their_turn() {
    let config = Config { connections_max: 1, idle_timeout_ms: 300, ..Config::default() };
    let network = Network::with(small(), config);
    // The first one holds the only seat until it is let go for its silence.
    let _first = TcpStream::connect(network.address).unwrap();
    assert!(network.post(r#"{"action":"uptime"}"#).contains("seconds"));
}
