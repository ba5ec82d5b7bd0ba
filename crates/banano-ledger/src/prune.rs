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
    /// Drops the cemented past of an account and tells how many blocks went. What stays: everything from the newest
    /// cemented block upwards, below it down to the block that names the representative, and the genesis block.
    /// What is dropped is held in memory until the commit, so a long past takes memory once.
    ///
    /// # Errors
    /// When the store cannot be read. Then nothing was pruned.
    pub fn prune(&mut self, account: &Account) -> Result<u64, StoreError> {
        self.attempt(|writer| writer.prune_past(account))
    }

    fn prune_past(&mut self, account: &Account) -> Result<u64, StoreError> {
        let mut hash = self.confirmation_height(account)?.frontier;
        while let Some(saved) = self.unpruned(&hash)? {
            hash = saved.block.previous();
            if saved.block.representative().is_some() {
                break;
            }
        }
        let mut pruned: u64 = 0;
        while hash != self.genesis() {
            let Some(saved) = self.unpruned(&hash)? else { break };
            self.remove(Table::Blocks, (&hash).into());
            self.put(Table::Pruned, (&hash).into(), account);
            let counts = self.counts_mut();
            counts.pruned = counts.pruned.saturating_add(1);
            pruned = pruned.saturating_add(1);
            hash = saved.block.previous();
            // Only what follows the newest pruned block can still be asked for.
            self.remove(Table::Successors, (&hash).into());
        }
        Ok(pruned)
    }

    fn unpruned(&self, hash: &BlockHash) -> Result<Option<SavedBlock>, StoreError> {
        if hash.is_zero() { Ok(None) } else { self.block(hash) }
    }
}
