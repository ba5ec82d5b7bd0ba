//! What can be seen from outside.

use std::sync::Arc;

use banano_primitives::{Account, Amount, QualifiedRoot};

use super::Consensus;
use crate::election::Election;
use crate::{
    ActiveElection, CandidateView, ElectionStatus, ElectionView, ElectionWork, Now, Quorum,
};

impl Consensus {
    /// One line for each running election, in no particular order.
    pub fn active(&self, now: Now) -> Vec<ActiveElection> {
        self.elections.iter().map(|election| summary(election, now)).collect()
    }

    /// How many elections run.
    pub fn active_count(&self) -> usize {
        self.elections.len()
    }

    /// The elections' work, for the difficulty of the network.
    pub fn work(&self) -> ElectionWork {
        let undecided = self.elections.iter().filter(|election| !election.is_confirmed());
        ElectionWork {
            active: self.elections.len(),
            undecided: undecided.map(Election::work).collect(),
        }
    }

    /// Everything about the running election of a root.
    pub fn election(&self, root: &QualifiedRoot, now: Now) -> Option<ElectionView> {
        let election = self.elections.get(self.elections.of_root(root)?)?;
        let mut candidates: Vec<CandidateView> = election
            .candidates()
            .iter()
            .map(|candidate| CandidateView {
                block: Arc::clone(&candidate.block),
                tally: candidate.tally,
                final_tally: candidate.final_tally,
            })
            .collect();
        candidates.sort_by(|a, b| b.tally.cmp(&a.tally).then(b.hash().cmp(&a.hash())));
        Some(ElectionView {
            summary: summary(election, now),
            tally: election.tally(),
            final_tally: election.final_tally(),
            candidates,
            votes: election.votes(),
        })
    }

    /// What is needed to confirm.
    pub fn quorum(&self) -> Quorum {
        self.online.quorum()
    }

    /// Representatives that voted lately, with their weights, heaviest first.
    pub fn online_representatives(&self) -> &[(Account, Amount)] {
        self.online.representatives()
    }

    /// The last 2048 confirmations, oldest first, without votes.
    pub fn history(&self) -> impl Iterator<Item = &ElectionStatus> {
        self.history.iter()
    }
}

fn summary(election: &Election, now: Now) -> ActiveElection {
    ActiveElection {
        root: election.root(),
        winner: Arc::clone(election.winner()),
        behavior: election.behavior(),
        is_confirmed: election.is_confirmed(),
        request_count: election.request_count(),
        duration_ms: election.duration_ms(now),
    }
}
