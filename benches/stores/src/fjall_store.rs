//! fjall 3: log-structured trees behind one journal, pure Rust.
//!
//! Smaller buffers than its defaults, so that less has to be replayed after a kill.
//!
//! All tables are one tree under a leading table byte: then a power cut that costs the end of the journal leaves
//! a state that once was. Smaller buffers than its defaults, so that less has to be replayed after a kill.

use std::path::Path;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use crate::{Durability, Put, Store};

pub struct Fjall {
    database: Database,
    rows: Keyspace,
    mode: PersistMode,
}

fn prefixed(table: usize, key: &[u8]) -> Vec<u8> {
    [&[table as u8], key].concat()
}

impl Store for Fjall {
    fn open(path: &Path, durability: Durability) -> Self {
        let database =
            Database::builder(path).worker_threads(1).max_journaling_size(64 << 20).open().unwrap();
        let options = || KeyspaceCreateOptions::default().max_memtable_size(16 << 20);
        let rows = database.keyspace("rows", options).unwrap();
        let mode = match durability {
            Durability::Os => PersistMode::Buffer,
            Durability::Disk => PersistMode::SyncData,
        };
        Self { database, rows, mode }
    }

    fn commit(&mut self, batch: Vec<Put>) {
        let mut all = self.database.batch().durability(Some(self.mode));
        for Put { table, key, value } in batch {
            match value {
                Some(value) => all.insert(&self.rows, prefixed(table, &key), value),
                None => all.remove(&self.rows, prefixed(table, &key)),
            }
        }
        all.commit().unwrap();
    }

    fn get(&self, table: usize, key: &[u8]) -> Option<Vec<u8>> {
        self.rows.get(prefixed(table, key)).unwrap().map(|value| value.to_vec())
    }

    fn range(&self, table: usize, from: &[u8], limit: usize) -> usize {
        let rows = self.rows.range(prefixed(table, from)..[table as u8 + 1].to_vec());
        rows.take(limit).map(|row| row.into_inner().unwrap().1.len()).sum()
    }
}
