//! heed 0.23: LMDB, memory-mapped B-trees in C. Opening it is unsafe.
//!
//! Its table handles borrow the environment, so a struct that owns both leaks it, and cannot open it again.

use std::path::Path;

use heed::types::Bytes;
use heed::{CommitOrAbort, Database, Env, EnvFlags, EnvOpenOptions, Error};

use crate::{Durability, Put, Store, TABLES};

pub struct Heed {
    env: &'static Env,
    tables: Vec<Database<'static, Bytes, Bytes>>,
}

impl Store for Heed {
    const REOPENS: bool = false;

    fn open(path: &Path, durability: Durability) -> Self {
        let mut options = EnvOpenOptions::new();
        options.map_size(8 << 30).max_dbs(16);
        // SAFETY: the folder is ours alone, on a local disk, and opened once at a time.
        let env = unsafe {
            if durability == Durability::Os {
                options.flags(EnvFlags::NO_SYNC);
            }
            options.open(path).unwrap()
        };
        let env: &'static Env = Box::leak(Box::new(env));
        let create = |name: &&str| {
            let all = env.write_txn().unwrap();
            env.create_databases_and_commit::<_, _, (), Error>(all, |opener, all| {
                opener.create_database(all, Some(name)).map(CommitOrAbort::Commit)
            })
            .unwrap()
            .unwrap_commit()
        };
        let tables = TABLES.iter().map(create).collect();
        Self { env, tables }
    }

    fn commit(&mut self, batch: Vec<Put>) {
        let mut all = self.env.write_txn().unwrap();
        for Put { table, key, value } in batch {
            match value {
                Some(value) => self.tables[table].put(&mut all, &key, &value).unwrap(),
                None => drop(self.tables[table].delete(&mut all, &key).unwrap()),
            }
        }
        all.commit().unwrap();
    }

    fn get(&self, table: usize, key: &[u8]) -> Option<Vec<u8>> {
        let all = self.env.read_txn().unwrap();
        self.tables[table].get(&all, key).unwrap().map(<[u8]>::to_vec)
    }

    fn range(&self, table: usize, from: &[u8], limit: usize) -> usize {
        let all = self.env.read_txn().unwrap();
        let bounds = (std::ops::Bound::Included(from), std::ops::Bound::Unbounded);
        let rows = self.tables[table].range(&all, &bounds).unwrap();
        rows.take(limit).map(|row| row.unwrap().1.len()).sum()
    }
}
