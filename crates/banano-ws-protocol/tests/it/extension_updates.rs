//! Updates of the lists that nodes do not have (protocol.md §11.1).

use banano_testkit::fixtures::{BlockFixture, C, D, OPEN, SEND, conf, unconfirmed, v1, vote};
use banano_ws_protocol::{ConfirmationKind::ActiveQuorum, Event, VoteCode};

use crate::client::{Client, filled};

/// What `client` is told of SEND and OPEN, or of V1 by C, on `topic`.
fn told(client: &Client, topic: &str) -> Vec<&'static str> {
    let event = |block: BlockFixture| match topic {
        "confirmation" => Event::Confirmation(conf(block, ActiveQuorum)),
        _ => Event::NewUnconfirmedBlock(unconfirmed(block)),
    };
    if topic == "vote" {
        let by = |voter: banano_testkit::fixtures::KeyFixture| {
            let mut by = (*v1()).clone();
            by.account = voter.account();
            Event::Vote(vote(by.into(), VoteCode::Vote))
        };
        let voters = [("C", C), ("D", D)];
        return voters.into_iter().filter(|it| client.is_told(by(it.1))).map(|it| it.0).collect();
    }
    let blocks = [SEND, OPEN].into_iter().filter(|block| client.is_told(event(*block)));
    blocks.map(|block| block.name).collect()
}

fn update(client: &mut Client, topic: &str, options: &str) -> serde_json::Value {
    client.ask(&format!(
        r#"{{"action":"update","topic":"{topic}","ack":true,"options":{}}}"#,
        filled(options)
    ))
}

/// A subscription with `options`, then an update after which exactly `want` passes.
#[track_caller]
fn check(topic: &str, options: &str, change: &str, want: &[&str]) {
    let mut client = Client::subscribed(topic, &filled(options));
    let reply = update(&mut client, topic, change);
    assert_eq!(reply["ack"], "update", "{topic} {options}, {change}: {reply}");
    assert_eq!(told(&client, topic), want, "{topic} {options}, {change}");
}

/// The two topics about blocks.
#[track_caller]
fn check_blocks(options: &str, change: &str, want: &[&str]) {
    check("confirmation", options, change, want);
    check("new_unconfirmed_block", options, change, want);
}

const SEND_HASH: &str = SEND.hash;

