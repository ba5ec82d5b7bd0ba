//! Extension filters: which blocks pass, by option (protocol.md §11.1).

use banano_primitives::{Account, Amount, Block, Body, Link, Subtype};
use banano_testkit::fixtures::{
    A, B, BlockFixture, EPOCH, L_OPEN, L_RECEIVE, L_SEND, OPEN, SEND, conf, unconfirmed,
};
use banano_ws_protocol::{
    Confirmation,
    ConfirmationKind::{ActiveQuorum, Inactive},
    Event, Subscription, Topic, UnconfirmedBlock,
};

use crate::client::{Client, filled};

/// Which of the blocks of appendix A pass, confirmed or stored. One name after the other.
fn passing(client: &Client, event: impl Fn(BlockFixture) -> Event) -> String {
    let told = BlockFixture::ALL.into_iter().filter(|block| client.is_told(event(*block)));
    told.map(|block| block.name).collect::<Vec<_>>().join(" ")
}

fn confirmed(block: BlockFixture) -> Event {
    Event::Confirmation(conf(block, ActiveQuorum))
}

fn stored(block: BlockFixture) -> Event {
    Event::NewUnconfirmedBlock(unconfirmed(block))
}

/// What passes with these options on the two topics.
#[track_caller]
fn check(name: &str, options: &str, want_confirmed: &str, want_stored: &str) {
    let options = filled(options);
    let client = Client::subscribed("confirmation", &options);
    assert_eq!(passing(&client, confirmed), want_confirmed, "{name}: {options}, confirmed");
    let client = Client::subscribed("new_unconfirmed_block", &options);
    assert_eq!(passing(&client, stored), want_stored, "{name}: {options}, stored");
}

/// The same on both topics.
#[track_caller]
fn check_all(rows: &[(&str, &str, &str)]) {
    for (name, options, want) in rows {
        check(name, options, want, want);
    }
}

const ALL: &str = "SEND OPEN CHANGE EPOCH L-SEND L-OPEN L-RECEIVE L-CHANGE";

