//! What the hub holds, seen from inside: limits, counts, and that nothing stays behind.

use banano_primitives::{Account, BlockHash};
use banano_ws_protocol::{
    AccountFilter, AccountSet, BlockFilter, ConfirmationFilter, ConfirmationOptions, ErrorCode,
    ListChange, UnconfirmedFilter, UnconfirmedOptions, VoteFilter, VoteOptions,
};

use super::*;

const LIMITS: Limits = Limits { accounts: 4 };

fn hub() -> Hub {
    Hub::new(RenderSettings::default(), LIMITS)
}

fn accounts(range: std::ops::Range<u8>) -> Vec<Account> {
    range.map(|n| Account::from_bytes([n; 32])).collect()
}

fn confirmations_of(range: std::ops::Range<u8>) -> Subscription {
    let accounts = accounts(range).into_iter().collect::<AccountSet>();
    let filter = ConfirmationFilter {
        accounts: AccountFilter::Only { accounts, local: false },
        ..ConfirmationFilter::default()
    };
    Subscription::Confirmation(ConfirmationOptions {
        filter,
        updatable: true,
        ..ConfirmationOptions::default()
    })
}

fn votes_of(range: std::ops::Range<u8>) -> Subscription {
    let representatives = Some(accounts(range).into_iter().collect());
    Subscription::Vote(VoteOptions {
        filter: VoteFilter { representatives, ..VoteFilter::default() },
        updatable: true,
    })
}

fn update(add: std::ops::Range<u8>, del: std::ops::Range<u8>) -> Update {
    let accounts = ListChange { add: Some(accounts(add)), del: Some(accounts(del)) };
    Update { accounts, ..Update::default() }
}

#[test]
fn the_limit_counts_all_filters_of_a_session_and_a_refusal_changes_nothing() {
    let mut hub = hub();
    let id = hub.open(Framing::WebSocket);
    hub.subscribe(id, confirmations_of(0..3), Start::default()).unwrap();
    let too_many = TooManyAccounts { accounts: 5, max: 4 };
    assert_eq!(hub.subscribe(id, votes_of(0..2), Start::default()), Err(too_many));
    assert_eq!(hub.subscribers(Topic::Vote), 0);
    hub.subscribe(id, votes_of(0..1), Start::default()).unwrap();
    assert_eq!(hub.subscribe(id, confirmations_of(0..4), Start::default()), Err(too_many));
    assert_eq!(hub.listed(), 4);
    // A replacement counts instead of what it replaces.
    hub.subscribe(id, confirmations_of(10..13), Start::default()).unwrap();
    assert_eq!(hub.listed(), 4);
}

#[test]
fn an_update_is_measured_by_what_it_leaves_behind() {
    let cases = [
        ("known accounts add nothing", update(0..4, 0..0), Ok(4)),
        ("added and deleted again", update(0..200, 4..200), Ok(4)),
        ("one too many", update(3..5, 0..0), Err(5)),
        ("room is made first", update(4..6, 0..2), Ok(4)),
        ("all gone", update(0..0, 0..9), Ok(0)),
    ];
    for (name, update, want) in cases {
        let mut hub = hub();
        let id = hub.open(Framing::WebSocket);
        hub.subscribe(id, confirmations_of(0..4), Start::default()).unwrap();
        let got = hub.update(id, Some(Topic::Confirmation), Some(&update));
        match want {
            Ok(listed) => {
                assert_eq!(got, Ok(()), "{name}");
                assert_eq!(hub.listed(), listed, "{name}");
            }
            Err(accounts) => {
                let refused = Unchanged::TooManyAccounts(TooManyAccounts { accounts, max: 4 });
                assert_eq!(got, Err(refused), "{name}");
                assert_eq!(hub.listed(), 4, "{name}");
            }
        }
    }
}

/// Stored blocks by which all lists together name as many entries as the range is long.
fn stored_blocks(accounts_: std::ops::Range<u8>, hashes: std::ops::Range<u8>) -> Subscription {
    let hashes = hashes.map(|n| BlockHash::from_bytes([n; 32])).collect();
    let blocks = BlockFilter { hashes: Some(hashes), ..BlockFilter::default() };
    let accounts = Some(accounts(accounts_).into_iter().collect());
    let filter = UnconfirmedFilter { accounts, blocks: Some(Box::new(blocks)) };
    Subscription::NewUnconfirmedBlock(UnconfirmedOptions { filter, updatable: true })
}

