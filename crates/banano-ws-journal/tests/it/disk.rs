//! A journal in a folder: what is there again after a close, a kill, a power cut; what goes when.

use std::{fs, path::Path, time::Duration};

use banano_testkit::{
    FakeClock, arbitrary,
    fixtures::{CHANGE, SEND, started_election, v1, vote},
};
use banano_ws_journal::{
    DiskConfig, Expired, Journal, Limits, LocateError, OpenError, OpenReport, Past, Query,
    ReplayBatch, Retention, SyncPolicy,
};
use banano_ws_protocol::{Cursor, Event, Since, Stamped, Topic, VoteCode};
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

use crate::{
    NOW_MS,
    replaying::{all, confirmed, replayed},
};

/// Nothing but what a test asks for is held in memory, so that replays read files.
fn config(dir: &Path) -> DiskConfig {
    let memory = Limits { events: 1, bytes: 1 };
    DiskConfig { memory, sync: SyncPolicy::Never, ..DiskConfig::new(dir.to_owned()) }
}

fn open_with(config: &DiskConfig, clock: &FakeClock) -> (Journal, OpenReport) {
    let opened = Journal::open(config, clock.reader()).unwrap();
    (opened.journal, opened.report)
}

fn open(dir: &Path) -> (Journal, OpenReport) {
    open_with(&config(dir), &FakeClock::at(NOW_MS))
}

/// What a kill of the process would leave: the files as they are while the journal is open.
fn killed(dir: &TempDir) -> TempDir {
    let copy = tempdir().unwrap();
    copy_files(dir.path(), copy.path());
    copy
}

