//! A bounded queue that no sender can keep from the others (`node.md` §3.11).
//!
//! Used by the inbox. Each sender has a line of its own, and the lines have turns. When all is full,
//! the longest line loses its newest item.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::peers::PeerId;

#[derive(Debug)]
pub(super) struct FairQueue<T> {
    lines: FxHashMap<PeerId, VecDeque<T>>,
    /// Senders that have something in line, whose turn is next first.
    turns: VecDeque<PeerId>,
    len: usize,
}

impl<T> Default for FairQueue<T> {
    fn default() -> Self {
        Self { lines: FxHashMap::default(), turns: VecDeque::new(), len: 0 }
    }
}

impl<T> FairQueue<T> {
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes an item and returns the one that had to go for it, which may be the same.
    pub(super) fn push(&mut self, from: PeerId, item: T, max: usize) -> Option<T> {
        let mut evicted = None;
        if self.len >= max {
            let own = self.lines.get(&from).map_or(0, VecDeque::len);
            let longest = self.lines.iter().max_by_key(|(_, line)| line.len());
            let Some((longest, _)) = longest.filter(|(_, line)| line.len() > own) else {
                return Some(item);
            };
            let longest = *longest;
            evicted = self.lines.get_mut(&longest).and_then(VecDeque::pop_back);
            self.len = self.len.saturating_sub(1);
        }
        let line = self.lines.entry(from).or_default();
        if line.is_empty() {
            self.turns.push_back(from);
        }
        line.push_back(item);
        self.len = self.len.saturating_add(1);
        evicted
    }

    /// The next item, and whose it is. An empty line takes no memory.
    pub(super) fn pop(&mut self) -> Option<(PeerId, T)> {
        let from = self.turns.pop_front()?;
        let line = self.lines.get_mut(&from)?;
        let item = line.pop_front()?;
        self.len = self.len.saturating_sub(1);
        if line.is_empty() {
            self.lines.remove(&from);
        } else {
            self.turns.push_back(from);
        }
        Some((from, item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(queue: &mut FairQueue<u32>) -> Vec<(u64, u32)> {
        std::iter::from_fn(|| queue.pop()).map(|(from, item)| (from.0, item)).collect()
    }

    #[test]
    fn senders_have_turns_and_keep_their_order() {
        let mut queue = FairQueue::default();
        for (from, item) in [(1, 1), (1, 2), (1, 3), (2, 4), (3, 5), (2, 6)] {
            assert_eq!(queue.push(PeerId(from), item, 10), None);
        }
        assert_eq!(drain(&mut queue), [(1, 1), (2, 4), (3, 5), (1, 2), (2, 6), (1, 3)]);
        assert!(queue.is_empty() && queue.lines.is_empty() && queue.turns.is_empty());
    }

    #[test]
    fn a_full_queue_takes_from_the_longest_line() {
        let mut queue = FairQueue::default();
        for item in 0..4 {
            assert_eq!(queue.push(PeerId(1), item, 4), None);
        }
        assert_eq!(queue.push(PeerId(1), 4, 4), Some(4), "its own line is the longest");
        assert_eq!(queue.push(PeerId(2), 10, 4), Some(3), "another finds room");
        assert_eq!(queue.push(PeerId(2), 11, 4), Some(2));
        assert_eq!(queue.push(PeerId(2), 12, 4), Some(12), "lines of one length: no more");
        assert_eq!(queue.len(), 4);
        assert_eq!(drain(&mut queue), [(1, 0), (2, 10), (1, 1), (2, 11)]);
    }
}
