//! The handle of a node: what RPC, pages and tests hold.
//!
//! Cheap to clone. Reads the ledger directly and asks the processing task for everything else. Never
//! changes anything itself.

use std::fmt;
use std::net::{SocketAddr, SocketAddrV6};
use std::sync::Arc;
use std::time::Duration;

use banano_consensus::{ActiveElection, ElectionStatus, ElectionView, NetworkDifficulty, Quorum};
use banano_ledger::{Ledger, LedgerRead as _, ProcessResult};
use banano_primitives::{Account, Amount, Block, BlockHash, KeyPair, Network, QualifiedRoot};
use banano_wire::Telemetry;
use banano_work::WorkFactory;
use tokio::sync::oneshot;

use crate::catch_up::{BootstrapOrder, BootstrapStatus, Ordered};
use crate::clock::{Clock, unix_ms};
use crate::dev::Dev;
use crate::identity::{self, Version};
use crate::inbox::Inbox;
use crate::net::{Net, NetStats, PeerInfo};
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
    pub(crate) work: Arc<WorkFactory>,
    pub(crate) id: KeyPair,
    pub(crate) clock: Clock,
    pub(crate) net: Net,
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

    /// Where work comes from. Every attempt at a request that ends is an event.
    pub fn work(&self) -> &WorkFactory {
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

    /// Holds back all votes of this node's representatives, whatever the policy says, or goes on
    /// voting, also in the elections that waited. Votes that were given stay given.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn pause_votes(&self, is_paused: bool) -> Result<(), Stopped> {
        self.ask(|reply| Request::Pause { is_paused, reply }).await
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

    /// Representatives whose votes come first hand from a peer, and where that peer is.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn peers_representatives(&self) -> Result<Vec<(Account, SocketAddrV6)>, Stopped> {
        self.inspect(|view| {
            view.peers.speakers().map(|(account, peer)| (account, peer.address)).collect()
        })
        .await
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

    /// What the network works at, and the multipliers that this is the mean of, newest first. `None` on
    /// a node that nobody listens to: it does not follow that (`node.md` §5).
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn active_difficulty(&self) -> Result<Option<ActiveDifficulty>, Stopped> {
        self.inspect(|view| {
            view.difficulty.map(|trend| ActiveDifficulty {
                now: trend.value(),
                multiplier: trend.trend(),
                samples: trend.samples().collect(),
            })
        })
        .await
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
        let Shared { network, ledger, id, clock, .. } = &*self.shared;
        let report = identity::Report {
            counts: ledger.counts(),
            unchecked,
            peer_count: self.peer_count(),
            uptime: clock.uptime(),
            unix_ms: unix_ms(),
        };
        Ok(report.telemetry(network, id))
    }

    /// What the peers told about themselves lately: each one's newest report that was checked.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn peers_telemetry(&self) -> Result<Vec<PeerTelemetry>, Stopped> {
        self.inspect(|view| {
            let named = |(peer, report): (_, &Telemetry)| {
                let address = view.peers.identity(peer)?.address;
                Some(PeerTelemetry { address, report: report.clone() })
            };
            view.reports.recent(view.now.mono_ms).filter_map(named).collect()
        })
        .await
    }

    /// Begins to fetch what the ledger lacks. Subscribers are told when it began and ended.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn bootstrap(&self, order: BootstrapOrder) -> Result<Ordered, Stopped> {
        self.ask(|reply| Request::Bootstrap { order, reply }).await
    }

    /// What the node is fetching.
    ///
    /// # Errors
    /// When the node stops before it could answer.
    pub async fn bootstrap_status(&self) -> Result<BootstrapStatus, Stopped> {
        self.inspect(|view| view.catch_up.status(view.now.mono_ms, view.peers)).await
    }

    /// How many peers the node is connected to.
    pub fn peer_count(&self) -> u32 {
        u32::try_from(self.shared.net.channels().count()).unwrap_or(u32::MAX)
    }

    /// Who the node is connected to.
    pub fn peers(&self) -> Vec<PeerInfo> {
        self.shared.net.peers()
    }

    /// Where other nodes can connect to this one; `None` if they cannot.
    pub fn peering(&self) -> Option<SocketAddr> {
        self.shared.net.listening()
    }

    /// Connects to another node, if it answers. Returns at once.
    pub fn dial(&self, address: SocketAddr) {
        self.shared.net.dial(address);
    }

    /// What the network side counted since the node started.
    pub fn net_stats(&self) -> NetStats {
        self.shared.net.stats()
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

/// What a peer told about itself, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerTelemetry {
    /// The other end of the connection.
    pub address: SocketAddrV6,
    /// What it told.
    pub report: Telemetry,
}

/// What the network works at.
#[derive(Clone, Debug, PartialEq)]
pub struct ActiveDifficulty {
    /// The difficulties.
    pub now: NetworkDifficulty,
    /// The trend: what they are of their minimums, on the scale of sends.
    pub multiplier: f64,
    /// What the trend is the mean of, newest first.
    pub samples: Vec<f64>,
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
