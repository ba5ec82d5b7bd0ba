//! Ping, ack, id: C015 to C026.

use banano_testkit::fixtures::{A, SEND};
use serde_json::{Value, json};

use crate::{client::assert_is_time, host::Host};

#[test]
fn c015_c016_a_ping_is_answered_whatever_ack_says() {
    let host = Host::start();
    let mut client = host.connect();
    let pong = client.ask(&json!({"action": "ping"}));
    assert_is_time(&pong["time"]);
    assert_eq!(pong, json!({"ack": "pong", "time": pong["time"]}));
    client.text(r#"{"action":"ping","ack":false,"id":"p"}"#);
    let text = client.raw_text();
    let pong: Value = serde_json::from_str(&text).unwrap();
    let time = pong["time"].as_str().unwrap();
    assert_eq!(text, format!(r#"{{"ack":"pong","time":"{time}","id":"p"}}"#));
}

#[test]
fn c018_c019_c020_the_id_is_echoed_as_a_string_or_not_at_all() {
    let host = Host::start();
    let mut client = host.connect();
    let cases = [
        ("7", Some("7")),
        ("1.50", Some("1.50")),
        ("true", Some("true")),
        ("null", Some("null")),
        (r#""""#, None),
        ("{}", None),
        (r#"["a"]"#, None),
        (r#"{"a":1}"#, None),
        (r#""a\"b\u00e9\ud83d\ude00 ""#, Some("a\"bé😀 ")),
    ];
    for (id, want) in cases {
        client.text(format!(r#"{{"action":"ping","id":{id}}}"#));
        let pong = client.json();
        assert_eq!(pong["ack"], "pong");
        assert_eq!(pong.get("id").and_then(Value::as_str), want, "{id}");
    }
}

#[test]
fn c022_without_ack_there_is_no_reply() {
    let mut host = Host::start();
    let mut client = host.connect();
    client.send(&json!({"action": "subscribe", "topic": "confirmation"}));
    client.is_left_alone(&mut host);
}

#[test]
fn c023_ack_may_be_true_in_four_ways() {
    let host = Host::start();
    for ack in [json!(true), json!("true"), json!(1), json!("1")] {
        let mut client = host.connect();
        let reply =
            client.ask(&json!({"action": "subscribe", "topic": "confirmation", "ack": ack}));
        assert_eq!(reply["ack"], "subscribe", "{ack}");
    }
}

#[test]
fn c025_an_ack_that_is_no_boolean_is_none_and_the_request_counts() {
    let mut host = Host::start();
    for ack in ["\"True\"", "\"yes\"", "2", "null", "{}", "[true]", "1.0"] {
        let mut client = host.connect();
        let text = format!(r#"{{"action":"subscribe","topic":"confirmation","ack":{ack}}}"#);
        client.text(text);
        client.is_left_alone(&mut host);
        host.confirm(SEND);
        assert_eq!(client.json()["message"]["hash"], SEND.hash, "{ack}");
    }
}

#[test]
fn c026_acks_name_the_action_and_echo_the_id() {
    let host = Host::start();
    let mut client = host.connect();
    let requests = [
        json!({"action": "subscribe", "options": {}}),
        json!({"action": "update", "options": {"accounts_add": [A.account().to_string()]}}),
        json!({"action": "unsubscribe"}),
    ];
    for (number, mut request) in requests.into_iter().enumerate() {
        request["topic"] = json!("confirmation");
        request["ack"] = json!(true);
        request["id"] = json!(number);
        let reply = client.ask(&request);
        assert_is_time(&reply["time"]);
        let want =
            json!({"ack": request["action"], "time": reply["time"], "id": number.to_string()});
        assert_eq!(reply, want);
    }
}
