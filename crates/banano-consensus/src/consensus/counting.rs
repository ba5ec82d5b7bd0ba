//! From votes to a decision (node.md §4.5, §4.6).

use std::sync::Arc;

use banano_ledger::{LedgerRead, StoreError};
use banano_primitives::BlockHash;

use super::Consensus;
use crate::election::ElectionId;
use crate::timers::Timer;
use crate::winners::Winner;
use crate::{Effect, ElectionStatus, Now};

impl Consensus {
    /// Counts an election and draws the consequences: another winner, final votes, confirmation.
    pub(super) fn count(
        &mut self,
        id: ElectionId,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<(), StoreError> {
        let delta = self.online.delta();
        let Some(election) = self.elections.get_mut(id) else { return Ok(()) };
        if election.is_confirmed() {
            return Ok(());
        }
        let count = election.count(|account| ledger.weight(account));
        if count.is_decisive(delta) && count.leader != election.winner().hash() {
            election.change_winner(&count.leader);
            // Tried again at the next loop if the ledger's news of the block doesn't come first.
            election.retry_own_vote_at(now.mono_ms.saturating_add(self.config.loop_interval_ms));
            let block = Arc::clone(election.winner());
            self.effects.push(Effect::Force { block });
            self.plan(id);
        }
        let election = self.elections.get_mut(id);
        if election.is_some_and(|election| election.set_quorum(count.has_quorum(delta))) {
            self.step_own_vote(id, ledger, now)?;
            self.plan(id);
        }
        if count.is_confirmed(delta) {
            self.confirm_by_quorum(id, now);
        }
        Ok(())
    }

    /// The election has decided: its winner is to be cemented.
    fn confirm_by_quorum(&mut self, id: ElectionId, now: Now) {
        let Some(status) = self.confirm(id, now) else { return };
        let Some(election) = self.elections.get(id) else { return };
        let (hash, root) = (status.winner, election.root());
        let retries_left = self.config.cement_retries;
        self.winners.insert(Winner { root, status, retries_left });
        self.effects.push(Effect::Cement { hash });
        self.timers
            .set(now.mono_ms.saturating_add(self.config.cement_retry_ms), Timer::Winner(hash));
    }

    /// Freezes an election as confirmed; it leaves at the next loop. `None` if it was already.
    pub(super) fn confirm(&mut self, id: ElectionId, now: Now) -> Option<ElectionStatus> {
        let place = self.elections.place(id);
        let election = self.elections.get_mut(id).filter(|election| !election.is_confirmed())?;
        election.confirm(now);
        let status = election.status(now);
        self.recently_confirmed.insert(election.root(), status.winner);
        if let Some(place) = place {
            self.buckets.ended(place, id);
        }
        self.plan(id);
        Some(status)
    }

    /// Asks again for a winner to be cemented. The last time in vain, its root is set free.
    pub(super) fn retry_winner(&mut self, hash: BlockHash, now: Now) {
        let Some(winner) = self.winners.get_mut(&hash) else { return };
        if let Some(left) = winner.retries_left.checked_sub(1) {
            winner.retries_left = left;
            self.effects.push(Effect::Cement { hash });
            let due = now.mono_ms.saturating_add(self.config.cement_retry_ms);
            self.timers.set(due, Timer::Winner(hash));
        } else if let Some(winner) = self.winners.take(&hash) {
            self.recently_confirmed.forget(&winner.root);
        }
    }
}
