//! Blocks: into the ledger, and what follows from each result.

use std::sync::Arc;

use banano_consensus::Now;
use banano_ledger::{
    Dependency, LedgerRead as _, ProcessResult, RollbackError, StoreError, destination,
};
use banano_primitives::{Account, Amount, Block, Body, Epoch, SavedBlock};
use banano_wire::Message;
use tokio::sync::oneshot;

use super::{Processor, weighed};
use crate::inbox::Incoming;
use crate::peers::PeerId;
use crate::request::Process;
use crate::stats::bump;

/// Blocks of the backlog that one pass takes: those that waited for another one or were fetched. A
/// chain of thousands that one block sets free is stored in parts, each with its own commit.
const BACKLOG_BLOCKS: usize = 512;

/// A block on its way into the ledger.
pub(super) struct Arrival {
    block: Arc<Block>,
    origin: Origin,
}

/// Where a block comes from.
enum Origin {
    /// This process. Told to everybody.
    Local { signed_by: Option<Account>, force: bool, reply: oneshot::Sender<ProcessResult> },
    /// A peer's flood.
    Peer(PeerId),
    /// A peer's answer, asked for to catch up. The others have it.
    Fetched,
    /// It waited for a block that has come now.
    Unchecked,
}

impl From<Incoming> for Arrival {
    fn from(incoming: Incoming) -> Self {
        Self::published(incoming.block, incoming.from)
    }
}

impl Arrival {
    pub(super) fn published(block: Arc<Block>, from: PeerId) -> Self {
        Self { block, origin: Origin::Peer(from) }
    }

    pub(super) fn fetched(block: Arc<Block>) -> Self {
        Self { block, origin: Origin::Fetched }
    }

    pub(super) fn local(process: Process) -> Self {
        let Process { block, signed_by, force, reply } = process;
        Self { block, origin: Origin::Local { signed_by, force, reply } }
    }
}

impl Processor {
    /// Processes what has arrived from this process and from peers.
    pub(super) fn process_arrivals(&mut self, now: Now) -> Result<(), StoreError> {
        while let Some(arrival) = self.arrivals.pop_front() {
            self.process_arrival(arrival, now)?;
        }
        Ok(())
    }

    /// Processes some of what had waited, or was fetched.
    pub(super) fn process_backlog(&mut self, now: Now) -> Result<(), StoreError> {
        for _ in 0..BACKLOG_BLOCKS {
            let Some(arrival) = self.backlog.pop_front() else { break };
            self.process_arrival(arrival, now)?;
        }
        Ok(())
    }

    fn process_arrival(&mut self, arrival: Arrival, now: Now) -> Result<(), StoreError> {
        let Arrival { block, origin } = arrival;
        match origin {
            Origin::Local { signed_by, force, reply } => {
                let result = if force {
                    self.force(&block, signed_by, now)?
                } else {
                    self.process(&block, signed_by, Flood::All, now)?
                };
                self.outbox.process(reply, result);
            }
            Origin::Peer(_) if self.recent.contains(&block.hash()) => {
                self.stats.count(ProcessResult::Old);
            }
            Origin::Peer(_) if !self.has_entry_work(&block) => {
                bump(&mut self.stats.blocks_without_work);
            }
            Origin::Peer(from) => {
                self.process(&block, None, Flood::Some { except: Some(from) }, now)?;
            }
            Origin::Unchecked => {
                // While this node catches up, what waited is old, and the others have it.
                let is_old = self.catch_up.is_running();
                let flood = if is_old { Flood::Nobody } else { Flood::Some { except: None } };
                self.process(&block, checked_signer(&block), flood, now)?;
            }
            Origin::Fetched => {
                bump(&mut self.stats.blocks_fetched);
                // Peers have the same chains: one that waits is fetched again, of each of them.
                if !self.unchecked.holds(&block) {
                    self.process(&block, None, Flood::Nobody, now)?;
                }
            }
        }
        Ok(())
    }

    /// What a flooded block must have before it is worth looking at (`node.md` §1.8).
    fn has_entry_work(&self, block: &Block) -> bool {
        block.difficulty() >= self.parts.network.thresholds.entry_of(block)
    }

    /// Gives one block to the ledger; a fork goes into the election of its root.
    fn process(
        &mut self,
        block: &Arc<Block>,
        signed_by: Option<Account>,
        flood: Flood,
        now: Now,
    ) -> Result<ProcessResult, StoreError> {
        let result = self.store(block, signed_by, flood, now)?;
        if result == ProcessResult::Fork {
            self.parts.consensus.on_fork(block, &weighed!(self), now)?;
        }
        Ok(result)
    }

    /// Gives one block to the ledger; a fork ends the election of its root, in which it was no
    /// candidate, and takes the place of the other block if it can (`node.md` §9.3).
    fn force(
        &mut self,
        block: &Arc<Block>,
        signed_by: Option<Account>,
        now: Now,
    ) -> Result<ProcessResult, StoreError> {
        let result = self.store(block, signed_by, Flood::All, now)?;
        if result != ProcessResult::Fork {
            return Ok(result);
        }
        self.parts.consensus.erase(&block.qualified_root());
        self.replace(block, signed_by, now)
    }

