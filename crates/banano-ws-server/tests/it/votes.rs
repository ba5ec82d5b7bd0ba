//! Votes: C112 to C125.

use std::sync::Arc;

use banano_primitives::{Vote, VoteTimestamp};
use banano_testkit::fixtures::{C, D, SEND, messages, v1, v2, vote};
use banano_ws_protocol::{Event, VoteCode};
use banano_ws_server::{Config, VoteWithoutOptions};
use serde_json::{Value, json};

use crate::{
    client::Client,
    host::{Host, NOW_MS, config},
};

/// Every code of V1, in this order.
const CODES: [VoteCode; 5] = VoteCode::ALL;

fn all_codes() -> impl Iterator<Item = Event> {
    CODES.into_iter().map(|code| Event::Vote(vote(v1(), code)))
}

/// The types of the votes that came.
fn heard_types(client: &mut Client, host: &mut Host) -> Vec<String> {
    let kind = |text: &String| {
        let event: Value = serde_json::from_str(text).unwrap();
        event["message"]["type"].as_str().unwrap().to_owned()
    };
    client.heard(host).iter().map(kind).collect()
}

#[test]
fn c112_c113_votes_exactly_as_in_the_examples() {
    let host = Host::start();
    let mut client = host.subscriber("vote");
    for (it, want) in [(v1(), messages::VOTE), (v2(), messages::FINAL_VOTE)] {
        host.append([Event::Vote(vote(it, VoteCode::Vote))]);
        assert_eq!(client.raw_text(), at_now(want));
    }
}

/// An example message as it looks when it is told at [`NOW_MS`].
pub(crate) fn at_now(example: &str) -> String {
    let (before, rest) = example.split_once(r#""time":""#).unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    format!(r#"{before}"time":"{NOW_MS}"{after}"#)
}

#[test]
fn c114_c115_c116_c125_which_types_pass() {
    let mut host = Host::start();
    let usual = &["vote", "late", "ignored"][..];
    let rows = [
        ("C114", None, usual),
        ("C115", Some(json!({})), usual),
        ("options are null", Some(json!(null)), usual),
        (
            "C116",
            Some(json!({"include_replays": "true", "include_indeterminate": "false"})),
            &["vote", "replay", "late", "ignored"],
        ),
        (
            "indeterminate",
            Some(json!({"include_indeterminate": 1})),
            &["vote", "late", "indeterminate", "ignored"],
        ),
        ("C125", Some(json!({"include_late": false})), &["vote", "ignored"]),
        ("late is no boolean", Some(json!({"include_late": "no"})), usual),
    ];
    let mut clients = rows.each_ref().map(|(_, options, _)| match options {
        Some(options) => host.subscriber_with("vote", options),
        None => host.subscriber("vote"),
    });
    host.append(all_codes());
    for ((name, _, want), client) in rows.iter().zip(&mut clients) {
        assert_eq!(heard_types(client, &mut host), *want, "{name}");
    }
}

#[test]
fn without_options_a_server_can_do_as_nodes_do() {
    let mut host =
        Host::start_with(Config { vote_without_options: VoteWithoutOptions::Node, ..config() });
    let mut plain = host.subscriber("vote");
    let mut with_options = host.subscriber_with("vote", &json!({}));
    host.append(all_codes());
    assert_eq!(heard_types(&mut plain, &mut host), CODES.map(VoteCode::name));
    assert_eq!(heard_types(&mut with_options, &mut host), ["vote", "late", "ignored"]);
}

#[test]
fn c118_c119_c121_representatives() {
    let mut host = Host::start();
    let rows = [
        (json!({"representatives": [C.text()]}), vec![C.text()]),
        (json!({"representatives": ["xrb_invalid"]}), vec![C.text(), D.text()]),
        (json!({"representatives": []}), vec![C.text(), D.text()]),
        (json!({"representatives": [D.text(), "rubbish"]}), vec![D.text()]),
    ];
    let mut clients = rows.each_ref().map(|(options, _)| host.subscriber_with("vote", options));
    let by_d = Arc::new(Vote { account: D.account(), ..(*v1()).clone() });
    host.append([
        Event::Vote(vote(v1(), VoteCode::Replay)), // C121: both conditions count
        Event::Vote(vote(v1(), VoteCode::Vote)),
        Event::Vote(vote(by_d, VoteCode::Vote)),
    ]);
    for ((options, want), client) in rows.iter().zip(&mut clients) {
        let heard = client.heard(&mut host);
        let accounts: Vec<_> = heard
            .iter()
            .map(|text| serde_json::from_str::<Value>(text).unwrap()["message"]["account"].take())
            .collect();
        assert_eq!(accounts, *want, "{options}");
    }
}

#[test]
fn c123_the_low_bits_of_a_timestamp_are_its_duration() {
    let host = Host::start();
    let mut client = host.subscriber("vote");
    let timestamp = VoteTimestamp::new(1_700_000_000_000, 9);
    let it = Vote { timestamp, hashes: vec![SEND.hash()], ..(*v1()).clone() };
    host.append([Event::Vote(vote(Arc::new(it), VoteCode::Vote))]);
    let message = client.json()["message"].take();
    assert_eq!(message["timestamp"], "1700000000000");
    assert_eq!(message["sequence"], "1700000000000");
    assert_eq!(message["duration"], "9");
}
