//! The store that lives in memory: ordered maps behind one lock.
//!
//! Called by ledgers without a folder and by tests. Never touches a disk; what it holds ends with the process.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use super::{Change, Key, Row, Store, StoreError, Table};

/// Rows in memory. Readers share the lock; a commit holds it for the time of its inserts.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: RwLock<[BTreeMap<Key, Row>; Table::COUNT]>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Store for MemoryStore {
    fn get(&self, table: Table, key: &Key) -> Result<Option<Row>, StoreError> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        Ok(tables.get(table as usize).and_then(|rows| rows.get(key)).cloned())
    }

    fn page(&self, table: Table, from: &Key, limit: usize) -> Result<Vec<(Key, Row)>, StoreError> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let rows = tables.get(table as usize).into_iter().flat_map(|rows| rows.range(from..));
        Ok(rows.take(limit).map(|(key, row)| (*key, Row::clone(row))).collect())
    }

    fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        for Change { table, key, row } in changes {
            let Some(rows) = tables.get_mut(table as usize) else { continue };
            match row {
                Some(row) => rows.insert(key, row),
                None => rows.remove(&key),
            };
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