    /// Gives one block to the ledger and tells everyone that it was stored.
    fn store(
        &mut self,
        block: &Arc<Block>,
        signed_by: Option<Account>,
        flood: Flood,
        now: Now,
    ) -> Result<ProcessResult, StoreError> {
        let outcome = self.parts.writer.process(block, signed_by, now.unix_ms / 1000)?;
        let result = outcome.result;
        self.stats.count(result);
        if let Some(saved) = outcome.saved {
            self.stored(&saved, outcome.amount, flood, now)?;
        } else if let Some(dependency) = Dependency::of(block, result) {
            self.note_gap(block, result, matches!(flood, Flood::Nobody), now);
            self.unchecked.put(dependency, Arc::clone(block));
        }
        Ok(result)
    }

    /// A block made progress.
    fn stored(
        &mut self,
        saved: &SavedBlock,
        amount: Option<Amount>,
        flood: Flood,
        now: Now,
    ) -> Result<(), StoreError> {
        self.recent.insert(&saved.hash());
        self.parts.events.stored(saved, amount, &self.parts.writer)?;
        self.catch_up.found(&saved.hash());
        if let Some(paid) = destination(saved).filter(|_| matches!(flood, Flood::Nobody)) {
            self.catch_up.paid(paid);
        }
        self.parts.consensus.on_stored(saved, &weighed!(self), now)?;
        match flood {
            Flood::All => self.parts.peers.broadcast(&publish(&saved.block, true)),
            Flood::Some { except } => {
                self.parts.peers.flood(&publish(&saved.block, false), except);
            }
            Flood::Nobody => {}
        }
        if !self.unchecked.is_empty() {
            for dependency in Dependency::met_by(saved) {
                let waiting = self.unchecked.take(dependency);
                self.backlog.extend(
                    waiting.into_iter().map(|block| Arrival { block, origin: Origin::Unchecked }),
                );
            }
        }
        Ok(())
    }

    /// Remembers what to fetch, should it not come by itself.
    fn note_gap(&mut self, block: &Block, result: ProcessResult, is_fetched: bool, now: Now) {
        let (missing, account) = match result {
            ProcessResult::GapPrevious => (block.previous(), block.account()),
            _ => match block.source().or(block.link().map(|link| link.as_hash())) {
                Some(source) if result == ProcessResult::GapSource => (source, None),
                _ => return,
            },
        };
        if is_fetched && result == ProcessResult::GapSource {
            self.catch_up.lacks_source(missing);
        } else {
            self.catch_up.missing(missing, account, now.mono_ms);
        }
    }

    /// Puts a block in the place of what the ledger holds for its root (`node.md` §3.10).
    pub(super) fn replace(
        &mut self,
        block: &Arc<Block>,
        signed_by: Option<Account>,
        now: Now,
    ) -> Result<ProcessResult, StoreError> {
        let holder = self.parts.writer.successor(&block.qualified_root())?;
        let mut gone = Vec::new();
        if let Some(holder) = holder.filter(|holder| *holder != block.hash()) {
            match self.parts.writer.rollback(&holder) {
                Ok(blocks) => gone = blocks,
                Err(RollbackError::Store(error)) => return Err(error),
                Err(refused) => {
                    bump(&mut self.stats.forks_refused);
                    tracing::debug!(block = %block.hash(), %refused, "fork not taken");
                    return Ok(ProcessResult::Fork);
                }
            }
        }
        for saved in &gone {
            self.recent.remove(&saved.hash());
        }
        self.parts.consensus.on_rolled_back(&gone);
        let result = self.process(block, signed_by, Flood::All, now)?;
        if result != ProcessResult::Progress && Dependency::of(block, result).is_none() {
            // It was never fit for the place: those that stood there get it back.
            let back = gone.into_iter().rev();
            self.backlog.extend(back.map(|saved| Arrival::fetched(saved.block)));
        }
        Ok(result)
    }
}

/// Whose signature of a block that waited is known to be good: the ledger looks at that of an ordinary
/// state block before it can miss anything (`node.md` §3.3).
fn checked_signer(block: &Block) -> Option<Account> {
    match block.body() {
        Body::State(state) if Epoch::of_link(&state.link).is_none() => Some(state.account),
        _ => None,
    }
}

/// Who is sent a block that made progress.
#[derive(Clone, Copy)]
enum Flood {
    /// Every peer: it is ours.
    All,
    /// Some peers, who send it on.
    Some { except: Option<PeerId> },
    /// Nobody.
    Nobody,
}

pub(super) fn publish(block: &Arc<Block>, originator: bool) -> Message {
    Message::Publish { block: Arc::clone(block), originator }
}
