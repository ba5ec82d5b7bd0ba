//! Which blocks were stored lately: a filter in front of the ledger.
//!
//! Owned by the processing task. A block is flooded to each node several times (`node.md` §8.1 has
//! the same filter); every copy but the first ends here. Never says that it knows a block which the
//! ledger does not hold: only stored blocks get in, and those rolled back are taken out.

use banano_primitives::BlockHash;

/// Slots, a power of two: half a MiB. A newer block takes the slot of an older one.
const SLOTS: usize = 1 << 16;

/// One slot per block, found by the first two bytes of its hash and checked by the last eight. Who
/// finds two blocks that agree in these has only made a node look at one of them later.
#[derive(Debug)]
pub(crate) struct RecentBlocks {
    slots: Box<[u64]>,
}

impl Default for RecentBlocks {
    fn default() -> Self {
        Self { slots: vec![0; SLOTS].into_boxed_slice() }
    }
}

impl RecentBlocks {
    pub(crate) fn insert(&mut self, hash: &BlockHash) {
        let (slot, check) = place(hash);
        if let Some(known) = self.slots.get_mut(slot) {
            *known = check;
        }
    }

    pub(crate) fn contains(&self, hash: &BlockHash) -> bool {
        let (slot, check) = place(hash);
        self.slots.get(slot) == Some(&check)
    }

    pub(crate) fn remove(&mut self, hash: &BlockHash) {
        let (slot, check) = place(hash);
        if let Some(known) = self.slots.get_mut(slot).filter(|known| **known == check) {
            *known = 0;
        }
    }
}

/// Slot and check value of a hash. The check value is never that of an empty slot.
fn place(hash: &BlockHash) -> (usize, u64) {
    let bytes = hash.as_bytes();
    let slot = bytes.first_chunk().map_or(0, |first| u16::from_le_bytes(*first));
    let check = bytes.last_chunk().map_or(0, |last| u64::from_le_bytes(*last));
    (usize::from(slot), check.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(slot: u8, check: u8) -> BlockHash {
        let mut bytes = [9; 32];
        (bytes[0], bytes[31]) = (slot, check);
        BlockHash::from_bytes(bytes)
    }

    #[test]
    fn knows_what_was_stored_until_it_is_taken_out_or_crowded_out() {
        let (one, other, rival) = (hash(1, 3), hash(2, 3), hash(1, 4));
        let mut recent = RecentBlocks::default();
        assert!(!recent.contains(&one));
        recent.insert(&one);
        recent.insert(&other);
        assert!(recent.contains(&one) && recent.contains(&other) && !recent.contains(&rival));
        recent.remove(&rival);
        assert!(recent.contains(&one), "another block of the same slot takes nothing out");
        recent.insert(&rival);
        assert!(recent.contains(&rival) && !recent.contains(&one));
        recent.remove(&other);
        assert!(!recent.contains(&other));
    }

    #[test]
    fn an_empty_filter_knows_not_even_zero() {
        assert!(!RecentBlocks::default().contains(&BlockHash::ZERO));
    }
}
