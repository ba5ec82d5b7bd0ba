//! What waits to be sent to one peer, and what is known about it.
//!
//! Filled by the processing task and by the keepalives, emptied by the connection that owns the
//! socket. Knows no socket. Never blocks whoever fills it: each kind of traffic has a bounded queue,
//! and what finds no room is dropped and counted.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use banano_primitives::Account;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::bandwidth::Bandwidth;
use super::counters::{CloseReason, Counters, DropReason};
use super::packet::{Packet, Traffic};
use crate::peers::PeerId;

/// Packets of one kind that are written before the next kind has its turn.
const TURN: usize = 16;
/// One write is about this long: enough to make system calls rare.
const WRITE_BYTES: usize = 64 * 1024;

/// Who opened a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The peer.
    In,
    /// This node.
    Out,
}

/// Who a peer is, proven by the handshake, and where.
#[derive(Clone, Debug)]
pub(crate) struct PeerIdentity {
    pub(crate) node_id: Account,
    /// The other end of the connection.
    pub(crate) remote: SocketAddr,
    pub(crate) direction: Direction,
    /// Version of the protocol that it speaks.
    pub(crate) version: u8,
}

/// One peer.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) id: PeerId,
    pub(crate) peer: PeerIdentity,
    /// Where it takes connections, if it told or if we dialled it there.
    peering: Mutex<Option<SocketAddr>>,
    queues: Mutex<Queues>,
    /// Most packets in each queue.
    queue_max: usize,
    ready: Notify,
    close: CancellationToken,
    reason: OnceLock<CloseReason>,
    bandwidth: Arc<Bandwidth>,
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Queues {
    waiting: [VecDeque<Packet>; Traffic::ALL.len()],
}

impl Channel {
    pub(super) fn new(
        id: PeerId,
        peer: PeerIdentity,
        queue_max: usize,
        bandwidth: Arc<Bandwidth>,
        counters: Arc<Counters>,
    ) -> Self {
        let peering = (peer.direction == Direction::Out).then_some(peer.remote);
        Self {
            id,
            peer,
            peering: Mutex::new(peering),
            queues: Mutex::default(),
            queue_max,
            ready: Notify::new(),
            close: CancellationToken::new(),
            reason: OnceLock::new(),
            bandwidth,
            counters,
        }
    }

    /// The queues stay whole: nothing that can panic runs under the lock.
    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts packets in line, in order within each kind. What finds no room is dropped and counted;
    /// so are blocks and bootstrap answers when the line is full.
    pub(crate) fn push(&self, packets: impl IntoIterator<Item = Packet>) {
        let mut queues = self.lock();
        for packet in packets {
            let traffic = packet.traffic;
            let may_wait = matches!(traffic, Traffic::Block | Traffic::Bootstrap);
            if !self.bandwidth.take(packet.bytes.len()) && may_wait {
                self.counters.dropped(DropReason::Bandwidth, 1);
                continue;
            }
            let Some(queue) = queues.waiting.get_mut(traffic as usize) else { continue };
            if queue.len() < self.queue_max {
                queue.push_back(packet);
            } else {
                self.counters.dropped(traffic.overflow(), 1);
            }
        }
        drop(queues);
        self.ready.notify_one();
    }

    /// Waits until something is in line and appends about one write's worth to `out`, each kind of
    /// traffic in its turn. Nothing is lost if the wait is given up.
    pub(super) async fn next_write(&self, out: &mut Vec<u8>) {
        loop {
            self.lock().take(out);
            if !out.is_empty() {
                return;
            }
            self.ready.notified().await;
        }
    }

    /// Ends the connection. The first reason counts.
    pub(crate) fn close(&self, reason: CloseReason) {
        let _ = self.reason.set(reason);
        self.close.cancel();
    }

    /// Waits for [`Channel::close`].
    pub(super) async fn closed(&self) -> CloseReason {
        self.close.cancelled().await;
        self.reason.get().copied().unwrap_or(CloseReason::Ended)
    }

    /// Where the peer takes connections.
    pub(crate) fn peering(&self) -> Option<SocketAddr> {
        *self.peering.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_peering(&self, address: SocketAddr) {
        *self.peering.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }
}

impl Queues {
    fn take(&mut self, out: &mut Vec<u8>) {
        while out.len() < WRITE_BYTES {
            let before = out.len();
            for queue in &mut self.waiting {
                let turn = queue.len().min(TURN);
                for packet in queue.drain(..turn) {
                    out.extend_from_slice(&packet.bytes);
                }
            }
            if out.len() == before {
                return;
            }
        }
    }
}

#[cfg(test)]
impl Channel {
    /// Everything in line, in the order of its kinds.
    pub(crate) fn drain(&self) -> Vec<Packet> {
        self.lock().waiting.iter_mut().flat_map(|queue| queue.drain(..)).collect()
    }
}
