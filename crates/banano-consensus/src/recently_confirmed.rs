//! Roots that were decided lately.
//!
//! Called by `consensus` when an election is confirmed, before one is started, and for votes that come late.
//! Keeps a decided root from being contested again.

use std::collections::VecDeque;

use banano_primitives::{BlockHash, QualifiedRoot};
use rustc_hash::{FxHashMap, FxHashSet};

/// How many roots are remembered (node.md §4.2).
const CAPACITY: usize = 65_536;

/// The last [`CAPACITY`] decided roots and their winners.
#[derive(Debug, Default)]
pub(crate) struct RecentlyConfirmed {
    order: VecDeque<(QualifiedRoot, BlockHash)>,
    roots: FxHashMap<QualifiedRoot, BlockHash>,
    winners: FxHashSet<BlockHash>,
}

impl RecentlyConfirmed {
    pub(crate) fn insert(&mut self, root: QualifiedRoot, winner: BlockHash) {
        if self.roots.contains_key(&root) {
            return;
        }
        self.roots.insert(root, winner);
        self.winners.insert(winner);
        self.order.push_back((root, winner));
        if self.order.len() > CAPACITY
            && let Some((root, winner)) = self.order.pop_front()
        {
            self.drop_pair(&root, &winner);
        }
    }

    pub(crate) fn contains_root(&self, root: &QualifiedRoot) -> bool {
        self.roots.contains_key(root)
    }

    pub(crate) fn contains_winner(&self, hash: &BlockHash) -> bool {
        self.winners.contains(hash)
    }

    /// Forgets a root whose winner could not be cemented, so that it may be contested again.
    pub(crate) fn forget(&mut self, root: &QualifiedRoot) {
        if let Some(winner) = self.roots.get(root).copied() {
            self.drop_pair(root, &winner);
            self.order.retain(|(other, _)| other != root); // rare: a winner that never came
        }
    }

    fn drop_pair(&mut self, root: &QualifiedRoot, winner: &BlockHash) {
        self.roots.remove(root);
        self.winners.remove(winner);
    }
}
