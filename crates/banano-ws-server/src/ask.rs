//! Questions to the shards, which alone know their clients.
//!
//! Asked by the admin listener and by tests of clients. A shard answers between two events. Never waits for a shard that is
//! stuck.

use std::{sync::mpsc as std_mpsc, time::Duration};

use tokio::sync::mpsc;

use crate::shard::Shard;

/// Questions that wait for a shard; when they are too many, the shard is not asked again.
pub(crate) const ASKS_MAX: usize = 16;

/// How long a shard is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// A question: it finds its own way back.
pub(crate) type Ask = Box<dyn FnOnce(&Shard) + Send>;

/// All shards of a server, by number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shards(Vec<mpsc::Sender<Ask>>);

impl Shards {
    pub(crate) fn add(&mut self, shard: mpsc::Sender<Ask>) {
        self.0.push(shard);
    }

    /// Asks every shard, one after the other, each with its number. One that is gone says nothing.
    /// Blocks.
    pub(crate) fn each<T: Send + 'static>(
        &self,
        ask: impl Fn(usize, &Shard) -> T + Clone + Send + 'static,
    ) -> Vec<T> {
        let numbered = self.0.iter().enumerate();
        numbered.filter_map(|(number, shard)| Self::one(number, shard, ask.clone())).collect()
    }

    fn one<T: Send + 'static>(
        number: usize,
        shard: &mpsc::Sender<Ask>,
        ask: impl FnOnce(usize, &Shard) -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = std_mpsc::sync_channel(1);
        let ask: Ask = Box::new(move |shard| drop(answer.send(ask(number, shard))));
        shard.try_send(ask).ok()?;
        answered.recv_timeout(PATIENCE).ok()
    }
}
