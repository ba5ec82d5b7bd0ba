//! A private network in this process: several voting nodes, funded accounts, and nothing to set up.
//!
//! Started by the binary and by tests. Owns the nodes' threads, the data folder and the traffic
//! generator. Never leaves one of them behind: stopping or dropping the network ends them all.

use std::sync::Arc;
use std::time::Duration;

use banano_consensus::{Config, Consensus};
use banano_ledger::Ledger;
use banano_primitives::{Account, Network};
use banano_work::{Report, WorkPool};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::events::{EventSink, Events, work_event};
use crate::inbox::Inbox;
use crate::node::{Node, Shared};
use crate::peers::{Link, PeerId, Peers};
use crate::processor::Parts;
use crate::running::{FailureSlot, NodeFailure, Running};
use crate::wallets::{Receiving, Wallets};

mod activity;
mod config;
mod control;
mod error;
mod folder;
mod keys;
mod ledgers;
mod set_up;

use activity::Activity;
pub use config::{
    ACCOUNTS_MAX, ACTIVITY_MAX, ConfigProblem, DEFAULT_SEED, DevConfig, NODES_MAX, WorkLevel,
};
pub use control::Dev;
pub use error::{SetUpError, StartError, StopError};
use folder::Folder;
pub use folder::{Difference, FolderError};
pub use keys::DevAccount;
use keys::Keys;

/// How long a stop waits for the nodes' last passes. A pass takes milliseconds; a disk that hangs is
/// not waited for any longer.
const STOP_DEADLINE: Duration = Duration::from_secs(10);

/// A running dev network. Dropping it stops it too, but waits for as long as that takes.
#[derive(Debug)]
pub struct DevNet {
    node: Node,
    accounts: Vec<DevAccount>,
    activity: Option<Activity>,
    receiving: Option<Receiving>,
    nodes: Vec<Running>,
    failure: watch::Receiver<Option<Arc<NodeFailure>>>,
    /// In use until the nodes have ended: the last field is dropped last.
    _folder: Option<Folder>,
}

impl DevNet {
    /// Starts a network as `config` describes it. The first node tells `sink` what happens. Waits
    /// for the set-up blocks of a new network: milliseconds, but at live work, which takes every core
    /// half a minute and more, so an asynchronous caller starts a network on a thread that may block.
    ///
    /// # Errors
    /// When the configuration is impossible, the folder cannot be used, or the system refuses a
    /// thread. Nothing is left running.
    pub fn start(config: &DevConfig, sink: &EventSink) -> Result<Self, StartError> {
        let problems = config.check();
        if !problems.is_empty() {
            return Err(StartError::Config(problems));
        }
        let network = Arc::new(network(config.work));
        let (ledgers, folder) = ledgers::open(config, &network)?;
        let work = Arc::new(work_pool(config.work, &network, sink)?);
        let keys = Keys(config.seed);
        let representatives: Vec<Account> =
            (0..config.nodes).map(|index| keys.representative(index).account()).collect();
        let wallets = Arc::new(Wallets::open(
            folder.as_ref().map(Folder::wallets).as_deref(),
            representatives.clone(),
            network.receive_minimum,
        )?);
        let (failures, failure) = watch::channel(None);
        let (clock, kept) = (Clock::start(), Arc::clone(&wallets));
        let crew = Crew { config, network, work, clock, failures, wallets: kept };
        let (nodes, handles) = crew.start(ledgers, sink)?;
        let dev = Arc::new(Dev::new(handles, representatives, keys.faucet()));
        let Some(first) = dev.nodes().first() else { return Err(StartError::Config(problems)) };
        let node = first.clone().with_dev(Arc::clone(&dev));
        let receiving = Receiving::start(node.clone(), wallets).map_err(StartError::Thread)?;
        let activity = config
            .activity
            .map(|rate| Activity::start(rate, config.seed, &dev))
            .transpose()
            .map_err(StartError::Thread)?;
        let accounts = (0..config.accounts)
            .map(|index| DevAccount {
                index,
                keypair: keys.account(index),
                balance: config.balance,
            })
            .collect();
        let receiving = Some(receiving);
        Ok(Self { node, accounts, activity, receiving, nodes, failure, _folder: folder })
    }

    /// The first node: the one that RPC asks and whose events clients get.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// Every node, the first one first.
    pub fn nodes(&self) -> &[Node] {
        self.node.dev().map_or(&[], |dev| dev.nodes())
    }

    /// The funded accounts.
    pub fn accounts(&self) -> &[DevAccount] {
        &self.accounts
    }

