//! The threads that read the journal again, for clients that resume or were too slow.
//!
//! Asked by shards, one order per session at a time. Reads the journal and renders, which may take a
//! while, at a lower priority than the shards have. Never holds a client's whole past: an order
//! brings one small piece, and then everybody else has a turn.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use banano_ws_hub::{Framer, Order, SessionId, Ticket};
use banano_ws_journal::{Journal, Query, ReplayBatch};
use banano_ws_metrics::{Buckets, Histogram};
use banano_ws_protocol::Topic;
use bytes::Bytes;
use tokio::sync::mpsc;
use tracing::{error, warn};

use crate::clock;

/// What one order brings at most, in bytes, but for the last message: what is joined into one write.
pub(crate) const PIECE_BYTES: usize = 64 << 10;

/// Events taken from the journal at a time.
const EVENTS_MAX: usize = 64;

/// Looks into the journal per order, at most: a filter that finds little must not keep others
/// waiting. Each looks at a bounded number of events.
const LOOKS_MAX: usize = 16;

/// Accounts by which the journal is asked to look. With more, it looks at everything of the topic.
const ACCOUNTS_MAX: usize = 1_024;

/// How much less important than a shard's a replay's thread is to the system (nice value).
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// What came of an order.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) session: SessionId,
    pub(crate) ticket: Ticket,
    pub(crate) topic: Topic,
    pub(crate) found: Found,
}

/// What the journal had for it.
#[derive(Debug)]
pub(crate) enum Found {
    /// Finished frames, in order, perhaps none.
    Frames {
        frames: Bytes,
        count: usize,
        /// Sequence up to which that is all.
        done: u64,
    },
    /// Events that were wanted have left the journal.
    Lost,
    /// The journal could not be read.
    Unreadable,
}

/// The queue of orders. Clones are handles to the same.
#[derive(Debug, Clone)]
pub(crate) struct Replays(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    /// Orders that a thread carries out now.
    running: AtomicUsize,
    /// How long one took.
    took: Histogram,
}

/// Served in the order of arrival: a session that gets its piece goes to the end of the queue.
#[derive(Debug, Default)]
struct Queue {
    /// Never longer than there are sessions: each has one order at most.
    jobs: VecDeque<Job>,
    is_closed: bool,
}

#[derive(Debug)]
struct Job {
    order: Order,
    outcomes: mpsc::Sender<Outcome>,
}

impl Replays {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared {
            queue: Mutex::default(),
            changed: Condvar::new(),
            running: 0.into(),
            took: Histogram::default(),
        }))
    }

    /// Has `order` carried out. What comes of it goes to `outcomes`.
    pub(crate) fn submit(&self, order: Order, outcomes: &mpsc::Sender<Outcome>) {
        self.queue().jobs.push_back(Job { order, outcomes: outcomes.clone() });
        self.0.changed.notify_one();
    }

    /// Orders that are carried out now, and those that wait.
    pub(crate) fn load(&self) -> (usize, usize) {
        (self.0.running.load(Relaxed), self.queue().jobs.len())
    }

    /// How long orders took.
    pub(crate) fn took(&self) -> Buckets {
        self.0.took.read()
    }

    /// Ends the threads; orders that wait are not carried out.
    pub(crate) fn close(&self) {
        self.queue().is_closed = true;
        self.0.changed.notify_all();
    }

    /// Carries out orders until the queue is closed. The body of a thread.
    pub(crate) fn work(&self, journal: &Journal) {
        lower_priority();
        let mut framer = Framer::default();
        while let Some(Job { order, outcomes }) = self.next() {
            self.0.running.fetch_add(1, Relaxed);
            let begun = clock::running();
            let found = carry_out(&order, journal, &mut framer);
            self.0.took.observe(clock::running().saturating_sub(begun));
            self.0.running.fetch_sub(1, Relaxed);
            let Order { session, ticket, topic, .. } = order;
            let outcome = Outcome { session, ticket, topic, found };
            // Waits while the shard has enough to write; one that is gone needs nothing.
            let _ = outcomes.blocking_send(outcome);
        }
    }

    fn next(&self) -> Option<Job> {
        let mut queue = self.queue();
        loop {
            if queue.is_closed {
                return None;
            }
            if let Some(job) = queue.jobs.pop_front() {
                return Some(job);
            }
            queue = self.0.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing that runs under the lock leaves the queue half changed, so poison is no harm.
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn carry_out(order: &Order, journal: &Journal, framer: &mut Framer) -> Found {
    let accounts = order.accounts().filter(|accounts| accounts.len() <= ACCOUNTS_MAX).cloned();
    let query = Query { topic: order.topic, accounts };
    let mut replay = journal.replay(query, order.after, order.until);
    let (mut frames, mut count, mut done) = (Vec::new(), 0, order.after);
    for _ in 0..LOOKS_MAX {
        match replay.next_batch(EVENTS_MAX, PIECE_BYTES) {
            Ok(ReplayBatch::Events { events, scanned }) => {
                count += order.append(events.iter().map(|event| &**event), framer, &mut frames);
                done = scanned;
            }
            // What was found before is good, and the next order comes to the same end.
            Ok(ReplayBatch::Lost { .. }) if done > order.after => break,
            Ok(ReplayBatch::Lost { .. }) => return Found::Lost,
            Err(error) => {
                error!(%error, "the journal cannot be read; a client that catches up is closed");
                return Found::Unreadable;
            }
        }
        if replay.is_over() || frames.len() >= PIECE_BYTES {
            break;
        }
    }
    Found::Frames { frames: frames.into(), count, done }
}

/// Replays have to yield to what is live when there are not cores enough for both.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICENESS) {
        warn!(%error, "replays run at the priority of live events");
    }
}
