//! The journal on disk: opened here, one thread that writes, one that syncs and lets go.
//!
//! Called by [`Journal`](crate::Journal). The library below is fjall (docs/adr/0002-journal.md). An
//! event is written before anybody sees it. Never lets the two threads wait for a reader.

mod chapter;
mod config;
mod examine;
mod folder;
mod intake;
mod open;
mod register;
mod shelf;
mod upkeep;
mod writer;

pub use config::{DiskConfig, Retention, SyncPolicy};
pub use examine::{Examined, TopicExtent};
pub use folder::OpenError;
pub use open::{OpenReport, Opened, Past};

pub(crate) use examine::examine;
pub(crate) use intake::Intake;
pub(crate) use open::open;
