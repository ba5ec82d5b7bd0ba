//! What an earlier run of the gateway passed on, so that nothing goes out twice and nothing is left out.
//!
//! Read from the journal once, at the start.

use std::collections::VecDeque;

use anyhow::{Context as _, Error};
use banano_ws_journal::{Journal, Query, ReplayBatch};
use banano_ws_protocol::{Confirmation, Event, Topic};

/// How far back it is read, in events of all topics: what upstreams may say again.
const EVENTS_MAX: u64 = 1_000_000;
/// The most confirmations that are remembered of it.
const CONFIRMATIONS_MAX: usize = 262_144;
/// Taken from the journal at once.
const PAGE: usize = 1_024;

/// The latest confirmations of a journal, oldest first, and when the last one was; `None` if there is none.
///
/// # Errors
/// The journal cannot be read.
pub(super) fn read(journal: &Journal) -> Result<Option<(Vec<Confirmation>, u64)>, Error> {
    let query = Query { topic: Topic::Confirmation, accounts: None };
    let after = journal.newest().saturating_sub(EVENTS_MAX);
    let mut replay = journal.replay(query, after, u64::MAX);
    let mut latest = VecDeque::new();
    let mut last_ms = 0;
    while !replay.is_over() {
        let batch = replay.next_batch(PAGE, usize::MAX).context("cannot read the journal")?;
        // What is lost was too old to be kept.
        let ReplayBatch::Events { events, .. } = batch else { continue };
        for stamped in events {
            let Event::Confirmation(it) = &stamped.event else { continue };
            last_ms = stamped.time_ms;
            latest.push_back(it.clone());
            if latest.len() > CONFIRMATIONS_MAX {
                latest.pop_front();
            }
        }
    }
    Ok((!latest.is_empty()).then(|| (latest.into(), last_ms)))
}

#[cfg(test)]
mod tests {
    use banano_testkit::fixtures::{OPEN, SEND, conf, started_election};
    use banano_ws_journal::Limits;
    use banano_ws_protocol::ConfirmationKind::ActiveQuorum;

    use super::*;

    #[test]
    fn confirmations_are_found_in_their_order_with_the_time_of_the_last() {
        let journal = Journal::memory(Limits::default(), || 77);
        assert!(read(&journal).unwrap().is_none());
        let said = [OPEN, SEND].map(|block| Event::Confirmation(conf(block, ActiveQuorum)));
        journal.append(said.into());
        journal.append(vec![started_election(SEND)]);
        let (found, last_ms) = read(&journal).unwrap().unwrap();
        let hashes: Vec<_> = found.iter().map(|it| it.block.hash()).collect();
        assert_eq!((hashes, last_ms), (vec![OPEN.hash(), SEND.hash()], 77));
    }
}
