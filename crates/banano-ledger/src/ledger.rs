//! The ledger: what is committed, for any number of readers, and the one seat for a writer.
//!
//! Called by whoever starts a node, and through `LedgerRead` by everybody. Holds counters and weights of the
//! committed state in memory; everything else stands in the store. Never changes but by a writer's commit.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use banano_primitives::{Account, Amount, BlockHash, Network};
use rustc_hash::FxHashMap;

use crate::open::{self, OpenError};
use crate::read::{LedgerRead, Rows};
use crate::row::Counts;
use crate::rules::Rules;
use crate::store::{Change, Key, MemoryStore, Row, Store, StoreError, Table};
use crate::writer::{Seat, Writer};

/// Voting weights by representative.
pub type Weights = FxHashMap<Account, Amount>;

/// The block-lattice of one network.
#[derive(Debug)]
pub struct Ledger {
    store: Box<dyn Store>,
    rules: Rules,
    committed: RwLock<Committed>,
    seat: Seat,
}

/// What is kept in memory of the committed state.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) counts: Counts,
    /// Shared with snapshots; copied on the next commit only while a snapshot is alive.
    pub(crate) weights: Arc<Weights>,
}

impl Ledger {
    /// Opens the ledger in a store, or begins one with the network's genesis block (node.md §2.2).
    ///
    /// # Errors
    /// When the store holds another network's ledger, one of another version, or a damaged one.
    pub fn open(store: Box<dyn Store>, network: &Network) -> Result<Arc<Self>, OpenError> {
        let rules = Rules::of(network);
        let committed = RwLock::new(open::load(&*store, &rules)?);
        Ok(Arc::new(Self { store, rules, committed, seat: Seat::default() }))
    }

    /// Begins a ledger that lives in memory.
    ///
    /// # Errors
    /// Never in practice: a fresh memory store refuses nothing.
    pub fn memory(network: &Network) -> Result<Arc<Self>, OpenError> {
        Self::open(Box::new(MemoryStore::new()), network)
    }

    /// Opens the ledger in a folder, or begins one in an empty or missing folder. The folder belongs to this
    /// process until the ledger is dropped.
    ///
    /// # Errors
    /// As `open`; and when the folder is something else's, in use, or damaged. Nothing in it is changed then.
    pub fn disk(path: &Path, network: &Network) -> Result<Arc<Self>, OpenError> {
        let store = open::open_folder(path, &Rules::of(network));
        let ledger = store.and_then(|store| Self::open(Box::new(store), network));
        ledger.map_err(|error| error.in_folder(path))
    }

    /// Brings everything committed to the disk itself. A commit alone survives a kill of the process; after this
    /// it survives a power cut.
    ///
    /// # Errors
    /// When the store cannot write.
    pub fn sync(&self) -> Result<(), StoreError> {
        self.store.sync()
    }

    /// Takes the writer's seat, waiting until it is free. Dropping the writer frees it.
    pub fn writer(self: &Arc<Self>) -> Writer {
        self.seat.take();
        Writer::seated(Arc::clone(self))
    }

    /// A snapshot of all weights above zero. Costs nothing but a copy at the next commit.
    pub fn weights(&self) -> Arc<Weights> {
        Arc::clone(&self.committed.read().unwrap_or_else(PoisonError::into_inner).weights)
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(crate) fn seat(&self) -> &Seat {
        &self.seat
    }

    /// Writes a batch, then shows its counters and weights to readers.
    pub(crate) fn commit(
        &self,
        batch: Vec<Change>,
        counts: Counts,
        weights: Vec<(Account, Amount)>,
    ) -> Result<(), StoreError> {
        self.store.commit(batch)?;
        let mut committed = self.committed.write().unwrap_or_else(PoisonError::into_inner);
        committed.counts = counts;
        if weights.is_empty() {
            return Ok(());
        }
        let known = Arc::make_mut(&mut committed.weights);
        for (representative, weight) in weights {
            if weight.is_zero() {
                known.remove(&representative);
            } else {
                known.insert(representative, weight);
            }
        }
        Ok(())
    }
}

impl Rows for Ledger {
    fn row(&self, table: Table, key: &Key) -> Result<Option<Row>, StoreError> {
        self.store.get(table, key)
    }

    fn rows(&self, table: Table, from: &Key, limit: usize) -> Result<Vec<(Key, Row)>, StoreError> {
        self.store.page(table, from, limit)
    }
}

impl LedgerRead for Ledger {
    fn counts(&self) -> Counts {
        self.committed.read().unwrap_or_else(PoisonError::into_inner).counts
    }

    fn weight(&self, representative: &Account) -> Amount {
        let committed = self.committed.read().unwrap_or_else(PoisonError::into_inner);
        committed.weights.get(representative).copied().unwrap_or(Amount::ZERO)
    }

    fn genesis(&self) -> BlockHash {
        self.rules.genesis.hash()
    }
}
