//! Each option, between two clients that differ in it: in whatever order they come, each gets what
//! it asked for, which is what it gets alone (protocol.md §6.1.2, §6.2.2, §10 D01, §11).

use banano_testkit::fixtures::{self, A, B, BlockFixture, C, D, conf, unconfirmed};
use banano_ws_hub::Framing;
use banano_ws_protocol::{Action, Confirmation, ConfirmationKind, Event, VoteCode, parse_request};

use crate::client::{ask, hub, publish, stamped};

/// Everything that could make a difference: all blocks in all ways confirmed, local or not, and
/// stored; votes of two representatives with all codes.
fn events() -> Vec<Event> {
    let mut events = Vec::new();
    for block in BlockFixture::ALL {
        events.push(Event::NewUnconfirmedBlock(unconfirmed(block)));
        for kind in ConfirmationKind::ALL {
            let local = kind == ConfirmationKind::Inactive && block.name == "SEND";
            events.push(Event::Confirmation(Confirmation { local, ..conf(block, kind) }));
        }
    }
    for representative in [C, D] {
        let mut vote = (*fixtures::v1()).clone();
        vote.account = representative.account();
        let vote = std::sync::Arc::new(vote);
        events.extend(VoteCode::ALL.map(|code| Event::Vote(fixtures::vote(vote.clone(), code))));
    }
    events
}

