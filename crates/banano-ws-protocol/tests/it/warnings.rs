//! Warnings for those who ask by `verbose` (protocol.md §11 no. 2).

use banano_testkit::fixtures::{A, INVALID_ACCOUNTS};
use serde_json::{Value, json};

use crate::client::Client;

/// The warnings of a verbose request with these members.
fn warnings(client: &mut Client, members: &str) -> Value {
    let request = format!(r#"{{"verbose":"true","ack":true,{members}}}"#);
    client.ask(&request).as_object_mut().unwrap().remove("warnings").unwrap_or_default()
}

fn of_options(topic: &str, options: &str) -> Value {
    let members = format!(r#""action":"subscribe","topic":"{topic}","options":{options}"#);
    warnings(&mut Client::default(), &members)
}

#[test]
fn what_was_left_out_is_named() {
    let cases = [
        ("confirmation", "{}", Value::Null),
        ("confirmation", r#"{"accounts":["<A>"],"include_block":0}"#, Value::Null),
        ("confirmation", r#"{"confirmation_type":"ALL","all_local_accounts":true}"#, Value::Null),
        ("confirmation", r#"{"accounts":[]}"#, json!(["empty account filter"])),
        (
            "confirmation",
            r#"{"accounts":"<A>"}"#,
            json!([format!("accounts is not a list: {}", A.text()), "empty account filter"]),
        ),
        (
            "confirmation",
            r#"{"accounts":["xrb_invalid","<A>",7]}"#,
            json!(["invalid account: xrb_invalid", "invalid account: 7"]),
        ),
        (
            "confirmation",
            r#"{"confirmation_type":"rubbish","include_block":"no","all_local_accounts":"maybe"}"#,
            json!([
                "all_local_accounts is neither true nor false: maybe",
                "unknown confirmation_type: rubbish",
                "include_block is neither true nor false: no"
            ]),
        ),
        (
            "confirmation",
            r#"{"acounts":["<A>"],"min_amount":0,"include_late":1}"#,
            json!([
                "acounts is no option of confirmation",
                "include_late is no option of confirmation"
            ]),
        ),
        (
            "vote",
            r#"{"accounts":["<A>"],"include_replays":1}"#,
            json!(["accounts is no option of vote"]),
        ),
        (
            "vote",
            r#"{"representatives":["xrb_invalid"],"include_late":"x"}"#,
            json!(["invalid account: xrb_invalid", "include_late is neither true nor false: x"]),
        ),
    ];
    for (topic, options, want) in cases {
        assert_eq!(of_options(topic, &options.replace("<A>", A.text())), want, "{options}");
    }
    for invalid in INVALID_ACCOUNTS {
        let want = json!([format!("invalid account: {invalid}"), "empty account filter"]);
        assert_eq!(of_options("confirmation", &format!(r#"{{"accounts":["{invalid}"]}}"#)), want);
    }
}

#[test]
fn an_option_beside_the_options_is_named() {
    let members = r#""action":"subscribe","topic":"confirmation","all_local_accounts":true,"x":1"#;
    let want = json!(["all_local_accounts stands beside options, where it is ignored"]);
    assert_eq!(warnings(&mut Client::default(), members), want);
}

#[test]
fn updates_warn_as_well() {
    let mut client = Client::with_options("{}");
    let members =
        r#""action":"update","topic":"confirmation","options":{"accounts":[],"hashes_del":[]}"#;
    assert_eq!(warnings(&mut client, members), json!(["accounts is no option of update"]));
    let members = r#""action":"update","topic":"confirmation","options":{"accounts_add":"x","accounts_del":["y"]}"#;
    let want = json!(["accounts_add is not a list: x", "invalid account: y"]);
    assert_eq!(warnings(&mut client, members), want);
}

#[test]
fn nobody_else_is_warned() {
    for verbose in ["", r#""verbose":false,"#, r#""verbose":"yes","#] {
        let reply = Client::default().ask(&format!(
            r#"{{{verbose}"action":"subscribe","topic":"confirmation","ack":true,"options":{{"accounts":["x"]}}}}"#
        ));
        assert_eq!(reply, json!({"ack": "subscribe"}));
    }
}

#[test]
fn warnings_stand_last_in_the_ack() {
    let reply = Client::default().send(
        r#"{"action":"subscribe","topic":"confirmation","ack":true,"id":"i","verbose":1,"options":{"accounts":[]}}"#,
    );
    let want = r#"{"ack":"subscribe","time":"1700000000000","id":"i","warnings":["empty account filter"]}"#;
    assert_eq!(reply.as_deref(), Some(want));
}
