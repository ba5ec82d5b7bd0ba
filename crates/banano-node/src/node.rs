//! The handle of a node: what RPC, pages and tests hold.
//!
//! Cheap to clone. Reads the ledger directly and asks the processing task for everything else. Never
//! changes anything itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use banano_consensus::{ActiveElection, ElectionStatus, ElectionView, Quorum};
use banano_ledger::{Ledger, LedgerRead as _, ProcessResult};
use banano_primitives::{Account, Amount, Block, BlockHash, KeyPair, Network, QualifiedRoot};
use banano_wire::Telemetry;
use banano_work::WorkPool;
use tokio::sync::oneshot;

use crate::clock::{Clock, unix_ms};
use crate::dev::Dev;
use crate::identity::{self, Version};
use crate::inbox::Inbox;
use crate::request::{ConfirmStart, Process, Request, View};
use crate::stats::NodeStats;
use crate::stopped::Stopped;
use crate::wallets::Wallets;

/// A running node.
#[derive(Clone)]
pub struct Node {
    shared: Arc<Shared>,
    /// Set in the handles that a dev network gives away.
    dev: Option<Arc<Dev>>,
}

/// What all handles of a node share.
pub(crate) struct Shared {
    pub(crate) network: Arc<Network>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) work: Arc<WorkPool>,
    pub(crate) id: KeyPair,
    pub(crate) clock: Clock,
    pub(crate) peer_count: u32,
    /// Of the node that clients ask; the others keep none.
    pub(crate) wallets: Option<Arc<Wallets>>,
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("id", &self.shared.id).finish_non_exhaustive()
    }
}