    /// Waits until a node fails by itself, and says why. A network that is well waits for ever.
    pub async fn failed(&self) -> Arc<NodeFailure> {
        let mut failure = self.failure.clone();
        match failure.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(failure)) => Arc::clone(failure),
            _ => std::future::pending().await,
        }
    }

    /// Stops everything: the traffic, what waits for work, then the nodes, each after its current
    /// pass. What was answered for is on disk. A [`Node`] handle that outlives this keeps its ledger's
    /// files open.
    ///
    /// # Errors
    /// When a node does not end in time. Its thread is then left alone.
    pub async fn stop(mut self) -> Result<(), StopError> {
        if let Some(activity) = self.activity.take() {
            activity.stop();
        }
        drop(self.receiving.take());
        self.node.work().stop();
        for node in &self.nodes {
            node.close();
        }
        let nodes = std::mem::take(&mut self.nodes);
        let mut late = Vec::new();
        let deadline = tokio::time::sleep(STOP_DEADLINE);
        tokio::pin!(deadline);
        for (number, mut node) in (1..).zip(nodes) {
            tokio::select! {
                biased;
                () = node.ended() => drop(node),
                () = &mut deadline => {
                    late.push(number);
                    node.abandon();
                }
            }
        }
        if late.is_empty() { Ok(()) } else { Err(StopError { nodes: late, after: STOP_DEADLINE }) }
    }
}

/// The dev network's constants, at another network's work if asked for.
fn network(work: WorkLevel) -> Network {
    match work {
        WorkLevel::Dev => Network::dev(),
        WorkLevel::Live => Network { thresholds: Network::live().thresholds, ..Network::dev() },
    }
}

fn work_pool(
    level: WorkLevel,
    network: &Network,
    sink: &EventSink,
) -> Result<WorkPool, StartError> {
    let (sink, base) = (Arc::clone(sink), network.thresholds.base);
    let report: Report = Arc::new(move |finished| sink(vec![work_event(&finished, base)]));
    WorkPool::new(level.threads(), report).map_err(StartError::Thread)
}

/// What the nodes have in common while they are started.
struct Crew<'a> {
    config: &'a DevConfig,
    network: Arc<Network>,
    work: Arc<WorkPool>,
    clock: Clock,
    failures: FailureSlot,
    wallets: Arc<Wallets>,
}

impl Crew<'_> {
    /// Starts one node for each ledger, every one of them linked to all others.
    fn start(
        self,
        ledgers: Vec<Arc<Ledger>>,
        sink: &EventSink,
    ) -> Result<(Vec<Running>, Vec<Node>), StartError> {
        let inboxes: Vec<Arc<Inbox>> =
            ledgers.iter().map(|_| Inbox::new(self.config.limits)).collect();
        let mut running = Vec::with_capacity(ledgers.len());
        let mut nodes = Vec::with_capacity(ledgers.len());
        for ((index, ledger), inbox) in (0..).zip(ledgers).zip(&inboxes) {
            let number = index + 1;
            let wallets = (index == 0).then(|| Arc::clone(&self.wallets));
            let local = wallets.as_ref().map(|wallets| Arc::clone(wallets.local()));
            let parts = Parts {
                clock: self.clock,
                network: Arc::clone(&self.network),
                inbox: Arc::clone(inbox),
                consensus: Consensus::new(self.consensus(), &*ledger)
                    .map_err(|source| StartError::Elections { node: number, source })?,
                ledger: Arc::clone(&ledger),
                writer: ledger.writer(),
                peers: Peers::new(links(index, &inboxes), u64::from(index)),
                representatives: vec![Keys(self.config.seed).representative(index)],
                events: Events::new((index == 0).then(|| Arc::clone(sink))).with_local(local),
            };
            let task = Running::start(number, parts, self.failures.clone());
            running.push(task.map_err(StartError::Thread)?);
            nodes.push(Node::new(Shared {
                network: Arc::clone(&self.network),
                ledger,
                inbox: Arc::clone(inbox),
                work: Arc::clone(&self.work),
                id: Keys(self.config.seed).node_id(index),
                clock: self.clock,
                peer_count: self.config.nodes.saturating_sub(1),
                wallets,
            }));
        }
        Ok((running, nodes))
    }

    /// The network's numbers, but own votes leave at the end of each pass: they bundle under load,
    /// and nobody waits for them when there is none.
    fn consensus(&self) -> Config {
        Config {
            policy: self.config.confirm,
            bundle_delay_ms: 0,
            ..Config::for_network(&self.network)
        }
    }
}

/// The sending ends of node `index` to all others. Each node calls its peers by their place in its
/// own list: the nodes in order, itself left out.
fn links(index: u32, inboxes: &[Arc<Inbox>]) -> Vec<Link> {
    (0..)
        .zip(inboxes)
        .filter(|(other, _)| *other != index)
        .map(|(other, inbox)| {
            let ours = if index < other { index } else { index.saturating_sub(1) };
            Link { to: Arc::clone(inbox), from: PeerId(ours) }
        })
        .collect()
}
