//! The pause before this node votes for another block of the same root.
//!
//! Called by `consensus` before each own vote. Gives the votes of the others time to arrive, so that
//! representatives don't flip back and forth between two forks (node.md §4.8). Final votes keep the pause too:
//! bound at once by a vote that the others haven't heard yet, two halves of the network could bind themselves
//! to two forks, and neither would ever be confirmed.

use std::collections::VecDeque;

use banano_primitives::{BlockHash, QualifiedRoot};
use rustc_hash::FxHashMap;

/// The last own vote for each root, for as long as it matters.
#[derive(Debug)]
pub(crate) struct Spacing {
    delay_ms: u64,
    last: FxHashMap<QualifiedRoot, (BlockHash, u64)>,
    /// Roots in the order of their votes, one entry per vote.
    order: VecDeque<(u64, QualifiedRoot)>,
}

impl Spacing {
    pub(crate) fn new(delay_ms: u64) -> Self {
        Self { delay_ms, last: FxHashMap::default(), order: VecDeque::new() }
    }

    /// Until when a vote has to wait; `None`: it needn't. The same hash may repeat at any time.
    pub(crate) fn not_before(
        &mut self,
        root: &QualifiedRoot,
        hash: &BlockHash,
        mono_ms: u64,
    ) -> Option<u64> {
        self.forget_old(mono_ms);
        let (_, at) = self.last.get(root).filter(|(voted, _)| voted != hash)?;
        Some(at.saturating_add(self.delay_ms))
    }

    /// Notes a vote that is given now. False if it has to wait.
    pub(crate) fn admit(&mut self, root: QualifiedRoot, hash: BlockHash, mono_ms: u64) -> bool {
        if self.not_before(&root, &hash, mono_ms).is_some() {
            return false;
        }
        self.last.insert(root, (hash, mono_ms));
        self.order.push_back((mono_ms, root));
        true
    }

    fn forget_old(&mut self, mono_ms: u64) {
        while let Some((at, root)) = self.order.front().copied() {
            if at.saturating_add(self.delay_ms) > mono_ms {
                break;
            }
            self.order.pop_front();
            // A repeated vote has a later entry, and lives on.
            if self.last.get(&root).is_some_and(|(_, last_at)| *last_at == at) {
                self.last.remove(&root);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use banano_primitives::{BlockHash, QualifiedRoot, Root};

    use super::Spacing;

    fn hash(byte: u8) -> BlockHash {
        BlockHash::from_bytes([byte; 32])
    }

    #[test]
    fn only_another_hash_of_the_same_root_waits() {
        // (name, mono ms, root, hash, want)
        let rows = [
            ("first vote", 0, 1, 10, None),
            ("another root is free", 0, 2, 20, None),
            ("another hash waits", 999, 1, 11, Some(1000)),
            ("the same hash may repeat", 999, 1, 10, None),
            ("and the pause begins anew", 1500, 1, 11, Some(1999)),
            ("over", 1999, 1, 11, None),
            ("the pause holds both ways", 2000, 1, 10, Some(2999)),
            ("much later everything is free", 9000, 1, 10, None),
        ];
        let mut spacing = Spacing::new(1000);
        for (name, at, root, voted, want) in rows {
            let root = QualifiedRoot { root: Root::from(hash(root)), previous: hash(root) };
            assert_eq!(spacing.not_before(&root, &hash(voted), at), want, "{name}");
            assert_eq!(spacing.admit(root, hash(voted), at), want.is_none(), "{name}");
        }
        spacing.forget_old(20_000);
        assert!(spacing.last.is_empty() && spacing.order.is_empty(), "nothing is kept for ever");
    }
}
