//! Failures: C039 to C059, and the settings of error replies.

use banano_testkit::fixtures::{A, D, SEND, conf};
use banano_ws_protocol::{
    ConfirmationKind::ActiveQuorum, ErrorCode, ErrorReplies, Fault, Topic, parse_request,
};
use serde_json::Value;

use crate::client::Client;

/// The reply to `message` is an error message with this code, has the members of one and no others,
/// and the session goes on.
#[track_caller]
fn check(client: &mut Client, message: &[u8], code: ErrorCode) -> Value {
    let name = String::from_utf8_lossy(message.get(..100).unwrap_or(message)).into_owned();
    let reply = client.send_bytes(message).unwrap_or_else(|| panic!("silence after {name}"));
    let reply: Value = serde_json::from_str(&reply).unwrap();
    let members = reply.as_object().unwrap();
    assert_eq!(members["code"], code.name(), "{name}: {reply}");
    assert!(members.values().all(Value::is_string), "{name}: {reply}");
    assert_eq!(members["time"].as_str().unwrap().len(), 13, "{name}: {reply}");
    assert!(!members["error"].as_str().unwrap().is_empty(), "{name}: {reply}");
    let known = ["error", "code", "time", "id"];
    assert!(members.keys().all(|key| known.contains(&key.as_str())), "{name}: {reply}");
    assert!(client.send(r#"{"action":"ping"}"#).is_some(), "{name}");
    reply
}

#[test]
fn c039_c040_c041_what_is_no_json() {
    for message in [
        "hello",
        "",
        "   ",
        r#"{"action":"ping",}"#,
        "{'action':'ping'}",
        r#"{"action":"ping"} x"#,
        r#"{"a":01}"#,
        r#"{"a":NaN}"#,
        "{action:\"ping\"}",
        "{\"action\":\"ping\"} // x",
        "{\"action\":\"pi\nng\"}",
        r#"{"action":"ping","id":"\ud83d"}"#,
        r#"{"action":"ping"}{"action":"ping"}"#,
    ] {
        check(&mut Client::default(), message.as_bytes(), ErrorCode::InvalidJson);
    }
    check(&mut Client::default(), b"{\"action\":\"p\xffng\"}", ErrorCode::InvalidJson);
}

#[test]
fn c043_a_byte_order_mark_is_skipped() {
    assert_eq!(Client::default().ask("\u{feff}{\"action\":\"ping\"}")["ack"], "pong");
}

#[test]
fn c044_c045_what_is_no_request() {
    let cases = [
        (
            ErrorCode::InvalidMessage,
            &["[]", r#""ping""#, "123", "null", r#"[{"action":"ping"}]"#][..],
        ),
        (
            ErrorCode::MissingAction,
            &[
                "{}",
                r#"{"ping":"pong"}"#,
                r#"{"action":""}"#,
                r#"{"action":{"a":1}}"#,
                r#"{"action":[]}"#,
            ],
        ),
        (
            ErrorCode::UnknownAction,
            &[
                r#"{"action":"Subscribe","topic":"confirmation"}"#, // C047
                r#"{"action":"dance"}"#,
                r#"{"action":null}"#,
                r#"{"action":1}"#,
                r#"{"action":" ping"}"#,
            ],
        ),
        (
            ErrorCode::MissingTopic, // C048
            &[
                r#"{"action":"subscribe"}"#,
                r#"{"action":"subscribe","topic":""}"#,
                r#"{"action":"unsubscribe","topic":{}}"#,
                r#"{"action":"update","options":{}}"#,
            ],
        ),
        (
            ErrorCode::UnknownTopic, // C049
            &[
                r#"{"action":"subscribe","topic":"no_such"}"#,
                r#"{"action":"subscribe","topic":"Confirmation"}"#,
                r#"{"action":"subscribe","topic":1}"#,
                r#"{"action":"subscribe","topic":null}"#,
                r#"{"action":"update","topic":"no_such"}"#,
                r#"{"action":"unsubscribe","topic":"no_such","ack":true}"#, // C050
            ],
        ),
    ];
    for (code, messages) in cases {
        for message in messages {
            let mut client = Client::default();
            check(&mut client, message.as_bytes(), code);
            assert_eq!(client.subscriptions.len(), 0, "{message}");
        }
    }
}

#[test]
fn c046_an_unknown_action_comes_before_the_topic_and_keeps_the_id() {
    let message = r#"{"action":"dance","topic":"confirmation","id":"i"}"#;
    let reply = check(&mut Client::default(), message.as_bytes(), ErrorCode::UnknownAction);
    assert_eq!(reply["id"], "i");
    assert!(reply["error"].as_str().unwrap().contains("\"dance\""));
}

#[test]
fn c046_members_of_an_error_are_in_order() {
    let reply = Client::default().send(r#"{"action":"dance","id":7,"ack":true}"#);
    let want = r#"{"error":"unknown action \"dance\"; use subscribe, unsubscribe, update or ping, in lower case","code":"unknown_action","time":"1700000000000","id":"7"}"#;
    assert_eq!(reply.as_deref(), Some(want));
}

fn update(topic: &str, more: &str) -> String {
    format!(r#"{{"action":"update","topic":"{topic}","ack":true{more}}}"#)
}

#[test]
fn c051_an_update_needs_a_subscription() {
    let mut client = Client::default();
    let add_a = format!(r#","options":{{"accounts_add":["{}"]}}"#, A.text());
    for topic in Topic::ALL.map(Topic::name).into_iter().chain(["ack"]) {
        check(&mut client, update(topic, &add_a).as_bytes(), ErrorCode::NotSubscribed);
        check(&mut client, update(topic, "").as_bytes(), ErrorCode::NotSubscribed);
    }
    assert_eq!(client.subscriptions.len(), 0);
}

#[test]
fn c052_a_subscription_without_options_cannot_be_updated() {
    let mut client = Client::after(r#"{"action":"subscribe","topic":"confirmation"}"#);
    let add_d = format!(r#","options":{{"accounts_add":["{}"]}}"#, D.text());
    check(&mut client, update("confirmation", &add_d).as_bytes(), ErrorCode::NotUpdatable);
    check(&mut client, update("confirmation", "").as_bytes(), ErrorCode::NotUpdatable);
    assert!(client.is_told(conf(SEND, ActiveQuorum)));
}

#[test]
fn other_topics_have_nothing_to_update() {
    for topic in &Topic::ALL.map(Topic::name)[1..] {
        let mut client =
            Client::after(&format!(r#"{{"action":"subscribe","topic":"{topic}","options":{{}}}}"#));
        let message = update(topic, r#","options":{}"#);
        check(&mut client, message.as_bytes(), ErrorCode::NotUpdatable);
    }
}

#[test]
fn c054_an_update_needs_options_of_any_value() {
    for options in ["{}", "null", r#""""#, "[]", "5"] {
        let mut client = Client::with_options(options);
        check(&mut client, update("confirmation", "").as_bytes(), ErrorCode::MissingOptions);
        let message = update("confirmation", &format!(r#","options":{options}"#));
        assert_eq!(client.ask(&message)["ack"], "update", "{options}");
        assert!(client.is_told(conf(SEND, ActiveQuorum)), "{options}");
    }
}

#[test]
fn c055_depth_is_bounded() {
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        format!(r#"{{"action":"subscribe","topic":"vote","ack":true,"options":{open}{close}}}"#)
    };
    assert_eq!(Client::default().ask(&nested(31))["ack"], "subscribe");
    for message in [nested(32), nested(33), "[".repeat(200_000), "{\"a\":".repeat(200_000)] {
        check(&mut Client::default(), message.as_bytes(), ErrorCode::InvalidJson);
    }
}

#[test]
fn c059_errors_repeat_at_most_64_characters() {
    let long = "é".repeat(1000);
    for message in [
        format!(r#"{{"action":"{long}"}}"#),
        format!(r#"{{"action":"subscribe","topic":"{long}"}}"#),
        format!(r#"["{long}"]"#),
    ] {
        let refusal = parse_request(message.as_bytes(), <_>::default()).unwrap_err();
        let repeated = refusal.text.matches('é').count();
        assert!((60..=64).contains(&repeated), "{}", refusal.text);
    }
}

#[test]
fn faults_that_the_server_finds_say_what_is_allowed() {
    let cases = [
        (Fault::message_too_large(1_048_576), "longer than 1048576 bytes"),
        (
            Fault::limit_exceeded("accounts in filters", 100_001, 100_000),
            "100001 accounts in filters are too many, 100000 are allowed",
        ),
    ];
    for (fault, want) in cases {
        assert!(fault.to_string().contains(want), "{fault}");
    }
}

#[test]
fn error_replies_go_to_those_whom_the_setting_names() {
    let messages = [
        ("silent", r#"{"ping":"pong"}"#, false),
        ("not an object", "[]", false),
        ("ack", r#"{"action":"dance","ack":"true"}"#, true),
        ("ack is no boolean", r#"{"action":"dance","ack":"yes"}"#, false),
        ("id", r#"{"action":"subscribe","topic":"no_such","id":7}"#, true),
        ("empty id", r#"{"action":"subscribe","topic":"no_such","id":""}"#, false),
        ("known to the session only", r#"{"action":"update","topic":"vote"}"#, false),
        ("the same with an id", r#"{"action":"update","topic":"vote","id":"i"}"#, true),
        ("not JSON", "hello", true),
    ];
    for (name, message, asked) in messages {
        for (errors, want) in [
            (ErrorReplies::Always, true),
            (ErrorReplies::Asked, asked),
            (ErrorReplies::Never, false),
        ] {
            let mut client = Client { errors, ..Client::default() };
            assert_eq!(client.send(message).is_some(), want, "{name}, {errors:?}");
        }
    }
}
