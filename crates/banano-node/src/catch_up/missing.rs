//! Blocks that somebody pointed at and that the ledger lacks.
//!
//! Owned by [`super::CatchUp`]. Holds values only. Waits a little before the first request, since
//! votes are often quicker than their blocks, then longer and longer, and gives up in the end.

use std::collections::BTreeSet;

use banano_primitives::{Account, BlockHash};
use rustc_hash::FxHashMap;

/// Blocks remembered. More are ignored: they are pointed at again, or found by a walk.
const MISSING_MAX: usize = 8_192;
/// Before the first request. A block and the votes for it travel different ways; this is much longer
/// than a pass takes under load.
const PATIENCE_MS: u64 = 200;
/// Requests for one block before it is forgotten. Each waits twice as long as the one before, so
/// the last one leaves after some 12 s.
const TRIES_MAX: u32 = 6;

/// What to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) hash: BlockHash,
    /// The account that it should be in, if known: its chain is then asked for from our head on.
    pub(super) account: Option<Account>,
}

/// Bounded, with a time for each.
#[derive(Debug, Default)]
pub(super) struct Missing {
    entries: FxHashMap<BlockHash, Entry>,
    by_time: BTreeSet<(u64, BlockHash)>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    account: Option<Account>,
    due: u64,
    tries: u32,
}

impl Missing {
    pub(super) fn insert(&mut self, hash: BlockHash, account: Option<Account>, mono_ms: u64) {
        if self.entries.len() >= MISSING_MAX || self.entries.contains_key(&hash) {
            return;
        }
        let due = mono_ms.saturating_add(PATIENCE_MS);
        self.entries.insert(hash, Entry { account, due, tries: 0 });
        self.by_time.insert((due, hash));
    }

    pub(super) fn remove(&mut self, hash: &BlockHash) {
        // Most blocks were never missing.
        if !self.entries.is_empty()
            && let Some(entry) = self.entries.remove(hash)
        {
            self.by_time.remove(&(entry.due, *hash));
        }
    }

    /// When the next block is due.
    pub(super) fn due(&self) -> Option<u64> {
        self.by_time.first().map(|(due, _)| *due)
    }

    /// A block that is due. It is due again later, or forgotten after the last try.
    pub(super) fn next_due(&mut self, mono_ms: u64) -> Option<Wanted> {
        let (_, hash) = self.by_time.first().copied().filter(|(due, _)| *due <= mono_ms)?;
        self.by_time.pop_first();
        let entry = self.entries.get_mut(&hash)?;
        let wanted = Wanted { hash, account: entry.account };
        entry.tries = entry.tries.saturating_add(1);
        if entry.tries >= TRIES_MAX {
            self.entries.remove(&hash);
        } else {
            entry.due = mono_ms.saturating_add(PATIENCE_MS.saturating_mul(1 << entry.tries));
            self.by_time.insert((entry.due, hash));
        }
        Some(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u8) -> BlockHash {
        BlockHash::from_bytes([number; 32])
    }

    #[test]
    fn a_block_is_asked_for_after_a_while_again_and_not_for_ever() {
        let mut missing = Missing::default();
        missing.insert(hash(1), None, 1_000);
        missing.insert(hash(1), None, 1_100);
        assert_eq!(missing.next_due(1_199), None);
        let mut asked = Vec::new();
        let mut now = 1_000;
        while let Some(due) = missing.due() {
            assert!(due > now, "each wait is real");
            now = due;
            assert!(missing.next_due(now).is_some());
            asked.push(now - 1_000);
        }
        assert_eq!(asked, [200, 600, 1_400, 3_000, 6_200, 12_600]);
    }

    #[test]
    fn a_block_that_came_is_not_asked_for() {
        let mut missing = Missing::default();
        missing.insert(hash(1), None, 0);
        missing.insert(hash(2), None, 10);
        missing.remove(&hash(1));
        assert_eq!(missing.due(), Some(210));
        assert_eq!(missing.next_due(1_000), Some(Wanted { hash: hash(2), account: None }));
    }

    #[test]
    fn the_list_is_bounded() {
        let mut missing = Missing::default();
        for number in 0..2 * MISSING_MAX {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&number.to_le_bytes());
            missing.insert(BlockHash::from_bytes(bytes), None, 0);
        }
        assert_eq!(missing.entries.len(), MISSING_MAX);
        assert_eq!(missing.by_time.len(), MISSING_MAX);
    }
}
