//! Blocks that wait for a priority election, by balance, so that nobody's flood keeps the others waiting
//! (node.md §4.2).
//!
//! Called by `consensus`. Knows nothing of elections but their ids. The buckets take turns; inside one, the
//! account that was touched longest ago goes first.

use std::collections::{BTreeMap, BTreeSet};

use banano_primitives::{Amount, BlockHash, SavedBlock};
use rustc_hash::FxHashSet;

use crate::election::ElectionId;

/// How many blocks one bucket keeps waiting. What falls out is found again by the background scan.
const WAITING_MAX: usize = 4_096;

/// Where a block stands in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) bucket: usize,
    /// When the account was last modified, seconds since 1970.
    pub(crate) modified: u64,
}

/// All buckets: what waits, and which elections each has running.
#[derive(Debug)]
pub(crate) struct Buckets {
    /// Lower bound of each bucket, rising.
    bounds: Vec<u128>,
    queues: Vec<Bucket>,
    waiting: FxHashSet<BlockHash>,
    /// Whose turn it is.
    turn: usize,
    /// How many elections each bucket may have before it has to make room for others.
    reserve: usize,
}

#[derive(Debug, Default)]
struct Bucket {
    waiting: BTreeMap<(u64, BlockHash), SavedBlock>,
    running: BTreeSet<(u64, ElectionId)>,
}

impl Buckets {
    /// For a node that runs this many elections at once.
    pub(crate) fn new(active_elections: usize) -> Self {
        let bounds = bounds();
        let queues: Vec<Bucket> = bounds.iter().map(|_| Bucket::default()).collect();
        let reserve = active_elections / queues.len().max(1);
        Self { bounds, queues, waiting: FxHashSet::default(), turn: 0, reserve }
    }

    /// The place of a block whose account has at most this balance, before and after it.
    pub(crate) fn place(&self, balance: Amount, modified: u64) -> Place {
        let above = self.bounds.partition_point(|bound| *bound <= balance.raw());
        Place { bucket: above.saturating_sub(1), modified }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Puts a block in line. When the bucket is full, its last one falls out.
    pub(crate) fn push(&mut self, place: Place, block: SavedBlock) {
        let hash = block.hash();
        let Some(bucket) = self.queues.get_mut(place.bucket) else { return };
        if !self.waiting.insert(hash) {
            return;
        }
        bucket.waiting.insert((place.modified, hash), block);
        if bucket.waiting.len() > WAITING_MAX
            && let Some(((_, hash), _)) = bucket.waiting.pop_last()
        {
            self.waiting.remove(&hash);
        }
    }

    /// Takes the first of the bucket whose turn it is.
    pub(crate) fn pop(&mut self) -> Option<(Place, SavedBlock)> {
        let count = self.queues.len();
        let turns = (self.turn..count).chain(0..self.turn);
        let bucket = turns.into_iter().find(|index| self.has_waiting(*index))?;
        self.turn = (bucket + 1) % count.max(1);
        self.pop_from(bucket)
    }

    /// When no more elections can run: a bucket that has less than its share and something waiting, and the
    /// election that makes room for it: the last one of the bucket that has most above its share.
    pub(crate) fn room_for_the_starved(&self) -> Option<(usize, ElectionId)> {
        let is_starved =
            |index: &usize| self.has_waiting(*index) && self.running(*index) < self.reserve;
        let starved = (0..self.queues.len()).find(is_starved)?;
        let greedy = self.queues.iter().max_by_key(|bucket| bucket.running.len())?;
        if greedy.running.len() <= self.reserve {
            return None;
        }
        let (_, last) = greedy.running.last()?;
        Some((starved, *last))
    }

    /// Takes the first of one bucket.
    pub(crate) fn pop_from(&mut self, bucket: usize) -> Option<(Place, SavedBlock)> {
        let ((modified, hash), block) = self.queues.get_mut(bucket)?.waiting.pop_first()?;
        self.waiting.remove(&hash);
        Some((Place { bucket, modified }, block))
    }

    /// Notes a running election.
    pub(crate) fn started(&mut self, place: Place, id: ElectionId) {
        if let Some(bucket) = self.queues.get_mut(place.bucket) {
            bucket.running.insert((place.modified, id));
        }
    }

    /// Notes that an election was decided or dropped.
    pub(crate) fn ended(&mut self, place: Place, id: ElectionId) {
        if let Some(bucket) = self.queues.get_mut(place.bucket) {
            bucket.running.remove(&(place.modified, id));
        }
    }

    fn has_waiting(&self, bucket: usize) -> bool {
        self.queues.get(bucket).is_some_and(|bucket| !bucket.waiting.is_empty())
    }

    fn running(&self, bucket: usize) -> usize {
        self.queues.get(bucket).map_or(0, |bucket| bucket.running.len())
    }
}

/// The lower bounds of node.md §4.2.
fn bounds() -> Vec<u128> {
    let mut bounds = vec![0, 1 << 79];
    for (power, parts) in
        [(88, 2), (92, 4), (96, 8), (100, 16), (104, 16), (108, 8), (112, 4), (116, 2)]
    {
        let (begin, end): (u128, u128) = (1 << power, 1 << (power + 4));
        let width = (end - begin) / parts;
        bounds.extend((0..parts).map(|part| begin + part * width));
    }
    bounds.push(1 << 120);
    bounds
}

#[cfg(test)]
mod tests;
