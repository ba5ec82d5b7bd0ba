//! Nodes that join a running dev network: each starts with an empty ledger and fetches the rest.
//!
//! Called by RPC through [`Dev`]. A joined node does not vote. It keeps its ledger in memory, also while
//! it is stopped, so that it can come back and catch up.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use banano_ledger::{Ledger, OpenError};

use super::config::NODES_MAX;
use super::control::Dev;
use super::error::StartError;
use super::fleet::{Plan, local_listener};
use crate::node::Node;
use crate::stopped::Stopped;

/// A node that joined.
#[derive(Debug)]
pub(super) struct Joined {
    index: u32,
    ledger: Arc<Ledger>,
    peering: SocketAddr,
    /// `None` while it is stopped.
    node: Option<Node>,
}

/// Why no node joined, or left.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// As many as one process runs.
    #[error("a dev network has at most {NODES_MAX} nodes")]
    Full,
    /// Only nodes that joined can leave and come back.
    #[error("node {0} did not join: `dev_join` without an index starts a node and tells its index")]
    Unknown(u32),
    /// It is there.
    #[error("node {0} is running: `dev_leave` stops it")]
    Running(u32),
    /// The empty ledger cannot be made.
    #[error("the ledger of the node cannot be made")]
    Ledger(#[from] OpenError),
    /// It does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The network is stopped.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

impl Dev {
    /// Adds a node with an empty ledger, which connects to the first one, fetches what there is, and
    /// follows. Returns it with its index; it may have just begun.
    ///
    /// # Errors
    /// When there are [`NODES_MAX`] nodes, or the system refuses a thread or a socket.
    pub async fn join(&self) -> Result<(u32, Node), JoinError> {
        let mut joined = self.joined.lock().await;
        let count = self.nodes().len().saturating_add(joined.len());
        let index = u32::try_from(count).ok().filter(|index| *index < NODES_MAX);
        let index = index.ok_or(JoinError::Full)?;
        let network = self.nodes().first().ok_or(Stopped)?.network();
        let ledger = Ledger::memory(network)?;
        let listener = local_listener(index.saturating_add(1))?;
        let node = self.start(index, &ledger, listener)?;
        let peering = node.peering().ok_or(Stopped)?;
        joined.push(Joined { index, ledger, peering, node: Some(node.clone()) });
        Ok((index, node))
    }

    /// Starts a node again that joined and left: it goes on with the ledger that it had.
    ///
    /// # Errors
    /// When it never joined, is running, or its port is gone.
    pub async fn rejoin(&self, index: u32) -> Result<Node, JoinError> {
        let mut joined = self.joined.lock().await;
        let entry = joined.iter_mut().find(|entry| entry.index == index);
        let entry = entry.ok_or(JoinError::Unknown(index))?;
        if entry.node.is_some() {
            return Err(JoinError::Running(index));
        }
        let node = index.saturating_add(1);
        let listener = TcpListener::bind(entry.peering)
            .map_err(|source| StartError::Peering { node, source })?;
        let node = self.start(index, &entry.ledger, listener)?;
        entry.node = Some(node.clone());
        Ok(node)
    }

    /// Stops a node that joined. Its ledger stays.
    ///
    /// # Errors
    /// When it never joined.
    pub async fn leave(&self, index: u32) -> Result<(), JoinError> {
        let mut joined = self.joined.lock().await;
        let entry = joined.iter_mut().find(|entry| entry.index == index);
        entry.ok_or(JoinError::Unknown(index))?.node = None;
        let fleet = Arc::clone(&self.fleet);
        let stopped = tokio::task::spawn_blocking(move || fleet.stop(index));
        // It waits for a pass, and a panic in it would have been told as the node's failure.
        let _ = stopped.await;
        Ok(())
    }

    fn start(
        &self,
        index: u32,
        ledger: &Arc<Ledger>,
        listener: TcpListener,
    ) -> Result<Node, JoinError> {
        Ok(self.fleet.start(Plan {
            index,
            ledger: Arc::clone(ledger),
            listener,
            peers: self.nodes().first().and_then(Node::peering).into_iter().collect(),
            votes: false,
            wallets: None,
            sink: None,
        })?)
    }
}
