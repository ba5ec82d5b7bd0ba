//! The block-lattice of one network: which block may follow, what it changes, and what can no longer change.
//!
//! A [`Ledger`] is the committed state, read by anybody through [`LedgerRead`]. A [`Writer`] sits in its one seat,
//! judges blocks, cements them and takes them back, and makes its changes visible and lasting by one atomic
//! commit. Rows live in a [`Store`]: memory or an embedded one on disk. There is no clock, no thread and no socket
//! here; a store that fails is a value. The rules are those of `node.md §3`.

mod store;

mod row;

mod read;

mod rules;

mod ledger;
mod open;

mod overlay;
mod writer;

mod cement;
mod process;
mod prune;
mod rollback;

mod audit;
mod unchecked;

pub use audit::{AuditError, audit};
pub use cement::{CEMENT_BLOCKS_MAX, CementError};
pub use ledger::{Ledger, Weights};
pub use open::OpenError;
pub use process::{Outcome, ProcessResult};
pub use read::{LedgerRead, Page, Rows, Uncemented, destination};
pub use rollback::RollbackError;
pub use row::{AccountInfo, ConfirmationHeight, Counts, ReceivableInfo};
pub use store::{Change, DiskStore, FolderError, Key, MemoryStore, Row, Store, StoreError, Table};
pub use unchecked::{Dependency, UNCHECKED_BLOCKS_MAX, Unchecked};
pub use writer::Writer;
