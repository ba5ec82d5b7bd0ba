//! One reader's place in the journal.
//!
//! Called by each shard of the server. Touches the journal's window only while it copies a batch.
//! Never skips an event silently: what it can no longer have it reports as lost.

use std::{future, sync::Arc};

use banano_ws_protocol::Stamped;
use tokio::sync::watch;

use crate::journal::Shared;

/// Follows the journal from one place on. Each reader sees every event once, in order.
#[derive(Debug)]
pub struct Reader {
    shared: Arc<Shared>,
    changes: watch::Receiver<u64>,
    /// Sequence of the next event to hand out.
    next: u64,
}

/// What a reader gets.
#[derive(Debug)]
pub enum Batch {
    /// The next events, in order. Empty if there are none yet.
    Events(Vec<Arc<Stamped>>),
    /// The reader was too slow: these events left the window before it came. It goes on behind
    /// them.
    Lost {
        /// Sequence of the first event that is lost.
        from: u64,
        /// Sequence of the last event that is lost.
        to: u64,
    },
}

impl Reader {
    pub(crate) fn new(shared: Arc<Shared>, changes: watch::Receiver<u64>, next: u64) -> Self {
        Self { shared, changes, next }
    }

    /// Takes the next events, at most `max`. Doesn't wait.
    pub fn next_batch(&mut self, max: usize) -> Batch {
        let range = self.shared.read(self.next, max);
        if range.first > self.next {
            let from = self.next;
            self.next = range.first;
            return Batch::Lost { from, to: range.first - 1 };
        }
        self.next = range.events.last().map_or(self.next, |event| event.sequence + 1);
        Batch::Events(range.events)
    }

    /// How many events wait to be taken, those included that may be lost by then.
    pub fn waiting(&self) -> u64 {
        let newest = *self.changes.borrow();
        newest.saturating_add(1).saturating_sub(self.next)
    }

    /// Waits until there is something to take. Cancel safe.
    pub async fn changed(&mut self) {
        let next = self.next;
        if self.changes.wait_for(|newest| *newest >= next).await.is_err() {
            // The sender lives in `shared`, which this reader holds: it can't be gone.
            future::pending::<()>().await;
        }
    }
}
