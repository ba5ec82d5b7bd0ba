//! Two clients with different options, in both orders: each gets its own.

use std::sync::Arc;

use banano_primitives::{Amount, Vote};
use banano_testkit::fixtures::{A, B, CHANGE, D, L_SEND, OPEN, SEND, conf, unconfirmed, v1, vote};
use banano_ws_protocol::{Confirmation, ConfirmationKind, Event, VoteCode};
use serde_json::{Value, json};

use crate::host::Host;

/// What happens in these tests, on one topic each. A wallet takes part in CHANGE.
fn happenings(topic: &str) -> Vec<Event> {
    let blocks = [SEND, OPEN, CHANGE, L_SEND];
    match topic {
        "confirmation" => blocks
            .into_iter()
            .flat_map(|block| {
                ConfirmationKind::ALL.map(|kind| {
                    let local = block.hash == CHANGE.hash;
                    Event::Confirmation(Confirmation { local, ..conf(block, kind) })
                })
            })
            .collect(),
        "vote" => VoteCode::ALL
            .into_iter()
            .flat_map(|code| {
                let by_d = Arc::new(Vote { account: D.account(), ..(*v1()).clone() });
                [v1(), by_d].map(|it| Event::Vote(vote(it, code)))
            })
            .collect(),
        _ => blocks.into_iter().map(|it| Event::NewUnconfirmedBlock(unconfirmed(it))).collect(),
    }
}

/// What a client gets that has the server for itself.
fn alone(topic: &str, options: Option<&Value>) -> Vec<String> {
    let mut host = Host::start();
    let mut client = subscriber(&host, topic, options);
    host.append(happenings(topic));
    client.heard(&mut host)
}

fn subscriber(host: &Host, topic: &str, options: Option<&Value>) -> crate::client::Client {
    match options {
        Some(options) => host.subscriber_with(topic, options),
        None => host.subscriber(topic),
    }
}

/// `options` change what a client gets, and neither client gets what is the other's.
fn check(topic: &str, options: &Value) {
    let wants = [alone(topic, None), alone(topic, Some(options))];
    assert_ne!(wants[0], wants[1], "{options} change nothing");
    for order in [[0, 1], [1, 0]] {
        let mut host = Host::start();
        let mut clients =
            order.map(|which| (which, subscriber(&host, topic, (which == 1).then_some(options))));
        host.append(happenings(topic));
        for (which, client) in &mut clients {
            assert_eq!(client.heard(&mut host), wants[*which], "{options}, order {order:?}");
        }
    }
}

macro_rules! options {
    ($($name:ident: $topic:literal $options:tt;)*) => {$(
        #[test]
        fn $name() {
            check($topic, &json!($options));
        }
    )*};
}

options! {
    confirmation_type: "confirmation" {"confirmation_type": "inactive"};
    accounts: "confirmation" {"accounts": [(A.text())]};
    all_local_accounts: "confirmation" {"all_local_accounts": true};
    include_block: "confirmation" {"include_block": false};
    include_election_info: "confirmation" {"include_election_info": true};
    include_election_info_with_votes: "confirmation" {"include_election_info_with_votes": true};
    include_sideband_info: "confirmation" {"include_sideband_info": true};
    include_linked_account: "confirmation" {"include_linked_account": true};
    min_amount: "confirmation" {"min_amount": "1"};
    max_amount: "confirmation" {"max_amount": (Amount::ZERO.to_string())};
    subtypes: "confirmation" {"subtypes": ["change"]};
    direction: "confirmation" {"accounts": [(B.text())], "direction": "incoming"};
    counterparties: "confirmation" {"counterparties": [(A.text())]};
    representatives_of_the_block: "confirmation" {"representatives": [(D.text())]};
    hashes: "confirmation" {"hashes": [(OPEN.hash)]};
    representatives: "vote" {"representatives": [(D.text())]};
    include_replays: "vote" {"include_replays": true};
    include_indeterminate: "vote" {"include_indeterminate": true};
    include_late: "vote" {"include_late": false};
    min_amount_of_unconfirmed: "new_unconfirmed_block" {"min_amount": "1"};
    max_amount_of_unconfirmed: "new_unconfirmed_block" {"max_amount": "0"};
    subtypes_of_unconfirmed: "new_unconfirmed_block" {"subtypes": ["send"]};
    counterparties_of_unconfirmed: "new_unconfirmed_block" {"counterparties": [(B.text())]};
    representatives_of_unconfirmed: "new_unconfirmed_block" {"representatives": [(D.text())]};
    hashes_of_unconfirmed: "new_unconfirmed_block" {"hashes": [(SEND.hash)]};
}
