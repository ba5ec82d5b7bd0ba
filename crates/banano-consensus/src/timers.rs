//! When something has to be looked after.
//!
//! Called by `consensus`. A heap, so that an idle node has nothing to walk over. An entry is never searched
//! for: what was put off or is gone stays in the heap until its time and is recognised as stale then.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use banano_primitives::BlockHash;

use crate::election::ElectionId;

/// What to look after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// An election's next act.
    Election(ElectionId),
    /// A confirmed winner that hasn't been cemented yet.
    Winner(BlockHash),
}

/// All timers, by due time on the monotonic clock.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(u64, Timer)>>,
}

impl Timers {
    pub(crate) fn set(&mut self, due_ms: u64, timer: Timer) {
        self.heap.push(Reverse((due_ms, timer)));
    }

    /// The earliest due time; it may belong to a stale entry.
    pub(crate) fn next_due(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse((due, _))| *due)
    }

    /// Takes the next entry that is due, with its due time.
    pub(crate) fn pop_due(&mut self, mono_ms: u64) -> Option<(u64, Timer)> {
        if self.next_due()? > mono_ms {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| entry)
    }
}
