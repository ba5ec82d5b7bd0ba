//! Requests of this process.

use banano_consensus::Now;
use banano_ledger::{LedgerRead as _, StoreError};
use banano_primitives::BlockHash;

use super::Processor;
use super::blocks::Arrival;
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
                    Some(hash) => consensus.release(&hash, &self.parts.writer, now)?,
                    None => consensus.release_all(&self.parts.writer, now)?,
                }
                self.outbox.release(reply);
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
        self.parts.consensus.start_manual(&saved, &self.parts.writer, now)?;
        Ok(ConfirmStart::Started)
    }
}
