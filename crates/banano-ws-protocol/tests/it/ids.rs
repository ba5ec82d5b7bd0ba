//! Ping, ack, id: C015 to C026, and subscriptions C028 to C036.

use banano_testkit::fixtures::{A, D, SEND, conf, started_election};
use banano_ws_protocol::{ConfirmationKind::ActiveQuorum, Topic};
use serde_json::json;

use crate::client::Client;

#[test]
fn c015_ping_answers_with_two_members_in_order() {
    let reply = Client::default().send(r#"{"action":"ping"}"#);
    assert_eq!(reply.as_deref(), Some(r#"{"ack":"pong","time":"1700000000000"}"#));
}

#[test]
fn c016_ping_answers_though_ack_is_false() {
    let reply = Client::default().send(r#"{"action":"ping","ack":false,"id":"p"}"#);
    assert_eq!(reply.as_deref(), Some(r#"{"ack":"pong","time":"1700000000000","id":"p"}"#));
}

#[test]
fn c018_ids_are_echoed_as_their_source_text() {
    let cases = [
        ("7", "7"),
        ("1.50", "1.50"),
        ("1e3", "1e3"),
        ("-0.0", "-0.0"),
        ("true", "true"),
        ("null", "null"),
        (r#"" x ""#, " x "),
    ];
    for (id, want) in cases {
        let reply = Client::default().ask(&format!(r#"{{"action":"ping","id":{id}}}"#));
        assert_eq!(reply, json!({"ack": "pong", "id": want}), "{id}");
    }
}

#[test]
fn c019_empty_ids_are_left_out() {
    for id in [r#""""#, "{}", r#"["a"]"#, r#"{"a":1}"#, "[]"] {
        let reply = Client::default().ask(&format!(r#"{{"action":"ping","id":{id}}}"#));
        assert_eq!(reply, json!({"ack": "pong"}), "{id}");
    }
}

#[test]
fn c020_ids_keep_every_character() {
    let request = r#"{"action":"ping","id":"a\"b\u00e9\ud83d\ude00\u0000\n "}"#;
    let reply = Client::default().ask(request);
    assert_eq!(reply, json!({"ack": "pong", "id": "a\"bé😀\0\n "}));
}

#[test]
fn escapes_in_keys_and_actions_are_decoded() {
    let reply = Client::default().ask(r#"{"\u0061ction":"p\u0069ng"}"#);
    assert_eq!(reply, json!({"ack": "pong"}));
}

#[test]
fn the_first_of_two_equal_keys_counts() {
    let reply = Client::default().ask(r#"{"action":"ping","id":"a","id":"b","action":"dance"}"#);
    assert_eq!(reply, json!({"ack": "pong", "id": "a"}));
}

#[test]
fn c022_without_ack_there_is_silence() {
    let reply = Client::default().send(r#"{"action":"subscribe","topic":"confirmation"}"#);
    assert_eq!(reply, None);
}

#[test]
fn c023_four_spellings_of_true() {
    for ack in ["true", r#""true""#, "1", r#""1""#] {
        let request = format!(r#"{{"action":"subscribe","topic":"confirmation","ack":{ack}}}"#);
        assert_eq!(Client::default().ask(&request), json!({"ack": "subscribe"}), "{ack}");
    }
}

#[test]
fn c025_what_is_no_boolean_is_absent() {
    for ack in [r#""True""#, r#""yes""#, "2", "null", "{}", "[true]", "1.0", "0", "false", r#""""#]
    {
        let mut client = Client::default();
        let request = format!(r#"{{"action":"subscribe","topic":"confirmation","ack":{ack}}}"#);
        assert_eq!(client.send(&request), None, "{ack}");
        assert!(client.is_told(conf(SEND, ActiveQuorum)), "{ack}");
    }
}

#[test]
fn c026_acks_name_their_action() {
    let mut client = Client::with_options("{}");
    for action in ["subscribe", "unsubscribe", "update"] {
        let request = format!(
            r#"{{"action":"{action}","topic":"confirmation","ack":true,"id":"i","options":{{}}}}"#
        );
        if action == "update" {
            client = Client::with_options("{}");
        }
        assert_eq!(client.ask(&request), json!({"ack": action, "id": "i"}), "{action}");
    }
}

#[test]
fn c028_repeats_are_acked_and_counted_once() {
    let mut client = Client::default();
    for (action, count) in
        [("subscribe", 1), ("subscribe", 1), ("unsubscribe", 0), ("unsubscribe", 0)]
    {
        let request = format!(r#"{{"action":"{action}","topic":"confirmation","ack":true}}"#);
        assert_eq!(client.ask(&request), json!({"ack": action}));
        assert_eq!(client.subscriptions.len(), count);
    }
}

#[test]
fn c029_c030_the_nine_topics_and_ack_are_known() {
    for topic in Topic::ALL.map(Topic::name).into_iter().chain(["ack"]) {
        let mut client = Client::default();
        let request = format!(r#"{{"action":"subscribe","topic":"{topic}","ack":true}}"#);
        assert_eq!(client.ask(&request), json!({"ack": "subscribe"}), "{topic}");
        assert_eq!(client.subscriptions.len(), usize::from(topic != "ack"), "{topic}");
    }
}

#[test]
fn c032_topics_are_independent() {
    let client = Client::after(r#"{"action":"subscribe","topic":"vote"}"#);
    assert!(!client.is_told(conf(SEND, ActiveQuorum)));
    assert!(!client.is_told(started_election(SEND)));
}

#[test]
fn c034_c035_subscribing_again_replaces_the_options() {
    let accounts =
        |key: &str| format!(r#"{{"action":"subscribe","topic":"confirmation","ack":true,{key}}}"#);
    let only = |text: &str| accounts(&format!(r#""options":{{"accounts":["{text}"]}}"#));
    let mut client = Client::after(&only(A.text()));
    assert!(client.is_told(conf(SEND, ActiveQuorum)));
    client.ask(&only(D.text()));
    assert!(!client.is_told(conf(SEND, ActiveQuorum)));
    client.ask(&accounts(r#""id":"x""#));
    assert!(client.is_told(conf(SEND, ActiveQuorum)));
}

#[test]
fn c036_an_option_beside_the_options_is_ignored() {
    let client =
        Client::after(r#"{"action":"subscribe","topic":"confirmation","all_local_accounts":true}"#);
    assert!(client.is_told(conf(SEND, ActiveQuorum)));
}
