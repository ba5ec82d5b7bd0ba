//! A private network in this process: several voting nodes, funded accounts, and nothing to set up.
//!
//! Started by the binary and by tests. Owns the nodes' threads, the data folder and the traffic
//! generator. Never leaves one of them behind: stopping or dropping the network ends them all.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use banano_ledger::Ledger;
use banano_primitives::{Account, Network};
use banano_work::{WorkFactory, WorkPool, WorkReport};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::events::{EventSink, work_event};
use crate::node::Node;
use crate::running::NodeFailure;
use crate::wallets::{Receiving, Wallets};

mod activity;
mod config;
mod control;
mod error;
mod fleet;
mod folder;
mod fork;
mod join;
mod keys;
mod ledgers;
mod reset;
mod set_up;
mod silence;

use activity::Activity;
pub use config::{
    ACCOUNTS_MAX, ACTIVITY_MAX, ConfigProblem, DEFAULT_SEED, DevConfig, NODES_MAX, WorkLevel,
};
pub use control::{Chosen, Clients, Dev, Harm};
pub use error::{SetUpError, StartError, StopError};
use fleet::{Common, Fleet, Member, Plan, local_listener};
use folder::Folder;
pub use folder::{Difference, FolderError};
pub use fork::{Fork, ForkError, Publication};
pub use join::JoinError;
pub use keys::DevAccount;
use keys::Keys;
pub use reset::{ResetError, ResetOrder};

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
    fleet: Arc<Fleet>,
    failure: watch::Receiver<Option<Arc<NodeFailure>>>,
    /// In use until the nodes have ended: the last field is dropped last.
    _folder: Option<Folder>,
}

impl DevNet {
    /// Starts a network as `config` describes it. The first node tells `sink` what happens. Waits
    /// for the set-up blocks of a new network: milliseconds, but at live work, which takes every core
    /// half a minute and more, so an asynchronous caller starts a network on a thread that may block.
    /// Returns when every node is connected to all others.
    ///
    /// # Errors
    /// When the configuration is impossible, the folder cannot be used, or the system refuses a
    /// thread or a socket. Nothing is left running.
    pub fn start(config: &DevConfig, sink: &EventSink) -> Result<Self, StartError> {
        Self::start_at(config, local_listener(1)?, sink)
    }

    /// The same, with the place where other nodes can connect to the first one.
    ///
    /// # Errors
    /// As [`DevNet::start`].
    pub fn start_at(
        config: &DevConfig,
        peering: TcpListener,
        sink: &EventSink,
    ) -> Result<Self, StartError> {
        Self::start_in(config, peering, sink, false)
    }

    /// The same; with `renew` in the place of a network of this process, whatever it left.
    fn start_in(
        config: &DevConfig,
        peering: TcpListener,
        sink: &EventSink,
        renew: bool,
    ) -> Result<Self, StartError> {
        let problems = config.check();
        if !problems.is_empty() {
            return Err(StartError::Config(problems));
        }
        let network = Arc::new(network(config.work));
        let (ledgers, folder) = ledgers::open(config, &network, renew)?;
        let work = Arc::new(work_factory(config, &network, sink)?);
        let keys = Keys(config.seed);
        let representatives: Vec<Account> =
            (0..config.nodes).map(|index| keys.representative(index).account()).collect();
        let wallets = Arc::new(Wallets::open(
            folder.as_ref().map(Folder::wallets).as_deref(),
            representatives.clone(),
            network.receive_minimum,
        )?);
        let (failures, failure) = watch::channel(None);
        let fleet = Arc::new(Fleet::new(Common {
            network,
            work,
            clock: Clock::start(),
            failures,
            keys,
            confirm: config.confirm,
            election_life: config.election_life,
            limits: config.limits,
        })?);
        let nodes = start_nodes(&fleet, ledgers, peering, &wallets, sink)?;
        fleet.connected()?;
        let kept = Arc::clone(&fleet);
        let dev = Dev::new(nodes, representatives, keys.faucet(), keys, config.accounts, kept);
        let dev = Arc::new(dev);
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
        Ok(Self { node, accounts, activity, receiving, fleet, failure, _folder: folder })
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
        let members = self.fleet.take();
        members.iter().for_each(Member::close);
        let mut late = Vec::new();
        let deadline = tokio::time::sleep(STOP_DEADLINE);
        tokio::pin!(deadline);
        for mut member in members {
            tokio::select! {
                biased;
                () = member.ended() => drop(member),
                () = &mut deadline => late.push(member.abandon()),
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

/// Who finds work for all nodes: every attempt that ends is an event.
fn work_factory(
    config: &DevConfig,
    network: &Network,
    sink: &EventSink,
) -> Result<WorkFactory, StartError> {
    let (sink, base) = (Arc::clone(sink), network.thresholds.base);
    let report: WorkReport = Arc::new(move |finished| sink(vec![work_event(finished, base)]));
    let pool = WorkPool::new(config.work.threads()).map_err(StartError::Thread)?;
    let factory = WorkFactory::new(Some(pool), report);
    for peer in &config.work_peers {
        factory.add_peer(peer.clone())?;
    }
    Ok(factory)
}

/// Starts one node for each ledger. Each connects to those before it.
fn start_nodes(
    fleet: &Fleet,
    ledgers: Vec<Arc<Ledger>>,
    peering: TcpListener,
    wallets: &Arc<Wallets>,
    sink: &EventSink,
) -> Result<Vec<Node>, StartError> {
    let mut peering = Some(peering);
    let mut nodes: Vec<Node> = Vec::with_capacity(ledgers.len());
    for (index, ledger) in (0_u32..).zip(ledgers) {
        let is_first = index == 0;
        let listener = match peering.take() {
            Some(listener) => listener,
            None => local_listener(index.saturating_add(1))?,
        };
        let plan = Plan {
            index,
            ledger,
            listener,
            peers: nodes.iter().filter_map(Node::peering).collect(),
            votes: true,
            wallets: is_first.then(|| Arc::clone(wallets)),
            sink: is_first.then(|| Arc::clone(sink)),
        };
        nodes.push(fleet.start(plan)?);
    }
    Ok(nodes)
}