#[test]
fn hashes_count_as_accounts_do_but_are_not_listed() {
    let mut hub = hub();
    let id = hub.open(Framing::WebSocket);
    hub.subscribe(id, confirmations_of(0..1), Start::default()).unwrap();
    let too_many = TooManyAccounts { accounts: 5, max: 4 };
    assert_eq!(hub.subscribe(id, stored_blocks(0..1, 0..3), Start::default()), Err(too_many));
    hub.subscribe(id, stored_blocks(0..1, 0..2), Start::default()).unwrap();
    assert_eq!(hub.listed(), 2);
    let stored = Some(Topic::NewUnconfirmedBlock);
    let hashes = |range: std::ops::Range<u8>| {
        Some(range.map(|n| BlockHash::from_bytes([n; 32])).collect::<Vec<_>>())
    };
    let hashes = ListChange { add: hashes(1..3), del: None };
    let grown = Update { hashes, ..Update::default() };
    assert_eq!(hub.update(id, stored, Some(&grown)), Err(Unchanged::TooManyAccounts(too_many)));
    // An account makes room for another, and both lists stay right.
    hub.update(id, stored, Some(&update(7..8, 0..1))).unwrap();
    assert_eq!(hub.listed(), 2);
    hub.unsubscribe(id, Topic::NewUnconfirmedBlock);
    assert_eq!(hub.listed(), 1);
    hub.close(id);
    assert_eq!(hub.listed(), 0);
}

#[test]
fn an_extension_filter_alone_is_listed_under_its_topic_and_forgotten() {
    let mut hub = hub();
    let id = hub.open(Framing::WebSocket);
    let blocks = Some(Box::new(BlockFilter::default()));
    let filter = ConfirmationFilter { blocks, ..ConfirmationFilter::default() };
    let options = ConfirmationOptions { filter, updatable: true, ..ConfirmationOptions::default() };
    hub.subscribe(id, Subscription::Confirmation(options), Start::default()).unwrap();
    assert_eq!(hub.listed(), 1, "under the topic");
    hub.update(id, Some(Topic::Confirmation), Some(&update(0..2, 0..0))).unwrap();
    assert_eq!(hub.listed(), 2, "under two accounts");
    hub.subscribe(id, Subscription::without_options(Topic::Confirmation), Start::default())
        .unwrap();
    assert_eq!(hub.listed(), 0, "in a class");
}

#[test]
fn an_update_needs_a_subscription_with_options() {
    let mut hub = hub();
    let id = hub.open(Framing::WebSocket);
    let nothing = Update::default();
    let code = |hub: &mut Hub, topic, update: Option<&Update>| {
        hub.update(id, topic, update).err().map(|error| Fault::from(error).code)
    };
    let confirmation = Some(Topic::Confirmation);
    assert_eq!(code(&mut hub, confirmation, Some(&nothing)), Some(ErrorCode::NotSubscribed));
    assert_eq!(code(&mut hub, None, Some(&nothing)), Some(ErrorCode::NotSubscribed));
    hub.subscribe(id, Subscription::without_options(Topic::Confirmation), Start::default())
        .unwrap();
    assert_eq!(code(&mut hub, confirmation, Some(&nothing)), Some(ErrorCode::NotUpdatable));
    hub.subscribe(id, confirmations_of(0..1), Start::default()).unwrap();
    assert_eq!(code(&mut hub, confirmation, None), Some(ErrorCode::MissingOptions));
    assert_eq!(code(&mut hub, confirmation, Some(&nothing)), None);
    hub.subscribe(id, Subscription::without_options(Topic::Vote), Start::default()).unwrap();
    assert_eq!(code(&mut hub, Some(Topic::Vote), Some(&nothing)), Some(ErrorCode::NotUpdatable));
}

