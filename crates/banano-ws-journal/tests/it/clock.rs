//! A wall clock that jumps, back and forth: sequences go on, and no place in time leaves anything out.

use std::path::Path;

use banano_testkit::FakeClock;
use banano_ws_journal::{DiskConfig, Journal, Limits};
use banano_ws_protocol::{Since, Topic};
use proptest::prelude::*;

use crate::{
    NOW_MS, journal,
    replaying::{all, confirmed, replayed},
    taken,
};

/// Appends an event at each of these times. Returns which sequence got which time.
fn appended(journal: &Journal, clock: &FakeClock, times: &[u64]) -> Vec<(u64, u64)> {
    let mut reader = journal.reader();
    let mut events = Vec::new();
    for time_ms in times {
        clock.set_unix_ms(*time_ms);
        journal.append(vec![confirmed()]);
        journal.flush();
        events.extend(taken(&mut reader).iter().map(|it| (it.sequence, it.time_ms)));
    }
    events
}

/// From every time on, there is exactly what stands behind the first event that is not before it.
fn check(journal: &Journal, events: &[(u64, u64)], times: &[u64]) {
    let moments = times.iter().flat_map(|time_ms| [time_ms - 1, *time_ms, time_ms + 1]);
    for since in moments {
        let want: Vec<u64> =
            events.iter().skip_while(|it| it.1 < since).map(|(sequence, _)| *sequence).collect();
        let after = journal.locate(Topic::Confirmation, &Since::Time(since)).unwrap();
        let got = replayed(journal, all(Topic::Confirmation), after, 7);
        assert_eq!(got, want, "since {since} of {events:?}");
    }
}

/// Events on disk, and none of them in memory.
fn on_disk(dir: &Path, clock: &FakeClock) -> Journal {
    let memory = Limits { events: 1, bytes: 1 };
    let config = DiskConfig { memory, ..DiskConfig::new(dir.to_owned()) };
    Journal::open(&config, clock.reader()).unwrap().journal
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_time_leaves_nothing_out_however_the_clock_jumps(
        jumps in prop::collection::vec(prop_oneof![0_u64..20_000, Just(10_000), 9_000_u64..9_100], 1..30)
    ) {
        let times: Vec<u64> = jumps.iter().map(|ms| NOW_MS + ms).collect();
        let (journal, clock) = journal(Limits::default());
        let events = appended(&journal, &clock, &times);
        prop_assert!(events.iter().map(|(sequence, _)| *sequence).eq(1..=times.len() as u64));
        check(&journal, &events, &times);

        // The same from files, also when they are opened again while the clock is where it began.
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = times.split_at(times.len() / 2);
        let mut events = Vec::new();
        for part in [first, second] {
            let clock = FakeClock::at(times[0]);
            let journal = on_disk(dir.path(), &clock);
            events.extend(appended(&journal, &clock, part));
            check(&journal, &events, &times);
            journal.close();
        }
        prop_assert!(events.is_sorted_by(|one, next| one.0 < next.0), "{events:?}");
    }
}

#[test]
fn times_go_back_only_when_the_clock_was_set() {
    let (journal, clock) = journal(Limits::default());
    let times = [5_000, 4_000, 5_001, 3_999, 4_100].map(|ms| NOW_MS + ms);
    let got = appended(&journal, &clock, &times);
    let got: Vec<u64> = got.iter().map(|(_, time_ms)| time_ms - NOW_MS).collect();
    // A second is a correction, more is another time.
    assert_eq!(got, [5_000, 5_000, 5_001, 3_999, 4_100]);
}

#[test]
fn what_left_the_memory_is_still_known_to_be_gone_after_a_jump() {
    let (journal, clock) = journal(Limits { events: 2, ..Limits::default() });
    let times = [9_000, 1_000, 3_000, 1_500].map(|ms| NOW_MS + ms);
    appended(&journal, &clock, &times);
    let located = |ms| journal.locate(Topic::Confirmation, &Since::Time(NOW_MS + ms)).ok();
    assert_eq!([located(1_000), located(1_001), located(3_000)], [None, Some(2), Some(2)]);
}
