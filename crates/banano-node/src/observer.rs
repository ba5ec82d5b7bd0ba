//! One node without keys on a network of others: it checks, counts the votes of others, and tells.
//!
//! Started by the binary and by tests. Owns the node's threads and sockets, and uses a folder if it is
//! given one. Never votes, and keeps no wallet. Stopping or dropping it ends everything.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use banano_consensus::{Config, Consensus, VotePolicy};
use banano_ledger::{Ledger, OpenError, StoreError};
use banano_primitives::{KeyPair, Network, PrivateKey};
use banano_wire::Protocol;
use banano_work::{AddPeerError, WorkFactory, WorkPeer, WorkPool, WorkReport};
use rand::TryRng as _;
use rand::rngs::SysRng;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::events::{EventSink, Events, work_event};
use crate::inbox::{Inbox, Limits};
use crate::net::{Net, NetConfig, NetLimits, NetParts, NetThread};
use crate::node::{Node, Shared};
use crate::peers::Peers;
use crate::processor::Parts;
use crate::running::{NodeFailure, Running};
use crate::weights::LentWeights;

/// How long a stop waits for the node's last pass.
const STOP_DEADLINE: Duration = Duration::from_secs(10);
/// In the data folder: the ledger, and the key that other nodes know this one by.
const LEDGER: &str = "ledger";
const NODE_ID: &str = "node-id";

/// What an observer follows, and how.
#[derive(Debug)]
pub struct ObserverConfig {
    /// The network.
    pub network: Network,
    /// Peers to stay connected to, each as host and port; more are found through them. Empty: those
    /// that the network names, at its port.
    pub peers: Vec<String>,
    /// Where other nodes can connect; `None`: nowhere.
    pub listener: Option<TcpListener>,
    /// Folder that keeps the ledger and the node's id; `None`: memory only.
    pub data: Option<PathBuf>,
    /// Who finds work, besides this machine.
    pub work_peers: Vec<WorkPeer>,
    /// Weights to go by until the ledger is in sync.
    pub weights: Option<LentWeights>,
    /// Bounds of the node's queues.
    pub limits: Limits,
}

/// Why no observer started.
#[derive(Debug, thiserror::Error)]
pub enum ObserverError {
    /// The folder cannot be used.
    #[error("cannot {act} {}", path.display())]
    Io {
        /// What was tried.
        act: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What is kept in the folder as the node's id is none.
    #[error(
        "{} does not hold 64 hexadecimal digits: delete it, and the node gets a new id",
        path.display()
    )]
    NodeId {
        /// The file.
        path: PathBuf,
    },
    /// The ledger cannot be opened.
    #[error(transparent)]
    Ledger(#[from] OpenError),
    /// The ledger cannot be read.
    #[error("the ledger cannot be read")]
    Store(#[from] StoreError),
    /// A work peer cannot be asked.
    #[error(transparent)]
    WorkPeer(#[from] AddPeerError),
    /// The system gives no random numbers, thread or socket.
    #[error("the system refused {what}")]
    System {
        /// What was asked for.
        what: &'static str,
        /// What it said.
        #[source]
        source: io::Error,
    },
}

/// It did not end in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the node did not stop within {} s; what it answered for is on disk", STOP_DEADLINE.as_secs())]
pub struct ObserverStuck;

/// A running observer.
#[derive(Debug)]
pub struct Observer {
    node: Node,
    net: Net,
    running: Running,
    failure: watch::Receiver<Option<Arc<NodeFailure>>>,
    /// Ends after the node.
    _thread: NetThread,
}

impl Observer {
    /// Starts a node, which tells `sink` what happens. It finds its peers in its own time. Opening a
    /// large ledger takes a while.
    ///
    /// # Errors
    /// When the folder cannot be used, or the system refuses a thread or a socket. Nothing is left
    /// running.
    pub fn start(config: ObserverConfig, sink: &EventSink) -> Result<Self, ObserverError> {
        let ObserverConfig { network, peers, listener, data, work_peers, weights, limits } = config;
        let network = Arc::new(network);
        let (ledger, id) = match &data {
            Some(folder) => open(folder, &network)?,
            None => (Ledger::memory(&network)?, new_id()?),
        };
        let clock = Clock::start();
        let inbox = Inbox::new(limits);
        let refused = |what| move |source| ObserverError::System { what, source };
        let thread = NetThread::start().map_err(refused("a thread"))?;
        let peers = if peers.is_empty() { named_peers(&network) } else { peers };
        let parts = NetParts {
            network: Arc::clone(&network),
            id: id.clone(),
            clock,
            inbox: Arc::clone(&inbox),
            listener,
            config: NetConfig { peers, limits: NetLimits::of(&network) },
        };
        let net = Net::start(parts, &thread).map_err(refused("a socket"))?;
        let consensus = Config { policy: VotePolicy::Never, ..Config::for_network(&network) };
        let seed = u64::from_le_bytes(random()?);
        let parts = Parts {
            clock,
            network: Arc::clone(&network),
            inbox: Arc::clone(&inbox),
            consensus: Consensus::new(consensus, &*ledger)?,
            ledger: Arc::clone(&ledger),
            writer: ledger.writer(),
            peers: Peers::new(net.channels(), Protocol::of(&network), seed),
            id: id.clone(),
            representatives: Vec::new(),
            lent: weights,
            events: Events::new(Some(Arc::clone(sink))),
        };
        let (failures, failure) = watch::channel(None);
        let running = Running::start(1, parts, failures).map_err(refused("a thread"))?;
        let work = work_factory(&network, work_peers, sink)?;
        let shared = Shared {
            network,
            ledger,
            inbox,
            work: Arc::new(work),
            id,
            clock,
            net: net.clone(),
            wallets: None,
        };
        Ok(Self { node: Node::new(shared), net, running, failure, _thread: thread })
    }

    /// The node.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// Waits until the node fails by itself, and says why. One that is well waits for ever.
    pub async fn failed(&self) -> Arc<NodeFailure> {
        let mut failure = self.failure.clone();
        match failure.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(failure)) => Arc::clone(failure),
            _ => std::future::pending().await,
        }
    }

    /// Ends the connections, then the node after its current pass. What was answered for is on disk.
    ///
    /// # Errors
    /// When it does not end in time. Its thread is then left alone.
    pub async fn stop(mut self) -> Result<(), ObserverStuck> {
        self.net.close();
        self.node.work().stop();
        self.running.close();
        let ended = tokio::time::timeout(STOP_DEADLINE, self.running.ended()).await;
        if ended.is_err() {
            self.running.abandon();
        }
        ended.map_err(|_| ObserverStuck)
    }
}

