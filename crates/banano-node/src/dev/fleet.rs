//! The nodes of a dev network: how each is started, connected and stopped.
//!
//! Held by [`super::DevNet`] and by [`super::Dev`], which adds nodes to a running network. Owns the
//! nodes' threads and sockets. Never leaves one behind once it is stopped.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use banano_consensus::{Config, Consensus, VotePolicy};
use banano_ledger::Ledger;
use banano_primitives::Network;
use banano_wire::Protocol;
use banano_work::WorkFactory;

use super::error::StartError;
use super::keys::Keys;
use crate::clock::Clock;
use crate::events::{EventSink, Events};
use crate::inbox::{Inbox, Limits};
use crate::net::{Net, NetConfig, NetLimits, NetParts, NetThread};
use crate::node::{Node, Shared};
use crate::peers::Peers;
use crate::processor::Parts;
use crate::running::{FailureSlot, Running};
use crate::wallets::Wallets;

/// How long the nodes of a starting network may take to shake hands. They are on one machine.
const CONNECT_DEADLINE: Duration = Duration::from_secs(30);

/// What the nodes have in common.
pub(super) struct Common {
    pub(super) network: Arc<Network>,
    pub(super) work: Arc<WorkFactory>,
    pub(super) clock: Clock,
    pub(super) failures: FailureSlot,
    pub(super) keys: Keys,
    pub(super) confirm: VotePolicy,
    /// How long an election lives; the network's time if none is given.
    pub(super) election_life: Option<Duration>,
    pub(super) limits: Limits,
}

/// One node to be started.
pub(super) struct Plan {
    /// Number of the node, from 0.
    pub(super) index: u32,
    pub(super) ledger: Arc<Ledger>,
    pub(super) listener: TcpListener,
    /// Whom it connects to.
    pub(super) peers: Vec<SocketAddr>,
    /// Whether it votes, with the representative of its number.
    pub(super) votes: bool,
    pub(super) wallets: Option<Arc<Wallets>>,
    pub(super) sink: Option<EventSink>,
}

/// The running nodes. Dropping it stops them.
pub(super) struct Fleet {
    common: Common,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    members: Vec<Member>,
    /// Ends after the members.
    thread: Option<NetThread>,
}

/// A running node.
pub(super) struct Member {
    index: u32,
    net: Net,
    running: Running,
}

impl Common {
    /// The network's numbers, but own votes leave at the end of each pass: they bundle under load,
    /// and nobody waits for them when there is none.
    fn consensus(&self) -> Config {
        let network = Config::for_network(&self.network);
        let life = self.election_life.map(|it| it.as_millis());
        let life = life.map(|ms| u64::try_from(ms).unwrap_or(u64::MAX));
        Config {
            policy: self.confirm,
            bundle_delay_ms: 0,
            time_to_live_ms: life.unwrap_or(network.time_to_live_ms),
            ..network
        }
    }
}

impl std::fmt::Debug for Fleet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fleet").field("nodes", &self.lock().members.len()).finish_non_exhaustive()
    }
}

impl Fleet {
    pub(super) fn new(common: Common) -> Result<Self, StartError> {
        let thread = Some(NetThread::start().map_err(StartError::Thread)?);
        Ok(Self { common, state: Mutex::new(State { members: Vec::new(), thread }) })
    }

    /// The list stays whole: what can panic under the lock drops what it had begun.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a node. It finds its peers in its own time.
    pub(super) fn start(&self, plan: Plan) -> Result<Node, StartError> {
        let Common { network, work, clock, failures, keys, limits, .. } = &self.common;
        let number = plan.index.saturating_add(1);
        let mut state = self.lock();
        let Some(thread) = &state.thread else { return Err(StartError::Stopped) };
        let inbox = Inbox::new(*limits);
        let net = Net::start(
            NetParts {
                network: Arc::clone(network),
                id: keys.node_id(plan.index),
                clock: *clock,
                inbox: Arc::clone(&inbox),
                listener: Some(plan.listener),
                config: NetConfig {
                    peers: plan.peers.iter().map(ToString::to_string).collect(),
                    limits: NetLimits::private(),
                },
            },
            thread,
        )
        .map_err(|source| StartError::Peering { node: number, source })?;
        let local = plan.wallets.as_ref().map(|wallets| Arc::clone(wallets.local()));
        let parts = Parts {
            clock: *clock,
            network: Arc::clone(network),
            inbox: Arc::clone(&inbox),
            consensus: Consensus::new(self.common.consensus(), &*plan.ledger)
                .map_err(|source| StartError::Elections { node: number, source })?,
            ledger: Arc::clone(&plan.ledger),
            writer: plan.ledger.writer(),
            peers: Peers::new(net.channels(), Protocol::of(network), u64::from(plan.index)),
            id: keys.node_id(plan.index),
            lent: None,
            representatives: plan
                .votes
                .then(|| keys.representative(plan.index))
                .into_iter()
                .collect(),
            events: Events::new(plan.sink).with_local(local),
        };
        let running =
            Running::start(number, parts, failures.clone()).map_err(StartError::Thread)?;
        let node = Node::new(Shared {
            network: Arc::clone(network),
            ledger: plan.ledger,
            inbox,
            work: Arc::clone(work),
            id: keys.node_id(plan.index),
            clock: *clock,
            net: net.clone(),
            wallets: plan.wallets,
        });
        state.members.push(Member { index: plan.index, net, running });
        Ok(node)
    }

    /// Waits until each node is connected to all others.
    pub(super) fn connected(&self) -> Result<(), StartError> {
        let channels: Vec<_> = self
            .lock()
            .members
            .iter()
            .map(|member| (member.index, member.net.channels()))
            .collect();
        let others = channels.len().saturating_sub(1);
        for (index, channels) in channels {
            if !channels.wait_for(others, CONNECT_DEADLINE) {
                return Err(StartError::Unconnected {
                    node: index.saturating_add(1),
                    found: channels.count(),
                    wanted: others,
                });
            }
        }
        Ok(())
    }

    /// Stops one node and waits for its last pass.
    pub(super) fn stop(&self, index: u32) {
        let mut state = self.lock();
        let member = state.members.iter().position(|member| member.index == index);
        let member = member.map(|place| state.members.swap_remove(place));
        drop(state);
        drop(member);
    }

    /// Takes the nodes out, to be stopped by the caller, and ends their connections.
    pub(super) fn take(&self) -> Vec<Member> {
        let mut state = self.lock();
        let members = std::mem::take(&mut state.members);
        for member in &members {
            member.net.close();
        }
        let thread = state.thread.take();
        drop(state);
        drop(thread);
        members
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl Member {
    /// Asks the node to end after its current pass.
    pub(super) fn close(&self) {
        self.running.close();
    }

    /// Waits for that end.
    pub(super) async fn ended(&mut self) {
        self.running.ended().await;
    }

    /// Leaves a node alone that does not end, and tells its number, from 1.
    pub(super) fn abandon(mut self) -> u32 {
        self.running.abandon();
        self.index.saturating_add(1)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.net.close();
    }
}

/// A listener for one more node: on this machine only, on a free port.
pub(super) fn local_listener(node: u32) -> Result<TcpListener, StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .map_err(|source| StartError::Peering { node, source })
}
