//! What the ledger asks of a store: tables of rows, read by anybody, written by one atomic batch at a time.
//!
//! Called by the ledger and its writer. Knows tables and bytes. Never what a row means: that is `row`'s.

use std::fmt::Debug;
use std::sync::Arc;

mod disk;
mod folder;
mod journal;
mod key;
mod memory;

pub use disk::DiskStore;
pub use folder::FolderError;
pub(crate) use folder::{Folder, Mark};
pub use key::Key;
pub use memory::MemoryStore;

/// The bytes of one row's value; cloning shares them.
pub type Row = Arc<[u8]>;

/// Where rows live. The numbers index arrays and are not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Table {
    /// Block hash → sideband and block.
    Blocks,
    /// Block hash → hash of the block that follows it.
    Successors,
    /// Account → its newest block, representative, balance and so on.
    Accounts,
    /// Destination account ‖ send hash → what can be received.
    Receivable,
    /// Account → height and hash of its newest cemented block.
    ConfirmationHeight,
    /// Representative → weight.
    RepWeights,
    /// Qualified root → hash this node has final-voted for.
    FinalVotes,
    /// Hash of a pruned block → its account.
    Pruned,
    /// Unix seconds → sample of the online weight.
    OnlineWeight,
    /// Version, genesis, counters.
    Meta,
}

impl Table {
    /// How many tables there are.
    pub const COUNT: usize = 10;

    /// Every table, in the order of its number.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Blocks,
        Self::Successors,
        Self::Accounts,
        Self::Receivable,
        Self::ConfirmationHeight,
        Self::RepWeights,
        Self::FinalVotes,
        Self::Pruned,
        Self::OnlineWeight,
        Self::Meta,
    ];

    /// The byte in front of the table's keys on disk. Never given to another table.
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Blocks => b'b',
            Self::Successors => b's',
            Self::Accounts => b'a',
            Self::Receivable => b'r',
            Self::ConfirmationHeight => b'c',
            Self::RepWeights => b'w',
            Self::FinalVotes => b'v',
            Self::Pruned => b'p',
            Self::OnlineWeight => b'o',
            Self::Meta => b'm',
        }
    }

    /// The name that people read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Successors => "successors",
            Self::Accounts => "accounts",
            Self::Receivable => "receivable",
            Self::ConfirmationHeight => "confirmation_height",
            Self::RepWeights => "rep_weights",
            Self::FinalVotes => "final_votes",
            Self::Pruned => "pruned",
            Self::OnlineWeight => "online_weight",
            Self::Meta => "meta",
        }
    }
}

/// One row put (`Some`) or removed (`None`).
#[derive(Clone, Debug)]
pub struct Change {
    /// The table.
    pub table: Table,
    /// The row's key.
    pub key: Key,
    /// The new value, or `None` to remove the row.
    pub row: Option<Row>,
}

/// A store: many readers, one committer at a time.
pub trait Store: Debug + Send + Sync {
    /// Gets a row of the committed state.
    ///
    /// # Errors
    /// When the backend cannot read.
    fn get(&self, table: Table, key: &Key) -> Result<Option<Row>, StoreError>;

    /// Gets up to `limit` rows from `from` (inclusive) upwards, in the order of their keys.
    ///
    /// # Errors
    /// When the backend cannot read.
    fn page(&self, table: Table, from: &Key, limit: usize) -> Result<Vec<(Key, Row)>, StoreError>;

    /// Applies all changes or none of them. Once it returns, a kill of the process loses nothing.
    ///
    /// # Errors
    /// When the backend cannot write; then nothing was applied.
    fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError>;

    /// Brings everything committed to the disk itself, so that a power cut loses nothing either.
    ///
    /// # Errors
    /// When the backend cannot write.
    fn sync(&self) -> Result<(), StoreError>;
}

/// A store that cannot be read or written, or that holds something it should not.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The backend refused.
    #[error("the ledger's store could not {act}")]
    Backend {
        /// What was tried, as a verb.
        act: &'static str,
        /// What the backend said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A row is there but makes no sense.
    #[error("the ledger is damaged: table {table}, row {key}: {problem}")]
    Corrupt {
        /// The table's name.
        table: &'static str,
        /// The row's key in hex.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl StoreError {
    /// Tells what was tried and what the backend said.
    pub(crate) fn backend(
        act: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Backend { act, source: source.into() }
    }

    /// Names a row that makes no sense.
    pub(crate) fn corrupt(table: Table, key: &Key, problem: impl Into<String>) -> Self {
        Self::Corrupt { table: table.name(), key: key.to_string(), problem: problem.into() }
    }
}
