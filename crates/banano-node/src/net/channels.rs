//! The peers that a node is connected to: who they are, and how the processing task learns of it.
//!
//! Written by connections as they come and go; read by the processing task at the start of a pass, by
//! keepalives, and by whoever lists peers. Bounded by the limits on connections.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use banano_primitives::Account;

use super::bandwidth::Bandwidth;
use super::channel::{Channel, Direction, PeerIdentity};
use super::counters::{CloseReason, Counters};
use crate::peers::PeerId;

/// All channels of a node.
#[derive(Debug)]
pub(crate) struct Channels {
    /// Ours: who of two nodes that dial each other keeps its connection.
    node_id: Account,
    queue_max: usize,
    bandwidth: Arc<Bandwidth>,
    counters: Arc<Counters>,
    state: Mutex<State>,
    /// Grows with each change, so that looking costs nothing when there was none.
    version: AtomicU64,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    list: Vec<Arc<Channel>>,
    last_id: u64,
}

impl Channels {
    pub(crate) fn new(
        node_id: Account,
        queue_max: usize,
        bandwidth: Arc<Bandwidth>,
        counters: Arc<Counters>,
    ) -> Arc<Self> {
        Arc::new(Self {
            node_id,
            queue_max,
            bandwidth,
            counters,
            state: Mutex::default(),
            version: AtomicU64::new(0),
            changed: Condvar::new(),
        })
    }

    /// The list stays whole: nothing that can panic runs under the lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, state: MutexGuard<'_, State>) {
        self.version.fetch_add(1, Ordering::Release);
        drop(state);
        self.changed.notify_all();
    }

    /// Adds a peer whose handshake succeeded. The same node from the same address has one channel:
    /// when two nodes dial each other at once, the one with the greater id keeps its connection, as
    /// both of them see it.
    ///
    /// # Errors
    /// When there is a channel that stays.
    pub(super) fn add(&self, peer: PeerIdentity) -> Result<Arc<Channel>, CloseReason> {
        let mut state = self.lock();
        let twin = state.list.iter().position(|known| {
            known.peer.node_id == peer.node_id
                && known.peer.remote.ip().to_canonical() == peer.remote.ip().to_canonical()
        });
        if let Some(index) = twin {
            let preferred =
                if self.node_id > peer.node_id { Direction::Out } else { Direction::In };
            let is_better = state.list.get(index).is_some_and(|known| {
                known.peer.direction != preferred && peer.direction == preferred
            });
            if !is_better {
                return Err(CloseReason::Duplicate);
            }
            state.list.swap_remove(index).close(CloseReason::Duplicate);
        }
        state.last_id = state.last_id.wrapping_add(1);
        let channel = Arc::new(Channel::new(
            PeerId(state.last_id),
            peer,
            self.queue_max,
            Arc::clone(&self.bandwidth),
            Arc::clone(&self.counters),
        ));
        state.list.push(Arc::clone(&channel));
        self.change(state);
        Ok(channel)
    }

    /// Removes a peer that is gone.
    pub(super) fn remove(&self, id: PeerId) {
        let mut state = self.lock();
        state.list.retain(|channel| channel.id != id);
        self.change(state);
    }

    /// Every peer.
    pub(crate) fn list(&self) -> Vec<Arc<Channel>> {
        self.lock().list.clone()
    }

    /// How many peers there are.
    pub(crate) fn count(&self) -> usize {
        self.lock().list.len()
    }

    /// Changes with every peer that comes or goes.
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Blocks until there are so many peers; `false` if that took longer than `timeout`.
    pub(crate) fn wait_for(&self, count: usize, timeout: Duration) -> bool {
        let missing = |state: &mut State| state.list.len() < count;
        let waited = self.changed.wait_timeout_while(self.lock(), timeout, missing);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}
