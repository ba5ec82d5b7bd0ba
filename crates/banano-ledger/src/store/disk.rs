//! The store on disk: one log-structured tree behind one journal (docs/adr/0001-store.md).
//!
//! Called through `Store`. All tables share the tree under a leading byte, so that whatever a power cut takes from
//! the end of the journal, the rest is a state that once was. Never opens a folder that `folder` has not let in.

use std::panic;
use std::path::Path;
use std::{fmt, fs, io};

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use super::journal::{self, Damage};
use super::{Change, Folder, Key, Row, Store, StoreError, Table};

/// Rows are gathered in memory up to this size before they are written as a sorted file.
const BUFFER_BYTES: u64 = 16 << 20;

/// The journal keeps what is not in sorted files yet. More than this is never replayed after a kill; it is the
/// smallest that the library takes.
const JOURNAL_BYTES: u64 = 64 << 20;

/// Sorted files are read through a cache of this size.
const CACHE_BYTES: u64 = 32 << 20;

/// Rows in a folder.
pub struct DiskStore {
    database: Database,
    rows: Keyspace,
    /// Held for its lock, which keeps other processes out.
    folder: Folder,
}

impl DiskStore {
    /// Opens the store of a folder, or creates it.
    ///
    /// # Errors
    /// When its files cannot be read, or are not what they should be.
    pub(crate) fn open(folder: Folder) -> Result<Self, StoreError> {
        let path = folder.store_path();
        examine_journals(&path)?;
        // The library asserts what it reads in places where a damaged file can make it wrong.
        let (database, rows) = panic::catch_unwind(|| open_tree(&path))
            .map_err(|_| StoreError::backend("be opened", "one of its files makes no sense"))?
            .map_err(|error| StoreError::backend("be opened", error))?;
        Ok(Self { database, rows, folder })
    }

    /// The folder, with what is known about it.
    pub(crate) fn folder_mut(&mut self) -> &mut Folder {
        &mut self.folder
    }
}

/// Refuses journals that the library would cut short although there is more behind the cut.
fn examine_journals(path: &Path) -> Result<(), StoreError> {
    let failed = |error: io::Error| StoreError::backend("be opened", error);
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "jnl") {
            let journal = fs::read(&path).map_err(failed)?;
            journal::examine(&journal).map_err(|Damage { at }| {
                let path = path.display();
                let problem = format!("{path} is damaged at byte {at}");
                StoreError::backend("be opened", problem)
            })?;
        }
    }
    Ok(())
}

fn open_tree(path: &Path) -> fjall::Result<(Database, Keyspace)> {
    let database = Database::builder(path)
        .worker_threads(1)
        .cache_size(CACHE_BYTES)
        .max_journaling_size(JOURNAL_BYTES)
        .open()?;
    let options = || KeyspaceCreateOptions::default().max_memtable_size(BUFFER_BYTES);
    let rows = database.keyspace("rows", options)?;
    Ok((database, rows))
}

/// A key with its table's byte in front.
struct Place {
    bytes: [u8; Key::MAX_LENGTH + 1],
    length: usize,
}

impl Place {
    fn of(table: Table, key: &Key) -> Self {
        let mut bytes = [0; Key::MAX_LENGTH + 1];
        let key = key.as_slice();
        for (place, byte) in bytes.iter_mut().zip([table.byte()].iter().chain(key)) {
            *place = *byte;
        }
        Self { bytes, length: key.len().saturating_add(1) }
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }
}

impl Store for DiskStore {
    fn get(&self, table: Table, key: &Key) -> Result<Option<Row>, StoreError> {
        let row = self.rows.get(Place::of(table, key).as_slice());
        let row = row.map_err(|error| StoreError::backend("be read", error))?;
        Ok(row.map(|row| Row::from(&*row)))
    }

    fn page(&self, table: Table, from: &Key, limit: usize) -> Result<Vec<(Key, Row)>, StoreError> {
        let first = Place::of(table, from);
        let end = [table.byte().saturating_add(1)];
        let rows = self.rows.range::<&[u8], _>(first.as_slice()..end.as_slice());
        rows.take(limit)
            .map(|entry| {
                let entry = entry.into_inner();
                let (place, row) = entry.map_err(|error| StoreError::backend("be read", error))?;
                let key = place.get(1..).and_then(Key::from_slice).ok_or_else(|| {
                    StoreError::backend("be read", format!("a key has {} bytes", place.len()))
                })?;
                Ok((key, Row::from(&*row)))
            })
            .collect()
    }

    fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut batch = self.database.batch().durability(Some(PersistMode::Buffer));
        for Change { table, key, row } in changes {
            let place = Place::of(table, &key);
            match row {
                Some(row) => batch.insert(&self.rows, place.as_slice(), &*row),
                None => batch.remove(&self.rows, place.as_slice()),
            }
        }
        batch.commit().map_err(|error| StoreError::backend("be written", error))
    }

    fn sync(&self) -> Result<(), StoreError> {
        let synced = self.database.persist(PersistMode::SyncAll);
        synced.map_err(|error| StoreError::backend("be synced", error))
    }
}

impl fmt::Debug for DiskStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskStore").field("folder", &self.folder).finish_non_exhaustive()
    }
}
