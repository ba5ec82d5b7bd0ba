//! Why a dev network does not start, or does not stop.
//!
//! Shown to whoever typed the command, so each text says what to do.

use std::io;
use std::time::Duration;

use banano_ledger::{OpenError, ProcessResult, StoreError};
use banano_primitives::BlockHash;
use banano_work::AddPeerError;

use super::config::ConfigProblem;
use super::folder::FolderError;
use crate::wallets::WalletFileError;

/// Why a dev network does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// What was asked for is not possible.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Config(Vec<ConfigProblem>),
    /// The data folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A ledger cannot be opened.
    #[error(
        "the ledger of node {node} cannot be opened; --reset deletes the dev network in the data \
         folder and begins anew"
    )]
    Ledger {
        /// Number of the node, from 1.
        node: u32,
        /// What is wrong with it.
        #[source]
        source: OpenError,
    },
    /// A ledger cannot be read.
    #[error("the elections of node {node} cannot be read from its ledger")]
    Elections {
        /// Number of the node, from 1.
        node: u32,
        /// What the store said.
        #[source]
        source: StoreError,
    },
    /// The set-up blocks cannot be stored.
    #[error("the first blocks cannot be stored in the ledger of node {node}")]
    SetUp {
        /// Number of the node, from 1.
        node: u32,
        /// Why.
        #[source]
        source: SetUpError,
    },
    /// The wallets cannot be found again.
    #[error(transparent)]
    Wallets(#[from] WalletFileError),
    /// A work peer cannot be asked.
    #[error(transparent)]
    WorkPeer(#[from] AddPeerError),
    /// No work was found for the set-up blocks.
    #[error("the search for the first blocks' work was cancelled")]
    Work(#[source] banano_work::Cancelled),
    /// The system refused a thread.
    #[error("the system refused a thread")]
    Thread(#[source] io::Error),
    /// The system refused a socket.
    #[error("node {node} cannot listen for other nodes on this machine")]
    Peering {
        /// Number of the node, from 1.
        node: u32,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The nodes did not find each other.
    #[error(
        "node {node} is connected to {found} of the {wanted} others: does a firewall keep this machine \
         from talking to itself, or are more open files needed (ulimit -n)?"
    )]
    Unconnected {
        /// Number of the node, from 1.
        node: u32,
        /// So many others it found.
        found: usize,
        /// So many there are.
        wanted: usize,
    },
    /// The network was stopped in the meantime.
    #[error("the network was stopped")]
    Stopped,
}

/// Why the set-up blocks cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The ledger refused one.
    #[error("block {hash} was refused: {result}")]
    Refused {
        /// The block.
        hash: BlockHash,
        /// Why.
        result: ProcessResult,
    },
    /// One cannot be cemented.
    #[error(transparent)]
    Cement(#[from] banano_ledger::CementError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Nodes that did not end in time.
#[derive(Debug, thiserror::Error)]
#[error("nodes {nodes:?} did not end within {} s", after.as_secs())]
pub struct StopError {
    /// Their numbers, from 1.
    pub nodes: Vec<u32>,
    /// How long was waited.
    pub after: Duration,
}