fn copy_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy_files(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn voted() -> Event {
    Event::Vote(vote(v1(), VoteCode::Vote))
}

fn since(journal: &Journal, sequence: u64) -> Since {
    Since::Cursor(Cursor { journal: journal.id(), sequence })
}

fn locate(journal: &Journal, topic: Topic, since: &Since) -> Result<u64, Expired> {
    match journal.locate(topic, since) {
        Ok(after) => Ok(after),
        Err(LocateError::Expired(offer)) => Err(offer),
        Err(LocateError::Read(error)) => panic!("{error}"),
    }
}

#[test]
fn a_closed_journal_goes_on_with_its_name_its_events_and_the_next_sequence() {
    let dir = tempdir().unwrap();
    let (journal, report) = open(dir.path());
    assert_eq!(report, OpenReport { past: Past::New, torn_bytes: 0 });
    journal.append(vec![confirmed(), voted(), started_election(SEND)]);
    journal.flush();
    let (id, reader) = (journal.id(), journal.reader());
    journal.append(vec![confirmed()]);
    journal.close();
    assert_eq!(reader.waiting(), 1, "what was appended before the close is told");
    drop((reader, journal));

    let (journal, report) = open(dir.path());
    assert_eq!(report, OpenReport { past: Past::Continued, torn_bytes: 0 });
    assert_eq!((journal.id(), journal.newest()), (id, 4));
    assert_eq!(replayed(&journal, all(Topic::Confirmation), 0, 1), [1, 4]);
    assert_eq!(replayed(&journal, all(Topic::StartedElection), 0, 1), [3]);
    assert_eq!(locate(&journal, Topic::Confirmation, &since(&journal, 1)), Ok(1));
    // Votes are in memory only: what came before is gone, and that is said.
    let cursor = |sequence| Cursor { journal: id, sequence };
    let offer = Expired { oldest: cursor(4), newest: cursor(4) };
    assert_eq!(locate(&journal, Topic::Vote, &since(&journal, 3)), Err(offer));
    assert_eq!(locate(&journal, Topic::Vote, &since(&journal, 4)), Ok(4));
    journal.append(vec![voted(), confirmed()]);
    journal.flush();
    assert_eq!(replayed(&journal, all(Topic::Confirmation), 0, 9), [1, 4, 6]);
}

#[test]
fn a_killed_journal_has_everything_that_was_seen_and_gives_no_sequence_twice() {
    let dir = tempdir().unwrap();
    let (journal, _) = open(dir.path());
    journal.append(vec![confirmed(), confirmed(), voted(), voted()]);
    journal.flush();
    let (id, copy) = (journal.id(), killed(&dir));
    let (journal, report) = open(copy.path());
    assert_eq!(report, OpenReport { past: Past::Continued, torn_bytes: 0 });
    assert_eq!(journal.id(), id);
    assert_eq!(replayed(&journal, all(Topic::Confirmation), 0, 9), [1, 2]);
    // The votes 3 and 4 may have been seen: whoever has the cursor 4 misses no confirmation.
    assert_eq!(locate(&journal, Topic::Confirmation, &since(&journal, 4)), Ok(4));
    assert!(journal.newest() >= 4);
    journal.append(vec![confirmed()]);
    journal.flush();
    let last = journal.newest();
    assert_eq!(replayed(&journal, all(Topic::Confirmation), 4, 9), [last]);
}

#[test]
fn a_torn_batch_is_cut_off_and_told() {
    let dir = tempdir().unwrap();
    let (journal, _) = open(dir.path());
    for _ in 0..3 {
        journal.append(vec![confirmed(), started_election(SEND)]);
        journal.flush();
    }
    let copy = killed(&dir);
    let log = fs::read_dir(copy.path()).unwrap().map(|it| it.unwrap().path());
    let log = log.filter(|it| it.extension().is_some_and(|it| it == "jnl")).max().unwrap();
    let mut bytes = fs::read(&log).unwrap();
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes.truncate(end - 100);
    fs::write(&log, bytes).unwrap();
    let (again, report) = open(copy.path());
    assert_eq!(report.past, Past::Continued);
    assert!(report.torn_bytes > 100, "{report:?}");
    assert_eq!(again.id(), journal.id());
    assert_eq!(replayed(&again, all(Topic::Confirmation), 0, 9), [1, 3]);
    assert_eq!(replayed(&again, all(Topic::StartedElection), 0, 9), [2, 4]);
}

/// Makes the journal look as if it had been open in another run of the system.
fn reboot(dir: &Path) {
    let database = fjall::Database::builder(dir).open().unwrap();
    let rows = database.keyspace("register", fjall::KeyspaceCreateOptions::default).unwrap();
    let open = rows.get("open").unwrap().unwrap();
    assert!(open.starts_with(b"open "), "it was not closed");
    rows.insert("open", b"open another-run".as_slice()).unwrap();
    database.persist(fjall::PersistMode::SyncAll).unwrap();
}

#[test]
fn after_a_power_cut_old_cursors_are_refused_unless_each_batch_was_synced() {
    let policies = [SyncPolicy::Always, SyncPolicy::Interval { ms: 100 }, SyncPolicy::Never];
    for sync in policies {
        let dir = tempdir().unwrap();
        let config = DiskConfig { sync, ..config(dir.path()) };
        let (journal, _) = open_with(&config, &FakeClock::at(NOW_MS));
        journal.append(vec![confirmed(), confirmed()]);
        journal.flush();
        let cursor = since(&journal, 1);
        let copy = killed(&dir);
        reboot(copy.path());
        let config = DiskConfig { dir: copy.path().to_owned(), ..config };
        let (journal, report) = open_with(&config, &FakeClock::at(NOW_MS));
        let is_same = sync == SyncPolicy::Always;
        assert_eq!(report.past, if is_same { Past::Continued } else { Past::Renamed });
        assert_eq!(locate(&journal, Topic::Confirmation, &cursor).is_ok(), is_same, "{sync:?}");
        // What is left can be had all the same, under the new name.
        assert_eq!(replayed(&journal, all(Topic::Confirmation), 0, 9), [1, 2]);
    }
}

#[test]
fn a_folder_that_is_in_use_or_of_another_version_is_refused() {
    let dir = tempdir().unwrap();
    let (journal, _) = open(dir.path());
    let refused = Journal::open(&config(dir.path()), || NOW_MS).unwrap_err();
    assert!(matches!(refused, OpenError::InUse(_)), "{refused}");
    let copy = killed(&dir);
    drop(journal);
    {
        let database = fjall::Database::builder(copy.path()).open().unwrap();
        let rows = database.keyspace("register", fjall::KeyspaceCreateOptions::default).unwrap();
        rows.insert("version", [9].as_slice()).unwrap();
    }
    let refused = Journal::open(&config(copy.path()), || NOW_MS).unwrap_err();
    assert!(matches!(refused, OpenError::OtherVersion { found: 9, .. }), "{refused}");
}

#[test]
fn a_topic_that_comes_to_the_disk_later_has_no_past_and_one_that_leaves_it_neither() {
    let dir = tempdir().unwrap();
    let config = config(dir.path());
    let clock = FakeClock::at(NOW_MS);
    let (journal, _) = open_with(&config, &clock);
    journal.append(vec![voted(), confirmed()]);
    journal.close();
    drop(journal);
    let mut other = config.clone();
    other.topics[Topic::Vote.index()] = Some(Retention::default());
    other.topics[Topic::Confirmation.index()] = None;
    let (journal, _) = open_with(&other, &clock);
    for topic in [Topic::Vote, Topic::Confirmation] {
        assert!(locate(&journal, topic, &since(&journal, 1)).is_err(), "{topic}");
        assert_eq!(locate(&journal, topic, &Since::Oldest), Ok(2), "{topic}");
    }
    journal.append(vec![voted()]);
    journal.flush();
    assert_eq!(replayed(&journal, all(Topic::Vote), 2, 9), [3]);
    journal.close();
    drop(journal);
    let (journal, _) = open_with(&config, &clock);
    assert_eq!(locate(&journal, Topic::Confirmation, &Since::Oldest), Ok(3));
    assert!(locate(&journal, Topic::Confirmation, &since(&journal, 1)).is_err());
}

/// Waits until the upkeep has come to a state.
fn wait_until(mut is_so: impl FnMut() -> bool) {
    let (_keep, never) = std::sync::mpsc::channel::<()>();
    for _ in 0..2_000 {
        if is_so() {
            return;
        }
        let _ = never.recv_timeout(Duration::from_millis(5));
    }
    panic!("it never came so far");
}

#[test]
fn old_events_go_by_size_and_by_age_and_a_slow_replay_is_told() {
    let dir = tempdir().unwrap();
    let mut config = config(dir.path());
    config.sync = SyncPolicy::Interval { ms: 1 };
    // A confirmation takes some 700 bytes with its index: sixteenths of two or three events.
    config.topics[Topic::Confirmation.index()] =
        Some(Retention { max_age_ms: 16_000, max_bytes: 16 * 1_500 });
    let clock = FakeClock::at(NOW_MS);
    let (journal, _) = open_with(&config, &clock);
    let mut slow = journal.replay(all(Topic::Confirmation), 0, 0);
    let oldest = |journal: &Journal| locate(journal, Topic::Confirmation, &Since::Oldest).unwrap();
    for sequence in 1..=100 {
        journal.append(vec![confirmed()]);
        journal.flush();
        if sequence == 1 {
            slow = journal.replay(all(Topic::Confirmation), 0, u64::MAX);
        }
    }
    wait_until(|| oldest(&journal) >= 60);
    let after = oldest(&journal);
    assert!(after <= 90, "some are kept: {after}");
    let want: Vec<u64> = (after + 1..=100).collect();
    assert_eq!(replayed(&journal, all(Topic::Confirmation), after, 7), want);
    let lost = slow.next_batch(9, usize::MAX).unwrap();
    assert!(matches!(lost, ReplayBatch::Lost { from: 1, to: 1 }), "{lost:?}");
    assert!(locate(&journal, Topic::Confirmation, &since(&journal, after - 1)).is_err());
    assert!(locate(&journal, Topic::Confirmation, &Since::Time(NOW_MS)).is_err());

    clock.advance(Duration::from_secs(17));
    journal.append(vec![confirmed()]);
    journal.flush();
    wait_until(|| oldest(&journal) == 100);
    assert_eq!(replayed(&journal, all(Topic::Confirmation), 100, 7), [101]);
    // And it stays so.
    journal.close();
    drop((slow, journal));
    let (journal, _) = open_with(&config, &clock);
    assert_eq!(oldest(&journal), 100);
    assert_eq!(locate(&journal, Topic::Confirmation, &Since::Time(NOW_MS + 1)), Ok(100));
    assert_eq!(replayed(&journal, all(Topic::Confirmation), 100, 7), [101]);
}

#[test]
fn a_time_is_found_in_a_long_past() {
    let dir = tempdir().unwrap();
    let mut config = config(dir.path());
    config.topics[Topic::StartedElection.index()] =
        Some(Retention { max_bytes: 16 * 4_000, ..Retention::default() });
    let clock = FakeClock::at(NOW_MS);
    let (journal, _) = open_with(&config, &clock);
    // Every second event is of another topic; two and two are of one time, ten milliseconds apart.
    for _ in 0..100 {
        journal.append(vec![
            started_election(SEND),
            confirmed(),
            started_election(SEND),
            confirmed(),
        ]);
        journal.flush();
        clock.advance(Duration::from_millis(10));
    }
    for (time_ms, want) in [
        (0, 0),
        (1, 3),
        (10, 3),
        (11, 7),
        (500, 199),
        (501, 203),
        (990, 395),
        (991, 399),
        (9_999, 399),
    ] {
        let since = Since::Time(NOW_MS + time_ms);
        assert_eq!(locate(&journal, Topic::StartedElection, &since), Ok(want), "{time_ms}");
    }
}

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<Event>),
    Close,
    Kill,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Few accounts, so that some have several events.
    let known = prop_oneof![
        Just(confirmed()),
        Just(started_election(CHANGE)),
        Just(voted()),
        arbitrary::event(),
    ];
    let step = prop_oneof![
        8 => prop::collection::vec(known, 1..20).prop_map(Step::Append),
        1 => Just(Step::Close),
        1 => Just(Step::Kill),
    ];
    prop::collection::vec(step, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The model: every event with its sequence, in a list.
    #[test]
    fn replays_agree_with_a_list_through_closes_and_kills(
        steps in steps(),
        after in 0_u64..60,
        size in 1_usize..9,
    ) {
        let mut dir = tempdir().unwrap();
        let mut small = config(dir.path());
        for topic in DiskConfig::TOPICS {
            // Many chapters, none of which goes.
            small.topics[topic.index()] =
                Some(Retention { max_age_ms: u64::MAX, max_bytes: 16 * 2_000 });
        }
        let clock = FakeClock::at(NOW_MS);
        let mut journal = open_with(&small, &clock).0;
        let mut model: Vec<(u64, Event)> = Vec::new();
        for step in steps {
            match step {
                Step::Append(events) => {
                    let first = journal.newest() + 1;
                    model.extend((first..).zip(events.iter().cloned()));
                    journal.append(events);
                    journal.flush();
                }
                Step::Close => {
                    journal.close();
                    drop(journal);
                    journal = open_with(&small, &clock).0;
                }
                Step::Kill => {
                    dir = killed(&dir);
                    drop(journal);
                    small.dir = dir.path().to_owned();
                    journal = open_with(&small, &clock).0;
                }
            }
        }
        for topic in DiskConfig::TOPICS {
            let accounts = Some([SEND.account(), CHANGE.account()].into_iter().collect());
            for accounts in [None, accounts] {
                let query = Query { topic, accounts };
                let after = after.max(locate(&journal, topic, &Since::Oldest).unwrap());
                let want: Vec<u64> = model
                    .iter()
                    .filter(|(sequence, event)| *sequence > after && query.matches(event))
                    .map(|(sequence, _)| *sequence)
                    .collect();
                prop_assert_eq!(replayed(&journal, query, after, size), want);
            }
        }
        let mut replay = journal.replay(all(Topic::Confirmation), 0, u64::MAX);
        while !replay.is_over() {
            if let ReplayBatch::Events { events, .. } = replay.next_batch(9, usize::MAX).unwrap() {
                for stamped in events {
                    let Stamped { sequence, event, .. } = &*stamped;
                    prop_assert!(model.contains(&(*sequence, event.clone())), "{}", sequence);
                }
            }
        }
    }
}
