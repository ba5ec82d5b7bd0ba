//! What is missing of chains although later blocks went out. It may still come, late: that is better than never.
//!
//! Each hole lies between two blocks of an account and closes from both ends, as its blocks come. It is asked for
//! again and again, less and less often, for a day. Bounded: the hole that was asked for most often is given up.

use std::collections::BTreeSet;

use banano_primitives::{Account, BlockHash};
use rustc_hash::FxHashMap;

/// So long a hole may be filled.
pub(crate) const HOLE_MS: u64 = 24 * 60 * 60 * 1_000;

/// Most holes that are remembered.
const HOLES_MAX: usize = 65_536;

/// Confirmed blocks of an account that were not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hole {
    pub(crate) account: Account,
    /// The newest one that is missing.
    pub(crate) newest: BlockHash,
    /// The one before the oldest that is missing, if that is known.
    pub(crate) known: Option<BlockHash>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    hole: Hole,
    until_ms: u64,
    /// When it is asked for again, and how long after that the next time.
    due_ms: u64,
    wait_ms: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Holes {
    /// By the newest block.
    open: FxHashMap<BlockHash, Open>,
    /// The newest block by the known one.
    newest: FxHashMap<BlockHash, BlockHash>,
    due: BTreeSet<(u64, BlockHash)>,
}

impl Holes {
    /// Blocks are missing from now on. They are asked for after `wait_ms`, if it is known between which blocks.
    pub(crate) fn leave(&mut self, hole: Hole, now_ms: u64, wait_ms: u64, lasts_ms: u64) {
        let (due_ms, until_ms) = (now_ms.saturating_add(wait_ms), now_ms.saturating_add(lasts_ms));
        self.put(Open { hole, until_ms, due_ms, wait_ms });
        if self.open.len() > HOLES_MAX
            && let Some((_, newest)) = self.due.last().copied()
        {
            self.take(&newest);
        }
    }

    /// Whether a block belongs into a hole, at one of its ends.
    pub(crate) fn fits(&self, hash: &BlockHash, previous: &BlockHash, now_ms: u64) -> bool {
        let at_start = || self.newest.get(previous).and_then(|newest| self.open.get(newest));
        let open = self.open.get(hash).or_else(at_start);
        open.is_some_and(|open| now_ms < open.until_ms)
    }

    /// A block was passed on. Returns whether it was missing.
    pub(crate) fn fill(&mut self, hash: BlockHash, previous: BlockHash) -> bool {
        if let Some(mut open) = self.take(&hash) {
            if open.hole.known != Some(previous) && !previous.is_zero() {
                open.hole.newest = previous;
                self.put(open);
            }
            return true;
        }
        let open = self.newest.get(&previous).copied().and_then(|newest| self.take(&newest));
        let Some(mut open) = open else { return false };
        open.hole.known = Some(hash);
        self.put(open);
        true
    }

    /// When the next hole is to be asked for.
    pub(crate) fn deadline_ms(&self) -> Option<u64> {
        self.due.first().map(|(due_ms, _)| *due_ms)
    }

    /// Those that are to be asked for now.
    pub(crate) fn due(&mut self, now_ms: u64) -> Vec<Hole> {
        let mut due = Vec::new();
        while let Some((due_ms, newest)) = self.due.first().copied()
            && due_ms <= now_ms
        {
            let Some(mut open) = self.take(&newest) else { break };
            if now_ms >= open.until_ms {
                continue;
            }
            due.push(open.hole);
            open.wait_ms = open.wait_ms.saturating_mul(2);
            open.due_ms = now_ms.saturating_add(open.wait_ms.max(1));
            self.put(open);
        }
        due
    }

    fn put(&mut self, open: Open) {
        let Hole { newest, known, .. } = open.hole;
        self.take(&newest);
        self.due.insert((open.due_ms, newest));
        if let Some(known) = known {
            self.newest.insert(known, newest);
        }
        self.open.insert(newest, open);
    }

    fn take(&mut self, newest: &BlockHash) -> Option<Open> {
        let open = self.open.remove(newest)?;
        self.due.remove(&(open.due_ms, *newest));
        if let Some(known) = open.hole.known {
            self.newest.remove(&known);
        }
        Some(open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u8) -> BlockHash {
        BlockHash::from_bytes([number; 32])
    }

    /// A chain of blocks 0 to 9, of which 1 to 8 are missing: which of them fit, as they come in any order.
    #[test]
    fn rows_of_a_hole_that_closes_from_both_ends() {
        // (what comes, what fits then)
        let rows: [(&[u8], &[u8]); 6] = [
            (&[], &[1, 8]),
            (&[1], &[2, 8]),
            (&[8], &[1, 7]),
            (&[1, 2, 3, 8, 7], &[4, 6]),
            (&[1, 2, 3, 4, 8, 7, 6], &[5]),
            (&[1, 2, 3, 4, 8, 7, 6, 5], &[]),
        ];
        for (come, want) in rows {
            let mut holes = Holes::default();
            let hole = Hole { account: Account::ZERO, newest: hash(8), known: Some(hash(0)) };
            holes.leave(hole, 0, 10, 100);
            for number in come {
                assert!(holes.fits(&hash(*number), &hash(number - 1), 99), "{come:?}");
                assert!(holes.fill(hash(*number), hash(number - 1)), "{come:?}");
            }
            let fit = |now_ms| {
                let fits = |number: &u8| holes.fits(&hash(*number), &hash(number - 1), now_ms);
                (1..10).filter(fits).collect::<Vec<u8>>()
            };
            assert_eq!(fit(99), want, "{come:?}");
            assert!(fit(100).is_empty(), "{come:?}");
            assert_eq!(holes.due(50).len(), usize::from(!want.is_empty()), "{come:?}");
        }
    }

    #[test]
    fn a_hole_is_asked_for_less_and_less_often_until_it_is_given_up() {
        let mut holes = Holes::default();
        let hole = Hole { account: Account::ZERO, newest: hash(2), known: Some(hash(0)) };
        holes.leave(hole, 1_000, 10, 100);
        let mut asked = Vec::new();
        while let Some(now_ms) = holes.deadline_ms() {
            asked.extend(holes.due(now_ms).into_iter().map(|hole| (now_ms, hole)));
        }
        assert_eq!(asked, [(1_010, hole), (1_030, hole), (1_070, hole)]);
        assert!(!holes.fits(&hash(2), &hash(1), 1_070), "it is forgotten");
    }

    #[test]
    fn there_is_room_for_so_many() {
        let mut holes = Holes::default();
        for number in 0..HOLES_MAX as u64 + 10 {
            let mut bytes = [1; 32];
            bytes[..8].copy_from_slice(&number.to_be_bytes());
            let hole =
                Hole { account: Account::ZERO, newest: BlockHash::from_bytes(bytes), known: None };
            holes.leave(hole, number, 10, 100_000);
        }
        assert_eq!((holes.open.len(), holes.due.len()), (HOLES_MAX, HOLES_MAX));
    }
}
