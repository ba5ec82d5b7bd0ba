//! The writer: one at a time, changes of its own that nobody else sees, one atomic commit.
//!
//! Called by the node's processing task. Reads through it see its uncommitted changes. An operation that fails
//! leaves no trace; dropping the writer without `commit` discards everything. Never checks a block: that is
//! `process`'s.

use std::mem;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use banano_primitives::{Account, Amount, BlockHash, QualifiedRoot};

use crate::ledger::Ledger;
use crate::open::counts_key;
use crate::overlay::{Changed, Overlay};
use crate::read::{LedgerRead, Rows};
use crate::row::{self, Counts, Value};
use crate::rules::Rules;
use crate::store::{Key, Row, StoreError, Table};

/// The only way to change a ledger.
#[derive(Debug)]
pub struct Writer {
    ledger: Arc<Ledger>,
    overlay: Overlay,
    counts: Counts,
}

impl Writer {
    /// A writer in a seat that has just been taken.
    pub(crate) fn seated(ledger: Arc<Ledger>) -> Self {
        let counts = ledger.counts();
        Self { ledger, overlay: Overlay::default(), counts }
    }

    /// Makes all changes since the last commit visible and lasting, all or none. A kill of the process after that
    /// loses nothing.
    ///
    /// # Errors
    /// When the store cannot write; the changes then stay with the writer.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        if self.overlay.is_empty() {
            return Ok(());
        }
        self.overlay.set(Table::Meta, counts_key(), Changed::Put(row::encode(&self.counts).into()));
        let weights = self
            .overlay
            .changed(Table::RepWeights)
            .map(|(key, row)| {
                let weight = row.and_then(|row| row::decode(row)).unwrap_or(Amount::ZERO);
                (Account::from_bytes(key.first()), weight)
            })
            .collect();
        self.ledger.commit(self.overlay.to_batch(), self.counts, weights)?;
        self.overlay.clear();
        Ok(())
    }

    /// Records that this node final-votes for a block. `false` when it has already final-voted for another block
    /// of that root, which must then not be voted for (node.md §12.17).
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn record_final_vote(
        &mut self,
        root: &QualifiedRoot,
        hash: BlockHash,
    ) -> Result<bool, StoreError> {
        if let Some(known) = self.final_vote(root)? {
            return Ok(known == hash);
        }
        self.put(Table::FinalVotes, root.into(), &hash);
        Ok(true)
    }

    /// Records a sample of the online weight at a time in Unix seconds, and keeps only the newest `keep` samples.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn record_online_weight(
        &mut self,
        time: u64,
        weight: Amount,
        keep: usize,
    ) -> Result<(), StoreError> {
        self.put(Table::OnlineWeight, Key::from_number(time), &weight);
        let samples = self.rows(Table::OnlineWeight, &Key::from_number(0), usize::MAX)?;
        for (key, _) in samples.iter().take(samples.len().saturating_sub(keep)) {
            self.remove(Table::OnlineWeight, *key);
        }
        Ok(())
    }

    /// Runs an operation that leaves no trace when it fails.
    pub(crate) fn attempt<T, E>(
        &mut self,
        operation: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.overlay.mark();
        let counts = self.counts;
        let result = operation(self);
        if result.is_err() {
            self.overlay.revert();
            self.counts = counts;
        }
        result
    }

    pub(crate) fn rules(&self) -> &Rules {
        self.ledger.rules()
    }

    pub(crate) fn counts_mut(&mut self) -> &mut Counts {
        &mut self.counts
    }

    pub(crate) fn put<V: Value>(&mut self, table: Table, key: Key, value: &V) {
        self.put_row(table, key, row::encode(value).into());
    }

    pub(crate) fn put_row(&mut self, table: Table, key: Key, row: Row) {
        self.overlay.set(table, key, Changed::Put(row));
    }

    pub(crate) fn remove(&mut self, table: Table, key: Key) {
        self.overlay.set(table, key, Changed::Removed);
    }

    /// Moves weight when an account's balance or representative changes (node.md §3.7).
    pub(crate) fn move_weight(
        &mut self,
        (old_representative, old_balance): (Account, Amount),
        (new_representative, new_balance): (Account, Amount),
    ) -> Result<(), StoreError> {
        if old_representative == new_representative && old_balance == new_balance {
            return Ok(());
        }
        let rest = self.weight(&old_representative).checked_sub(old_balance);
        self.set_weight(&old_representative, rest)?;
        let sum = self.weight(&new_representative).checked_add(new_balance);
        self.set_weight(&new_representative, sum)
    }

    fn set_weight(&mut self, account: &Account, weight: Option<Amount>) -> Result<(), StoreError> {
        let key = account.into();
        match weight {
            Some(Amount::ZERO) => self.remove(Table::RepWeights, key),
            Some(weight) => self.put(Table::RepWeights, key, &weight),
            None => {
                let problem = "the weight does not fit the balances of those who delegate";
                return Err(StoreError::corrupt(Table::RepWeights, &key, problem));
            }
        }
        Ok(())
    }
}

impl Rows for Writer {
    fn row(&self, table: Table, key: &Key) -> Result<Option<Row>, StoreError> {
        match self.overlay.get(table, key) {
            Some(changed) => Ok(changed.row().cloned()),
            None => self.ledger.row(table, key),
        }
    }

    fn rows(&self, table: Table, from: &Key, limit: usize) -> Result<Vec<(Key, Row)>, StoreError> {
        self.overlay.page(table, from, limit, |from, limit| self.ledger.rows(table, from, limit))
    }
}

impl LedgerRead for Writer {
    fn counts(&self) -> Counts {
        self.counts
    }

    fn weight(&self, representative: &Account) -> Amount {
        match self.overlay.get(Table::RepWeights, &representative.into()) {
            Some(changed) => changed.row().and_then(|row| row::decode(row)).unwrap_or(Amount::ZERO),
            None => self.ledger.weight(representative),
        }
    }

    fn genesis(&self) -> BlockHash {
        self.ledger.genesis()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.ledger.seat().leave();
    }
}

/// The one seat of a writer. Owned by the ledger, so that a writer can be moved and kept without borrowing it.
#[derive(Debug, Default)]
pub(crate) struct Seat {
    taken: Mutex<bool>,
    left: Condvar,
}

impl Seat {
    pub(crate) fn take(&self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while mem::replace(&mut *taken, true) {
            taken = self.left.wait(taken).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn leave(&self) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.left.notify_one();
    }
}
