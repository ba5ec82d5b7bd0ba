//! What a handle asks of the processing task.
//!
//! Made by `Node`, answered by the processing task. Holds values and one way to answer. Never waits.

use std::fmt;
use std::sync::Arc;

use banano_consensus::{Consensus, DifficultyTrend, Now};
use banano_ledger::{ProcessResult, Unchecked};
use banano_primitives::{Account, Block, BlockHash};
use tokio::sync::oneshot;

use crate::catch_up::{BootstrapOrder, CatchUp, Ordered};
use crate::peers::Peers;
use crate::stats::NodeStats;
use crate::telemetry::Reports;

/// One request, with the way back to whoever waits for it.
pub(crate) enum Request {
    /// Take a block into the ledger.
    Process(Process),
    /// Confirm a block now (`node.md` §4.2, manual).
    Confirm { hash: BlockHash, reply: oneshot::Sender<ConfirmStart> },
    /// Let the representatives vote for one block, or for everything that they hold back.
    Release { hash: Option<BlockHash>, reply: oneshot::Sender<()> },
    /// Hold back all votes of the representatives, or go on voting.
    Pause { is_paused: bool, reply: oneshot::Sender<()> },
    /// Fetch what the ledger lacks.
    Bootstrap { order: BootstrapOrder, reply: oneshot::Sender<Ordered> },
    /// Look at what only the processing task sees.
    Inspect(Inspect),
}

/// A look at the state after a commit. Runs on the processing task, so it must be short.
pub(crate) type Inspect = Box<dyn FnOnce(&View<'_>) + Send>;

/// What [`Inspect`] sees.
pub(crate) struct View<'a> {
    pub(crate) consensus: &'a Consensus,
    pub(crate) unchecked: &'a Unchecked,
    pub(crate) stats: &'a NodeStats,
    pub(crate) reports: &'a Reports,
    pub(crate) catch_up: &'a CatchUp,
    pub(crate) peers: &'a Peers,
    pub(crate) difficulty: Option<&'a DifficultyTrend>,
    pub(crate) now: Now,
}

/// A block of this process.
pub(crate) struct Process {
    pub(crate) block: Arc<Block>,
    /// The key that this process signed the block with itself.
    pub(crate) signed_by: Option<Account>,
    /// Whether the block replaces one that the ledger holds in its place.
    pub(crate) force: bool,
    pub(crate) reply: oneshot::Sender<ProcessResult>,
}

/// What [`crate::Node::block_confirm`] set off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmStart {
    /// An election runs for the block.
    Started,
    /// The block was cemented before: it is notified once more (`node.md` §3.8).
    AlreadyCemented,
    /// The ledger does not hold the block.
    UnknownBlock,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process(process) => write!(f, "Process({})", process.block.hash()),
            Self::Confirm { hash, .. } => write!(f, "Confirm({hash})"),
            Self::Release { hash, .. } => write!(f, "Release({hash:?})"),
            Self::Pause { is_paused, .. } => write!(f, "Pause({is_paused})"),
            Self::Bootstrap { order, .. } => write!(f, "Bootstrap({order:?})"),
            Self::Inspect(_) => f.write_str("Inspect"),
        }
    }
}