#[test]
fn amounts() {
    check_all(&[
        (
            "the least itself passes",
            r#"{"min_amount":"1900000000000000000000000000000"}"#,
            "SEND OPEN L-SEND L-OPEN L-RECEIVE",
        ),
        (
            "one raw more does not",
            r#"{"min_amount":"1900000000000000000000000000001"}"#,
            "L-SEND L-OPEN",
        ),
        (
            "the most itself passes",
            r#"{"max_amount":"1900000000000000000000000000000"}"#,
            "SEND OPEN CHANGE EPOCH L-RECEIVE L-CHANGE",
        ),
        (
            "one raw less does not",
            r#"{"max_amount":"1899999999999999999999999999999"}"#,
            "CHANGE EPOCH L-CHANGE",
        ),
        (
            "exactly",
            r#"{"min_amount":"1900000000000000000000000000000","max_amount":"1900000000000000000000000000000"}"#,
            "SEND OPEN L-RECEIVE",
        ),
        ("a number is its text", r#"{"min_amount":1}"#, "SEND OPEN L-SEND L-OPEN L-RECEIVE"),
        ("nothing is an amount as well", r#"{"min_amount":0}"#, ALL),
        ("only what moves nothing", r#"{"max_amount":"0"}"#, "CHANGE EPOCH L-CHANGE"),
        ("the largest", r#"{"min_amount":"340282366920938463463374607431768211455"}"#, ""),
    ]);
}

#[test]
fn an_amount_that_is_not_known_is_in_no_range() {
    let rows = [
        (r#"{"min_amount":"0"}"#, false),
        (r#"{"max_amount":"1"}"#, false),
        (r#"{"subtypes":["send"]}"#, true),
    ];
    for (options, want) in rows {
        let client = Client::subscribed("new_unconfirmed_block", options);
        let unknown = UnconfirmedBlock { amount: None, ..unconfirmed(SEND) };
        assert_eq!(client.is_told(unknown), want, "{options}");
        // A confirmation says so by an amount of zero.
        let client = Client::with_options(options);
        let unknown = Confirmation { amount: Amount::ZERO, ..conf(SEND, ActiveQuorum) };
        assert_eq!(client.is_told(unknown), want, "{options}");
        let unknown = Confirmation { amount: Amount::ZERO, ..conf(L_RECEIVE, ActiveQuorum) };
        assert!(!client.is_told(unknown), "{options}");
    }
}

#[test]
fn subtypes() {
    check_all(&[
        ("send", r#"{"subtypes":["send"]}"#, "SEND L-SEND"),
        (
            "receive, of a first block as well",
            r#"{"subtypes":["receive"]}"#,
            "OPEN L-OPEN L-RECEIVE",
        ),
        ("open", r#"{"subtypes":["open"]}"#, "OPEN L-OPEN"),
        ("change", r#"{"subtypes":["change"]}"#, "CHANGE L-CHANGE"),
        ("epoch", r#"{"subtypes":["epoch"]}"#, "EPOCH"),
        ("several, one twice", r#"{"subtypes":["epoch","send","epoch"]}"#, "SEND EPOCH L-SEND"),
        ("all", r#"{"subtypes":["send","receive","open","change","epoch"]}"#, ALL),
        ("an object is a list of its values", r#"{"subtypes":{"x":"epoch"}}"#, "EPOCH"),
        ("an empty list lets nothing through", r#"{"subtypes":[]}"#, ""),
    ]);
}

/// `EPOCH` as the first block of its account: its previous is zero.
fn epoch_open() -> UnconfirmedBlock {
    let Body::State(mut body) = EPOCH.block().body().clone() else { panic!("a state block") };
    body.previous = "0".repeat(64).parse().unwrap();
    let block = Block::new(Body::State(body), *EPOCH.block().signature(), EPOCH.block().work());
    UnconfirmedBlock { block: block.into(), ..unconfirmed(EPOCH) }
}

#[test]
fn an_epoch_block_may_open_an_account() {
    for (word, want) in [("open", true), ("epoch", true), ("receive", false), ("change", false)] {
        let options = format!(r#"{{"subtypes":["{word}"]}}"#);
        let client = Client::subscribed("new_unconfirmed_block", &options);
        assert_eq!(client.is_told(epoch_open()), want, "{word}");
    }
}

#[test]
fn a_state_block_of_unknown_subtype_is_none_of_the_words() {
    let unknown = |block| UnconfirmedBlock { subtype: None, ..unconfirmed(block) };
    let client = Client::subscribed(
        "new_unconfirmed_block",
        r#"{"subtypes":["send","receive","change","epoch"]}"#,
    );
    assert!(!client.is_told(unknown(SEND)));
    let client = Client::subscribed("new_unconfirmed_block", r#"{"subtypes":["open"]}"#);
    assert!(client.is_told(unknown(OPEN)));
}

#[test]
fn directions_are_seen_from_the_accounts() {
    // Legacy blocks pass no account filter of confirmations; stored, they do (§6.1.4 no. 5).
    let rows = [
        (
            "to be received, and received",
            r#"["<B>"],"direction":"incoming""#,
            "SEND OPEN",
            "SEND OPEN",
        ),
        ("nothing comes to the sender", r#"["<A>"],"direction":"incoming""#, "", ""),
        ("sent", r#"["<A>"],"direction":"outgoing""#, "SEND", "SEND L-SEND"),
        ("a receiver sends nothing", r#"["<B>"],"direction":"outgoing""#, "", ""),
        ("legacy blocks too", r#"["<D>"],"direction":"incoming""#, "", "L-SEND L-OPEN L-RECEIVE"),
        ("several accounts", r#"["<A>","<B>"],"direction":"outgoing""#, "SEND", "SEND L-SEND"),
        ("a change has none", r#"["<BURN>"],"direction":"incoming""#, "", ""),
        ("no account", r#"[],"direction":"outgoing""#, "", ""),
        ("an account that is none", r#"["rubbish"],"direction":"outgoing""#, "", ""),
    ];
    for (name, options, want_confirmed, want_stored) in rows {
        check(name, &format!(r#"{{"accounts":{options}}}"#), want_confirmed, want_stored);
    }
}

#[test]
fn a_send_to_oneself_goes_both_ways() {
    let Body::State(mut body) = SEND.block().body().clone() else { panic!("a state block") };
    body.link = Link::from_bytes(*A.account().as_bytes());
    let block = Block::new(Body::State(body), *SEND.block().signature(), SEND.block().work());
    let block = std::sync::Arc::new(block);
    for direction in ["incoming", "outgoing"] {
        let options = filled(&format!(r#"{{"accounts":["<A>"],"direction":"{direction}"}}"#));
        let event = Confirmation { block: block.clone(), ..conf(SEND, ActiveQuorum) };
        assert!(Client::with_options(&options).is_told(event), "{direction}");
    }
}

/// `all_local_accounts` lets blocks through the account filter, but nothing is seen from there.
#[test]
fn local_accounts_have_no_direction() {
    let options =
        filled(r#"{"accounts":["<D>"],"all_local_accounts":true,"direction":"outgoing"}"#);
    let local = Confirmation { local: true, ..conf(SEND, ActiveQuorum) };
    assert!(!Client::with_options(&options).is_told(local));
}

#[test]
fn counterparties_are_the_other_side() {
    check_all(&[
        ("whom a send pays", r#"{"counterparties":["<B>"]}"#, "SEND"),
        ("who sent what is received", r#"{"counterparties":["<A>"]}"#, "OPEN L-OPEN L-RECEIVE"),
        ("of a legacy send", r#"{"counterparties":["<D>"]}"#, "L-SEND"),
        ("of nobody here", r#"{"counterparties":["<C>"]}"#, ""),
        ("a change has none", r#"{"counterparties":["<BURN>"]}"#, ""),
        ("any of several", r#"{"counterparties":["<A>","<B>"]}"#, "SEND OPEN L-OPEN L-RECEIVE"),
        ("an empty list lets nothing through", r#"{"counterparties":[]}"#, ""),
    ]);
}

#[test]
fn a_counterparty_that_is_not_known_is_no_ones() {
    let options = filled(r#"{"counterparties":["<A>","<B>"]}"#);
    let (confirmations, blocks) =
        (Client::with_options(&options), Client::subscribed("new_unconfirmed_block", &options));
    // The destination of a send stands in the block, the sender of a receive does not.
    for (block, want) in [(SEND, true), (OPEN, false)] {
        let confirmed = Confirmation { linked_account: None, ..conf(block, ActiveQuorum) };
        assert_eq!(confirmations.is_told(confirmed), want, "{}", block.name);
        let stored = UnconfirmedBlock { linked_account: None, ..unconfirmed(block) };
        assert_eq!(blocks.is_told(stored), want, "{}", block.name);
    }
}

#[test]
fn representatives_are_those_that_the_block_names() {
    check_all(&[
        ("named again", r#"{"representatives":["<C>"]}"#, "SEND OPEN L-OPEN"),
        ("newly named", r#"{"representatives":["<D>"]}"#, "CHANGE EPOCH"),
        ("by a legacy change", r#"{"representatives":["<B>"]}"#, "L-CHANGE"),
        ("any of several", r#"{"representatives":["<B>","<D>"]}"#, "CHANGE EPOCH L-CHANGE"),
        ("an empty list lets nothing through", r#"{"representatives":[]}"#, ""),
    ]);
}

#[test]
fn hashes() {
    let [upper, lower, legacy] =
        [SEND.hash.to_owned(), SEND.hash.to_lowercase(), L_OPEN.hash.to_owned()];
    check("upper case", &format!(r#"{{"hashes":["{upper}"]}}"#), "SEND", "SEND");
    check("lower case", &format!(r#"{{"hashes":["{lower}"]}}"#), "SEND", "SEND");
    let both = format!(r#"{{"hashes":["{legacy}","{upper}"]}}"#);
    check("any of several", &both, "SEND L-OPEN", "SEND L-OPEN");
    check("an empty list lets nothing through", r#"{"hashes":[]}"#, "", "");
}

#[test]
fn all_filters_must_let_a_block_through() {
    let rows = [
        (
            "amount and subtype",
            r#"{"min_amount":"1900000000000000000000000000001","subtypes":["open"]}"#,
            "L-OPEN",
            "L-OPEN",
        ),
        (
            "a node's account filter and subtype",
            r#"{"accounts":["<B>"],"subtypes":["receive","change"]}"#,
            "OPEN CHANGE",
            "OPEN CHANGE",
        ),
        ("what A pays to B", r#"{"accounts":["<A>"],"counterparties":["<B>"]}"#, "SEND", "SEND"),
        (
            "legacy blocks pass with an account filter only where it is ours",
            r#"{"accounts":["<A>"],"min_amount":1}"#,
            "SEND",
            "SEND L-SEND",
        ),
        (
            "everything at once",
            r#"{"accounts":["<B>"],"direction":"incoming","min_amount":1,"max_amount":"1900000000000000000000000000000",
                "subtypes":["open"],"counterparties":["<A>"],"representatives":["<C>"],
                "hashes":["CDF2E81541455D2027877EF91AE997D8615A09719BD91BA54016F049FC024144"]}"#,
            "OPEN",
            "OPEN",
        ),
        (
            "a change of the burn account's",
            r#"{"accounts":["<BURN>"],"min_amount":0}"#,
            "CHANGE",
            "",
        ),
    ];
    for (name, options, want_confirmed, want_stored) in rows {
        check(name, options, want_confirmed, want_stored);
    }
    let client = Client::with_options(r#"{"confirmation_type":"inactive","subtypes":["send"]}"#);
    assert!(client.is_told(conf(SEND, Inactive)));
    assert!(!client.is_told(conf(SEND, ActiveQuorum)));
    assert!(!client.is_told(conf(OPEN, Inactive)));
}

#[test]
fn filters_work_without_the_block() {
    let options = filled(
        r#"{"include_block":false,"subtypes":["open"],"counterparties":["<A>"],"representatives":["<C>"]}"#,
    );
    let client = Client::with_options(&options);
    assert_eq!(passing(&client, confirmed), "OPEN L-OPEN");
}

/// Nodes ignore options of this topic, so a list that nodes know elsewhere changes nothing.
#[test]
fn accounts_of_stored_blocks_count_only_beside_an_extension() {
    let rows = [
        ("no options", "{}", ALL),
        ("an option of another topic", r#"{"accounts":["<D>"],"include_block":false}"#, ALL),
        ("no account", r#"{"accounts":[]}"#, ALL),
        ("with ours", r#"{"accounts":["<D>"],"min_amount":0}"#, "L-SEND L-OPEN L-RECEIVE L-CHANGE"),
        ("no account, with ours", r#"{"accounts":[],"min_amount":0}"#, ""),
        ("wallets are no option here", r#"{"all_local_accounts":true,"min_amount":0}"#, ALL),
    ];
    for (name, options, want) in rows {
        let client = Client::subscribed("new_unconfirmed_block", &filled(options));
        assert_eq!(passing(&client, stored), want, "{name}");
    }
}

#[test]
fn a_stored_block_without_owner_is_found_by_whom_it_pays() {
    let options = filled(r#"{"accounts":["<A>","<D>"],"min_amount":0}"#);
    let client = Client::subscribed("new_unconfirmed_block", &options);
    let unowned = |block| UnconfirmedBlock { account: None, ..unconfirmed(block) };
    assert!(client.is_told(unowned(L_SEND)));
    assert!(!client.is_told(unowned(L_RECEIVE)));
}

/// The options of ours where they are none: ignored, as a node ignores them.
#[test]
fn other_topics_have_no_extension_filters() {
    let nothing = r#"{"min_amount":"rubbish","hashes":[],"subtypes":7,"direction":"up"}"#;
    for topic in Topic::ALL {
        if matches!(topic, Topic::Confirmation | Topic::NewUnconfirmedBlock) {
            continue;
        }
        let client = Client::subscribed(topic.name(), nothing);
        let plain = Client::subscribed(topic.name(), "{}");
        assert_eq!(client.subscriptions, plain.subscriptions, "{topic:?}");
    }
}

#[test]
fn what_a_filter_costs_is_counted() {
    let options = filled(
        r#"{"accounts":["<A>","<B>","<A>"],"counterparties":["<C>"],"representatives":["<D>","<C>"],
            "hashes":["CDF2E81541455D2027877EF91AE997D8615A09719BD91BA54016F049FC024144"],"subtypes":["send"]}"#,
    );
    for topic in ["confirmation", "new_unconfirmed_block"] {
        let client = Client::subscribed(topic, &options);
        let counts = client.subscriptions.values().map(|it| (it.accounts(), it.entries()));
        assert_eq!(counts.collect::<Vec<_>>(), [(2, 6)], "{topic}");
    }
}

#[test]
fn every_block_has_facts_that_agree_with_its_fixture() {
    for block in BlockFixture::ALL {
        let (confirmed, stored) = (conf(block, ActiveQuorum), unconfirmed(block));
        for facts in [(&confirmed).into(), (&stored).into()] {
            let facts: banano_ws_protocol::BlockFacts<'_> = facts;
            assert_eq!(facts.account, Some(block.account()), "{}", block.name);
            assert_eq!(facts.amount(), Some(block.amount()), "{}", block.name);
            assert_eq!(facts.counterparty(), block.linked_account(), "{}", block.name);
            assert_eq!(facts.is_first(), block.height == 1, "{}", block.name);
            let pays = (facts.subtype() == Some(Subtype::Send)).then(|| block.linked_account());
            assert_eq!(facts.destination(), pays.flatten(), "{}", block.name);
        }
    }
    let parties = |block| unconfirmed(block).parties().collect::<Vec<Account>>();
    assert_eq!(parties(SEND), [A.account(), B.account()]);
    assert_eq!(parties(OPEN), [B.account()]);
    let plain = Subscription::without_options(Topic::NewUnconfirmedBlock);
    assert!(plain.matches(&stored(SEND)));
}
