//! Counting an election's votes (node.md §4.5).
//!
//! Called by `consensus` after each vote that was taken. Weights are asked for anew at each count, since they
//! move with every block.

use banano_primitives::{Account, Amount, BlockHash};

use super::Election;

/// The outcome of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    /// The candidate with the most weight. Equal weights are told apart by hash, the higher one leads: unlike
    /// the reference, which collapses them (node.md §12.18), so that all nodes lean the same way.
    pub(crate) leader: BlockHash,
    pub(crate) leader_tally: Amount,
    /// Of the leader: final votes only.
    pub(crate) final_tally: Amount,
    pub(crate) second_tally: Amount,
    /// Over all candidates.
    pub(crate) sum: Amount,
}

impl Count {
    /// Enough was voted to say who leads.
    pub(crate) fn is_decisive(&self, delta: Amount) -> bool {
        self.sum >= delta
    }

    /// The leader is ahead by the weight that quorum takes.
    pub(crate) fn has_quorum(&self, delta: Amount) -> bool {
        self.leader_tally.saturating_sub(self.second_tally) >= delta
    }

    /// And so much of it is final that nothing can change. Votes that aren't final never confirm.
    pub(crate) fn is_confirmed(&self, delta: Amount) -> bool {
        self.has_quorum(delta) && self.final_tally >= delta
    }
}

impl Election {
    /// Counts all votes by today's weights. Votes for blocks that aren't candidates count for nothing.
    pub(crate) fn count(&mut self, weight: impl Fn(&Account) -> Amount) -> Count {
        for candidate in &mut self.candidates {
            candidate.tally = Amount::ZERO;
            candidate.final_tally = Amount::ZERO;
        }
        for ballot in self.ballots.iter_mut() {
            ballot.weight = weight(&ballot.representative);
            let candidate = self.candidates.iter_mut().find(|c| c.block.hash() == ballot.hash);
            let Some(candidate) = candidate else { continue };
            candidate.tally = candidate.tally.saturating_add(ballot.weight);
            if ballot.timestamp.is_final() {
                candidate.final_tally = candidate.final_tally.saturating_add(ballot.weight);
            }
        }
        let count = self.standings();
        self.tally = count.leader_tally;
        self.final_tally = count.final_tally;
        count
    }

    fn standings(&self) -> Count {
        let mut count = Count {
            leader: self.winner.hash(),
            leader_tally: Amount::ZERO,
            final_tally: Amount::ZERO,
            second_tally: Amount::ZERO,
            sum: Amount::ZERO,
        };
        let mut leader = None;
        for candidate in &self.candidates {
            let rank = (candidate.tally, candidate.block.hash());
            count.sum = count.sum.saturating_add(candidate.tally);
            if leader.is_some_and(|best| best >= rank) {
                count.second_tally = count.second_tally.max(candidate.tally);
                continue;
            }
            leader = Some(rank);
            count.second_tally = count.leader_tally;
            (count.leader_tally, count.leader) = rank;
            count.final_tally = candidate.final_tally;
        }
        count
    }
}

#[cfg(test)]
mod tests;
