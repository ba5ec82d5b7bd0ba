//! Votes: those of others into the elections, our own out.

use std::sync::Arc;

use banano_consensus::{Now, VoteKind, VoteSource};
use banano_ledger::{LedgerRead as _, StoreError};
use banano_primitives::{BlockHash, KeyPair, QualifiedRoot, Root, Vote, VoteTimestamp};
use banano_wire::Message;

use super::blocks::publish;
use super::{Processor, weighed};
use crate::net::CloseReason;
use crate::peers::PeerId;
use crate::stats::bump;

/// Duration code of normal votes: 2^(9 + 4) = 8192 ms (`node.md` §4.8).
const DURATION: u8 = 9;

impl Processor {
    /// Takes a vote of the network.
    pub(super) fn take_vote(
        &mut self,
        vote: &Arc<Vote>,
        from: PeerId,
        rebroadcasted: bool,
        now: Now,
    ) -> Result<(), StoreError> {
        if !vote.verify() {
            bump(&mut self.stats.votes_bad_signature);
            // Nodes check votes before they pass them on.
            self.parts.peers.disconnect(from, CloseReason::VoteSignature);
            return Ok(());
        }
        bump(&mut self.stats.votes);
        let counts = !weighed!(self).weight(&vote.account).is_zero();
        let is_first_hand = !rebroadcasted && self.is_first_hand(vote, from, counts, now);
        if counts && is_first_hand && !self.parts.peers.knows(&vote.account, from) {
            self.parts.peers.learn(vote.account, from);
        }
        if counts && vote.timestamp.is_final() {
            self.note_unknown(vote, now)?;
        }
        self.parts.consensus.on_vote(vote, VoteSource::Live, &weighed!(self), now)
    }

    /// Remembers blocks that others confirm and that never came here.
    fn note_unknown(&mut self, vote: &Vote, now: Now) -> Result<(), StoreError> {
        for hash in &vote.hashes {
            if !self.parts.writer.block_exists(hash)? {
                self.catch_up.missing(*hash, None, now.mono_ms);
            }
        }
        Ok(())
    }

    /// Votes as the elections want it, tells everybody, and counts the votes here too.
    pub(super) fn vote(
        &mut self,
        kind: VoteKind,
        pairs: Vec<(QualifiedRoot, BlockHash)>,
        now: Now,
    ) -> Result<(), StoreError> {
        for vote in self.sign(kind, pairs, now)? {
            let message = Message::ConfirmAck { vote: Arc::clone(&vote), rebroadcasted: false };
            self.parts.peers.broadcast(&message);
            self.parts.consensus.on_vote(&vote, VoteSource::Own, &weighed!(self), now)?;
        }
        Ok(())
    }

    /// Answers a peer that asks how we vote (`node.md` §4.10).
    pub(super) fn answer_vote_request(
        &mut self,
        from: PeerId,
        pairs: &[(BlockHash, Root)],
        now: Now,
    ) -> Result<(), StoreError> {
        let answer = self.parts.consensus.on_vote_request(pairs, &weighed!(self), now)?;
        for block in &answer.blocks {
            self.parts.peers.send(from, &publish(block, false));
        }
        for (kind, pairs) in [(VoteKind::Final, answer.finals), (VoteKind::Normal, answer.normals)]
        {
            for vote in self.sign(kind, pairs, now)? {
                let message = Message::ConfirmAck { vote, rebroadcasted: false };
                self.parts.peers.send(from, &message);
            }
        }
        Ok(())
    }

    /// One vote of each own representative that has enough weight. A final vote is recorded first:
    /// never are two blocks of one root voted for finally (`node.md` §12.17).
    fn sign(
        &mut self,
        kind: VoteKind,
        pairs: Vec<(QualifiedRoot, BlockHash)>,
        now: Now,
    ) -> Result<Vec<Arc<Vote>>, StoreError> {
        let minimum = self.parts.network.vote_minimum;
        let writer = &mut self.parts.writer;
        let voters: Vec<&KeyPair> = self
            .parts
            .representatives
            .iter()
            .filter(|key| writer.weight(&key.account()) >= minimum)
            .collect();
        if voters.is_empty() {
            return Ok(Vec::new());
        }
        let mut hashes = Vec::with_capacity(pairs.len());
        for (root, hash) in pairs {
            if kind == VoteKind::Normal || writer.record_final_vote(&root, hash)? {
                hashes.push(hash);
            }
        }
        if hashes.is_empty() {
            return Ok(Vec::new());
        }
        let timestamp = match kind {
            VoteKind::Normal => VoteTimestamp::new(now.unix_ms, DURATION),
            VoteKind::Final => VoteTimestamp::FINAL,
        };
        Ok(voters
            .into_iter()
            .map(|key| Arc::new(Vote::signed(key, timestamp, hashes.clone())))
            .collect())
    }
}
