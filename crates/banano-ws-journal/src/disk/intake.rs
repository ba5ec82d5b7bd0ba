//! The way into a journal on disk.
//!
//! Held by all handles. Makes a source wait while the writer is behind, and nobody else. Never writes
//! itself.

use std::{
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

use banano_ws_protocol::{Event, Topic};

/// Batches of sources that wait for the writer, which takes them all at once. A source that finds it
/// full waits.
const BATCHES_MAX: usize = 256;

/// What the writer is asked to do.
pub(super) enum Order {
    /// Append these.
    Append(Vec<Event>),
    /// All events of the topic are appended behind this, unless it was interrupted more often than that.
    Resume(Topic, u64),
    /// Sync, then answer.
    Flush(SyncSender<()>),
    /// End.
    Close,
}

/// Where events go in.
pub(crate) struct Intake {
    orders: SyncSender<Order>,
    /// Of the writer, until it is waited for.
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Intake {
    /// The orders' two ends; `start` makes the thread that carries them out.
    pub(super) fn start(
        start: impl FnOnce(Receiver<Order>) -> std::io::Result<JoinHandle<()>>,
    ) -> std::io::Result<Self> {
        let (orders, queue) = sync_channel(BATCHES_MAX);
        Ok(Self { orders, thread: Mutex::new(Some(start(queue)?)) })
    }

    pub(crate) fn append(&self, events: Vec<Event>) {
        // Nobody takes it only after a failure, which was told, or after the end.
        let _ = self.orders.send(Order::Append(events));
    }

    pub(crate) fn resume(&self, topic: Topic, interruptions: u64) {
        // As above.
        let _ = self.orders.send(Order::Resume(topic, interruptions));
    }

    pub(crate) fn flush(&self) {
        let (answer, answered) = sync_channel(1);
        if self.orders.send(Order::Flush(answer)).is_ok() {
            // Fails when the writer has failed, which was told.
            let _ = answered.recv();
        }
    }

    pub(crate) fn close(&self) {
        let _ = self.orders.send(Order::Close);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}
