//! Updates of confirmations: C103 to C111.

use banano_testkit::fixtures::{A, D, SEND, conf};
use banano_ws_protocol::ConfirmationKind::ActiveQuorum;

use crate::client::Client;

/// A subscription with `options`, then updates; whether SEND, from A to B, passes in the end.
#[track_caller]
fn check(options: &str, updates: &[&str], want: bool) -> Client {
    let fill = |text: &str| text.replace("<A>", A.text()).replace("<D>", D.text());
    let mut client = Client::with_options(&fill(options));
    for update in updates {
        let request = format!(
            r#"{{"action":"update","topic":"confirmation","ack":true,"options":{}}}"#,
            fill(update)
        );
        assert_eq!(client.ask(&request)["ack"], "update", "{update}");
        assert_eq!(client.subscriptions.len(), 1);
    }
    assert_eq!(client.is_told(conf(SEND, ActiveQuorum)), want, "{options}, then {updates:?}");
    client
}

#[test]
fn c103_the_first_account_turns_everything_into_only_these() {
    let add = r#"{"accounts_add":["<A>"]}"#;
    check("{}", &[add], true);
    check("{}", &[r#"{"accounts_add":["<D>"]}"#], false);
    check("{}", &[add, r#"{"accounts_del":["<A>"]}"#], false);
}

#[test]
fn c104_an_empty_filter_fills_up() {
    check(r#"{"accounts":[]}"#, &[r#"{"accounts_add":["<A>"]}"#], true);
}

#[test]
fn c106_an_update_without_lists_changes_nothing() {
    for update in ["{}", "null", "[]", r#""""#, "7", r#"{"accounts":["<D>"]}"#] {
        check("{}", &[update], true);
        check(r#"{"accounts":["<D>"]}"#, &[update], false);
    }
}

#[test]
fn c108_only_the_two_lists_are_looked_at() {
    let client = check(
        r#"{"accounts":["<A>"],"include_block":false}"#,
        &[r#"{"include_block":true,"confirmation_type":"inactive","accounts":["<D>"]}"#],
        true,
    );
    let confirmed = banano_testkit::fixtures::stamped(
        banano_ws_protocol::Event::Confirmation(conf(SEND, ActiveQuorum)),
        1,
    );
    assert!(!client.event(&confirmed).unwrap().contains("\"block\""));
}

#[test]
fn c109_what_does_not_decode_or_is_not_there_is_skipped() {
    let update = r#"{"accounts_add":["rubbish"],"accounts_del":["<D>"]}"#;
    check(r#"{"accounts":["<A>"]}"#, &[update], true);
}

#[test]
fn c111_updates_are_done_in_order() {
    let (add, del) = (r#"{"accounts_add":["<A>"]}"#, r#"{"accounts_del":["<A>"]}"#);
    check(r#"{"accounts":["<A>"]}"#, &[del, add], true);
    check(r#"{"accounts":["<A>"]}"#, &[add, del], false);
}

#[test]
fn an_account_in_both_lists_ends_up_out() {
    for update in [
        r#"{"accounts_add":["<A>"],"accounts_del":["<A>"]}"#,
        r#"{"accounts_del":["<A>"],"accounts_add":["<A>"]}"#,
    ] {
        check(r#"{"accounts":["<A>"]}"#, &[update], false);
    }
}

#[test]
fn a_list_that_is_there_makes_a_filter_whatever_it_is() {
    for value in ["[]", "null", r#""<A>""#, "{}", r#"["rubbish"]"#] {
        check("{}", &[&format!(r#"{{"accounts_add":{value}}}"#)], false);
        check("{}", &[&format!(r#"{{"accounts_del":{value}}}"#)], false);
    }
}

#[test]
fn local_accounts_stay_as_they_were() {
    let client = check(r#"{"all_local_accounts":true}"#, &[r#"{"accounts_add":["<D>"]}"#], false);
    let local = banano_ws_protocol::Confirmation { local: true, ..conf(SEND, ActiveQuorum) };
    assert!(client.is_told(local));
}
