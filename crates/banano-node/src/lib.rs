//! A node: ledger, consensus, work and peers joined; the dev network.
//!
//! Each node is one processing task on a thread of its own, which owns the ledger's writer and the
//! elections, and eats what waits in its inbox: requests of [`Node`] handles and messages of peers.
//! It works in passes, each ending with one commit, and nothing leaves the node before that commit.
//! Peers are linked by pipes that carry `banano-wire` messages; in a [`DevNet`] a pipe ends in the
//! other node's inbox. What happens is told to an [`EventSink`] in causal order.
//!
//! May use threads, the clock, and the disk through the ledger. There is no JSON here, and no socket
//! of clients.

mod clock;
mod stopped;

mod inbox;
mod request;

mod catch_up;
mod events;
mod outbox;
mod peers;
mod processor;
mod recent;
mod running;
mod stats;

mod identity;
mod node;
mod spender;
mod wallets;

mod dev;

pub use banano_consensus::VotePolicy;
pub use banano_ledger::{
    AccountInfo, Ledger, LedgerRead, ProcessResult, ReceivableInfo, StoreError, destination,
};
pub use dev::{
    ACCOUNTS_MAX, ACTIVITY_MAX, ConfigProblem, DEFAULT_SEED, Dev, DevAccount, DevConfig, DevNet,
    Difference, FolderError, NODES_MAX, SetUpError, StartError, StopError, WorkLevel,
};
pub use events::EventSink;
pub use identity::Version;
pub use inbox::{Dropped, Limits};
pub use node::{Node, Submitted};
pub use request::ConfirmStart;
pub use running::NodeFailure;
pub use spender::SpendError;
pub use stats::NodeStats;
pub use stopped::Stopped;
pub use wallets::{SendOrder, WalletError, WalletFileError, WalletId, WalletInfo, Wallets};
