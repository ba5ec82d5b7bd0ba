//! Subscriptions: C028 to C036, and options of several clients: C075.

use banano_testkit::fixtures::{
    A, D, SEND, active_difficulty, bootstrap_started, conf, started_election, stopped_election,
    telemetry, unconfirmed, v1, vote, work_success,
};
use banano_ws_protocol::{ConfirmationKind, Event, Topic, VoteCode};
use banano_ws_server::Config;
use serde_json::{Value, json};

use crate::{client::Client, host::Host};

#[test]
fn c028_a_subscription_counts_once_and_ends_once() {
    let host = Host::start();
    let mut client = host.connect();
    for (action, count) in
        [("subscribe", 1), ("subscribe", 1), ("unsubscribe", 0), ("unsubscribe", 0)]
    {
        let reply = client.ask(&json!({"action": action, "topic": "confirmation", "ack": true}));
        assert_eq!(reply["ack"], action);
        assert_eq!(host.subscribers(Topic::Confirmation), count);
    }
}

#[test]
fn c029_all_nine_topics_can_be_subscribed_and_each_gets_its_events() {
    let host = Host::start();
    let mut client = host.connect();
    for topic in Topic::ALL {
        let reply = client.ask(&json!({"action": "subscribe", "topic": topic.name(), "ack": true}));
        assert_eq!(reply["ack"], "subscribe");
        assert_eq!(host.subscribers(topic), 1);
    }
    let events = [
        Event::Confirmation(conf(SEND, ConfirmationKind::ActiveQuorum)),
        Event::Vote(vote(v1(), VoteCode::Vote)),
        started_election(SEND),
        stopped_election(SEND),
        Event::ActiveDifficulty(active_difficulty()),
        Event::Work(work_success()),
        Event::Telemetry(telemetry()),
        Event::NewUnconfirmedBlock(unconfirmed(SEND)),
        Event::Bootstrap(bootstrap_started()),
    ];
    host.append(events);
    for topic in Topic::ALL {
        let event = client.json();
        assert_eq!(event["topic"], topic.name(), "in the order in which they happened");
        assert_eq!(event["time"], "1700000000700");
    }
}

#[test]
fn c030_subscribing_to_ack_does_nothing() {
    let mut host = Host::start();
    let mut client = host.subscriber("ack");
    host.append([started_election(SEND)]);
    host.confirm(SEND);
    client.is_left_alone(&mut host);
    assert_eq!(
        client.ask(&json!({"action": "unsubscribe", "topic": "ack", "ack": 1}))["ack"],
        "unsubscribe"
    );
}

#[test]
fn c031_a_client_that_goes_is_no_longer_counted_on_any_shard() {
    for shards in [1, 3] {
        let host = Host::start_with(Config {
            shards: Some(shards.try_into().unwrap()),
            ..Config::default()
        });
        let clients: Vec<_> = (0..5).map(|_| host.subscriber("confirmation")).collect();
        assert_eq!(host.subscribers(Topic::Confirmation), 5);
        let mut left = clients.into_iter().skip(1).collect::<Vec<_>>();
        host.until("one less", |stats| stats.subscribers(Topic::Confirmation) == 4);
        host.confirm(SEND);
        for client in &mut left {
            assert_eq!(client.json()["message"]["hash"], SEND.hash);
        }
    }
}

#[test]
fn c032_a_topic_that_is_not_subscribed_is_silent() {
    let mut host = Host::start();
    let mut client = host.subscriber("vote");
    host.confirm(SEND);
    host.append([started_election(SEND)]);
    client.is_left_alone(&mut host);
}

#[test]
fn c034_c035_a_second_subscribe_replaces_the_first() {
    let mut host = Host::start();
    let mut client =
        host.subscriber_with("confirmation", &json!({"accounts": [A.account().to_string()]}));
    let options = json!({"accounts": [D.account().to_string()]});
    let request =
        json!({"action": "subscribe", "topic": "confirmation", "ack": true, "options": options});
    assert_eq!(client.ask(&request)["ack"], "subscribe");
    host.confirm(SEND);
    client.is_left_alone(&mut host);
    let request = json!({"action": "subscribe", "topic": "confirmation", "ack": true});
    assert_eq!(client.ask(&request)["ack"], "subscribe");
    host.confirm(SEND);
    assert_eq!(client.json()["message"]["hash"], SEND.hash);
}

#[test]
fn c036_an_option_beside_options_is_ignored() {
    let host = Host::start();
    let mut client = host.connect();
    let request = json!({
        "action": "subscribe", "topic": "confirmation", "ack": true, "all_local_accounts": true,
    });
    client.ask(&request);
    host.confirm(SEND);
    assert_eq!(client.json()["message"]["hash"], SEND.hash);
}

/// What each of the five of C075 asks for, and the members of `message` that it then gets.
fn five() -> [(Option<Value>, &'static [&'static str]); 5] {
    let base = &["account", "amount", "amount_decimal", "hash", "confirmation_type", "block"];
    [
        (None, base),
        (
            Some(json!({"include_sideband_info": "true"})),
            &[
                "account",
                "amount",
                "amount_decimal",
                "hash",
                "confirmation_type",
                "block",
                "sideband",
            ],
        ),
        (
            Some(json!({"include_election_info": true})),
            &[
                "account",
                "amount",
                "amount_decimal",
                "hash",
                "confirmation_type",
                "election_info",
                "block",
            ],
        ),
        (
            Some(json!({"include_election_info_with_votes": "1", "include_block": "false"})),
            &["account", "amount", "amount_decimal", "hash", "confirmation_type", "election_info"],
        ),
        (Some(json!({"include_linked_account": 1})), base),
    ]
}

#[test]
fn c075_each_of_five_clients_gets_what_it_asked_for_in_both_orders() {
    let mut host = Host::start();
    for is_reversed in [false, true] {
        let mut wishes = five().to_vec();
        if is_reversed {
            wishes.reverse();
        }
        let mut clients: Vec<(Client, _)> = wishes
            .into_iter()
            .map(|(options, members)| {
                let client = match &options {
                    Some(options) => host.subscriber_with("confirmation", options),
                    None => host.subscriber("confirmation"),
                };
                (client, (options, members))
            })
            .collect();
        host.confirm(SEND);
        for (client, (options, members)) in &mut clients {
            let text = client.raw_text();
            let message = &serde_json::from_str::<Value>(&text).unwrap()["message"];
            let mut names: Vec<_> = message.as_object().unwrap().keys().collect();
            let mut wanted = members.to_vec();
            names.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(names, wanted, "{options:?}");
            let places: Vec<_> =
                members.iter().map(|it| text.find(&format!("\"{it}\":"))).collect();
            assert!(places.is_sorted(), "members in the order of the protocol: {text}");
            let wants = |name: &str| options.as_ref().is_some_and(|it| it.get(name).is_some());
            let linked = message["block"].get("linked_account").is_some();
            assert_eq!(linked, wants("include_linked_account"));
            let votes = message["election_info"].get("votes").is_some();
            assert_eq!(votes, wants("include_election_info_with_votes"));
        }
        for (client, _) in &mut clients {
            client.is_left_alone(&mut host);
        }
    }
}
