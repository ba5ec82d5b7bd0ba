//! A node: ledger, consensus, work and peers joined; the dev network.
//!
//! Each node is one processing task on a thread of its own, which owns the ledger's writer and the
//! elections, and eats what waits in its inbox: requests of [`Node`] handles and messages of peers.
//! It works in passes, each ending with one commit, and nothing leaves the node before that commit.
//! Peers are connected by TCP, in a [`DevNet`] too. What happens is told to an [`EventSink`] in causal
//! order.
//!
//! May use threads, the clock, sockets to peers, and the disk through the ledger. There is no JSON
//! here, and no socket of clients.

mod clock;
mod stopped;

mod inbox;
mod request;

mod catch_up;
mod crawler;
mod events;
mod net;
mod outbox;
mod peers;
mod processor;
mod recent;
mod running;
mod stats;
mod telemetry;
mod weights;

mod identity;
mod node;
mod spender;
mod wallets;

mod dev;
mod observer;

pub use banano_consensus::{NetworkDifficulty, VotePolicy};
pub use banano_ledger::{
    AccountInfo, Ledger, LedgerRead, ProcessResult, ReceivableInfo, StoreError, destination,
};
pub use banano_wire::Telemetry;
pub use banano_work::{
    AddPeerError, PEERS_MAX as WORK_PEERS_MAX, PeerAddressError, Request as WorkRequest, WorkError,
    WorkFactory, WorkPeer,
};
pub use catch_up::{Attempt, BootstrapOrder, BootstrapStatus, Cause, Ordered, Whence};
pub use dev::{
    ACCOUNTS_MAX, ACTIVITY_MAX, Chosen, Clients, ConfigProblem, DEFAULT_SEED, Dev, DevAccount,
    DevConfig, DevNet, Difference, FolderError, Fork, ForkError, Harm, JoinError, NODES_MAX,
    Publication, ResetError, ResetOrder, SetUpError, StartError, StopError, WorkLevel,
};
pub use events::EventSink;
pub use identity::Version;
pub use inbox::{Dropped, Limits};
pub use net::{BandwidthLimit, CloseReason, DropReason, NetConfig, NetLimits, NetStats, PeerInfo};
pub use node::{ActiveDifficulty, Node, PeerTelemetry, Submitted};
pub use observer::{Observer, ObserverConfig, ObserverError, ObserverStuck};
pub use request::ConfirmStart;
pub use running::NodeFailure;
pub use spender::SpendError;
pub use stats::NodeStats;
pub use stopped::Stopped;
pub use wallets::{SendOrder, WalletError, WalletFileError, WalletId, WalletInfo, Wallets};
pub use weights::LentWeights;
