//! Requests of this process.

use banano_consensus::Now;
use banano_ledger::{LedgerRead as _, StoreError};
use banano_primitives::BlockHash;

use super::blocks::Arrival;
use super::{Processor, weighed};
use crate::request::{ConfirmStart, Request};

impl Processor {
    /// Takes one request. Its answer waits for the commit.
    pub(super) fn take_request(&mut self, request: Request, now: Now) -> Result<(), StoreError> {
        match request {
            Request::Process(process) => self.arrivals.push_back(Arrival::local(process)),
            Request::Confirm { hash, reply } => {
                let start = self.confirm(&hash, now)?;
                self.outbox.confirm(reply, start);
            }
            Request::Release { hash, reply } => {
                let consensus = &mut self.parts.consensus;
                match hash {
                    Some(hash) => consensus.release(&hash, &weighed!(self), now)?,
                    None => consensus.release_all(&weighed!(self), now)?,
                }
                self.outbox.release(reply);
            }
            Request::Pause { is_paused, reply } => {
                self.parts.consensus.set_paused(is_paused, now);
                self.outbox.release(reply);
            }
            Request::Bootstrap { order, reply } => {
                let ordered = self.catch_up.order(order, now.mono_ms, &mut self.parts.peers);
                self.outbox.bootstrap(reply, ordered);
            }
            Request::Inspect(inspect) => self.outbox.inspect(inspect),
        }
        Ok(())
    }

    /// Starts an election for a block, whatever it builds on; a cemented one is told of once more.
    fn confirm(&mut self, hash: &BlockHash, now: Now) -> Result<ConfirmStart, StoreError> {
        // It may have come in this very batch.
        self.process_arrivals(now)?;
        let Some(saved) = self.parts.writer.block(hash)? else {
            return Ok(ConfirmStart::UnknownBlock);
        };
        if self.parts.writer.is_cemented(hash)? {
            self.parts.events.cemented_again(&saved, now.unix_ms, &self.parts.writer)?;
            return Ok(ConfirmStart::AlreadyCemented);
        }
        self.parts.consensus.start_manual(&saved, &weighed!(self), now)?;
        Ok(ConfirmStart::Started)
    }
}
