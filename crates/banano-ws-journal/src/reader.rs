//! One reader's place in the journal.
//!
//! Called by each shard of the server. Touches the journal's window only while it copies a batch.
//! Never skips an event silently: what it can no longer have it reports as lost.

use std::{future, sync::Arc};

use banano_ws_protocol::{Cursor, Stamped};
use tokio::sync::watch;

use crate::core::Core;

/// Follows the journal from one place on. Each reader sees every event once, in order.
#[derive(Debug)]
pub struct Reader {
    core: Arc<Core>,
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
    pub(crate) fn new(core: Arc<Core>) -> Self {
        let changes = core.changes();
        let next = core.newest().saturating_add(1);
        Self { core, changes, next }
    }

    /// Takes the next events, at most `max`. Doesn't wait.
    pub fn next_batch(&mut self, max: usize) -> Batch {
        let range = self.core.read(self.next, max);
        if range.gone >= self.next {
            let from = self.next;
            self.next = range.gone.saturating_add(1);
            return Batch::Lost { from, to: range.gone };
        }
        self.next = self.next.max(range.scanned.saturating_add(1));
        Batch::Events(range.events)
    }

    /// The place up to which events were taken.
    pub fn cursor(&self) -> Cursor {
        Cursor { journal: self.core.id, sequence: self.next.saturating_sub(1) }
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
            // The sender lives in `core`, which this reader holds: it can't be gone.
            future::pending::<()>().await;
        }
    }
}