impl Node {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared: Arc::new(shared), dev: None }
    }

    pub(crate) fn with_dev(self, dev: Arc<Dev>) -> Self {
        Self { dev: Some(dev), ..self }
    }

    /// The committed state of the ledger.
    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.shared.ledger
    }

    /// The network that the node is part of.
    pub fn network(&self) -> &Network {
        &self.shared.network
    }

    /// Where work comes from. Every finished request is an event.
    pub fn work(&self) -> &WorkPool {
        &self.shared.work
    }

    /// The node's wallets; `None` on a node that keeps none.
    pub fn wallets(&self) -> Option<&Arc<Wallets>> {
        self.shared.wallets.as_ref()
    }

    /// What only a dev network can do; `None` on any other.
    pub fn dev(&self) -> Option<&Arc<Dev>> {
        self.dev.as_ref()
    }

    /// Time since the node started.
    pub fn uptime(&self) -> Duration {
        self.shared.clock.uptime()
    }

    /// What the node is and speaks.
    pub fn version(&self) -> Version {
        Version::of(&self.shared.network)
    }

    /// Takes a block into the ledger and tells the network of it. Answers once the result is
    /// committed: a block that made progress survives a kill of the process. With `force`, a fork
    /// ends the election of its root and takes the place of the other block, unless that one is
    /// cemented (`node.md` §9.3).
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn process(
        &self,
        block: impl Into<Arc<Block>>,
        force: bool,
    ) -> Result<ProcessResult, Stopped> {
        self.submit(block, force).await?.result().await
    }

    /// The same in two steps: the block is in line when the first returns, and the result comes with
    /// the second. So one caller can have many blocks under way, in the order in which it sent them.
    ///
    /// # Errors
    /// When the node stops before there is room for the block.
    pub async fn submit(
        &self,
        block: impl Into<Arc<Block>>,
        force: bool,
    ) -> Result<Submitted, Stopped> {
        self.submit_signed(block.into(), None, force).await
    }

    /// For blocks that this very process signed with the key of `signed_by`: the signature is not
    /// checked again.
    pub(crate) async fn submit_signed(
        &self,
        block: Arc<Block>,
        signed_by: Option<Account>,
        force: bool,
    ) -> Result<Submitted, Stopped> {
        let (reply, result) = oneshot::channel();
        let process = Process { block, signed_by, force, reply };
        self.shared.inbox.request(Request::Process(process)).await?;
        Ok(Submitted(result))
    }

    /// Starts an election for a block, whatever it builds on. A block that is cemented already is
    /// notified once more (`node.md` §3.8).
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn block_confirm(&self, hash: BlockHash) -> Result<ConfirmStart, Stopped> {
        self.ask(|reply| Request::Confirm { hash, reply }).await
    }

    /// Lets this node's representatives vote for a block, or with `None` for all that they hold
    /// back, under [`banano_consensus::VotePolicy::Manual`]. The whole dev network is released by
    /// [`Dev::release`].
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn release(&self, hash: Option<BlockHash>) -> Result<(), Stopped> {
        self.ask(|reply| Request::Release { hash, reply }).await
    }

    /// What is needed to confirm a block.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn quorum(&self) -> Result<Quorum, Stopped> {
        self.inspect(|view| view.consensus.quorum()).await
    }

    /// Representatives that voted lately, with their weights, heaviest first.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn online_representatives(&self) -> Result<Vec<(Account, Amount)>, Stopped> {
        self.inspect(|view| view.consensus.online_representatives().to_vec()).await
    }

    /// One line for each running election.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn active_elections(&self) -> Result<Vec<ActiveElection>, Stopped> {
        self.inspect(|view| view.consensus.active(view.now)).await
    }

    /// Everything about the running election of a root.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn election(&self, root: QualifiedRoot) -> Result<Option<ElectionView>, Stopped> {
        self.inspect(move |view| view.consensus.election(&root, view.now)).await
    }

    /// The latest confirmations, oldest first, without votes.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn confirmation_history(&self) -> Result<Vec<ElectionStatus>, Stopped> {
        self.inspect(|view| view.consensus.history().cloned().collect()).await
    }

    /// How many blocks wait for a block that they build on.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn unchecked_count(&self) -> Result<usize, Stopped> {
        self.inspect(|view| view.unchecked.len()).await
    }

    /// Up to `limit` blocks that wait for a block that they build on.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn unchecked(&self, limit: usize) -> Result<Vec<Arc<Block>>, Stopped> {
        self.inspect(move |view| view.unchecked.iter().take(limit).cloned().collect()).await
    }

    /// What the node counted since its start.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn stats(&self) -> Result<NodeStats, Stopped> {
        self.inspect(|view| *view.stats).await
    }

    /// What this node tells others about itself, signed with its node id (`node.md` §7.1).
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn telemetry(&self) -> Result<Telemetry, Stopped> {
        let unchecked = self.unchecked_count().await?;
        let Shared { network, ledger, id, clock, peer_count, .. } = &*self.shared;
        let report = identity::Report {
            counts: ledger.counts(),
            unchecked,
            peer_count: *peer_count,
            uptime: clock.uptime(),
            unix_ms: unix_ms(),
        };
        Ok(report.telemetry(network, id))
    }

    /// How many peers the node is connected to.
    pub fn peer_count(&self) -> u32 {
        self.shared.peer_count
    }

    /// What the node is known by among its peers.
    pub fn id(&self) -> Account {
        self.shared.id.account()
    }

    async fn inspect<T: Send + 'static>(
        &self,
        look: impl FnOnce(&View<'_>) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        self.ask(|reply| {
            Request::Inspect(Box::new(move |view| {
                // Whoever asked may be gone.
                let _ = reply.send(look(view));
            }))
        })
        .await
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<T>) -> Request,
    ) -> Result<T, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.shared.inbox.request(request(reply)).await?;
        answer.await.map_err(|_| Stopped)
    }
}

/// A block that is in line.
#[derive(Debug)]
pub struct Submitted(oneshot::Receiver<ProcessResult>);

impl Submitted {
    /// Waits for the block's turn and its commit.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn result(self) -> Result<ProcessResult, Stopped> {
        self.0.await.map_err(|_| Stopped)
    }
}