/// What clients with these options get who subscribe to `topic` in this order.
fn got<const N: usize>(topic: &str, options: [&str; N]) -> [Vec<String>; N] {
    let mut hub = hub();
    let ids = options.map(|options| {
        let id = hub.open(Framing::WebSocket);
        let options = [("<A>", A), ("<B>", B), ("<C>", C), ("<D>", D)]
            .into_iter()
            .fold(options.to_owned(), |text, (name, key)| text.replace(name, key.text()));
        let request =
            format!(r#"{{"action":"subscribe","topic":"{topic}","options":{{{options}}}}}"#);
        ask(&mut hub, id, &request).unwrap();
        id
    });
    let mut got = publish(&mut hub, &ids, &stamped(&events(), 1)).into_iter();
    ids.map(|_| got.next().unwrap())
}

/// Two clients whose options differ: `counts` is how many messages each gets.
#[track_caller]
fn check(topic: &str, one: &str, other: &str, counts: [usize; 2]) {
    let [alone] = got(topic, [one]);
    let [other_alone] = got(topic, [other]);
    assert_ne!(alone, other_alone, "the options make no difference");
    assert_eq!([alone.len(), other_alone.len()], counts);
    let [first, second] = got(topic, [one, other]);
    assert!(first == alone && second == other_alone, "{one} before {other}");
    let [first, second] = got(topic, [other, one]);
    assert!(first == other_alone && second == alone, "{other} before {one}");
}

/// The same on both topics about blocks: three confirmations for one stored block.
#[track_caller]
fn check_blocks(one: &str, other: &str, blocks: [usize; 2]) {
    check("confirmation", one, other, blocks.map(|count| 3 * count));
    check("new_unconfirmed_block", one, other, blocks);
}

#[test]
fn confirmation_type() {
    check(
        "confirmation",
        r#""confirmation_type":"active""#,
        r#""confirmation_type":"inactive""#,
        [16, 8],
    );
}

#[test]
fn accounts() {
    check("confirmation", r#""accounts":["<A>"]"#, r#""accounts":["<B>"]"#, [3, 12]);
    check("confirmation", "", r#""accounts":["<A>"]"#, [24, 3]);
}

#[test]
fn all_local_accounts() {
    check("confirmation", r#""all_local_accounts":true"#, r#""all_local_accounts":false"#, [1, 0]);
}

#[test]
fn include_block() {
    check("confirmation", r#""include_block":false"#, "", [24, 24]);
}

#[test]
fn include_election_info() {
    check("confirmation", r#""include_election_info":true"#, "", [24, 24]);
}

#[test]
fn include_election_info_with_votes() {
    let with_votes = r#""include_election_info_with_votes":true"#;
    check("confirmation", with_votes, r#""include_election_info":true"#, [24, 24]);
}

#[test]
fn include_sideband_info() {
    check("confirmation", r#""include_sideband_info":true"#, "", [24, 24]);
}

#[test]
fn include_linked_account() {
    check("confirmation", r#""include_linked_account":true"#, "", [24, 24]);
}

#[test]
fn representatives_of_votes() {
    check("vote", r#""representatives":["<C>"]"#, r#""representatives":["<D>"]"#, [3, 3]);
    check("vote", r#""representatives":["<C>"]"#, "", [3, 6]);
}

#[test]
fn include_replays() {
    check("vote", r#""include_replays":true"#, "", [8, 6]);
}

#[test]
fn include_indeterminate() {
    check("vote", r#""include_indeterminate":true"#, r#""include_replays":true"#, [8, 8]);
}

#[test]
fn include_late() {
    check("vote", r#""include_late":false"#, "", [4, 6]);
}

#[test]
fn min_amount() {
    check_blocks(r#""min_amount":1"#, r#""min_amount":"1900000000000000000000000000001""#, [5, 2]);
}

#[test]
fn max_amount() {
    check_blocks(r#""max_amount":0"#, r#""max_amount":"1900000000000000000000000000000""#, [3, 6]);
}

#[test]
fn subtypes() {
    check_blocks(r#""subtypes":["send"]"#, r#""subtypes":["receive","change"]"#, [2, 5]);
    check_blocks(r#""subtypes":["open"]"#, "", [2, 8]);
}

#[test]
fn direction() {
    let [outgoing, incoming] = [
        r#""accounts":["<A>","<B>"],"direction":"outgoing""#,
        r#""accounts":["<A>","<B>"],"direction":"incoming""#,
    ];
    check("confirmation", outgoing, incoming, [3, 6]);
    check("confirmation", r#""accounts":["<A>","<B>"]"#, incoming, [12, 6]);
    check("new_unconfirmed_block", outgoing, incoming, [2, 2]);
}

#[test]
fn counterparties() {
    check_blocks(r#""counterparties":["<A>"]"#, r#""counterparties":["<B>"]"#, [3, 1]);
}

#[test]
fn representatives_of_blocks() {
    check_blocks(r#""representatives":["<C>"]"#, r#""representatives":["<D>"]"#, [3, 2]);
}

#[test]
fn hashes() {
    let of = |block: BlockFixture| format!(r#""hashes":["{}"]"#, block.hash);
    check_blocks(&of(fixtures::SEND), &of(fixtures::OPEN), [1, 1]);
    check_blocks(&of(fixtures::SEND), "", [1, 8]);
}

/// Filters that differ share a rendering, filters that are the same do not share a fate.
#[test]
fn an_extension_beside_a_rendering() {
    let one = r#""subtypes":["send"],"include_block":false"#;
    check("confirmation", one, r#""subtypes":["send"],"include_sideband_info":true"#, [6, 6]);
    check("confirmation", one, r#""include_block":false"#, [6, 24]);
}

#[test]
fn only_a_list_of_representatives_that_ends_up_empty_widens() {
    let (c, d) = (C.text(), D.text());
    // (topic, options, what the update removes, whether it lets more through than the list did)
    let rows = [
        ("vote", format!(r#""representatives":["{c}"]"#), "representatives", c, true),
        ("vote", format!(r#""representatives":["{c}","{d}"]"#), "representatives", c, false),
        ("vote", format!(r#""representatives":["{c}"]"#), "representatives", d, false),
        ("vote", String::new(), "representatives", c, false),
        ("confirmation", format!(r#""accounts":["{c}"]"#), "accounts", c, false),
        ("confirmation", format!(r#""representatives":["{c}"]"#), "representatives", c, false),
    ];
    for (topic, options, list, account, widens) in rows {
        let mut hub = hub();
        let id = hub.open(Framing::WebSocket);
        let request =
            format!(r#"{{"action":"subscribe","topic":"{topic}","options":{{{options}}}}}"#);
        ask(&mut hub, id, &request).unwrap();
        let request = format!(
            r#"{{"action":"update","topic":"{topic}","options":{{"{list}_del":["{account}"]}}}}"#
        );
        let request = parse_request(request.as_bytes(), <_>::default()).unwrap();
        let Action::Update { topic: Some(topic), update: Some(update) } = request.action else {
            panic!("{options}")
        };
        assert_eq!(hub.widens(id, topic, &update), widens, "{topic} {options} {account}");
    }
}
