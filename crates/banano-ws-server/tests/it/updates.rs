//! `update` of a confirmation subscription: C103 to C111.

use banano_testkit::fixtures::{A, B, CHANGE, D, OPEN, SEND};
use banano_ws_protocol::Topic;
use serde_json::{Value, json};

use crate::{client::Client, host::Host};

/// Sends an `update` and takes its ack.
fn update(client: &mut Client, options: &Value) {
    let reply = client.ask(
        &json!({"action": "update", "topic": "confirmation", "ack": true, "options": options}),
    );
    assert_eq!(reply["ack"], "update", "{options}");
}

#[test]
fn c103_the_first_account_turns_everything_into_only_these() {
    let mut host = Host::start();
    let mut client = host.subscriber_with("confirmation", &json!({}));
    update(&mut client, &json!({"accounts_add": [A.text()]}));
    host.confirm(SEND);
    host.confirm(OPEN); // B receives from A: the sender does not match
    assert_eq!(client.heard_hashes(&mut host), [SEND.hash]);
    assert_eq!(host.subscribers(Topic::Confirmation), 1);
    update(&mut client, &json!({"accounts_del": [A.text()]}));
    host.confirm(SEND);
    host.confirm(CHANGE);
    client.is_left_alone(&mut host);
    assert_eq!(host.subscribers(Topic::Confirmation), 1);
}

#[test]
fn c104_an_empty_filter_is_filled() {
    let mut host = Host::start();
    let mut client = host.subscriber_with("confirmation", &json!({"accounts": []}));
    update(&mut client, &json!({"accounts_add": [A.text()]}));
    host.confirm(SEND);
    assert_eq!(client.heard_hashes(&mut host), [SEND.hash]);
}

#[test]
fn c106_an_update_without_lists_changes_nothing() {
    let mut host = Host::start();
    let mut client = host.subscriber_with("confirmation", &json!({}));
    for options in [json!({}), json!(null), json!([]), json!("")] {
        update(&mut client, &options);
        host.confirm(SEND);
        assert_eq!(client.heard_hashes(&mut host), [SEND.hash], "{options}");
    }
}

#[test]
fn c108_only_the_lists_are_looked_at() {
    let mut host = Host::start();
    let options = json!({"accounts": [A.text()], "include_block": false});
    let mut client = host.subscriber_with("confirmation", &options);
    let changes = json!({
        "include_block": true, "confirmation_type": "inactive", "accounts": [D.text()],
    });
    update(&mut client, &changes);
    host.confirm(SEND);
    let heard = client.heard(&mut host);
    assert_eq!(heard.len(), 1);
    assert!(!heard[0].contains(r#""block""#), "{}", heard[0]);
}

#[test]
fn c109_rubbish_and_strangers_are_no_harm() {
    let mut host = Host::start();
    let mut client = host.subscriber_with("confirmation", &json!({"accounts": [A.text()]}));
    update(&mut client, &json!({"accounts_add": ["rubbish"], "accounts_del": [D.text()]}));
    host.confirm(SEND);
    assert_eq!(client.heard_hashes(&mut host), [SEND.hash]);
}

#[test]
fn an_account_in_both_lists_ends_up_out() {
    let mut host = Host::start();
    let mut client = host.subscriber_with("confirmation", &json!({"accounts": [B.text()]}));
    update(&mut client, &json!({"accounts_del": [B.text()], "accounts_add": [B.text(), D.text()]}));
    host.confirm(SEND);
    client.is_left_alone(&mut host);
}

#[test]
fn c111_updates_without_waiting_are_done_in_order() {
    let mut host = Host::start();
    let mut client = host.subscriber_with("confirmation", &json!({"accounts": [A.text()]}));
    for list in ["accounts_del", "accounts_add"] {
        let options = json!({list: [A.text()]});
        client.send(&json!({
            "action": "update", "topic": "confirmation", "ack": true, "options": options,
        }));
    }
    for _ in 0..2 {
        assert_eq!(client.json()["ack"], "update");
    }
    host.confirm(SEND);
    assert_eq!(client.heard_hashes(&mut host), [SEND.hash]);
}
