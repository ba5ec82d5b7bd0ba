//! A node's peers over TCP (`node.md` §8).
//!
//! Started with the node. Owns its sockets, on the thread of [`NetThread`]; decodes what comes and puts
//! it into the node's inbox, and sends what the processing task put into a channel. Judges nothing
//! but the form of messages: blocks and votes are the processing task's.
//!
//! `listener` and `connector` open connections, `limits` and `exclusion` refuse them, `connection` is
//! the life of one. `channel` is its outgoing side, `channels` all of them. `filter` drops what came
//! before, `discovery` finds nodes, `bandwidth` shares the line, `counters` count.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use banano_primitives::{Account, KeyPair, Network};
use banano_wire::{Identity, Keepalive, Message, MessageKind, Nonces, Protocol};
use rand::rngs::{StdRng, SysRng};
use rand::{RngExt as _, SeedableRng as _};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::inbox::Inbox;
use crate::peers::PeerId;

mod bandwidth;
mod channel;
mod channels;
mod connection;
mod connector;
mod counters;
mod discovery;
mod exclusion;
mod filter;
mod limits;
mod listener;
mod packet;
#[cfg(test)]
pub(crate) mod pipe;
mod thread;

use bandwidth::Bandwidth;
pub use bandwidth::BandwidthLimit;
pub(crate) use channel::Channel;
use channel::Direction;
pub(crate) use channels::Channels;
use counters::Counters;
pub use counters::{CloseReason, DropReason, NetStats};
pub(crate) use discovery::mapped;
use discovery::{Discovery, canonical};
use exclusion::Exclusions;
pub(crate) use filter::Digest;
use filter::Filter;
pub use limits::NetLimits;
use limits::{Admission, Seat};
pub(crate) use packet::Packet;
pub(crate) use thread::NetThread;

/// Attempts with addresses that were heard of, at a time (`node.md` §8.5).
const ATTEMPTS_MAX: usize = 60;

/// How a node is connected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetConfig {
    /// Peers to stay connected to, each as host and port. More are found through them.
    pub peers: Vec<String>,
    /// Bounds.
    pub limits: NetLimits,
}

/// What a node's network side is made of.
pub(crate) struct NetParts {
    pub(crate) network: Arc<Network>,
    /// What the node is known by.
    pub(crate) id: KeyPair,
    pub(crate) clock: Clock,
    pub(crate) inbox: Arc<Inbox>,
    /// Where others connect, if they can.
    pub(crate) listener: Option<TcpListener>,
    pub(crate) config: NetConfig,
}

/// A node that others know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerInfo {
    /// The other end of the connection.
    pub address: SocketAddr,
    /// Who it is, proven.
    pub node_id: Account,
    /// Version of the protocol that it speaks.
    pub protocol_version: u8,
    /// Where it takes connections, if it told.
    pub peering: Option<SocketAddr>,
    /// Whether it opened the connection.
    pub is_inbound: bool,
}

/// The network side of one node. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Net {
    shared: Arc<Shared>,
}

/// What all tasks of a node's network side share.
struct Shared {
    network: Arc<Network>,
    protocol: Protocol,
    identity: Identity,
    clock: Clock,
    inbox: Arc<Inbox>,
    is_public: bool,
    filters_votes: bool,
    listening: Option<SocketAddr>,
    channels: Arc<Channels>,
    counters: Arc<Counters>,
    admission: Arc<Admission>,
    attempts: Arc<Semaphore>,
    exclusions: Mutex<Exclusions>,
    filter: Mutex<Filter>,
    discovery: Mutex<Discovery>,
    rng: Mutex<StdRng>,
    runtime: Handle,
    stop: CancellationToken,
}

impl std::fmt::Debug for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Net").field("listening", &self.shared.listening).finish_non_exhaustive()
    }
}

impl Net {
    /// Starts listening and dialling.
    pub(crate) fn start(parts: NetParts, thread: &NetThread) -> io::Result<Self> {
        let NetParts { network, id, clock, inbox, listener, config } = parts;
        let runtime = thread.handle().clone();
        let listening = listener.as_ref().map(TcpListener::local_addr).transpose()?;
        let counters = Arc::new(Counters::default());
        let NetConfig { peers, limits } = config;
        let bandwidth = Arc::new(Bandwidth::new(limits.bandwidth, clock));
        let channels = Channels::new(id.account(), limits.queue, bandwidth, Arc::clone(&counters));
        let mut discovery = Discovery::new(limits.is_public);
        if let Some(own) = listening {
            discovery.is_own(own);
        }
        let shared = Arc::new(Shared {
            protocol: Protocol::of(&network),
            identity: Identity { key: id, genesis: network.genesis.hash() },
            network,
            clock,
            inbox,
            is_public: limits.is_public,
            filters_votes: limits.filters_votes,
            listening,
            channels,
            counters,
            attempts: Arc::new(Semaphore::new(ATTEMPTS_MAX)),
            exclusions: Mutex::default(),
            filter: Mutex::new(Filter::new(limits.filter)),
            discovery: Mutex::new(discovery),
            admission: Admission::new(limits),
            rng: Mutex::new(StdRng::try_from_rng(&mut SysRng).map_err(io::Error::other)?),
            runtime,
            stop: CancellationToken::new(),
        });
        if let Some(listener) = listener {
            listener.set_nonblocking(true)?;
            let _inside = shared.runtime.enter();
            let listener = tokio::net::TcpListener::from_std(listener)?;
            shared.spawn(listener::listen(Arc::clone(&shared), listener));
        }
        for peer in peers {
            shared.spawn(connector::keep(Arc::clone(&shared), peer));
        }
        shared.spawn(connector::discover(Arc::clone(&shared)));
        shared.spawn(keep_alive(Arc::clone(&shared)));
        Ok(Self { shared })
    }

