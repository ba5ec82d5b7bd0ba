//! What waits for the processing task: requests of this process, blocks and messages of peers.
//!
//! Filled by `Node` handles and by the connections of peers, emptied by the processing task.
//! May block the processing task, which has nothing else to wait for. Never blocks a peer, and
//! never grows past its limits.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use banano_primitives::Block;
use banano_wire::Message;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::net::Digest;
use crate::peers::PeerId;
use crate::request::Request;
use crate::stopped::Stopped;

mod fair;

use fair::FairQueue;

/// How much may wait, and how much one pass takes. Every limit is at least 1.
///
/// Worst case in memory, per node: `requests` and `blocks` × 0.5 KiB, `messages` × 64 KiB (an answer
/// with 128 blocks; a vote for 255 blocks takes 8 KiB).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests of this process. One more waits for its turn. Default 1,024.
    pub requests: usize,
    /// Blocks of peers. When one more comes, the peer with the most of them loses its newest, which is
    /// counted; the node fetches it later. Default 16,384.
    pub blocks: usize,
    /// Other messages of peers. The same at the bound; votes are asked for again. Default 4,096.
    pub messages: usize,
    /// Requests, blocks, and other messages that one pass takes, of each so many: what waits behind
    /// them has its turn after the next commit. Default 512, which takes some 50 ms.
    pub batch: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests: 1024, blocks: 16_384, messages: 4096, batch: 512 }
    }
}

/// A block as it came from a peer.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) from: PeerId,
    pub(crate) block: Arc<Block>,
}

/// What one pass works on. Kept and refilled, so that a pass allocates little.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    pub(crate) requests: Vec<Request>,
    pub(crate) blocks: Vec<Incoming>,
    pub(crate) messages: Vec<(PeerId, Message)>,
    /// What was dropped since the last pass because a queue was full.
    pub(crate) dropped: Dropped,
    /// No pass follows this one.
    pub(crate) closed: bool,
}

/// Messages of peers that found their queue full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Blocks.
    pub blocks: u64,
    /// Votes and everything else.
    pub messages: u64,
}

impl Dropped {
    /// Whether nothing was dropped.
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.blocks = self.blocks.saturating_add(other.blocks);
        self.messages = self.messages.saturating_add(other.messages);
    }
}

/// The three queues in front of a processing task.
#[derive(Debug)]
pub(crate) struct Inbox {
    limits: Limits,
    /// One permit for each request that waits: who finds none left waits for it.
    seats: Arc<Semaphore>,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct State {
    requests: VecDeque<(Request, OwnedSemaphorePermit)>,
    blocks: FairQueue<(Arc<Block>, Option<Digest>)>,
    messages: FairQueue<(Message, Option<Digest>)>,
    dropped: Dropped,
    /// Peers came or went.
    nudged: bool,
    /// The processing task sleeps: without this flag each push would cost a system call.
    asleep: bool,
    closed: bool,
}

impl Inbox {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            seats: Arc::new(Semaphore::new(limits.requests)),
            state: Mutex::default(),
            wake: Condvar::new(),
        })
    }

    /// The queues stay whole: nothing that can panic runs under the lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the processing task if it sleeps.
    fn rouse(&self, mut state: MutexGuard<'_, State>) {
        if std::mem::take(&mut state.asleep) {
            drop(state);
            self.wake.notify_one();
        }
    }

    /// Puts a request in line, as soon as there is room.
    pub(crate) async fn request(&self, request: Request) -> Result<(), Stopped> {
        let seat = Arc::clone(&self.seats).acquire_owned().await.map_err(|_| Stopped)?;
        let mut state = self.lock();
        if state.closed {
            return Err(Stopped);
        }
        state.requests.push_back((request, seat));
        self.rouse(state);
        Ok(())
    }

    /// Takes what a peer sent, in order. What finds no room is dropped and counted; returns what those
    /// messages are recognised by, so that they may come again.
    pub(crate) fn receive(
        &self,
        from: PeerId,
        messages: impl IntoIterator<Item = (Message, Option<Digest>)>,
    ) -> Vec<Digest> {
        let mut forgotten = Vec::new();
        let mut state = self.lock();
        if state.closed {
            return forgotten;
        }
        for (message, digest) in messages {
            let State { blocks, messages, dropped, .. } = &mut *state;
            match message {
                Message::Publish { block, .. } => {
                    if let Some((_, digest)) =
                        blocks.push(from, (block, digest), self.limits.blocks)
                    {
                        dropped.blocks = dropped.blocks.saturating_add(1);
                        forgotten.extend(digest);
                    }
                }
                other => {
                    if let Some((_, digest)) =
                        messages.push(from, (other, digest), self.limits.messages)
                    {
                        dropped.messages = dropped.messages.saturating_add(1);
                        forgotten.extend(digest);
                    }
                }
            }
        }
        self.rouse(state);
        forgotten
    }

    /// Makes the processing task look who its peers are.
    pub(crate) fn nudge(&self) {
        let mut state = self.lock();
        state.nudged = true;
        self.rouse(state);
    }

    /// Refuses everything from now on. What waits is dropped, so its senders learn at once that the
    /// node stopped; the processing task sees it at its next wait.
    pub(crate) fn close(&self) {
        self.seats.close();
        let mut state = self.lock();
        state.closed = true;
        let waiting = std::mem::take(&mut state.requests);
        state.blocks.clear();
        state.messages.clear();
        self.rouse(state);
        drop(waiting);
    }

    /// Waits until there is something to do, or `timeout` passed, or the inbox was closed, and
    /// fills `intake` with one pass's worth.
    pub(crate) fn wait(&self, timeout: Option<Duration>, intake: &mut Intake) {
        let mut state = self.lock();
        if state.is_idle() && timeout != Some(Duration::ZERO) {
            state.asleep = true;
            let idle = |state: &mut State| state.asleep && state.is_idle();
            state = match timeout {
                Some(timeout) => {
                    self.wake
                        .wait_timeout_while(state, timeout, idle)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
                None => self.wake.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner),
            };
            state.asleep = false;
        }
        let batch = self.limits.batch;
        let requests = state.requests.len().min(batch);
        // The seat is free again once its request is in the hands of the pass.
        intake.requests.extend(state.requests.drain(..requests).map(|(request, _seat)| request));
        let blocks = std::iter::from_fn(|| state.blocks.pop()).take(batch);
        intake.blocks.extend(blocks.map(|(from, (block, _))| Incoming { from, block }));
        let messages = std::iter::from_fn(|| state.messages.pop()).take(batch);
        intake.messages.extend(messages.map(|(from, (message, _))| (from, message)));
        state.nudged = false;
        intake.dropped = std::mem::take(&mut state.dropped);
        intake.closed = state.closed;
    }
}

impl State {
    fn is_idle(&self) -> bool {
        self.requests.is_empty()
            && self.blocks.is_empty()
            && self.messages.is_empty()
            && !self.nudged
            && !self.closed
    }
}

#[cfg(test)]
mod tests;
