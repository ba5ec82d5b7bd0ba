//! The node's own votes on their way out: without doubles, bundled.
//!
//! Called by `consensus`; one for normal votes, one for final ones. Never looks at the ledger or the clock: whoever adds a hash has
//! checked that it may be voted for now.

use banano_primitives::{BlockHash, QualifiedRoot};
use rustc_hash::FxHashSet;

use crate::effect::{Effect, PAIRS_MAX, VoteKind};

/// Own votes of one kind that wait to be sent together.
#[derive(Debug)]
pub(crate) struct Generator {
    kind: VoteKind,
    bundle_delay_ms: u64,
    queue: Vec<(QualifiedRoot, BlockHash)>,
    queued: FxHashSet<BlockHash>,
    /// When the oldest in the queue came.
    since_ms: u64,
}

impl Generator {
    pub(crate) fn new(kind: VoteKind, bundle_delay_ms: u64) -> Self {
        Self { kind, bundle_delay_ms, queue: Vec::new(), queued: FxHashSet::default(), since_ms: 0 }
    }

    /// Queues a vote.
    pub(crate) fn add(&mut self, root: QualifiedRoot, hash: BlockHash, mono_ms: u64) {
        if self.queued.insert(hash) {
            if self.queue.is_empty() {
                self.since_ms = mono_ms;
            }
            self.queue.push((root, hash));
        }
    }

    /// When the queue has to go out; `None` while it is empty, or goes at the end of the pass anyway.
    pub(crate) fn due(&self) -> Option<u64> {
        let waits = !self.queue.is_empty() && self.bundle_delay_ms > 0;
        waits.then(|| self.since_ms.saturating_add(self.bundle_delay_ms))
    }

    /// At the end of a pass: what doesn't wait for company, and full bundles.
    pub(crate) fn end_pass(&mut self, effects: &mut Vec<Effect>) {
        if self.bundle_delay_ms == 0 {
            self.flush(effects);
        }
        while self.queue.len() >= PAIRS_MAX {
            self.emit(effects);
        }
    }

    /// Sends the whole queue if its oldest vote has waited long enough.
    pub(crate) fn tick(&mut self, mono_ms: u64, effects: &mut Vec<Effect>) {
        if self.due().is_some_and(|due| due <= mono_ms) {
            self.flush(effects);
        }
    }

    fn flush(&mut self, effects: &mut Vec<Effect>) {
        while !self.queue.is_empty() {
            self.emit(effects);
        }
    }

    fn emit(&mut self, effects: &mut Vec<Effect>) {
        let rest = self.queue.split_off(self.queue.len().min(PAIRS_MAX));
        let pairs = std::mem::replace(&mut self.queue, rest);
        for (_, hash) in &pairs {
            self.queued.remove(hash);
        }
        effects.push(Effect::Vote { kind: self.kind, pairs });
    }
}

#[cfg(test)]
mod tests;
