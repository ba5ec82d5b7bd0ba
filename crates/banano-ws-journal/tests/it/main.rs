//! Black-box tests of the journal: order, bounds, and what a slow reader is told.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that is wrong must stop"
)]

mod clock;
mod disk;
mod jetstream;
mod kill;
mod replaying;

use std::{sync::Arc, thread, time::Duration};

use banano_testkit::{
    FakeClock,
    fixtures::{SEND, started_election, stopped_election, v2, vote},
};
use banano_ws_journal::{Batch, DiskConfig, Journal, Limits, Reader, Retention};
use banano_ws_protocol::{Cursor, Event, Since, Stamped, Topic, VoteCode};
use tokio::task::JoinSet;

const NOW_MS: u64 = 1_700_000_000_000;

fn journal(limits: Limits) -> (Journal, FakeClock) {
    let clock = FakeClock::at(NOW_MS);
    (Journal::memory(limits, clock.reader()), clock)
}

fn events(count: usize) -> Vec<Event> {
    (0..count).map(|_| started_election(SEND)).collect()
}

fn taken(reader: &mut Reader) -> Vec<Arc<Stamped>> {
    match reader.next_batch(usize::MAX) {
        Batch::Events(events) => events,
        Batch::Lost { from, to } => panic!("lost {from} to {to}"),
    }
}

fn sequences(events: &[Arc<Stamped>]) -> Vec<u64> {
    events.iter().map(|event| event.sequence).collect()
}

#[test]
fn a_reader_gets_what_is_appended_after_it_was_made_stamped_and_in_order() {
    let (journal, clock) = journal(Limits::default());
    journal.append(events(2));
    let mut reader = journal.reader();
    assert!(taken(&mut reader).is_empty());
    clock.advance(Duration::from_millis(5));
    journal.append(vec![started_election(SEND), stopped_election(SEND)]);
    clock.advance(Duration::from_millis(5));
    journal.append(events(1));
    journal.append(Vec::new());
    let got = taken(&mut reader);
    assert_eq!(sequences(&got), [3, 4, 5]);
    assert_eq!(got.iter().map(|it| it.time_ms - NOW_MS).collect::<Vec<_>>(), [5, 5, 10]);
    assert!(got.iter().all(|it| it.journal == journal.id()));
    assert_eq!(got[1].event, stopped_election(SEND));
    assert_eq!((journal.oldest(), journal.newest()), (1, 5));
}

#[test]
fn a_batch_is_as_long_as_asked_for_and_the_rest_is_still_there() {
    let (journal, _) = journal(Limits::default());
    let mut reader = journal.reader();
    journal.append(events(5));
    for want in [vec![1, 2], vec![3, 4], vec![5], vec![]] {
        assert_eq!(reader.waiting(), want.first().map_or(0, |first| 6 - first));
        let Batch::Events(got) = reader.next_batch(2) else { panic!("nothing is lost") };
        assert_eq!(sequences(&got), want);
    }
}

#[test]
fn two_journals_have_two_names() {
    assert_ne!(journal(Limits::default()).0.id(), journal(Limits::default()).0.id());
}

/// What a journal must say of a topic that was not listened to for a while.
fn check_interrupted(journal: &Journal, clock: &FakeClock) {
    let (topic, other) = (Topic::StartedElection, Topic::StoppedElection);
    let cursor = |sequence| Since::Cursor(Cursor { journal: journal.id(), sequence });
    let located = |topic, since: &Since| journal.locate(topic, since).ok();
    let append = |event| {
        journal.append(vec![event]);
        journal.flush();
    };
    let mut reader = journal.reader();
    append(started_election(SEND));
    assert_eq!(located(topic, &cursor(0)), Some(0));

    journal.interrupt(topic);
    append(stopped_election(SEND));
    let now = |past_ms| Since::Time(NOW_MS + past_ms);
    for since in [cursor(0), cursor(1), cursor(2), now(0), now(9)] {
        assert_eq!(located(topic, &since), None, "{since:?}");
        // Nobody else is concerned.
        assert!(located(other, &since).is_some(), "{since:?}");
    }
    let oldest = located(topic, &Since::Oldest).unwrap();

    clock.advance(Duration::from_millis(5));
    journal.resume(topic);
    journal.flush();
    for since in [cursor(0), cursor(1), cursor(2), now(5)] {
        assert_eq!(located(topic, &since), None, "{since:?}");
    }
    // A place that was given since then is good, and so is what was offered before.
    let place = Since::Cursor(journal.cursor());
    clock.advance(Duration::from_millis(5));
    append(started_election(SEND));
    for after in [
        located(topic, &place).unwrap(),
        located(topic, &now(6)).unwrap(),
        located(topic, &Since::Oldest).unwrap(),
        oldest,
    ] {
        assert_eq!(
            replaying::replayed(journal, replaying::all(topic), after, 9),
            [journal.newest()]
        );
    }
    let sequences = sequences(&taken(&mut reader));
    assert_eq!(sequences, [1, 2, journal.newest()], "who follows is not disturbed");
}