#[test]
fn each_list_is_added_to_and_removed_from() {
    let lists = [
        ("subtypes", "send", "open"),
        ("counterparties", "<B>", "<A>"),
        ("hashes", SEND_HASH, OPEN.hash),
    ];
    for (list, of_send, of_open) in lists {
        let with = |elements: &str| format!(r#"{{"{list}":[{elements}]}}"#);
        let add = |element: &str| format!(r#"{{"{list}_add":["{element}"]}}"#);
        let del = |element: &str| format!(r#"{{"{list}_del":["{element}"]}}"#);
        let both = with(&format!(r#""{of_send}","{of_open}""#));
        check_blocks(&with(""), &add(of_send), &["SEND"]);
        check_blocks(&with(&format!(r#""{of_send}""#)), &add(of_open), &["SEND", "OPEN"]);
        check_blocks(&both, &del(of_send), &["OPEN"]);
        // A list that is named is a filter from then on, also an empty one.
        check_blocks("{}", &add(of_send), &["SEND"]);
        check_blocks("{}", &del(of_send), &[]);
        check_blocks("{}", &format!(r#"{{"{list}_add":[]}}"#), &[]);
        // In both: out.
        let in_both =
            format!(r#"{{"{list}_del":["{of_send}"],"{list}_add":["{of_send}","{of_open}"]}}"#);
        check_blocks("{}", &in_both, &["OPEN"]);
        // What is not there may be removed, and what is there may be added.
        check_blocks(&with(&format!(r#""{of_send}""#)), &del(of_open), &["SEND"]);
        check_blocks(&with(&format!(r#""{of_send}""#)), &add(of_send), &["SEND"]);
    }
}

#[test]
fn representatives_of_blocks() {
    check_blocks("{}", r#"{"representatives_add":["<C>"]}"#, &["SEND", "OPEN"]);
    check_blocks(r#"{"representatives":["<C>"]}"#, r#"{"representatives_del":["<C>"]}"#, &[]);
    check_blocks(
        r#"{"representatives":["<D>"]}"#,
        r#"{"representatives_add":["<C>"]}"#,
        &["SEND", "OPEN"],
    );
}

#[test]
fn several_lists_at_once_and_the_rest_stays() {
    let change = r#"{"accounts_add":["<B>"],"subtypes_add":["open"],"min_amount":"999999999999999999999999999999999"}"#;
    check_blocks(r#"{"min_amount":1,"accounts":[]}"#, change, &["OPEN"]);
    check_blocks(
        r#"{"accounts":["<B>"],"direction":"incoming"}"#,
        r#"{"subtypes_add":["send"]}"#,
        &["SEND"],
    );
    check_blocks(
        r#"{"accounts":["<B>"],"direction":"outgoing"}"#,
        r#"{"accounts_add":["<A>"]}"#,
        &["SEND"],
    );
}

#[test]
fn votes_are_updated_by_representative() {
    let rows = [
        ("{}", r#"{"representatives_add":["<C>"]}"#, &["C"][..]),
        (r#"{"representatives":["<C>"]}"#, r#"{"representatives_add":["<D>"]}"#, &["C", "D"]),
        (r#"{"representatives":["<C>","<D>"]}"#, r#"{"representatives_del":["<C>"]}"#, &["D"]),
        // An empty list is no filter, as when subscribing.
        (r#"{"representatives":["<C>"]}"#, r#"{"representatives_del":["<C>"]}"#, &["C", "D"]),
        ("{}", r#"{"representatives_del":["<C>"]}"#, &["C", "D"]),
        ("{}", r#"{"representatives_add":[]}"#, &["C", "D"]),
        (r#"{"representatives":["rubbish"]}"#, r#"{"representatives_add":["<D>"]}"#, &["D"]),
    ];
    for (options, change, want) in rows {
        check("vote", options, change, want);
    }
}

/// An update leaves what a subscription made with the resulting lists would be.
#[test]
fn an_update_is_as_good_as_subscribing_with_the_result() {
    let rows = [
        ("confirmation", r#"{"hashes":[]}"#, r#"{"hashes_add":["<H>"]}"#, r#"{"hashes":["<H>"]}"#),
        (
            "confirmation",
            "{}",
            r#"{"subtypes_add":["open","send"]}"#,
            r#"{"subtypes":["send","open"]}"#,
        ),
        ("confirmation", "{}", r#"{"accounts_add":["<A>"]}"#, r#"{"accounts":["<A>"]}"#),
        (
            "new_unconfirmed_block",
            r#"{"min_amount":5}"#,
            r#"{"accounts_add":["<A>"],"counterparties_add":["<B>"]}"#,
            r#"{"min_amount":5,"accounts":["<A>"],"counterparties":["<B>"]}"#,
        ),
        ("vote", r#"{"representatives":["<A>"]}"#, r#"{"representatives_del":["<A>"]}"#, "{}"),
        (
            "vote",
            r#"{"include_replays":true}"#,
            r#"{"representatives_add":["<A>","<B>"]}"#,
            r#"{"include_replays":true,"representatives":["<B>","<A>"]}"#,
        ),
    ];
    for (topic, options, change, result) in rows {
        let [options, change, result] =
            [options, change, result].map(|text| filled(text).replace("<H>", SEND_HASH));
        let mut client = Client::subscribed(topic, &options);
        assert_eq!(update(&mut client, topic, &change)["ack"], "update");
        assert_eq!(client.subscriptions, Client::subscribed(topic, &result).subscriptions);
    }
}

/// What a node does not update stays not updatable until a client names a list of ours.
#[test]
fn requests_that_nodes_know_are_answered_as_before() {
    let add_a = r#"{"accounts_add":["<A>"]}"#;
    let rows = [
        ("vote", "{}", add_a, "not_updatable"),
        ("vote", "{}", "{}", "not_updatable"),
        ("vote", r#"{"representatives":["<A>"]}"#, add_a, "not_updatable"),
        ("vote", "{}", r#"{"hashes_add":[]}"#, "not_updatable"),
        ("new_unconfirmed_block", "{}", add_a, "not_updatable"),
        ("new_unconfirmed_block", r#"{"accounts":["<B>"]}"#, add_a, "not_updatable"),
        ("new_unconfirmed_block", "{}", "{}", "not_updatable"),
        ("work", "{}", add_a, "not_updatable"),
        ("work", "{}", r#"{"hashes_add":[]}"#, "not_updatable"),
        ("telemetry", "{}", r#"{"representatives_add":["<A>"]}"#, "not_updatable"),
    ];
    for (topic, options, change, want) in rows {
        let mut client = Client::subscribed(topic, &filled(options));
        let before = client.subscriptions.clone();
        let reply = update(&mut client, topic, change);
        assert_eq!(reply["code"], want, "{topic} {options} {change}: {reply}");
        assert_eq!(client.subscriptions, before);
    }
}

#[test]
fn a_stored_block_filter_is_updated_like_a_confirmation_filter() {
    // Made with an option of ours, so the lists that nodes know count as well.
    check("new_unconfirmed_block", r#"{"min_amount":1}"#, r#"{"accounts_add":["<A>"]}"#, &["SEND"]);
    check("new_unconfirmed_block", r#"{"min_amount":1}"#, "{}", &["SEND", "OPEN"]);
    let mut client = Client::subscribed("new_unconfirmed_block", r#"{"min_amount":1}"#);
    let reply = client.ask(r#"{"action":"update","topic":"new_unconfirmed_block"}"#);
    assert_eq!(reply["code"], "missing_options");
}

#[test]
fn a_subscription_made_without_options_is_fixed() {
    let changes = [
        ("confirmation", r#"{"subtypes_add":["send"]}"#),
        ("vote", r#"{"representatives_add":["<A>"]}"#),
        ("new_unconfirmed_block", r#"{"hashes_add":[]}"#),
    ];
    for (topic, change) in changes {
        let mut client = Client::after(&format!(r#"{{"action":"subscribe","topic":"{topic}"}}"#));
        let reply = update(&mut client, topic, change);
        assert_eq!(reply["code"], "not_updatable", "{topic}: {reply}");
        let error = reply["error"].as_str().unwrap();
        assert!(error.contains("`options`") && error.contains(topic), "{error}");
    }
}
