//! How an election comes into being and leaves (node.md §4.2, §4.3).
//!
//! The only place that inserts and removes elections, and so the only one that tells of starts and stops.

use std::sync::Arc;

use banano_ledger::{LedgerRead, StoreError};
use banano_primitives::{QualifiedRoot, SavedBlock};

use super::Consensus;
use crate::buckets::Place;
use crate::election::{Election, ElectionId};
use crate::elections::Running;
use crate::timers::Timer;
use crate::vote_cache::CachedVote;
use crate::{Behavior, Effect, Now};

impl Consensus {
    /// Inserts an election for a stored block. One that runs for its root already gets its own-vote step
    /// instead, and a root that was decided lately isn't contested again.
    pub(super) fn insert(
        &mut self,
        block: &SavedBlock,
        behavior: Behavior,
        place: Option<Place>,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<Option<ElectionId>, StoreError> {
        let root = block.block.qualified_root();
        if let Some(id) = self.elections.of_root(&root) {
            self.step_own_vote(id, ledger, now)?;
            self.plan(id);
            return Ok(Some(id));
        }
        if self.recently_confirmed.contains_root(&root) {
            return Ok(None);
        }
        let mut election =
            Election::new(Arc::clone(&block.block), block.sideband.details, behavior, now);
        // The priority scheduler asks only for blocks that may be voted for; the others are looked at when it
        // comes to voting.
        election.set_votable(&block.hash(), behavior == Behavior::Priority);
        let id = self.elections.insert(election, place);
        if let Some(place) = place {
            self.buckets.started(place, id);
        }
        self.permission.hold(block.hash());
        self.effects.push(Effect::ElectionStarted { hash: block.hash() });
        self.apply_cached_votes(id, &block.hash(), ledger, now)?;
        self.step_own_vote(id, ledger, now)?;
        self.plan(id);
        Ok(Some(id))
    }

    /// Ends the election of a root without a decision, as RPC `process` with force does.
    pub fn erase(&mut self, root: &QualifiedRoot) {
        if let Some(id) = self.elections.of_root(root) {
            self.remove(id);
        }
    }

    /// Removes an election and tells of every candidate that isn't a confirmed winner.
    pub(super) fn remove(&mut self, id: ElectionId) {
        let Some(Running { election, place }) = self.elections.remove(id) else { return };
        if let Some(place) = place {
            self.buckets.ended(place, id);
        }
        let winner = election.is_confirmed().then(|| election.winner().hash());
        for candidate in election.candidates() {
            let hash = candidate.block.hash();
            if winner != Some(hash) {
                self.effects.push(Effect::ElectionStopped { hash });
            }
        }
    }

    /// Removes an election to make room. What was said isn't lost: the root will be contested again.
    pub(super) fn drop_for_room(&mut self, id: ElectionId, now: Now) {
        let Some(election) = self.elections.get(id) else { return };
        for ballot in election.ballots().iter() {
            let vote = CachedVote {
                representative: ballot.representative,
                timestamp: ballot.timestamp,
                weight: ballot.weight,
            };
            self.vote_cache.insert(ballot.hash, vote, now.mono_ms);
        }
        self.remove(id);
    }

    /// Sets the election's timer for what it wants to do next.
    pub(super) fn plan(&mut self, id: ElectionId) {
        let due = self.elections.get_mut(id).and_then(|election| election.plan(&self.config));
        if let Some(due) = due {
            self.timers.set(due, Timer::Election(id));
        }
    }
}
