//! Failures: C039 to C059. No bad message ends a session.

use banano_testkit::fixtures::{A, D, SEND};
use banano_ws_protocol::Topic;
use banano_ws_server::{Config, ErrorReplies};
use serde_json::json;

use crate::host::{Host, config};

/// Sends each text and compares the code of the error that comes back.
fn check(cases: &[(&str, &str)]) {
    let mut host = Host::start();
    let mut client = host.connect();
    for (text, code) in cases {
        assert_eq!(client.error_code(*text), *code, "{text}");
    }
    client.is_left_alone(&mut host);
    for topic in [Topic::Confirmation, Topic::Vote] {
        assert_eq!(host.subscribers(topic), 0);
    }
}

#[test]
fn c039_c040_c041_what_is_no_json_is_invalid_json() {
    check(&[
        ("hello", "invalid_json"),
        ("", "invalid_json"),
        ("   ", "invalid_json"),
        (r#"{"action":"ping",}"#, "invalid_json"),
        ("{'action':'ping'}", "invalid_json"),
        (r#"{"action":"ping"} x"#, "invalid_json"),
        (r#"{"a":01}"#, "invalid_json"),
        (r#"{"a":NaN}"#, "invalid_json"),
    ]);
}

#[test]
fn c043_a_byte_order_mark_is_skipped() {
    let host = Host::start();
    let mut client = host.connect();
    client.text("\u{feff}{\"action\":\"ping\"}");
    assert_eq!(client.json()["ack"], "pong");
}

#[test]
fn c044_json_that_is_no_object_is_an_invalid_message() {
    check(&[
        ("[]", "invalid_message"),
        (r#""ping""#, "invalid_message"),
        ("123", "invalid_message"),
        ("null", "invalid_message"),
        (r#"[{"action":"ping"}]"#, "invalid_message"),
    ]);
}

#[test]
fn c045_c047_c048_c049_c050_actions_and_topics_are_checked_in_order() {
    check(&[
        ("{}", "missing_action"),
        (r#"{"ping":"pong"}"#, "missing_action"),
        (r#"{"action":""}"#, "missing_action"),
        (r#"{"action":"Subscribe","topic":"confirmation"}"#, "unknown_action"),
        (r#"{"action":"dance"}"#, "unknown_action"),
        (r#"{"action":"subscribe"}"#, "missing_topic"),
        (r#"{"action":"subscribe","topic":""}"#, "missing_topic"),
        (r#"{"action":"subscribe","topic":"no_such"}"#, "unknown_topic"),
        (r#"{"action":"subscribe","topic":"Confirmation"}"#, "unknown_topic"),
        (r#"{"action":"subscribe","topic":1}"#, "unknown_topic"),
        (r#"{"action":"unsubscribe","topic":"no_such","ack":true}"#, "unknown_topic"),
    ]);
}

#[test]
fn c046_c059_the_error_of_a_request_with_an_id_carries_it() {
    let host = Host::start();
    let mut client = host.connect();
    let error = client.ask(&json!({"action": "dance", "topic": "confirmation", "id": "i"}));
    assert_eq!((&error["code"], &error["id"]), (&json!("unknown_action"), &json!("i")));
    assert!(error["error"].as_str().unwrap().contains("dance"), "{error}");
}

#[test]
fn c051_c052_c054_an_update_needs_something_to_update() {
    let mut host = Host::start();
    let mut client = host.connect();
    let update = |account: &str| {
        json!({
            "action": "update", "topic": "confirmation", "ack": true,
            "options": {"accounts_add": [account]},
        })
        .to_string()
    };
    let (a, d) = (A.account().to_string(), D.account().to_string());
    assert_eq!(client.error_code(update(&a)), "not_subscribed");
    host.confirm(SEND);
    client.is_left_alone(&mut host);

    client.send(&json!({"action": "subscribe", "topic": "confirmation"}));
    assert_eq!(client.error_code(update(&d)), "not_updatable");
    host.confirm(SEND);
    assert_eq!(client.json()["message"]["hash"], SEND.hash, "still unfiltered");

    client.send(&json!({"action": "subscribe", "topic": "confirmation", "options": {}}));
    let without = r#"{"action":"update","topic":"confirmation","ack":true}"#;
    assert_eq!(client.error_code(without), "missing_options");
}

#[test]
fn c055_deep_nesting_is_refused_and_the_server_lives() {
    let host = Host::start();
    let mut client = host.connect();
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!(r#"{{"action":"subscribe","topic":"vote","ack":true,"options":{open}{close}}}"#)
    };
    assert_eq!(client.error_code(nested(33)), "invalid_json");
    assert_eq!(client.error_code("[".repeat(200_000)), "invalid_json");
    client.text(nested(31));
    assert_eq!(client.json()["ack"], "subscribe");
}

#[test]
fn error_replies_are_for_those_whom_the_operator_means() {
    for (setting, unasked, asked) in [
        (ErrorReplies::Always, true, true),
        (ErrorReplies::Asked, false, true),
        (ErrorReplies::Never, false, false),
    ] {
        let mut host = Host::start_with(Config { error_replies: setting, ..config() });
        let mut client = host.connect();
        for (text, is_answered) in [
            (r#"{"action":"dance"}"#, unasked),
            (r#"{"action":"dance","id":1}"#, asked),
            (r#"{"action":"dance","ack":true}"#, asked),
            ("no json", asked),
        ] {
            if is_answered {
                client.error_code(text);
            } else {
                client.text(text);
            }
            client.is_left_alone(&mut host);
        }
    }
}
