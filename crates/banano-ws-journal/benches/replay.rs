//! How fast a journal on disk is written, replayed and searched.
//!
//! `cargo bench -p banano-ws-journal`. Prints figures of one run, each over one thread's work; compare
//! rows of one run, since machines differ. Makes its journal of 1,000,000 confirmations, as the dev
//! network's, in a temporary folder.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench measures time, prints it, and stops when something is wrong; its lists have the lengths used"
)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, Link, Signature, StateBlock, Subtype, VoteTimestamp,
    Work,
};
use banano_ws_journal::{
    Batch, DiskConfig, Journal, Limits, Query, ReplayBatch, Retention, SyncPolicy,
};
use banano_ws_protocol::{
    Confirmation, ConfirmationKind, ConfirmationSideband, ElectionInfo, ElectionVote, Event, Extra,
    Since, Topic,
};

const EVENTS: u64 = 1_000_000;
const ACCOUNTS: u64 = 10_000;
const BATCH: u64 = 64;
const MS: u64 = 1_700_000_000_000;

fn account(number: u64) -> Account {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    Account::from_bytes(bytes)
}

/// A send with the votes of four representatives.
fn confirmation(number: u64) -> Event {
    let owner = account(number % ACCOUNTS);
    let destination = account(number / 3 % ACCOUNTS);
    let body = Body::State(StateBlock {
        account: owner,
        previous: BlockHash::from_bytes(*account(number).as_bytes()),
        representative: account(1),
        balance: Amount::from_raw(u128::from(number) << 64),
        link: Link::from_bytes(*destination.as_bytes()),
    });
    let block = Arc::new(Block::new(body, Signature::from_bytes([9; 64]), Work::new(number)));
    let vote = |representative| ElectionVote {
        representative: account(representative),
        timestamp: VoteTimestamp::FINAL,
        hash: block.hash(),
        weight: Amount::from_raw(u128::MAX >> 4),
    };
    let election = ElectionInfo {
        duration_ms: 40,
        tally: Amount::from_raw(u128::MAX >> 2),
        blocks: Some(1),
        voters: Some(4),
        votes: (0..4).map(vote).collect(),
        ..ElectionInfo::without_quorum(MS + number)
    };
    Event::Confirmation(Confirmation {
        account: owner,
        amount: Amount::from_raw(1 << 90),
        kind: ConfirmationKind::ActiveQuorum,
        subtype: Some(Subtype::Send),
        linked_account: Some(destination),
        sideband: Some(ConfirmationSideband {
            height: number / ACCOUNTS,
            local_timestamp: MS / 1000,
        }),
        election: Some(election),
        local: false,
        healed: false,
        extra: Extra::NONE,
        block,
    })
}

fn drain(journal: &Journal, accounts: Option<&[Account]>) -> u64 {
    let accounts = accounts.map(|accounts| accounts.iter().copied().collect());
    let query = Query { topic: Topic::Confirmation, accounts };
    let mut replay = journal.replay(query, 0, u64::MAX);
    let mut count = 0;
    while !replay.is_over() {
        match replay.next_batch(1_024, 1 << 20).unwrap() {
            ReplayBatch::Events { events, .. } => count += events.len() as u64,
            ReplayBatch::Lost { from, to } => panic!("{from} to {to} are lost"),
        }
    }
    count
}

fn timed<T>(act: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = act();
    (done, start.elapsed())
}

fn per_second(count: u64, took: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let count = count as f64;
    count / took.as_secs_f64()
}

/// From append to visible, one confirmation at a time, a millisecond apart: median, 99 %, worst.
fn latency(journal: &Journal) -> [Duration; 3] {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut reader = journal.reader();
    let mut took = Vec::new();
    for number in 0..3_000 {
        let event = confirmation(number);
        let ((), time) = timed(|| {
            journal.append(vec![event]);
            runtime.block_on(reader.changed());
        });
        took.push(time);
        let Batch::Events(_) = reader.next_batch(usize::MAX) else { panic!("nothing is lost") };
        runtime.block_on(async { tokio::time::sleep(Duration::from_millis(1)).await });
    }
    took.sort_unstable();
    [took[1_500], took[2_970], took[2_999]]
}

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = DiskConfig::new(dir.path().to_owned());
    config.topics[Topic::Confirmation.index()] =
        Some(Retention { max_bytes: 4 << 30, ..Retention::default() });
    // Replays are to read files.
    config.memory = Limits { events: 1, bytes: 1 };
    let open = || Journal::open(&config, || MS).unwrap().journal;

    let journal = open();
    // Made before, so that only the journal is measured.
    let mut spent = Duration::ZERO;
    for first in (0..EVENTS).step_by(16 * 1_024) {
        let events: Vec<_> = (first..EVENTS.min(first + 16 * 1_024)).map(confirmation).collect();
        let batches: Vec<_> =
            events.chunks(usize::try_from(BATCH).unwrap()).map(<[_]>::to_vec).collect();
        let ((), took) = timed(|| {
            for batch in batches {
                journal.append(batch);
            }
            journal.flush();
        });
        spent += took;
    }
    println!(
        "append, batches of {BATCH}, synced every 100 ms: {:9.0} events/s",
        per_second(EVENTS, spent)
    );

    let ((), took) = timed(|| journal.close());
    drop(journal);
    println!("close: {took:.1?}");
    let (journal, took) = timed(open);
    println!("open: {took:.1?}");

    for run in 1..=3 {
        let (count, took) = timed(|| drain(&journal, None));
        assert_eq!(count, EVENTS);
        println!("replay of everything, run {run}: {:9.0} events/s", per_second(count, took));
    }
    for number in [17, 4_242, 9_999] {
        let wanted = [account(number)];
        let (count, took) = timed(|| drain(&journal, Some(&wanted)));
        println!("replay of one account's {count} events out of {EVENTS}: {took:.2?}");
    }
    let many: Vec<_> = (0..50).map(|number| account(number * 100)).collect();
    let (count, took) = timed(|| drain(&journal, Some(&many)));
    println!("replay of 50 accounts' {count} events: {took:.2?}");
    let (found, took) = timed(|| journal.locate(Topic::Confirmation, &Since::Time(MS)));
    println!("seek by time: {took:.2?} ({found:?})");

    println!("append to visible, one event every millisecond: median, 99 %, worst");
    let memory = Journal::memory(Limits::default(), || MS);
    println!("  memory: {:.1?}", latency(&memory));
    for sync in [SyncPolicy::Never, SyncPolicy::Interval { ms: 100 }, SyncPolicy::Always] {
        let dir = tempfile::tempdir().unwrap();
        let config = DiskConfig { sync, ..DiskConfig::new(dir.path().to_owned()) };
        let journal = Journal::open(&config, || MS).unwrap().journal;
        println!("  {sync:?}: {:.1?}", latency(&journal));
    }
}
