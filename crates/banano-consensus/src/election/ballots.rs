//! The last vote of each representative in one election, and the rules for taking a newer one.
//!
//! Called by `election` alone. Kept in the order of accounts: counting is a walk, finding a binary search, and
//! a run can be repeated.

use banano_primitives::{Account, Amount, BlockHash, VoteTimestamp};

use crate::{ElectionVote, VoteCode};

/// How many representatives one election remembers. At most 1000 can be above a thousandth of the weight; the
/// bound is for the dev network, where any may vote.
const VOTERS_MAX: usize = 1_024;

/// A vote for one hash on its way into an election.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Incoming {
    pub(crate) representative: Account,
    pub(crate) timestamp: VoteTimestamp,
    pub(crate) hash: BlockHash,
    /// It was remembered from before the election: no cooldown.
    pub(crate) is_cached: bool,
}

/// What a representative's weight means for its votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Heavy enough to be counted at all.
    pub(crate) counts: bool,
    /// Least time between two of its votes that are taken.
    pub(crate) cooldown_ms: u64,
}

impl Standing {
    /// By weight against the trended weight. `divisor`: weight at or below trended / this doesn't count; `None`
    /// on the dev network, where all do (node.md §4.4).
    pub(crate) fn of(weight: Amount, trended: Amount, divisor: Option<u32>) -> Self {
        let share = |parts: u128| Amount::from_raw(trended.raw() / parts.max(1));
        let cooldown_ms = if weight > share(20) {
            1_000
        } else if weight > share(100) {
            5_000
        } else {
            15_000
        };
        let counts = divisor.is_none_or(|divisor| weight > share(u128::from(divisor)));
        Self { counts, cooldown_ms }
    }
}

/// A representative's last vote.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ballot {
    pub(crate) representative: Account,
    pub(crate) timestamp: VoteTimestamp,
    pub(crate) hash: BlockHash,
    /// At the last count.
    pub(crate) weight: Amount,
    pub(crate) taken_ms: u64,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Ballots {
    sorted: Vec<Ballot>,
}

impl Ballots {
    /// Takes a vote by the rules of node.md §4.4, in their order.
    pub(crate) fn take(&mut self, vote: &Incoming, standing: Standing, mono_ms: u64) -> VoteCode {
        if !standing.counts {
            return VoteCode::Indeterminate;
        }
        let ballot = Ballot {
            representative: vote.representative,
            timestamp: vote.timestamp,
            hash: vote.hash,
            weight: Amount::ZERO,
            taken_ms: mono_ms,
        };
        match self.sorted.binary_search_by_key(&vote.representative, |b| b.representative) {
            Ok(index) => {
                let Some(known) = self.sorted.get_mut(index) else {
                    return VoteCode::Indeterminate;
                };
                match known.refusal(vote, standing, mono_ms) {
                    Some(code) => return code,
                    None => *known = ballot,
                }
            }
            Err(_) if self.sorted.len() >= VOTERS_MAX => return VoteCode::Indeterminate,
            Err(index) => self.sorted.insert(index, ballot),
        }
        VoteCode::Vote
    }

    pub(crate) fn get(&self, representative: &Account) -> Option<&Ballot> {
        let index = self.sorted.binary_search_by_key(representative, |b| b.representative).ok()?;
        self.sorted.get(index)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Ballot> {
        self.sorted.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Ballot> {
        self.sorted.iter_mut()
    }
}

impl Ballot {
    /// Why a newer vote of the same representative isn't taken.
    fn refusal(&self, vote: &Incoming, standing: Standing, mono_ms: u64) -> Option<VoteCode> {
        let (stored, new) = (self.timestamp.millis(), vote.timestamp.millis());
        if stored > new || (stored == new && self.hash >= vote.hash) {
            return Some(VoteCode::Replay);
        }
        let is_newly_final = vote.timestamp.is_final() && !self.timestamp.is_final();
        let is_young = self.taken_ms.saturating_add(standing.cooldown_ms) > mono_ms;
        if !is_newly_final && !vote.is_cached && is_young {
            return Some(VoteCode::Ignored);
        }
        None
    }
}

impl From<&Ballot> for ElectionVote {
    fn from(ballot: &Ballot) -> Self {
        let Ballot { representative, timestamp, hash, weight, .. } = *ballot;
        Self { representative, timestamp, hash, weight }
    }
}

#[cfg(test)]
mod tests;
