//! Hashes of confirmations that were passed on: each goes out once.
//!
//! Bounded: the oldest hash is forgotten first. What comes again after that is caught by the heights
//! of [`Chains`](crate::chains::Chains), for accounts that it still knows.

use std::collections::VecDeque;

use banano_primitives::BlockHash;
use rustc_hash::FxHashSet;

/// The latest confirmations.
#[derive(Debug)]
pub(crate) struct Confirmed {
    hashes: FxHashSet<BlockHash>,
    order: VecDeque<BlockHash>,
    capacity: usize,
}

impl Confirmed {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { hashes: FxHashSet::default(), order: VecDeque::new(), capacity: capacity.max(1) }
    }

    pub(crate) fn contains(&self, hash: &BlockHash) -> bool {
        self.hashes.contains(hash)
    }

    /// Adds one. False if it is there already.
    pub(crate) fn insert(&mut self, hash: BlockHash) -> bool {
        if !self.hashes.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        true
    }
}