/// The peers that a network names, each with the network's port unless it has its own.
fn named_peers(network: &Network) -> Vec<String> {
    let with_port = |peer: &String| {
        if peer.contains(':') { peer.clone() } else { format!("{peer}:{}", network.ports.peering) }
    };
    network.peers.iter().map(with_port).collect()
}

/// Takes what the folder keeps, or begins it.
fn open(folder: &Path, network: &Network) -> Result<(Arc<Ledger>, KeyPair), ObserverError> {
    let failed = |act, path: &Path| {
        let path = path.to_owned();
        move |source| ObserverError::Io { act, path, source }
    };
    fs::create_dir_all(folder).map_err(failed("create", folder))?;
    // Locks the folder for this process.
    let ledger = Ledger::disk(&folder.join(LEDGER), network)?;
    let place = folder.join(NODE_ID);
    match fs::read_to_string(&place) {
        Ok(text) => {
            let key: PrivateKey =
                text.trim().parse().map_err(|_| ObserverError::NodeId { path: place })?;
            Ok((ledger, KeyPair::from(key)))
        }
        Err(cause) if cause.kind() == ErrorKind::NotFound => {
            let id = new_id()?;
            let text = format!("{}\n", id.private_key());
            fs::write(&place, text).map_err(failed("write", &place))?;
            Ok((ledger, id))
        }
        Err(cause) => Err(failed("read", &place)(cause)),
    }
}

fn new_id() -> Result<KeyPair, ObserverError> {
    Ok(KeyPair::from(PrivateKey::from_bytes(random()?)))
}

fn work_factory(
    network: &Network,
    peers: Vec<WorkPeer>,
    sink: &EventSink,
) -> Result<WorkFactory, ObserverError> {
    let (sink, base) = (Arc::clone(sink), network.thresholds.base);
    let report: WorkReport = Arc::new(move |finished| sink(vec![work_event(finished, base)]));
    let threads = std::thread::available_parallelism().unwrap_or(std::num::NonZeroUsize::MIN);
    let pool = WorkPool::new(threads)
        .map_err(|source| ObserverError::System { what: "a thread", source })?;
    let factory = WorkFactory::new(Some(pool), report);
    for peer in peers {
        factory.add_peer(peer)?;
    }
    Ok(factory)
}

fn random<const N: usize>() -> Result<[u8; N], ObserverError> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).map_err(|cause| ObserverError::System {
        what: "random numbers",
        source: io::Error::other(cause),
    })?;
    Ok(bytes)
}
