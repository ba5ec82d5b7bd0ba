//! Pruning: the past of an account is dropped but for its hashes.
//!
//! Called by an operator's choice, never by itself. A pruned block counts as known and cemented; what needs its
//! content (the amount of the block above it) is then not known. Never prunes the genesis block, a block that is
//! not cemented, or one that a rollback may still read.

use banano_primitives::{Account, BlockHash, SavedBlock};

use crate::read::LedgerRead;
use crate::store::{StoreError, Table};
use crate::writer::Writer;

impl Writer {
    /// Drops up to `limit` blocks of an account's cemented past, from the newest that may go downwards, and tells
    /// how many went. What stays: everything from the newest cemented block upwards, and below it down to the block
    /// that names the representative.
    ///
    /// # Errors
    /// When the store cannot be read. Then nothing was pruned.
    pub fn prune(&mut self, account: &Account, limit: u64) -> Result<u64, StoreError> {
        self.attempt(|writer| writer.prune_up_to(account, limit))
    }

    fn prune_up_to(&mut self, account: &Account, limit: u64) -> Result<u64, StoreError> {
        let mut hash = self.confirmation_height(account)?.frontier;
        while let Some(saved) = self.unpruned(&hash)? {
            hash = saved.block.previous();
            if saved.block.representative().is_some() {
                break;
            }
        }
        let mut pruned = 0;
        while pruned < limit && hash != self.genesis() {
            let Some(saved) = self.unpruned(&hash)? else { break };
            self.remove(Table::Blocks, (&hash).into());
            self.put(Table::Pruned, (&hash).into(), account);
            let counts = self.counts_mut();
            counts.pruned = counts.pruned.saturating_add(1);
            pruned = pruned.saturating_add(1);
            hash = saved.block.previous();
        }
        Ok(pruned)
    }

    fn unpruned(&self, hash: &BlockHash) -> Result<Option<SavedBlock>, StoreError> {
        if hash.is_zero() { Ok(None) } else { self.block(hash) }
    }
}
