//! Who is online, and who speaks for whom: every node asks its peers. And what only an observer does: it
//! passes votes on, and goes by lent weights while its ledger is not complete (`node.md` §4.8, §8.6).

use std::sync::Arc;

use banano_consensus::Now;
use banano_ledger::{LedgerRead as _, StoreError};
use banano_primitives::{BlockHash, Root, Vote};
use banano_wire::Message;

use super::{Processor, weighed};
use crate::peers::PeerId;

/// How often a block is drawn before the genesis block has to do.
const DRAWS: usize = 4;

impl Processor {
    /// Asks peers how they vote for a block drawn by lot, when it is time to. Own representatives are
    /// online as long as they would answer such a question.
    pub(super) fn crawl(&mut self, now: Now) -> Result<(), StoreError> {
        if self.crawler.due() > now.mono_ms {
            return Ok(());
        }
        if self.parts.consensus.is_voter() {
            for key in &self.parts.representatives {
                self.parts.consensus.on_heard(key.account(), &weighed!(self), now);
            }
        }
        for peer in self.crawler.round(self.parts.peers.ids(), now.mono_ms) {
            let Some(pair) = self.settled_block()? else { return Ok(()) };
            self.crawler.asked(peer, pair.0, now.mono_ms);
            self.parts.peers.send(peer, &Message::ConfirmReq { pairs: vec![pair] });
        }
        Ok(())
    }

    /// A block that representatives have cemented, most likely, and not just now: the answers are to be
    /// told from votes of its election that come late, and subscribers are not to take them for such.
    pub(super) fn settled_block(&mut self) -> Result<Option<(BlockHash, Root)>, StoreError> {
        for _ in 0..DRAWS {
            let block = self.any_block()?;
            let is_new =
                |(hash, _): &(BlockHash, Root)| self.parts.consensus.was_confirmed_lately(hash);
            if !block.as_ref().is_some_and(is_new) {
                return Ok(block);
            }
        }
        let genesis = &self.parts.network.genesis;
        Ok(Some((genesis.hash(), genesis.root())))
    }

    /// The newest cemented block of an account drawn by lot, or its newest one.
    fn any_block(&mut self) -> Result<Option<(BlockHash, Root)>, StoreError> {
        let drawn = self.parts.peers.draw();
        let writer = &self.parts.writer;
        let mut found = writer.accounts(&drawn, 1)?;
        if found.is_empty() {
            // Beyond the last account; the drawn key is above it, and so it is the lowest one's turn.
            found = writer.accounts(&banano_primitives::Account::ZERO, 1)?;
        }
        let Some((account, info)) = found.first() else { return Ok(None) };
        let cemented = writer.confirmation_height(account)?.frontier;
        let hash = if cemented.is_zero() { info.head } else { cemented };
        Ok(writer.block(&hash)?.map(|saved| (hash, saved.block.root())))
    }

    /// Whether a vote that does not say that it was passed on comes from whoever speaks for its
    /// representative. Old nodes pass votes on without saying so: an observer believes answers only. A
    /// node that votes is among others like it, and hears them all.
    pub(super) fn is_first_hand(
        &mut self,
        vote: &Vote,
        from: PeerId,
        counts: bool,
        now: Now,
    ) -> bool {
        let is_answer = self.crawler.is_answer(from, vote, now.mono_ms);
        if is_answer && counts {
            self.parts.consensus.on_heard(vote.account, &weighed!(self), now);
        }
        is_answer || !self.parts.representatives.is_empty()
    }

    /// Passes a vote on that an election took, unless this node has a say of its own.
    pub(super) fn pass_on(&mut self, vote: &Arc<Vote>) {
        let has_a_say = self.parts.representatives.iter().any(|key| {
            let quorum = self.parts.consensus.quorum();
            let divisor = u128::from(self.parts.network.principal_divisor.max(1)) * 2;
            key.account() == vote.account
                || self.parts.writer.weight(&key.account()).raw() > quorum.trended.raw() / divisor
        });
        if !has_a_say {
            let vote = Arc::clone(vote);
            self.parts.peers.pass_on(&Message::ConfirmAck { vote, rebroadcasted: true });
        }
    }

    /// Goes by the ledger's own weights once it is in sync. A peer that has nothing does not make it so.
    pub(super) fn return_weights(&mut self) {
        let is_complete = self.catch_up.is_in_sync() && self.parts.writer.counts().blocks > 1;
        if is_complete && self.parts.lent.take().is_some() {
            tracing::info!("the ledger is in sync: weights are its own from now on");
        }
    }
}
