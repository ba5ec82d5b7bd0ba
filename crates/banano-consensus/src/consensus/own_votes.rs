//! This node's own votes: whether, when, and for what (node.md §4.8).

use banano_ledger::{LedgerRead, StoreError};
use banano_primitives::{BlockHash, QualifiedRoot};

use super::Consensus;
use crate::effect::PAIRS_MAX;
use crate::election::{Election, ElectionId};
use crate::generator::Pair;
use crate::permission::Verdict;
use crate::{Effect, Now, VoteKind, VotePolicy};

impl Consensus {
    /// Lets a block be voted for under [`VotePolicy::Manual`]: now, or when its turn comes.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn release(
        &mut self,
        hash: &BlockHash,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<(), StoreError> {
        self.permission.release(*hash);
        if let Some(id) = self.elections.of_candidate(hash) {
            self.step_own_vote(id, ledger, now)?;
            self.plan(id);
        }
        Ok(())
    }

    /// Lets all blocks be voted for that were stored so far.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn release_all(&mut self, ledger: &impl LedgerRead, now: Now) -> Result<(), StoreError> {
        self.permission.release_all();
        for id in self.elections.ids() {
            self.step_own_vote(id, ledger, now)?;
            self.plan(id);
        }
        Ok(())
    }

    /// Changes when this node votes, from the next vote on.
    pub fn set_policy(&mut self, policy: VotePolicy, now: Now) {
        self.permission.set_policy(policy);
        self.reconsider_own_votes(now);
    }

    /// Holds back all votes whatever the policy says, or lets go of those that it allows.
    pub fn set_paused(&mut self, is_paused: bool, now: Now) {
        self.permission.set_paused(is_paused);
        self.reconsider_own_votes(now);
    }

    fn reconsider_own_votes(&mut self, now: Now) {
        for id in self.elections.ids() {
            if let Some(election) = self.elections.get_mut(id) {
                election.retry_own_vote_at(now.mono_ms);
                self.plan(id);
            }
        }
    }

    /// Whether this node votes at all.
    pub fn is_voter(&self) -> bool {
        self.permission.is_voter()
    }

    /// Whether a normal vote for a request may be signed now: policy and spacing hold for it as for any other.
    pub(crate) fn may_vote(&mut self, root: QualifiedRoot, hash: BlockHash, now: Now) -> bool {
        let election = self.elections.of_root(&root).and_then(|id| self.elections.get(id));
        let started = election.map(Election::started);
        self.permission.verdict(&hash, started, now) == Verdict::Granted
            && self.spacing.admit(root, hash, now.mono_ms)
    }

    /// Queues the own vote of an election if it is wanted and allowed; else says when to try again.
    pub(super) fn step_own_vote(
        &mut self,
        id: ElectionId,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<(), StoreError> {
        let Some(election) = self.elections.get_mut(id) else { return Ok(()) };
        if !self.permission.is_voter() {
            election.stop_own_votes();
            return Ok(());
        }
        let Some(kind) = election.own_vote_wanted(&self.config, now) else { return Ok(()) };
        let (root, hash) = (election.root(), election.winner().hash());
        match self.permission.verdict(&hash, Some(election.started()), now) {
            Verdict::Granted => {}
            Verdict::Withheld => return Ok(()),
            Verdict::NotBefore(due) => {
                election.retry_own_vote_at(due);
                return Ok(());
            }
        }
        if !election.is_winner_votable() {
            if !is_votable(&hash, ledger)? {
                return Ok(());
            }
            election.set_votable(&hash, true);
        }
        if let Some(not_before) = self.spacing.not_before(&root, &hash, now.mono_ms) {
            election.retry_own_vote_at(not_before);
            return Ok(());
        }
        election.note_own_vote(kind, now);
        match kind {
            VoteKind::Normal => self.normal_votes.add((root, hash), now.mono_ms),
            VoteKind::Final => self.final_votes.add((root, hash), now.mono_ms),
        }
        Ok(())
    }

    /// Gives votes that were waiting for company, except those that have been overtaken: another block leads by
    /// now, quorum is gone, or a rival was voted for in an answer.
    pub(super) fn give_votes(&mut self, kind: VoteKind, mut pairs: Vec<Pair>, mono_ms: u64) {
        pairs.retain(|(root, hash)| {
            let election = self.elections.of_root(root).and_then(|id| self.elections.get(id));
            let stands = |election: &Election| {
                let is_ripe = kind == VoteKind::Normal || election.may_vote_finally();
                election.winner().hash() == *hash && is_ripe
            };
            election.is_none_or(stands) && self.spacing.admit(*root, *hash, mono_ms)
        });
        let bundles = pairs.chunks(PAIRS_MAX);
        self.effects.extend(bundles.map(|bundle| Effect::Vote { kind, pairs: bundle.to_vec() }));
    }
}

/// Whether the ledger holds the block and everything it builds on is cemented.
fn is_votable(hash: &BlockHash, ledger: &impl LedgerRead) -> Result<bool, StoreError> {
    match ledger.block(hash)? {
        Some(saved) => ledger.dependencies_cemented(&saved.block),
        None => Ok(false),
    }
}
