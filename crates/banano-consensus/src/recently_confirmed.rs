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

#[cfg(test)]
mod tests {
    use banano_primitives::Root;

    use super::*;

    fn pair(number: usize) -> (QualifiedRoot, BlockHash) {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        let previous = BlockHash::from_bytes(bytes);
        bytes[31] = 1;
        (QualifiedRoot { root: Root::from(previous), previous }, BlockHash::from_bytes(bytes))
    }

    #[test]
    fn the_oldest_root_is_forgotten_with_its_winner() {
        let mut recent = RecentlyConfirmed::default();
        for number in 0..=CAPACITY {
            let (root, winner) = pair(number);
            recent.insert(root, winner);
        }
        let ((first, first_winner), (second, second_winner)) = (pair(0), pair(1));
        assert!(!recent.contains_root(&first) && !recent.contains_winner(&first_winner));
        assert!(recent.contains_root(&second) && recent.contains_winner(&second_winner));
        assert_eq!((recent.roots.len(), recent.winners.len()), (CAPACITY, CAPACITY));
    }

    #[test]
    fn a_root_is_decided_once_until_it_is_set_free() {
        let mut recent = RecentlyConfirmed::default();
        let ((root, winner), (_, rival)) = (pair(1), pair(2));
        recent.insert(root, winner);
        recent.insert(root, rival);
        assert!(!recent.contains_winner(&rival));
        recent.forget(&root);
        assert!(!recent.contains_root(&root) && !recent.contains_winner(&winner));
        recent.insert(root, rival);
        assert!(recent.contains_winner(&rival));
        assert_eq!(recent.order.len(), 1);
    }
}
