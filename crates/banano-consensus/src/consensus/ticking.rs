//! What happens because time passes.

use std::sync::Arc;

use banano_ledger::{LedgerRead, StoreError};
use banano_primitives::Amount;

use super::Consensus;
use crate::election::{Act, Election, ElectionId};
use crate::timers::Timer;
use crate::{Effect, Now, VoteKind};

impl Consensus {
    /// Does what is due. Costs nothing but a few comparisons when nothing is.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn tick(&mut self, ledger: &impl LedgerRead, now: Now) -> Result<(), StoreError> {
        let pairs = self.normal_votes.tick(now.mono_ms);
        self.give_votes(VoteKind::Normal, pairs, now.mono_ms);
        let pairs = self.final_votes.tick(now.mono_ms);
        self.give_votes(VoteKind::Final, pairs, now.mono_ms);
        let sample = self.online.tick(now.mono_ms, |account| ledger.weight(account));
        if let Some(weight) = sample {
            self.effects.push(Effect::WeightSampled { weight });
        }
        let mut has_room = false;
        while let Some((due_ms, timer)) = self.timers.pop_due(now.mono_ms) {
            match timer {
                Timer::Winner(hash) => self.retry_winner(hash, now),
                Timer::Election(id) => {
                    let election = self.elections.get_mut(id);
                    if election.is_some_and(|election| election.take_timer(due_ms)) {
                        has_room |= self.look_after(id, ledger, now)?;
                    }
                }
            }
        }
        self.follow_hints(ledger, now)?;
        self.follow_laggards(ledger, now)?;
        self.scan(ledger, now)?;
        if has_room { self.fill(ledger, now) } else { Ok(()) }
    }

    /// Does what is due in one election. True if it left.
    fn look_after(
        &mut self,
        id: ElectionId,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<bool, StoreError> {
        // Weights and quorum may have moved since the last vote.
        self.count(id, ledger, now)?;
        let Some(election) = self.elections.get_mut(id) else { return Ok(true) };
        for act in election.acts(&self.config, now) {
            match act {
                Act::Vote => self.step_own_vote(id, ledger, now)?,
                Act::Flood => self.flood(id, now),
                Act::Request => self.request(id, ledger, now)?,
                Act::Expire => {
                    self.remove(id);
                    return Ok(true);
                }
                Act::Leave => {
                    self.leave(id, ledger, now)?;
                    return Ok(true);
                }
            }
        }
        self.plan(id);
        Ok(false)
    }

    fn flood(&mut self, id: ElectionId, now: Now) {
        let Some(election) = self.elections.get_mut(id) else { return };
        election.note_flood(now);
        if self.floods.admit(self.config.loop_interval_ms, now) {
            self.effects.push(Effect::Flood { block: Arc::clone(election.winner()) });
        }
    }

    fn request(
        &mut self,
        id: ElectionId,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<(), StoreError> {
        self.renew_principals(ledger, now)?;
        let Some(election) = self.elections.get_mut(id) else { return Ok(()) };
        let stale_before_ms = Election::stale_before_ms(&self.config, now);
        let lacking = election.lacking(self.principals.accounts(), stale_before_ms);
        election.note_request(!lacking.is_empty(), now);
        if !lacking.is_empty() {
            let winner = election.winner();
            self.requests.add(lacking, winner.hash(), winner.root());
        }
        Ok(())
    }

    /// The last loop of a confirmed election: representatives that haven't voted for the winner may not have
    /// it.
    fn leave(
        &mut self,
        id: ElectionId,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<(), StoreError> {
        self.renew_principals(ledger, now)?;
        if let Some(election) = self.elections.get(id) {
            let winner = election.winner();
            let has_voted = |account| {
                election.ballots().get(account).is_some_and(|vote| vote.hash == winner.hash())
            };
            if !self.principals.accounts().iter().all(has_voted)
                && self.floods.admit(self.config.loop_interval_ms, now)
            {
                self.effects.push(Effect::Flood { block: Arc::clone(winner) });
            }
        }
        self.remove(id);
        Ok(())
    }

    fn renew_principals(&mut self, ledger: &impl LedgerRead, now: Now) -> Result<(), StoreError> {
        let divisor = u128::from(self.config.principal_divisor.max(1));
        let threshold = Amount::from_raw(self.online.trended().raw() / divisor);
        self.principals.renew(threshold, now.mono_ms, ledger)
    }
}

/// How many blocks are flooded in one loop; what is too much is left out until its next time. Matters when
/// thousands of elections get no votes, or get them late (nano-node:nano/node/confirmation_solicitor.hpp,
/// `max_block_broadcasts`).
const FLOODS_MAX: u32 = 30;

/// Counts the floods of the current loop.
#[derive(Debug, Default)]
pub(super) struct Floods {
    since_ms: u64,
    count: u32,
}

impl Floods {
    fn admit(&mut self, loop_interval_ms: u64, now: Now) -> bool {
        if now.mono_ms >= self.since_ms.saturating_add(loop_interval_ms) {
            *self = Self { since_ms: now.mono_ms, count: 0 };
        }
        self.count = self.count.saturating_add(1);
        self.count <= FLOODS_MAX
    }
}
