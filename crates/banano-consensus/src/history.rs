//! The last confirmations, for RPC `confirmation_history`.
//!
//! Filled by `consensus` when blocks are cemented.

use std::collections::VecDeque;

use crate::{Cemented, ElectionStatus};

/// How many confirmations are kept (node.md §3.8).
const CAPACITY: usize = 2048;

/// The last [`CAPACITY`] confirmations, without their votes.
#[derive(Debug, Default)]
pub(crate) struct History {
    entries: VecDeque<ElectionStatus>,
}

impl History {
    pub(crate) fn push(&mut self, cemented: &Cemented) {
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
        }
        self.entries.push_back(cemented.election.without_votes());
    }

    /// Oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &ElectionStatus> {
        self.entries.iter()
    }
}
