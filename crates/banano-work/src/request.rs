//! What is asked for, and how it ended.
//!
//! Values of the factory's callers and of whoever hears its reports. Holds data only.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use banano_primitives::{Account, Difficulty, Root, Work};

/// A wish for work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// What the work is for.
    pub root: Root,
    /// The least difficulty that will do.
    pub difficulty: Difficulty,
    /// Whose block it is for, told to the work peers: some count by account.
    pub account: Option<Account>,
    /// Whether work peers are asked, or local threads only.
    pub use_peers: bool,
}

impl Request {
    /// A request to everybody who can be asked.
    pub const fn new(root: Root, difficulty: Difficulty) -> Self {
        Self { root, difficulty, account: None, use_peers: true }
    }
}

/// Why a caller gets no work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkError {
    /// Somebody cancelled the root, or the factory was stopped.
    #[error("the work request was cancelled")]
    Cancelled,
    /// There are no local threads, and no work peers that may be asked.
    #[error("there is nobody to do the work: add a work peer, or allow local threads")]
    Disabled,
    /// Everybody who was asked failed for good.
    #[error("nobody who was asked found work")]
    Failed,
}

/// An attempt at a request that came to its end (`node.md` §6.1). A request that all peers failed is
/// tried again, so it may have several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkFinished {
    /// What the work is for.
    pub root: Root,
    /// What was asked for.
    pub difficulty: Difficulty,
    /// From the beginning of the attempt to its end.
    pub duration: Duration,
    /// How it ended.
    pub outcome: Outcome,
    /// The peers that failed or sent wrong work, as `address:port`, in the order in which they did.
    pub bad_peers: Vec<String>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With work that is good enough.
    Success {
        /// Whose it is.
        source: Source,
        /// The work.
        work: Work,
    },
    /// Nobody wants it any more.
    Cancelled,
    /// Everybody who was asked failed.
    Failure,
}

/// Who found work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Our own threads.
    Local,
    /// A work peer, as `address:port`.
    Peer(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.write_str("local"),
            Self::Peer(address) => f.write_str(address),
        }
    }
}

/// Hears of every attempt that ended, just before its caller does. Called on the callers' threads.
pub type WorkReport = Arc<dyn Fn(WorkFinished) + Send + Sync>;
