//! What the hub holds, seen from inside: limits, counts, and that nothing stays behind.

use banano_primitives::Account;
use banano_ws_protocol::{
    AccountFilter, AccountSet, ConfirmationFilter, ConfirmationOptions, ErrorCode, ListChange,
    VoteFilter, VoteOptions,
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
    let id = hub.open();
    hub.subscribe(id, confirmations_of(0..3)).unwrap();
    let too_many = TooManyAccounts { accounts: 5, max: 4 };
    assert_eq!(hub.subscribe(id, votes_of(0..2)), Err(too_many));
    assert_eq!(hub.subscribers(Topic::Vote), 0);
    hub.subscribe(id, votes_of(0..1)).unwrap();
    assert_eq!(hub.subscribe(id, confirmations_of(0..4)), Err(too_many));
    assert_eq!(hub.listed(), 4);
    // A replacement counts instead of what it replaces.
    hub.subscribe(id, confirmations_of(10..13)).unwrap();
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
        let id = hub.open();
        hub.subscribe(id, confirmations_of(0..4)).unwrap();
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

#[test]
fn an_update_needs_a_subscription_with_options() {
    let mut hub = hub();
    let id = hub.open();
    let nothing = Update::default();
    let code = |hub: &mut Hub, topic, update: Option<&Update>| {
        hub.update(id, topic, update).err().map(|error| Fault::from(error).code)
    };
    let confirmation = Some(Topic::Confirmation);
    assert_eq!(code(&mut hub, confirmation, Some(&nothing)), Some(ErrorCode::NotSubscribed));
    assert_eq!(code(&mut hub, None, Some(&nothing)), Some(ErrorCode::NotSubscribed));
    hub.subscribe(id, Subscription::without_options(Topic::Confirmation)).unwrap();
    assert_eq!(code(&mut hub, confirmation, Some(&nothing)), Some(ErrorCode::NotUpdatable));
    hub.subscribe(id, confirmations_of(0..1)).unwrap();
    assert_eq!(code(&mut hub, confirmation, None), Some(ErrorCode::MissingOptions));
    assert_eq!(code(&mut hub, confirmation, Some(&nothing)), None);
    hub.subscribe(id, Subscription::without_options(Topic::Vote)).unwrap();
    assert_eq!(code(&mut hub, Some(Topic::Vote), Some(&nothing)), Some(ErrorCode::NotUpdatable));
}

#[test]
fn counts_follow_every_way_in_and_out_and_nothing_stays_listed() {
    let mut hub = hub();
    let ids = [hub.open(), hub.open(), hub.open()];
    for id in ids {
        for _ in 0..2 {
            hub.subscribe(id, confirmations_of(0..2)).unwrap();
            hub.subscribe(id, Subscription::without_options(Topic::Work)).unwrap();
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
    hub.subscribe(ids[2], Subscription::without_options(Topic::Confirmation)).unwrap();
    assert_eq!(hub.listed(), 0);
    hub.unsubscribe(ids[0], Topic::Work);
    assert!(hub.listeners().eq([ids[2]]));
    hub.close(ids[0]);
    hub.close(ids[2]);
    assert_eq!(hub.subscribers(Topic::Work), 0);
}
