//! The node's own votes on their way out, waiting for company.
//!
//! Called by `consensus`; one for normal votes, one for final ones. Never looks at an election, the ledger or
//! the clock: whether a vote may still be given is judged by its caller, when it is added and again when it is
//! taken.

use banano_primitives::{BlockHash, QualifiedRoot};
use rustc_hash::FxHashSet;

use crate::effect::PAIRS_MAX;

/// What to vote for.
pub(crate) type Pair = (QualifiedRoot, BlockHash);

/// Own votes of one kind that wait to be sent together.
#[derive(Debug)]
pub(crate) struct Generator {
    bundle_delay_ms: u64,
    queue: Vec<Pair>,
    queued: FxHashSet<BlockHash>,
    /// When the oldest and when the newest in the queue came.
    since_ms: u64,
    newest_ms: u64,
}

impl Generator {
    pub(crate) fn new(bundle_delay_ms: u64) -> Self {
        Self {
            bundle_delay_ms,
            queue: Vec::new(),
            queued: FxHashSet::default(),
            since_ms: 0,
            newest_ms: 0,
        }
    }

    /// Queues a vote; one that is queued already stays where it is.
    pub(crate) fn add(&mut self, pair: Pair, mono_ms: u64) {
        if self.queued.insert(pair.1) {
            if self.queue.is_empty() {
                self.since_ms = mono_ms;
            }
            self.newest_ms = mono_ms;
            self.queue.push(pair);
        }
    }

    /// When the queue has to go out; `None` while it is empty, or goes at the end of the pass anyway.
    pub(crate) fn due(&self) -> Option<u64> {
        let waits = !self.queue.is_empty() && self.bundle_delay_ms > 0;
        waits.then(|| self.since_ms.saturating_add(self.bundle_delay_ms))
    }

    /// At the end of a pass: takes what doesn't wait for company, and full bundles; with the time of the pass.
    pub(crate) fn end_pass(&mut self) -> (Vec<Pair>, u64) {
        let full = self.queue.len() - self.queue.len() % PAIRS_MAX;
        let count = if self.bundle_delay_ms == 0 { self.queue.len() } else { full };
        (self.take(count), self.newest_ms)
    }

    /// Takes the whole queue if its oldest vote has waited long enough.
    pub(crate) fn tick(&mut self, mono_ms: u64) -> Vec<Pair> {
        let is_due = self.due().is_some_and(|due| due <= mono_ms);
        self.take(if is_due { self.queue.len() } else { 0 })
    }

    fn take(&mut self, count: usize) -> Vec<Pair> {
        let pairs: Vec<Pair> = self.queue.drain(..count.min(self.queue.len())).collect();
        for (_, hash) in &pairs {
            self.queued.remove(hash);
        }
        pairs
    }
}

#[cfg(test)]
mod tests;
