//! Topic `status`, and what it says about readiness (protocol.md §11.5).

use std::io::{BufRead, BufReader, Read};

use banano_testkit::fixtures::SEND;
use banano_ws_server::SourceState::{Down, Lagging, Up};
use serde_json::{Value, json};

use crate::{
    client::{Client, assert_is_time},
    host::Host,
    raw::Raw,
};

/// What a message about a source says, and that nothing but strings is in it.
fn source(message: &Value) -> (String, String, String) {
    assert_eq!(message["topic"], "status", "{message}");
    assert_is_time(&message["time"]);
    let told = &message["message"];
    assert_eq!(told["kind"], "source", "{message}");
    assert_is_time(&told["since"]);
    let text = |name: &str| told[name].as_str().unwrap().to_owned();
    (text("source"), text("state"), text("detail"))
}

fn is(name: &str, state: &str, detail: &str) -> (String, String, String) {
    (name.to_owned(), state.to_owned(), detail.to_owned())
}

#[test]
fn what_is_so_comes_right_after_the_ack_and_then_what_changes() {
    let mut host = Host::start();
    let sources = host.sources();
    sources.tell("a", Up, "");
    sources.tell("b", Lagging, "7 blocks to go");
    let mut client = host.connect();
    let ack =
        client.ask(&json!({"action": "subscribe", "topic": "status", "ack": true, "id": "1"}));
    assert_eq!((&ack["ack"], &ack["id"]), (&json!("subscribe"), &json!("1")));
    assert_eq!(source(&client.json()), is("a", "up", ""));
    assert_eq!(source(&client.json()), is("b", "lagging", "7 blocks to go"));
    sources.tell("b", Up, "");
    assert_eq!(source(&client.json()), is("b", "up", ""));
    // Nothing new, and nothing that was asked for.
    sources.tell("b", Up, "");
    sources.tell("b", Up, "another detail");
    host.confirm(SEND);
    client.is_left_alone(&mut host);
    sources.tell("a", Down, "refused");
    assert_eq!(source(&client.json()), is("a", "down", "refused"));
    client.ask(&json!({"action": "unsubscribe", "topic": "status", "ack": true}));
    sources.tell("a", Up, "");
    client.is_left_alone(&mut host);
}

#[test]
fn who_does_not_ask_is_not_told() {
    let mut host = Host::start();
    let mut client = host.subscriber("confirmation");
    host.sources().tell("a", Down, "");
    client.is_left_alone(&mut host);
    assert_eq!(host.stats().watchers, 0);
}

#[test]
fn subscribers_are_counted_however_they_go() {
    let host = Host::start();
    host.sources().tell("a", Up, "");
    let mut first = host.subscriber("status");
    let mut second = host.subscriber("status");
    second.ask(&json!({"action": "subscribe", "topic": "status"}));
    host.until("both", |stats| stats.watchers == 2);
    first.json();
    first.ask(&json!({"action": "unsubscribe", "topic": "status", "ack": true}));
    drop(second);
    host.until("none", |stats| stats.watchers == 0);
}

#[test]
fn however_often_it_asks_at_once_a_client_is_told_once() {
    let mut host = Host::start();
    for number in 0..100 {
        host.sources().tell(&number.to_string(), Up, "");
    }
    let mut client = host.connect();
    client.ask(&json!({"action": "ping"}));
    let request = json!({"action": "subscribe", "topic": "status"}).to_string();
    let mut frames = Vec::new();
    for _ in 0..100 {
        frames.extend_from_slice(&[0x81, 0x80 | u8::try_from(request.len()).unwrap(), 0, 0, 0, 0]);
        frames.extend_from_slice(request.as_bytes());
    }
    std::io::Write::write_all(&mut client.stream(), &frames).unwrap();
    assert!(client.heard(&mut host).len() <= 200, "one or two readings of the socket");
}

#[test]
fn errors_say_what_would_be_right() {
    let host = Host::start();
    let mut client = host.connect();
    let cases = [
        (json!({"action": "subscribe", "topic": "status", "since": "oldest"}), "invalid_option"),
        (json!({"action": "subscribe", "topic": "status", "cursor": true}), "invalid_option"),
        (json!({"action": "update", "topic": "status", "options": {}}), "not_updatable"),
        (json!({"action": "subscribe", "topic": "Status"}), "unknown_topic"),
    ];
    for (request, code) in cases {
        assert_eq!(client.error_code(request.to_string()), code, "{request}");
    }
    let warned = json!({"action": "subscribe", "topic": "status", "ack": true, "verbose": true,
        "options": {"min_amount": "1"}});
    assert!(client.ask(&warned)["warnings"][0].as_str().unwrap().contains("min_amount"));
}

#[test]
fn a_stop_is_announced_with_its_deadline_before_the_close() {
    let host = Host::start();
    let mut watching = host.subscriber("status");
    let mut other = host.subscriber("confirmation");
    let stopping = std::thread::spawn(move || host.stop());
    let (close, last) = watching.close_frame();
    assert_eq!(u16::from(close.unwrap().code), 1001);
    let last = last.expect("a notice");
    assert_eq!(last["message"]["kind"], "shutdown");
    assert_is_time(&last["message"]["deadline"]);
    assert!(last["message"]["deadline"].as_str() >= last["time"].as_str(), "{last}");
    let (close, last) = other.close_frame();
    assert_eq!((u16::from(close.unwrap().code), last), (1001, None));
    watching.sees_the_end();
    other.sees_the_end();
    stopping.join().unwrap();
}

#[test]
fn a_url_and_a_stream_of_events_can_ask_for_it() {
    let host = Host::start();
    host.sources().tell("a", Up, "");
    let mut client = Client::connect_to(host.address(), "/?topic=status");
    assert_eq!(source(&client.json()), is("a", "up", ""));

    let mut raw = Raw::dial(host.address());
    raw.write(b"GET /events?topic=status HTTP/1.1\r\nHost: h\r\n\r\n");
    let head = raw.head();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    let mut lines = BufReader::new(raw.stream).lines().map(Result::unwrap);
    let mut next = move || {
        lines.by_ref().find_map(|line| {
            assert!(!line.starts_with("id:"), "there is no place to go on from: {line}");
            line.strip_prefix("data: ").map(|data| serde_json::from_str::<Value>(data).unwrap())
        })
    };
    assert_eq!(source(&next().unwrap()), is("a", "up", ""));
    host.sources().tell("a", Down, "");
    assert_eq!(source(&next().unwrap()), is("a", "down", ""));
    assert_eq!(source(&client.json()), is("a", "down", ""));
}

#[test]
fn a_server_without_a_source_that_is_up_is_not_ready() {
    let ready = |host: &Host| {
        let mut raw = Raw::dial(host.address());
        raw.write(b"GET /health/ready HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        raw.stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().to_owned(), body.to_owned())
    };
    let host = Host::start();
    assert_eq!(ready(&host), ("200".to_owned(), "ready\n".to_owned()));
    host.sources().tell("a", Down, "");
    let reason = "0 of 1 sources up, 1 needed\n".to_owned();
    assert_eq!(ready(&host), ("503".to_owned(), reason));
    host.sources().tell("a", Up, "");
    assert_eq!(ready(&host).0, "200");
}
