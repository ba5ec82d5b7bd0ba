//! What a journal knows about itself: name, sequences handed out, what it let go of.
//!
//! Called by `open`, the writer and the upkeep. A few rows beside the events. Never behind the truth:
//! a sequence is reserved here before it is handed out, a floor is raised before events are deleted.

use std::io;

use banano_ws_protocol::Topic;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch as Batch, PersistMode};

use super::folder::io_error;
use crate::locate::Floor;

/// The layout of the folder. Another layout is another number.
pub(super) const VERSION: u8 = 1;

const VERSION_KEY: &str = "version";
const ID_KEY: &str = "id";
const KEPT_KEY: &str = "kept";
const RESERVED_KEY: &str = "reserved";
/// Which run of the operating system the journal is open in; empty once it is closed.
const OPEN_KEY: &str = "open";

/// A few rows in a tree of their own.
#[derive(Clone)]
pub(super) struct Register {
    database: Database,
    rows: Keyspace,
}

impl Register {
    pub(super) fn open(database: &Database) -> io::Result<Self> {
        let options = || KeyspaceCreateOptions::default().max_memtable_size(1 << 20);
        let rows = database.keyspace("register", options).map_err(io_error)?;
        Ok(Self { database: database.clone(), rows })
    }

    /// The layout version; `None` for a new journal.
    pub(super) fn version(&self) -> io::Result<Option<u8>> {
        Ok(self.get(VERSION_KEY)?.and_then(|row| row.first().copied()))
    }

    /// The journal's name.
    pub(super) fn id(&self) -> io::Result<Option<u32>> {
        Ok(self.array(ID_KEY)?.map(u32::from_le_bytes))
    }

    /// The highest sequence that may have been handed out.
    pub(super) fn reserved(&self) -> io::Result<u64> {
        Ok(self.array(RESERVED_KEY)?.map_or(0, u64::from_le_bytes))
    }

    /// Where the journal was not closed: the run of the system, empty if that was not known.
    /// `None`: it was closed.
    pub(super) fn left_open(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.get(OPEN_KEY)?.and_then(|row| row.strip_prefix(b"open ").map(<[u8]>::to_vec)))
    }

    /// What is gone of `topic`.
    pub(super) fn floor(&self, topic: Topic) -> io::Result<Floor> {
        let row: Option<[u8; 16]> = self.array(&floor_key(topic))?;
        Ok(row.map_or_else(Floor::default, |row| {
            let (sequence, time_ms) = row.split_at(8);
            let number = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_le_bytes);
            Floor { sequence: number(sequence), time_ms: number(time_ms) }
        }))
    }

    /// Whether `topic` was kept on disk by the run before.
    pub(super) fn kept(&self, topic: Topic) -> io::Result<bool> {
        let kept = self.get(KEPT_KEY)?;
        Ok(kept.is_some_and(|row| {
            row.split(|byte| *byte == b' ').any(|it| it == topic.name().as_bytes())
        }))
    }

    /// Marks the journal as open in a run of the system, under a name, with these topics on disk.
    pub(super) fn begin(&self, id: u32, boot: &[u8], kept: &[Topic]) -> io::Result<()> {
        let kept: Vec<&str> = kept.iter().map(|topic| topic.name()).collect();
        let mut batch = self.batch();
        batch.insert(&self.rows, VERSION_KEY, [VERSION].as_slice());
        batch.insert(&self.rows, ID_KEY, id.to_le_bytes().as_slice());
        batch.insert(&self.rows, KEPT_KEY, kept.join(" ").as_bytes());
        batch.insert(&self.rows, OPEN_KEY, [b"open ", boot].concat().as_slice());
        batch.commit().map_err(io_error)?;
        self.sync()
    }

    /// Gives the journal another name: something is missing that was seen.
    pub(super) fn rename(&self, id: u32) -> io::Result<()> {
        let mut batch = self.batch();
        batch.insert(&self.rows, ID_KEY, id.to_le_bytes().as_slice());
        batch.commit().map_err(io_error)?;
        self.sync()
    }

    /// Marks it as closed behind its newest event.
    pub(super) fn end(&self, newest: u64) -> io::Result<()> {
        let mut batch = self.batch();
        self.reserve(&mut batch, newest);
        batch.insert(&self.rows, OPEN_KEY, b"closed".as_slice());
        batch.commit().map_err(io_error)?;
        self.sync()
    }

    /// Adds to a batch that sequences up to `reserved` may be handed out.
    pub(super) fn reserve(&self, batch: &mut Batch, reserved: u64) {
        batch.insert(&self.rows, RESERVED_KEY, reserved.to_le_bytes().as_slice());
    }

    /// Remembers that events are about to go.
    pub(super) fn raise_floor(&self, topic: Topic, floor: Floor) -> io::Result<()> {
        let row = [floor.sequence.to_le_bytes(), floor.time_ms.to_le_bytes()].concat();
        let mut batch = self.batch();
        batch.insert(&self.rows, floor_key(topic).as_str(), row.as_slice());
        batch.commit().map_err(io_error)
    }

    fn batch(&self) -> Batch {
        self.database.batch().durability(Some(PersistMode::Buffer))
    }

    fn sync(&self) -> io::Result<()> {
        self.database.persist(PersistMode::SyncAll).map_err(io_error)
    }

    fn get(&self, key: &str) -> io::Result<Option<fjall::Slice>> {
        self.rows.get(key).map_err(io_error)
    }

    fn array<const N: usize>(&self, key: &str) -> io::Result<Option<[u8; N]>> {
        let Some(row) = self.get(key)? else { return Ok(None) };
        let array = <[u8; N]>::try_from(&*row);
        array.map(Some).map_err(|_| {
            let problem = format!("its row `{key}` has {} bytes, not {N}", row.len());
            io::Error::new(io::ErrorKind::InvalidData, problem)
        })
    }
}

fn floor_key(topic: Topic) -> String {
    format!("floor {topic}")
}
