//! Votes that came before there was an election for them.
//!
//! Called by `consensus` for votes without election, and when an election starts. Votes taken from here are
//! counted, but never notified again (node.md §4.4).

use std::collections::VecDeque;

use banano_primitives::{Account, Amount, BlockHash, VoteTimestamp};
use rustc_hash::FxHashMap;

use crate::config::Config;

/// A vote for one hash, as remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CachedVote {
    pub(crate) representative: Account,
    pub(crate) timestamp: VoteTimestamp,
    /// The representative's weight when it came.
    pub(crate) weight: Amount,
}

/// What the remembered votes for a hash add up to, by the weights of when they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CachedTally {
    pub(crate) total: Amount,
    pub(crate) final_total: Amount,
}

/// Bounded in hashes, in voters for each, and in age; the oldest hash and the lightest voter make room.
///
/// Memory: at most hashes × voters × 64 bytes, 256 MiB by node.md §4.4's bounds; only representatives of weight
/// can fill it.
#[derive(Debug)]
pub(crate) struct VoteCache {
    hashes_max: usize,
    voters_max: usize,
    age_ms: u64,
    entries: FxHashMap<BlockHash, Entry>,
    /// Hashes in order of arrival. An entry taken or replaced is recognised by its birth.
    order: VecDeque<(u64, BlockHash)>,
    births: u64,
}

#[derive(Debug)]
struct Entry {
    votes: Vec<CachedVote>,
    born_ms: u64,
    /// Serial number, also in `order`.
    birth: u64,
}

impl VoteCache {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            hashes_max: config.vote_cache_hashes,
            voters_max: config.vote_cache_voters,
            age_ms: config.vote_cache_age_ms,
            entries: FxHashMap::default(),
            order: VecDeque::new(),
            births: 0,
        }
    }

    /// Remembers a vote, unless the representative's remembered one is as new.
    pub(crate) fn insert(&mut self, hash: BlockHash, vote: CachedVote, mono_ms: u64) {
        self.forget_old(mono_ms);
        let voters_max = self.voters_max;
        let entry = match self.entries.get_mut(&hash) {
            Some(entry) => entry,
            None => self.begin(hash, mono_ms),
        };
        let known = entry.votes.iter_mut().find(|v| v.representative == vote.representative);
        if let Some(known) = known {
            if known.timestamp.millis() < vote.timestamp.millis() {
                *known = vote;
            }
        } else {
            entry.votes.push(vote);
            if entry.votes.len() > voters_max {
                drop_lightest(&mut entry.votes);
            }
        }
    }

    /// Takes the votes for a hash out, to be counted in its election.
    pub(crate) fn take(&mut self, hash: &BlockHash) -> Vec<CachedVote> {
        self.entries.remove(hash).map(|entry| entry.votes).unwrap_or_default()
    }

    /// What the votes for a hash add up to; `None` for a hash without votes.
    pub(crate) fn tally(&self, hash: &BlockHash) -> Option<CachedTally> {
        let entry = self.entries.get(hash)?;
        let mut tally = CachedTally { total: Amount::ZERO, final_total: Amount::ZERO };
        for vote in &entry.votes {
            tally.total = tally.total.saturating_add(vote.weight);
            if vote.timestamp.is_final() {
                tally.final_total = tally.final_total.saturating_add(vote.weight);
            }
        }
        Some(tally)
    }

    fn begin(&mut self, hash: BlockHash, mono_ms: u64) -> &mut Entry {
        self.births += 1;
        let birth = self.births;
        self.order.push_back((birth, hash));
        while self.entries.len() >= self.hashes_max {
            let Some((birth, oldest)) = self.order.pop_front() else { break };
            self.drop_if_born(&oldest, birth);
        }
        self.sweep_order();
        self.entries.entry(hash).or_insert(Entry { votes: Vec::new(), born_ms: mono_ms, birth })
    }

    fn forget_old(&mut self, mono_ms: u64) {
        while let Some((birth, hash)) = self.order.front().copied() {
            let entry = self.entries.get(&hash).filter(|entry| entry.birth == birth);
            if entry.is_some_and(|entry| entry.born_ms.saturating_add(self.age_ms) > mono_ms) {
                break;
            }
            self.order.pop_front();
            self.drop_if_born(&hash, birth);
        }
    }

    fn drop_if_born(&mut self, hash: &BlockHash, birth: u64) {
        if self.entries.get(hash).is_some_and(|entry| entry.birth == birth) {
            self.entries.remove(hash);
        }
    }

    /// Most hashes are taken long before they are old: without this their places in the order would pile up
    /// behind one that stays.
    fn sweep_order(&mut self) {
        if self.order.len() > self.entries.len().saturating_mul(2).saturating_add(1024) {
            let entries = &self.entries;
            let newest = self.births;
            self.order.retain(|(birth, hash)| {
                *birth == newest || entries.get(hash).is_some_and(|entry| entry.birth == *birth)
            });
        }
    }
}

fn drop_lightest(votes: &mut Vec<CachedVote>) {
    let lightest = votes.iter().enumerate().min_by_key(|(_, v)| (v.weight, v.representative));
    if let Some((index, _)) = lightest {
        votes.swap_remove(index);
    }
}

#[cfg(test)]
mod tests;
