//! What the elections want done, done.

use banano_consensus::{Effect, Now};
use banano_ledger::{CementError, StoreError};
use banano_primitives::BlockHash;
use banano_wire::Message;

use super::blocks::publish;
use super::{Processor, weighed};

/// How often one pass goes round. Each round may cause another: a vote of ours that confirms a block
/// starts the election of the next. Left over is done by the next pass, which starts at once, so
/// that a long chain is committed and told in parts.
const ROUNDS_MAX: usize = 64;

/// Blocks that one cementing takes; a target deep in an uncemented chain goes on in the next pass.
const CEMENT_BLOCKS: usize = 1024;

impl Processor {
    /// Carries out effects until there are none left, or the pass has lasted long enough.
    pub(super) fn carry_out(&mut self, now: Now) -> Result<(), StoreError> {
        self.is_unfinished = false;
        for hash in std::mem::take(&mut self.cementing) {
            self.cement(hash, now)?;
        }
        for _ in 0..ROUNDS_MAX {
            let effects = self.parts.consensus.take_effects();
            if effects.is_empty() {
                self.is_unfinished = !self.cementing.is_empty();
                return Ok(());
            }
            for effect in effects {
                self.carry_out_one(effect, now)?;
            }
        }
        self.is_unfinished = true;
        Ok(())
    }

    fn carry_out_one(&mut self, effect: Effect, now: Now) -> Result<(), StoreError> {
        match effect {
            Effect::ElectionStarted { hash } => self.parts.events.election_started(hash),
            Effect::ElectionStopped { hash } => self.parts.events.election_stopped(hash),
            Effect::VoteHandled { vote, code, counted } => {
                if counted {
                    self.pass_on(&vote);
                }
                self.parts.events.vote_handled(vote, code);
            }
            Effect::Vote { kind, pairs } => self.vote(kind, pairs, now)?,
            Effect::Cement { hash } => self.cement(hash, now)?,
            Effect::Force { block } => {
                self.replace(&block, None, now)?;
            }
            Effect::RequestVotes { pairs, representatives } => {
                self.parts.peers.ask(&representatives, &Message::ConfirmReq { pairs });
            }
            Effect::Flood { block } => self.parts.peers.broadcast(&publish(&block, false)),
            Effect::WeightSampled { weight } => {
                let keep = self.parts.network.timings.online_samples_max;
                let keep = usize::try_from(keep).unwrap_or(usize::MAX);
                self.parts.writer.record_online_weight(now.unix_ms / 1000, weight, keep)?;
            }
        }
        Ok(())
    }

    /// Cements a winner and everything that it builds on, and tells of each block.
    fn cement(&mut self, hash: BlockHash, now: Now) -> Result<(), StoreError> {
        let blocks = match self.parts.writer.cement_some(&hash, CEMENT_BLOCKS) {
            Ok(blocks) => blocks,
            // It won before it came. The elections ask again when it is here.
            Err(CementError::BlockNotFound(_)) => return Ok(()),
            Err(CementError::Store(error)) => return Err(error),
        };
        if blocks.last().is_some_and(|last| last.hash() != hash) {
            self.cementing.push_back(hash);
        }
        for cemented in self.parts.consensus.on_cemented(&blocks, &weighed!(self), now)? {
            self.parts.events.cemented(cemented, &self.parts.writer)?;
        }
        Ok(())
    }
}