    /// The peers, for the processing task.
    pub(crate) fn channels(&self) -> Arc<Channels> {
        Arc::clone(&self.shared.channels)
    }

    /// Where others connect.
    pub(crate) fn listening(&self) -> Option<SocketAddr> {
        self.shared.listening
    }

    /// Connects to a node, if it answers. Returns at once.
    pub(crate) fn dial(&self, address: SocketAddr) {
        let dialling = connector::dial(Arc::clone(&self.shared), canonical(address));
        self.shared.spawn(async move {
            dialling.await;
        });
    }

    /// Who the node is connected to.
    pub(crate) fn peers(&self) -> Vec<PeerInfo> {
        let info = |channel: &Arc<Channel>| PeerInfo {
            address: channel.peer.remote,
            node_id: channel.peer.node_id,
            protocol_version: channel.peer.version,
            peering: channel.peering(),
            is_inbound: channel.peer.direction == Direction::In,
        };
        self.shared.channels.list().iter().map(info).collect()
    }

    /// What was counted since the start.
    pub(crate) fn stats(&self) -> NetStats {
        self.shared.counters.stats()
    }

    /// Ends every connection, and takes and makes no more.
    pub(crate) fn close(&self) {
        self.shared.stop.cancel();
    }
}

/// Tells every peer that this node lives, and of others, until the node stops.
async fn keep_alive(shared: Arc<Shared>) {
    loop {
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            () = tokio::time::sleep(shared.network.timings.keepalive) => {}
        }
        let channels = shared.channels.list();
        let known: Vec<SocketAddr> = channels.iter().filter_map(|peer| peer.peering()).collect();
        let message = Message::Keepalive(Box::new(shared.keepalive(known)));
        let Some(packet) = shared.packet(&message) else { continue };
        for channel in channels {
            channel.push([packet.clone()]);
        }
    }
}

impl Shared {
    /// Starts a task that ends with the node: each of them waits for `stop` too.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.runtime.spawn(task));
    }

    fn packet(&self, message: &Message) -> Option<Packet> {
        Packet::of(message, self.protocol).ok()
    }

    fn keepalive(&self, peers: Vec<SocketAddr>) -> Keepalive {
        let port = self.listening.map_or(0, |address| address.port());
        self.with_rng(|rng| discovery::keepalive(port, peers, rng))
    }

    fn nonces(&self) -> Nonces {
        self.with_rng(|rng| Nonces { cookie: rng.random(), salt: rng.random() })
    }

    fn with_rng<T>(&self, job: impl FnOnce(&mut StdRng) -> T) -> T {
        job(&mut lock(&self.rng))
    }

    fn with_discovery<T>(&self, job: impl FnOnce(&mut Discovery) -> T) -> T {
        job(&mut lock(&self.discovery))
    }

    /// Where the peers that we are connected to take connections.
    fn connected(&self) -> Vec<SocketAddr> {
        self.channels.list().iter().filter_map(|channel| channel.peering()).collect()
    }

    /// Admits a connection, or says why not.
    fn admit(&self, address: IpAddr, direction: Direction) -> Result<Seat, CloseReason> {
        let address = address.to_canonical();
        if lock(&self.exclusions).contains(&address, self.clock.now().mono_ms) {
            return Err(CloseReason::Excluded);
        }
        self.admission.admit(address, direction)
    }

    /// A connection is over.
    fn ended(&self, remote: SocketAddr, direction: Direction, reason: CloseReason) {
        self.counters.closed(reason);
        tracing::debug!(%remote, ?direction, reason = reason.name(), "connection closed");
        if self.is_public && reason.is_misbehaviour() {
            lock(&self.exclusions).strike(remote.ip().to_canonical(), self.clock.now().mono_ms);
        }
    }

    /// Remembers a message; `None` if it came before.
    fn is_new(&self, kind: MessageKind, payload: &[u8]) -> Option<Digest> {
        lock(&self.filter).insert(kind, payload, self.clock.now().mono_ms)
    }

    /// Hands messages to the processing task. Those that find no room may come again.
    fn receive(&self, from: PeerId, batch: &mut Vec<(Message, Option<Digest>)>) {
        let dropped = self.inbox.receive(from, batch.drain(..));
        if !dropped.is_empty() {
            let mut filter = lock(&self.filter);
            for digest in dropped {
                filter.forget(digest);
            }
        }
    }
}

/// What is locked stays whole: nothing that can panic runs under the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