#[test]
fn places_before_a_topic_was_listened_to_have_expired() {
    let (journal, clock) = journal(Limits::default());
    check_interrupted(&journal, &clock);

    for on_disk in [Topic::Confirmation, Topic::StartedElection] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = DiskConfig::new(folder.path().to_owned());
        config.topics = Topic::ALL.map(|topic| (topic == on_disk).then(Retention::default));
        let clock = FakeClock::at(NOW_MS);
        let journal = Journal::open(&config, clock.reader()).unwrap().journal;
        check_interrupted(&journal, &clock);
    }
}

#[test]
fn who_went_on_has_missed_nothing_and_who_came_back_too_soon_is_not_back() {
    let folder = tempfile::tempdir().unwrap();
    let config = DiskConfig::new(folder.path().to_owned());
    let on_disk = Journal::open(&config, FakeClock::at(NOW_MS).reader()).unwrap().journal;
    for journal in [journal(Limits::default()).0, on_disk] {
        let topic = Topic::Confirmation;
        let begin = Since::Cursor(journal.cursor());
        journal.interrupt(topic);
        assert!(journal.locate(topic, &begin).is_err());
        journal.go_on(topic);
        assert!(journal.locate(topic, &begin).is_ok());
        // Interrupted again while what was said before is still under way.
        journal.interrupt(topic);
        journal.resume(topic);
        journal.interrupt(topic);
        journal.flush();
        assert!(journal.locate(topic, &Since::Cursor(journal.cursor())).is_err());
        journal.resume(topic);
        journal.flush();
        assert!(journal.locate(topic, &Since::Cursor(journal.cursor())).is_ok());
        assert!(journal.locate(topic, &begin).is_err());
    }
}

#[test]
fn the_window_is_bounded_by_events_and_a_slow_reader_is_told_exactly_what_it_lost() {
    let (journal, _) = journal(Limits { events: 4, ..Limits::default() });
    assert_eq!((journal.oldest(), journal.newest()), (1, 0));
    let (mut slow, mut quick) = (journal.reader(), journal.reader());
    journal.append(events(3));
    assert_eq!(taken(&mut quick).len(), 3);
    journal.append(events(4));
    assert_eq!((journal.oldest(), journal.newest()), (4, 7));
    assert_eq!(sequences(&taken(&mut quick)), [4, 5, 6, 7]);
    assert!(matches!(slow.next_batch(10), Batch::Lost { from: 1, to: 3 }));
    assert_eq!(sequences(&taken(&mut slow)), [4, 5, 6, 7]);
    journal.append(events(9));
    assert!(matches!(slow.next_batch(10), Batch::Lost { from: 8, to: 12 }));
}

#[test]
fn the_window_is_bounded_by_memory_but_keeps_the_newest_event() {
    let (journal, _) = journal(Limits { bytes: 20_000, ..Limits::default() });
    let long_vote = || {
        let mut long = (*v2()).clone();
        long.hashes = vec![SEND.hash(); 200];
        Event::Vote(vote(Arc::new(long), VoteCode::Vote))
    };
    journal.append((0..10).map(|_| long_vote()).collect());
    let held = journal.newest() + 1 - journal.oldest();
    assert!((1..=3).contains(&held), "200 hashes are 6,400 bytes, so three at most: {held}");

    let (journal, _) = self::journal(Limits { bytes: 1, ..Limits::default() });
    let mut reader = journal.reader();
    journal.append(vec![long_vote()]);
    assert_eq!(taken(&mut reader).len(), 1);
}

#[tokio::test]
async fn a_waiting_reader_wakes_when_there_is_something_and_not_before() {
    let (journal, _) = journal(Limits::default());
    journal.append(events(1));
    let mut reader = journal.reader();
    let early = tokio::time::timeout(Duration::from_millis(20), reader.changed()).await;
    assert!(early.is_err(), "there was nothing new");
    let appending = journal.clone();
    let appender = thread::spawn(move || appending.append(events(1)));
    reader.changed().await;
    assert_eq!(sequences(&taken(&mut reader)), [2]);
    appender.join().unwrap();
    // What came before the wait counts as well.
    journal.append(events(1));
    reader.changed().await;
    assert_eq!(sequences(&taken(&mut reader)), [3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_appenders_and_readers_agree_on_one_order_without_hole_or_repeat() {
    const APPENDERS: usize = 4;
    const BATCHES: usize = 200;
    let (journal, _) = journal(Limits::default());
    let mut readers = JoinSet::new();
    for _ in 0..3 {
        let mut reader = journal.reader();
        readers.spawn(async move {
            let mut got = Vec::new();
            while got.len() < APPENDERS * BATCHES * 3 {
                reader.changed().await;
                got.extend(taken(&mut reader));
            }
            got
        });
    }
    let appenders: Vec<_> = (0..APPENDERS)
        .map(|_| {
            let journal = journal.clone();
            thread::spawn(move || (0..BATCHES).for_each(|_| journal.append(events(3))))
        })
        .collect();
    for appender in appenders {
        appender.join().unwrap();
    }
    let all = (1..=(APPENDERS * BATCHES * 3) as u64).collect::<Vec<_>>();
    for got in tokio::time::timeout(Duration::from_secs(10), readers.join_all()).await.unwrap() {
        assert_eq!(sequences(&got), all);
    }
}
