//! Extension filters that cannot be read: refused, told why, and without effect (protocol.md §11.1).

use banano_testkit::fixtures::{SEND, conf};
use banano_ws_protocol::ConfirmationKind::ActiveQuorum;
use serde_json::{Value, json};

use crate::client::{Client, filled};

/// The reply to `subscribe` with these options. An error leaves the subscription as it was: to
/// everything.
#[track_caller]
fn refused(topic: &str, options: &str) -> String {
    let mut client = Client::subscribed(topic, "{}");
    let before = client.subscriptions.clone();
    let request =
        format!(r#"{{"action":"subscribe","topic":"{topic}","options":{}}}"#, filled(options));
    let reply = client.ask(&request);
    assert_eq!(reply["code"], "invalid_option", "{options}: {reply}");
    assert_eq!(client.subscriptions, before, "{options}");
    reply["error"].as_str().unwrap().to_owned()
}

#[test]
fn an_error_names_option_value_and_what_would_be_right() {
    let rows = [
        (
            "an amount in BAN",
            r#"{"min_amount":"1.5"}"#,
            r#"`min_amount`: "1.5" is not an amount ('.' at position 1 is not a digit); give raw, in decimal digits without a point, such as "1900000000000000000000000000000""#,
        ),
        (
            "an amount with an exponent",
            r#"{"max_amount":1e30}"#,
            r#"`max_amount`: 1e30 is not an amount ('e' at position 1 is not a digit); give raw, in decimal digits without a point, such as "1900000000000000000000000000000""#,
        ),
        (
            "a subtype in upper case",
            r#"{"subtypes":["send","Receive"]}"#,
            r#"`subtypes`: "Receive" is not a subtype; give send, receive, open, change or epoch, in lower case"#,
        ),
        (
            "no list",
            r#"{"subtypes":"send"}"#,
            r#"`subtypes`: "send" is not a list; give an array, each send, receive, open, change or epoch, in lower case"#,
        ),
        (
            "a direction that is none",
            r#"{"accounts":["<A>"],"direction":"in"}"#,
            r#"`direction`: "in" is not a direction; give incoming or outgoing, in lower case"#,
        ),
        (
            "a direction from nowhere",
            r#"{"direction":"incoming"}"#,
            "`direction` is seen from `accounts`, which are missing; give `accounts` as well, or leave `direction` out",
        ),
        (
            "wallets are not accounts",
            r#"{"direction":"incoming","all_local_accounts":true}"#,
            "`direction` is seen from `accounts`, which are missing; give `accounts` as well, or leave `direction` out",
        ),
        (
            "an account that is none",
            r#"{"counterparties":["<A>","xrb_invalid"]}"#,
            r#"`counterparties`: "xrb_invalid" is not an account (expected 60 characters after the prefix, found 7); give ban_ and its 60 characters"#,
        ),
        (
            "a representative that is none",
            r#"{"representatives":[7]}"#,
            "`representatives`: 7 is not an account (an account begins with ban_); give ban_ and its 60 characters",
        ),
        (
            "a hash that is none",
            r#"{"hashes":["12AB"]}"#,
            r#"`hashes`: "12AB" is not a hash (expected 64 hex digits, found 4 characters); give the 64 hex digits of a block's hash"#,
        ),
        (
            "more than the most",
            r#"{"min_amount":"2","max_amount":"1"}"#,
            "`min_amount` 2 is more than `max_amount` 1, so that nothing could pass; give a `min_amount` of at most `max_amount`",
        ),
    ];
    for (name, options, want) in rows {
        for topic in ["confirmation", "new_unconfirmed_block"] {
            assert_eq!(refused(topic, options), want, "{name}, {topic}");
        }
    }
}

#[test]
fn every_value_that_is_none_is_refused() {
    let values: [(&str, &[&str]); 4] = [
        (
            r#""min_amount":"#,
            &[
                "null",
                "true",
                r#""""#,
                "{}",
                "[]",
                "[1]",
                "-1",
                "1.0",
                r#""01""#,
                r#"" 1""#,
                r#""+1""#,
                "340282366920938463463374607431768211456",
            ],
        ),
        (
            r#""accounts":[],"direction":"#,
            &["null", r#""""#, r#""Incoming""#, r#"["incoming"]"#, "1"],
        ),
        (
            r#""subtypes":"#,
            &["null", r#""""#, "7", "[null]", r#"["sends"]"#, "[[]]", r#"{"send":true}"#],
        ),
        (r#""hashes":"#, &["null", r#""""#, "false", r#"[""]"#, r#"["zz"]"#, "[{}]"]),
    ];
    for (option, values) in values {
        for value in values {
            refused("confirmation", &format!("{{{option}{value}}}"));
        }
    }
}

#[test]
fn long_values_are_cut_and_an_account_is_shown_whole() {
    let long = "é".repeat(1000);
    let error = refused("confirmation", &format!(r#"{{"hashes":["{long}"]}}"#));
    assert_eq!(error.matches('é').count(), 64, "{error}");
    let account = filled("<A>").replace("mh", "mx");
    let error = refused("confirmation", &format!(r#"{{"counterparties":["{account}"]}}"#));
    assert!(error.contains(&format!("\"{account}\"")), "{error}");
}

#[test]
fn a_first_subscription_that_is_refused_is_none() {
    let mut client = Client::default();
    let reply = client.ask(
        r#"{"action":"subscribe","topic":"confirmation","id":7,"ack":true,"options":{"subtypes":["x"]}}"#,
    );
    assert_eq!((&reply["code"], &reply["id"]), (&json!("invalid_option"), &json!("7")));
    assert!(client.subscriptions.is_empty());
}

#[test]
fn an_update_that_is_refused_changes_nothing() {
    let rows = [
        ("confirmation", r#"{"accounts_add":["<D>"],"subtypes_add":["sent"]}"#, "`subtypes_add`"),
        ("confirmation", r#"{"hashes_del":"x"}"#, "`hashes_del`"),
        ("confirmation", r#"{"counterparties_del":[1]}"#, "`counterparties_del`"),
        ("new_unconfirmed_block", r#"{"hashes_add":["x"]}"#, "`hashes_add`"),
        ("new_unconfirmed_block", r#"{"representatives_add":null}"#, "`representatives_add`"),
        ("vote", r#"{"representatives_add":["x"]}"#, "`representatives_add`"),
    ];
    for (topic, options, named) in rows {
        let mut client = Client::subscribed(topic, "{}");
        let before = client.subscriptions.clone();
        let request =
            format!(r#"{{"action":"update","topic":"{topic}","options":{}}}"#, filled(options));
        let reply = client.ask(&request);
        assert_eq!(reply["code"], "invalid_option", "{options}: {reply}");
        assert!(reply["error"].as_str().unwrap().starts_with(named), "{options}: {reply}");
        assert_eq!(client.subscriptions, before, "{options}");
    }
}

/// It is found without looking at the session.
#[test]
fn an_option_comes_before_the_subscription_and_after_the_topic() {
    let rows = [
        (
            r#"{"action":"update","topic":"vote","options":{"representatives_add":7}}"#,
            "invalid_option",
        ),
        (r#"{"action":"update","topic":"nothing","options":{"hashes_add":7}}"#, "unknown_topic"),
        (r#"{"action":"update","topic":"work","options":{"hashes_add":7}}"#, "not_subscribed"),
        (r#"{"action":"update","topic":"vote","options":{"hashes_add":7}}"#, "not_subscribed"),
    ];
    for (request, want) in rows {
        assert_eq!(Client::default().ask(request)["code"], want, "{request}");
    }
}

/// A node's own options are as forgiving as ever beside ours.
#[test]
fn the_options_of_nodes_are_never_refused() {
    let options = r#"{"accounts":["xrb_invalid"],"confirmation_type":"x","include_block":"no","min_amount":1}"#;
    let client = Client::with_options(options);
    assert!(!client.is_told(conf(SEND, ActiveQuorum)), "an empty account filter");
    Client::subscribed("vote", r#"{"representatives":["rubbish",7]}"#);
    Client::subscribed("vote", r#"{"representatives":"rubbish"}"#);
}

fn warnings(topic: &str, action: &str, options: &str) -> Value {
    let mut client = Client::subscribed(topic, r#"{"min_amount":0}"#);
    let request = format!(
        r#"{{"action":"{action}","topic":"{topic}","verbose":true,"ack":true,"options":{}}}"#,
        filled(options)
    );
    client.ask(&request).as_object_mut().unwrap().remove("warnings").unwrap_or_default()
}

#[test]
fn what_counts_for_nothing_is_named_to_those_who_ask() {
    let subscribe = "subscribe";
    let rows = [
        ("confirmation", subscribe, r#"{"min_amount":1,"subtypes":["send"]}"#, Value::Null),
        (
            "confirmation",
            subscribe,
            r#"{"subtypes":[],"hashes":{}}"#,
            json!(["empty subtypes filter", "empty hashes filter"]),
        ),
        (
            "vote",
            subscribe,
            r#"{"representatives":["<A>"],"min_amount":1,"hashes":7}"#,
            json!(["min_amount is no option of vote", "hashes is no option of vote"]),
        ),
        (
            "telemetry",
            subscribe,
            r#"{"direction":"x","accounts":["<A>"]}"#,
            json!(["direction is no option of telemetry", "accounts is no option of telemetry"]),
        ),
        (
            "new_unconfirmed_block",
            subscribe,
            r#"{"accounts":["<A>"]}"#,
            json!(["accounts is no option of new_unconfirmed_block without an extension filter"]),
        ),
        (
            "new_unconfirmed_block",
            subscribe,
            r#"{"accounts":["x"],"min_amount":1}"#,
            json!(["invalid account: x", "empty account filter"]),
        ),
        (
            "confirmation",
            "update",
            r#"{"min_amount":1,"subtypes":["send"],"hashes_add":[]}"#,
            json!(["min_amount is no option of update", "subtypes is no option of update"]),
        ),
    ];
    for (topic, action, options, want) in rows {
        assert_eq!(warnings(topic, action, options), want, "{topic} {action} {options}");
    }
}
