//! Reading again what was appended before.

use banano_testkit::fixtures::{CHANGE, D, SEND, conf, started_election, stopped_election};
use banano_ws_journal::{Expired, Journal, Limits, LocateError, Query, ReplayBatch};
use banano_ws_protocol::{ConfirmationKind, Cursor, Event, Since, Topic};

use crate::{NOW_MS, journal};

pub(crate) fn confirmed() -> Event {
    Event::Confirmation(conf(SEND, ConfirmationKind::ActiveQuorum))
}

pub(crate) fn all(topic: Topic) -> Query {
    Query { topic, accounts: None }
}

/// Everything from `after` on, in batches of `size`; what is lost as a zero.
pub(crate) fn replayed(journal: &Journal, query: Query, after: u64, size: usize) -> Vec<u64> {
    let mut replay = journal.replay(query, after, u64::MAX);
    let mut got = Vec::new();
    while !replay.is_over() {
        match replay.next_batch(size, usize::MAX).unwrap() {
            ReplayBatch::Events { events, .. } => got.extend(events.iter().map(|it| it.sequence)),
            ReplayBatch::Lost { .. } => got.push(0),
        }
    }
    got
}

#[test]
fn a_replay_gives_the_events_of_its_topic_and_accounts_in_order() {
    let (journal, _) = journal(Limits::default());
    for _ in 0..3 {
        let changed = Event::Confirmation(conf(CHANGE, ConfirmationKind::Inactive));
        journal.append(vec![confirmed(), started_election(SEND), changed]);
    }
    for size in [1, 2, 100] {
        assert_eq!(replayed(&journal, all(Topic::Confirmation), 0, size), [1, 3, 4, 6, 7, 9]);
        assert_eq!(replayed(&journal, all(Topic::StartedElection), 2, size), [5, 8]);
        assert!(replayed(&journal, all(Topic::Vote), 0, size).is_empty());
    }
    let by = |account| Query {
        topic: Topic::Confirmation,
        accounts: Some([account].into_iter().collect()),
    };
    assert_eq!(replayed(&journal, by(SEND.account()), 0, 2), [1, 4, 7]);
    assert!(replayed(&journal, by(D.account()), 0, 2).is_empty());
    let nobody = Query { topic: Topic::Confirmation, accounts: Some([].into_iter().collect()) };
    assert!(replayed(&journal, nobody, 0, 2).is_empty());
}

#[test]
fn a_replay_ends_where_it_was_told_to_and_keeps_to_its_bytes() {
    let (journal, _) = journal(Limits::default());
    journal.append((0..9).map(|_| confirmed()).collect());
    let mut replay = journal.replay(all(Topic::Confirmation), 2, 5);
    let mut got = Vec::new();
    while !replay.is_over() {
        let ReplayBatch::Events { events, scanned } = replay.next_batch(10, 1).unwrap() else {
            panic!("nothing is lost")
        };
        assert_eq!((events.len(), scanned), (1, events[0].sequence), "one fills it");
        got.push(scanned);
    }
    assert_eq!(got, [3, 4, 5]);
    let over = replay.next_batch(10, 1).unwrap();
    assert!(matches!(over, ReplayBatch::Events { events, scanned: 5 } if events.is_empty()));
}

#[test]
fn only_the_events_of_its_own_topic_can_be_lost_to_a_replay() {
    let (journal, _) = journal(Limits { events: 4, ..Limits::default() });
    journal.append(vec![confirmed(), started_election(SEND)]);
    let mut slow = journal.replay(all(Topic::Confirmation), 0, u64::MAX);
    journal.append(vec![confirmed(), stopped_election(SEND), started_election(SEND)]);
    // 1 is gone; of the topic stopped_election nothing is.
    assert_eq!(replayed(&journal, all(Topic::StoppedElection), 0, 9), [4]);
    assert_eq!(replayed(&journal, all(Topic::Confirmation), 0, 9), [0, 3]);
    let lost = slow.next_batch(9, usize::MAX).unwrap();
    assert!(matches!(lost, ReplayBatch::Lost { from: 1, to: 1 }), "{lost:?}");
}

#[test]
fn a_place_is_found_or_has_expired() {
    let (journal, clock) = journal(Limits { events: 4, ..Limits::default() });
    let at = |sequence| Since::Cursor(Cursor { journal: journal.id(), sequence });
    let locate = |topic, since: &Since| match journal.locate(topic, since) {
        Ok(after) => Ok(after),
        Err(LocateError::Expired(offer)) => Err(offer),
        Err(LocateError::Read(error)) => panic!("{error}"),
    };
    let confirmation = |since: &Since| locate(Topic::Confirmation, since);
    assert_eq!([Since::Oldest, at(0), Since::Time(5)].map(|it| confirmation(&it)), [Ok(0); 3]);
    for _ in 0..3 {
        journal.append(vec![confirmed(), started_election(SEND)]);
        clock.advance(std::time::Duration::from_millis(10));
    }
    // 1 and 2 are gone, both of the first time.
    let cursor = |sequence| Cursor { journal: journal.id(), sequence };
    let offer = Expired { oldest: cursor(1), newest: cursor(6) };
    let other = Since::Cursor(Cursor { journal: !journal.id(), sequence: 3 });
    let rows = [
        (at(0), Err(offer)),
        (at(1), Ok(1)),
        (at(6), Ok(6)),
        (at(7), Err(offer)),
        (other, Err(offer)),
        (Since::Oldest, Ok(1)),
        (Since::Time(NOW_MS), Err(offer)),
        (Since::Time(NOW_MS + 1), Ok(1)),
        (Since::Time(NOW_MS + 10), Ok(1)),
        (Since::Time(NOW_MS + 11), Ok(4)),
        (Since::Time(u64::MAX), Ok(6)),
    ];
    for (since, want) in rows {
        assert_eq!(confirmation(&since), want, "{since:?}");
    }
    assert_eq!(locate(Topic::Vote, &Since::Oldest), Ok(0), "no vote is gone");
    assert_eq!(locate(Topic::Vote, &at(0)), Ok(0));
}
