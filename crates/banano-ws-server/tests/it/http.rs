//! Plain HTTP, handshakes that are none, and who may shake hands.

use std::io::Read;

use banano_ws_server::Config;

use crate::{
    host::{Host, config},
    raw::Raw,
};

/// Sends a request and reads to the end of the stream.
fn answer(host: &Host, request: &str) -> String {
    let mut raw = Raw::dial(host.address());
    raw.write(request.replace('\n', "\r\n").as_bytes());
    let mut answer = String::new();
    raw.stream.read_to_string(&mut answer).unwrap();
    answer
}

fn get(host: &Host, path: &str) -> String {
    answer(host, &format!("GET {path} HTTP/1.1\nHost: shop:7074\nConnection: close\n\n"))
}

#[test]
fn a_person_with_a_browser_is_told_how_to_connect() {
    let host = Host::start();
    let page = get(&host, "/");
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    assert!(page.contains("ws://shop:7074/") && page.contains("subscribe"), "{page}");
    let missing = get(&host, "/no/such");
    assert!(missing.starts_with("HTTP/1.1 404 ") && missing.contains("/no/such"), "{missing}");
}

#[test]
fn the_protocol_is_told_as_documents() {
    let host = Host::start();
    let body = |path: &str| {
        let answer = get(&host, path);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}");
        assert!(head.to_lowercase().contains("content-type: application/json"), "{head}");
        serde_json::from_str::<serde_json::Value>(body).unwrap()
    };
    let description = body("/asyncapi.json");
    assert_eq!(description["asyncapi"], "3.0.0");
    assert_eq!(description["servers"]["this"]["host"], "shop:7074");
    assert_eq!(description["servers"]["this"]["protocol"], "ws");
    for name in body("/schema").as_array().unwrap() {
        let name = name.as_str().unwrap();
        for path in [format!("/schema/{name}"), format!("/schema/{name}.json")] {
            assert_eq!(body(&path)["title"], name);
        }
    }
    let missing = get(&host, "/schema/nothing");
    assert!(missing.starts_with("HTTP/1.1 404 ") && missing.contains("confirmation"), "{missing}");
}

#[test]
fn health_is_told() {
    let host = Host::start();
    for path in ["/health/live", "/health/ready"] {
        assert!(get(&host, path).starts_with("HTTP/1.1 200 "), "{path}");
    }
    host.until("plain connections end", |stats| stats.connections == 0);
}

#[test]
fn a_bad_handshake_is_told_what_is_wrong() {
    let host = Host::start();
    let good = "Host: h\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\n\
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n";
    let cases = [
        (
            "no key",
            "GET",
            "1.1",
            good.replace("Sec-WebSocket-Key", "X"),
            "400",
            "Sec-WebSocket-Key",
        ),
        ("bad key", "GET", "1.1", good.replace("ZQ==", ""), "400", "Sec-WebSocket-Key"),
        ("old version", "GET", "1.1", good.replace("13", "8"), "426", "Sec-WebSocket-Version"),
        ("not a GET", "POST", "1.1", good.to_owned(), "405", "GET"),
        ("no upgrade in connection", "GET", "1.1", good.replace(": Upgrade", ": close"), "400", ""),
        ("old HTTP", "GET", "1.0", good.to_owned(), "400", ""),
        ("a body", "GET", "1.1", format!("{good}Content-Length: 3\n"), "400", "body"),
    ];
    for (name, method, version, headers, status, word) in cases {
        let mut raw = Raw::dial(host.address());
        let request = format!("{method} / HTTP/{version}\n{headers}\n");
        raw.write(request.replace('\n', "\r\n").as_bytes());
        let head = raw.head();
        assert_eq!(head.split(' ').nth(1), Some(status), "{name}: {head}");
        let mut body = vec![0; 20];
        raw.stream.read_exact(&mut body).unwrap();
        assert!(head.contains("text/plain"), "{name}: {head}");
        let mut rest = [0; 200];
        let length = if word.is_empty() { 0 } else { raw.stream.read(&mut rest).unwrap() };
        body.extend_from_slice(&rest[..length]);
        let body = String::from_utf8_lossy(&body).into_owned();
        assert!(body.contains(word) || head.contains(&word.to_lowercase()), "{name}: {body}");
    }
}

#[test]
fn garbage_instead_of_http_is_refused() {
    let host = Host::start();
    let long_header = format!("GET / HTTP/1.1\nX: {}\n\n", "x".repeat(100_000));
    for garbage in ["\u{0}\u{1}\u{2}\n\n", "hello\n\n", "GET / HTTP/9.9\n\n", &long_header] {
        let mut raw = Raw::dial(host.address());
        // The server may be gone before all is written.
        let _ =
            std::io::Write::write_all(&mut raw.stream, garbage.replace('\n', "\r\n").as_bytes());
        let mut answer = Vec::new();
        let _ = raw.stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    host.until("all are gone", |stats| stats.connections == 0);
}

#[test]
fn origins_are_allowed_by_list_and_programs_always() {
    let allowed_origins = Some(vec!["https://shop.example".to_owned()]);
    let host = Host::start_with(Config { allowed_origins, ..config() });
    let cases = [
        ("", "101"),
        ("Origin: https://shop.example\r\n", "101"),
        ("Origin: https://SHOP.example\r\n", "101"),
        ("Origin: https://evil.example\r\n", "403"),
        ("Origin: null\r\n", "403"),
    ];
    for (headers, status) in cases {
        let head = Raw::dial(host.address()).handshake("/", headers);
        assert_eq!(head.split(' ').nth(1), Some(status), "{headers}");
    }
}
