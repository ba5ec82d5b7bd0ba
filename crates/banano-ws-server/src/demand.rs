//! Which topics clients want, all shards together.
//!
//! Held by a source that fetches only what somebody wants, as a gateway does. Counted where the
//! shards count their subscribers. Never says who.

use std::collections::BTreeSet;
use std::sync::{Arc, atomic::Ordering::Relaxed};

use banano_ws_protocol::Topic;
use tokio::sync::watch;

use crate::stats::Counters;

/// What clients want.
#[derive(Debug, Clone)]
pub struct Demand {
    pub(crate) counters: Vec<Arc<Counters>>,
    /// Told when the first client of a shard comes to a topic, and when its last one leaves.
    pub(crate) changes: watch::Receiver<()>,
}

impl Demand {
    /// The topics that somebody is subscribed to.
    pub fn topics(&mut self) -> BTreeSet<Topic> {
        // Marked as seen before the look: a change during it is told again.
        self.changes.borrow_and_update();
        let is_wanted = |topic: &Topic| {
            let counts = self.counters.iter().filter_map(|it| it.subscribers.get(topic.index()));
            counts.map(|count| count.load(Relaxed)).any(|count| count > 0)
        };
        Topic::ALL.into_iter().filter(is_wanted).collect()
    }

    /// Waits until [`Demand::topics`] may be another set than it was; for ever if the server is gone.
    /// Cancel safe.
    pub async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
