//! What a node counts about itself.
//!
//! Owned by the processing task, copied for whoever asks. Only grows.

use banano_ledger::ProcessResult;

use crate::inbox::Dropped;

/// Counters since the node started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeStats {
    /// Passes of the processing task.
    pub passes: u64,
    /// Blocks looked at, by result, in the order of [`ProcessResult::ALL`].
    pub blocks: [u64; ProcessResult::ALL.len()],
    /// Blocks of peers that were dropped unseen: their work is below what any block needs.
    pub blocks_without_work: u64,
    /// Votes of peers with a good signature.
    pub votes: u64,
    /// Votes of peers with a bad one.
    pub votes_bad_signature: u64,
    /// Messages of peers that found the queue full.
    pub dropped: Dropped,
    /// Requests of peers that came when a pass had answered enough of them.
    pub requests_refused: u64,
    /// Telemetry of peers that was told to subscribers.
    pub telemetry: u64,
    /// Telemetry that an honest node of this network would not have sent.
    pub telemetry_refused: u64,
    /// Messages that this node has no use for.
    pub messages_unused: u64,
    /// Blocks fetched to catch up.
    pub blocks_fetched: u64,
    /// Elections whose winner the ledger refused to take for another, cemented block.
    pub forks_refused: u64,
}

impl NodeStats {
    /// How many blocks ended with `result`.
    pub fn blocks_with(&self, result: ProcessResult) -> u64 {
        ProcessResult::ALL
            .iter()
            .zip(self.blocks)
            .find(|(known, _)| **known == result)
            .map_or(0, |(_, count)| count)
    }

    pub(crate) fn count(&mut self, result: ProcessResult) {
        for (known, count) in ProcessResult::ALL.iter().zip(&mut self.blocks) {
            if *known == result {
                bump(count);
            }
        }
    }
}

/// Counts one more; a counter that is full stays full.
pub(crate) fn bump(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}
