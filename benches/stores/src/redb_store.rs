//! redb 4: copy-on-write B-trees in one file, pure Rust.
//!
//! It has no commit that only hands data to the operating system: a commit is either on disk or lost with the
//! process. For that row its file is wrapped so that syncing does nothing.

use std::path::Path;

use redb::backends::FileBackend;
use redb::{Database, ReadableDatabase, StorageBackend, TableDefinition};

use crate::{Durability, Put, Store, TABLES};

type Table = TableDefinition<'static, &'static [u8], &'static [u8]>;

const fn table(number: usize) -> Table {
    TableDefinition::new(TABLES[number])
}

pub struct Redb(Database);

impl Store for Redb {
    fn open(path: &Path, durability: Durability) -> Self {
        let mut options = std::fs::OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = FileBackend::new(options.open(path.join("redb")).unwrap()).unwrap();
        let mut builder = Database::builder();
        builder.set_cache_size(32 << 20);
        let database = match durability {
            Durability::Os => builder.create_with_backend(Unsynced(file)),
            Durability::Disk => builder.create_with_backend(file),
        }
        .unwrap();
        let all = database.begin_write().unwrap();
        (0..TABLES.len()).for_each(|n| drop(all.open_table(table(n)).unwrap()));
        all.commit().unwrap();
        Self(database)
    }

    fn commit(&mut self, batch: Vec<Put>) {
        let all = self.0.begin_write().unwrap();
        {
            let mut tables: Vec<_> =
                (0..TABLES.len()).map(|n| all.open_table(table(n)).unwrap()).collect();
            for Put { table, key, value } in batch {
                match value {
                    Some(value) => drop(tables[table].insert(&*key, &*value).unwrap()),
                    None => drop(tables[table].remove(&*key).unwrap()),
                }
            }
        }
        all.commit().unwrap();
    }

    fn get(&self, number: usize, key: &[u8]) -> Option<Vec<u8>> {
        let all = self.0.begin_read().unwrap();
        let table = all.open_table(table(number)).unwrap();
        table.get(key).unwrap().map(|value| value.value().to_vec())
    }

    fn range(&self, number: usize, from: &[u8], limit: usize) -> usize {
        let all = self.0.begin_read().unwrap();
        let table = all.open_table(table(number)).unwrap();
        table.range(from..).unwrap().take(limit).map(|row| row.unwrap().1.value().len()).sum()
    }
}

#[derive(Debug)]
struct Unsynced(FileBackend);

impl StorageBackend for Unsynced {
    fn len(&self) -> Result<u64, std::io::Error> {
        self.0.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), std::io::Error> {
        self.0.read(offset, out)
    }
    fn set_len(&self, len: u64) -> Result<(), std::io::Error> {
        self.0.set_len(len)
    }
    fn sync_data(&self) -> Result<(), std::io::Error> {
        Ok(())
    }
    fn write(&self, offset: u64, data: &[u8]) -> Result<(), std::io::Error> {
        self.0.write(offset, data)
    }
}
