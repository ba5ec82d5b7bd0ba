//! Subscribing without a message: server-sent events, and a WebSocket's URL (protocol.md §11.3).

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;

use banano_testkit::fixtures::{A, B, CHANGE, OPEN, SEND};
use banano_ws_journal::Limits;
use banano_ws_server::Config;
use serde_json::{Value, json};

use crate::{
    client::{Client, assert_is_error_message},
    host::{Host, config},
    raw::Raw,
};

/// A reader of a stream of events.
struct Stream {
    lines: BufReader<TcpStream>,
}

/// One event: the id and, unless it is one by which only the place is told, the message.
#[derive(Debug)]
struct Told {
    id: String,
    message: Option<Value>,
}

impl Stream {
    fn open(host: &Host, query: &str, headers: &str) -> Self {
        let mut raw = Raw::dial(host.address());
        raw.write(format!("GET /events?{query} HTTP/1.1\r\nHost: h\r\n{headers}\r\n").as_bytes());
        let head = raw.head();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(head.contains("Content-Type: text/event-stream\r\n"), "{head}");
        Self { lines: BufReader::new(raw.stream) }
    }

    /// The next event, heartbeats skipped.
    fn next(&mut self) -> Told {
        let mut told = Told { id: String::new(), message: None };
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).expect("a line") > 0, "the stream ended");
            match line.trim_end_matches('\n').split_once(": ") {
                Some(("id", id)) => id.clone_into(&mut told.id),
                Some(("data", data)) => told.message = Some(serde_json::from_str(data).unwrap()),
                Some(("retry", _)) => {}
                Some(other) => panic!("{other:?}"),
                None if line == ":\n" => {}
                None if told.id.is_empty() => {}
                None => return told,
            }
        }
    }

    /// The next message, which must have the id of its cursor.
    fn message(&mut self) -> (String, Value) {
        loop {
            let Told { id, message } = self.next();
            if let Some(message) = message {
                assert_eq!(message["cursor"], id, "{message}");
                return (id, message);
            }
        }
    }
}

/// Status and error message of an answer that is no stream.
fn refused(host: &Host, target: &str, headers: &str) -> (u16, Value) {
    let mut raw = Raw::dial(host.address());
    let request = format!("GET {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{headers}\r\n");
    raw.write(request.as_bytes());
    let mut answer = String::new();
    raw.stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.to_lowercase().contains("content-type: application/json"), "{head}");
    let error: Value = serde_json::from_str(body).unwrap();
    assert_is_error_message(&error);
    (head.split(' ').nth(1).unwrap().parse().unwrap(), error)
}

#[test]
fn a_stream_tells_its_place_first_then_what_happens() {
    let host = Host::start();
    host.confirm(OPEN);
    let query = format!("topic=confirmation&accounts={}&include_block=false", A.text());
    let mut stream = Stream::open(&host, &query, "Accept: text/event-stream\r\n");
    let place = stream.next();
    assert!(place.message.is_none() && !place.id.is_empty(), "{place:?}");
    host.confirm(CHANGE);
    host.confirm(SEND);
    let (_, message) = stream.message();
    assert_eq!(message["topic"], "confirmation");
    assert_eq!(message["message"]["hash"], SEND.hash);
    assert!(message["message"].get("block").is_none() && message.get("replayed").is_none());
}

#[test]
fn a_reader_that_comes_back_with_its_last_id_misses_nothing() {
    let mut host = Host::start();
    let query = format!("topic=confirmation&accounts={}", B.text());
    let mut stream = Stream::open(&host, &query, "");
    let place = stream.next().id;
    host.confirm(OPEN);
    let (last, _) = stream.message();
    drop(stream);
    host.confirm(SEND);
    host.confirm(CHANGE);
    host.settle();
    for (id, wanted) in [(&place, &[OPEN, SEND, CHANGE][..]), (&last, &[SEND, CHANGE])] {
        let header = format!("Last-Event-ID: {id}\r\n");
        // What stays in the URL of a browser counts no more.
        let mut stream = Stream::open(&host, &format!("{query}&since=oldest"), &header);
        assert_eq!(stream.next().id, *id, "who breaks off now has to come back to the same place");
        for block in wanted {
            let (_, message) = stream.message();
            assert_eq!(message["message"]["hash"], block.hash);
            assert_eq!(message["replayed"], "true");
        }
    }
}

