//! Blocks that votes point at although no election runs for them (node.md §4.2).
//!
//! Called by `consensus` when the vote cache has got enough for a block. The wait gives the priority scheduler
//! time to start the election by itself, which is what nearly always happens.

use std::collections::VecDeque;

use banano_primitives::BlockHash;
use rustc_hash::FxHashSet;

/// How many hints wait at once. What finds no place comes again with the next vote.
const WAITING_MAX: usize = 16_384;

/// Percent of the trended weight that cached votes need.
pub(crate) const THRESHOLD_PERCENT: u128 = 10;

/// Percent of all elections that may be hinted ones.
pub(crate) const SHARE_PERCENT: usize = 20;

/// Hints in the order of their due times.
#[derive(Debug)]
pub(crate) struct Hints {
    delay_ms: u64,
    order: VecDeque<(u64, BlockHash)>,
    members: FxHashSet<BlockHash>,
}

impl Hints {
    pub(crate) fn new(delay_ms: u64) -> Self {
        Self { delay_ms, order: VecDeque::new(), members: FxHashSet::default() }
    }

    pub(crate) fn add(&mut self, hash: BlockHash, mono_ms: u64) {
        if self.order.len() < WAITING_MAX && self.members.insert(hash) {
            self.order.push_back((mono_ms.saturating_add(self.delay_ms), hash));
        }
    }

    pub(crate) fn due(&self) -> Option<u64> {
        self.order.front().map(|(due, _)| *due)
    }

    pub(crate) fn pop_due(&mut self, mono_ms: u64) -> Option<BlockHash> {
        if self.due()? > mono_ms {
            return None;
        }
        let (_, hash) = self.order.pop_front()?;
        self.members.remove(&hash);
        Some(hash)
    }
}