#[test]
fn counts_follow_every_way_in_and_out_and_nothing_stays_listed() {
    let mut hub = hub();
    let ids =
        [hub.open(Framing::WebSocket), hub.open(Framing::WebSocket), hub.open(Framing::WebSocket)];
    for id in ids {
        for _ in 0..2 {
            hub.subscribe(id, confirmations_of(0..2), Start::default()).unwrap();
            hub.subscribe(id, Subscription::without_options(Topic::Work), Start::default())
                .unwrap();
        }
    }
    assert_eq!(hub.subscribers(Topic::Confirmation), 3);
    assert_eq!(hub.subscribers(Topic::Work), 3);
    hub.unsubscribe(ids[0], Topic::Confirmation);
    hub.unsubscribe(ids[0], Topic::Confirmation);
    assert_eq!(hub.subscribers(Topic::Confirmation), 2);
    hub.close(ids[1]);
    hub.close(ids[1]);
    assert_eq!(hub.subscribers(Topic::Confirmation), 1);
    assert_eq!(hub.subscribers(Topic::Work), 2);
    assert_eq!(hub.sessions(), 2);
    assert!(hub.listeners().eq([ids[0], ids[2]]));
    hub.subscribe(ids[2], Subscription::without_options(Topic::Confirmation), Start::default())
        .unwrap();
    assert_eq!(hub.listed(), 0);
    hub.unsubscribe(ids[0], Topic::Work);
    assert!(hub.listeners().eq([ids[2]]));
    hub.close(ids[0]);
    hub.close(ids[2]);
    assert_eq!(hub.subscribers(Topic::Work), 0);
}

#[test]
fn representatives_are_listed_as_updates_leave_them() {
    let mut hub = hub();
    let id = hub.open(Framing::WebSocket);
    // (added, deleted, entries that are listed): an empty list is no filter, and the topic's roster
    // then holds the session as a whole, or a class does.
    let rows =
        [(0..2, 0..0, 2), (2..3, 0..1, 2), (0..0, 1..2, 1), (0..0, 2..3, 0), (5..7, 0..0, 2)];
    hub.subscribe(id, votes_of(0..0), Start::default()).unwrap();
    for (row, (add, del, want)) in rows.into_iter().enumerate() {
        let representatives = ListChange { add: Some(accounts(add)), del: Some(accounts(del)) };
        let update = Update { representatives, ..Update::default() };
        hub.update(id, Some(Topic::Vote), Some(&update)).unwrap();
        assert_eq!(hub.listed(), want, "row {row}");
    }
}

/// Adds the keys of `range` to the list of that name.
fn adds(list: &str, range: std::ops::Range<u8>) -> Update {
    let some = || ListChange { add: Some(accounts(range.clone())), del: None };
    let none = Update::default();
    match list {
        "accounts" => Update { accounts: some(), ..none },
        "hashes" => {
            let hashes = range.map(|n| BlockHash::from_bytes([n; 32])).collect();
            Update { hashes: ListChange { add: Some(hashes), del: None }, ..none }
        }
        "counterparties" => Update { counterparties: some(), ..none },
        _ => Update { representatives: some(), ..none },
    }
}

#[test]
fn a_session_is_listed_under_the_first_of_its_lists_and_nothing_of_the_others_stays() {
    let topic = Some(Topic::Confirmation);
    let in_order = ["accounts", "hashes", "counterparties", "representatives"];
    for (first, first_list) in in_order.iter().enumerate() {
        for (second, second_list) in in_order.iter().enumerate() {
            let mut hub = hub();
            let id = hub.open(Framing::WebSocket);
            let all = ConfirmationOptions { updatable: true, ..ConfirmationOptions::default() };
            let all = Subscription::Confirmation(all);
            hub.subscribe(id, all, Start::default()).unwrap();
            hub.update(id, topic, Some(&adds(first_list, 0..2))).unwrap();
            assert_eq!(hub.listed(), 2, "{first_list}");
            hub.update(id, topic, Some(&adds(second_list, 2..3))).unwrap();
            let listed = match second.cmp(&first) {
                std::cmp::Ordering::Less => 1,
                std::cmp::Ordering::Equal => 3,
                std::cmp::Ordering::Greater => 2,
            };
            assert_eq!(hub.listed(), listed, "{first_list}, then {second_list}");
            hub.unsubscribe(id, Topic::Confirmation);
            assert_eq!(hub.listed(), 0, "{first_list}, then {second_list}");
        }
    }
}