#[test]
fn a_quiet_stream_is_kept_alive_and_its_place_moves_on() {
    let quick = Config { ping_interval_ms: 20, idle_timeout_ms: 200, ..config() };
    let mut host = Host::start_with(quick);
    let mut stream = Stream::open(&host, "topic=work", "");
    let first = stream.next().id;
    host.confirm(SEND);
    host.settle();
    let mut id = stream.next().id;
    for _ in 0..30 {
        id = stream.next().id;
    }
    // So many take longer than `idle_timeout_ms`, and the place is behind what happened.
    assert_ne!(id, first);
}

#[test]
fn what_is_wrong_with_a_stream_is_answered_as_json() {
    let host = Host::start_on(config(), Limits { events: 2, ..Limits::default() });
    for _ in 0..6 {
        host.confirm(SEND);
    }
    let rows = [
        ("/events", 400, "missing_topic"),
        ("/events?topic=no_such", 400, "unknown_topic"),
        ("/events?topic=ack", 400, "unknown_topic"),
        ("/events?topic=confirmation&account=x", 400, "invalid_option"),
        ("/events?topic=confirmation&since=x", 400, "invalid_option"),
        ("/events?topic=confirmation&since=00000000-1", 410, "cursor_expired"),
        ("/events?topic=confirmation&since=time:0", 410, "cursor_expired"),
    ];
    for (target, status, code) in rows {
        let (got, error) = refused(&host, target, "");
        assert_eq!((got, error["code"].as_str()), (status, Some(code)), "{target}: {error}");
    }
    let (status, error) = refused(&host, "/events?topic=vote", "Last-Event-ID: 12345678-5\r\n");
    assert_eq!((status, error["code"].as_str()), (410, Some("cursor_expired")));
    assert!(error["newest"].is_string(), "{error}");
    host.until("nothing is left behind", |stats| stats.connections == 0 && stats.sessions == 0);
}

#[test]
fn pages_of_other_origins_read_events_as_the_setting_allows() {
    let allowed_origins = Some(vec!["https://shop.example".to_owned()]);
    let rows = [
        (None, "", "200", "*"),
        (None, "Origin: https://shop.example\r\n", "200", "*"),
        (
            allowed_origins.clone(),
            "Origin: https://shop.example\r\n",
            "200",
            "https://shop.example",
        ),
        (allowed_origins, "Origin: https://evil.example\r\n", "403", ""),
    ];
    for (allowed_origins, header, status, allowed) in rows {
        let host = Host::start_with(Config { allowed_origins, ..config() });
        let mut raw = Raw::dial(host.address());
        raw.write(format!("GET /events?topic=work HTTP/1.1\r\nHost: h\r\n{header}\r\n").as_bytes());
        let head = raw.head();
        assert_eq!(head.split(' ').nth(1), Some(status), "{header}");
        let told = head.lines().find_map(|line| line.strip_prefix("Access-Control-Allow-Origin: "));
        assert_eq!(told.unwrap_or_default(), allowed, "{head}");
    }
}

#[test]
fn a_websocket_subscribes_by_its_url() {
    let mut host = Host::start();
    let query = format!("/?topic=confirmation&accounts={}&ack=true&id=7&cursor=true", A.text());
    let mut client = Client::connect_to(host.address(), &query);
    let ack = client.json();
    assert_eq!((&ack["ack"], &ack["id"]), (&json!("subscribe"), &json!("7")), "{ack}");
    host.confirm(CHANGE);
    host.confirm(SEND);
    assert_eq!(client.json()["message"]["hash"], SEND.hash);
    client.is_left_alone(&mut host);

    let back = format!("/any?topic=confirmation&since={}", ack["cursor"].as_str().unwrap());
    let mut client = Client::connect_to(host.address(), &back);
    for block in [CHANGE, SEND] {
        let event = client.json();
        assert_eq!(
            (&event["message"]["hash"], &event["replayed"]),
            (&json!(block.hash), &json!("true"))
        );
    }
    // A mistake is told, and the session lives.
    let mut client = Client::connect_to(host.address(), "/?topic=confirmations");
    assert_eq!(client.json()["code"], "unknown_topic");
    client.is_left_alone(&mut host);
    // A query without a topic is nobody's.
    let mut client = Client::connect_to(host.address(), "/?token=1");
    host.confirm(SEND);
    client.is_left_alone(&mut host);
}
