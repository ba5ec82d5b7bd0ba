//! Counts that the outside may look at.
//!
//! Each shard owns one [`Counters`] and writes it; anyone may read. Never decides anything: what a
//! rule depends on is counted where the rule is.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use banano_ws_protocol::Topic;

/// What a shard, or the acceptor, counts. Each number stands for itself, so no order is kept
/// among them.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) connections: AtomicUsize,
    pub(crate) sessions: AtomicUsize,
    pub(crate) subscribers: [AtomicUsize; Topic::ALL.len()],
    pub(crate) messages_sent: AtomicU64,
    pub(crate) connections_refused: AtomicU64,
    pub(crate) accepts_failed: AtomicU64,
    pub(crate) closed_slow: AtomicU64,
    pub(crate) closed_silent: AtomicU64,
    pub(crate) events_lost: AtomicU64,
}

/// What the server is doing, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Open connections, plain HTTP and unfinished handshakes included.
    pub connections: usize,
    /// Open WebSocket sessions.
    pub sessions: usize,
    subscribers: [usize; Topic::ALL.len()],
    /// Events handed to sessions since the start, one for each session that got one.
    pub messages_sent: u64,
    /// Connections refused because `max_connections` were open.
    pub connections_refused: u64,
    /// Connections that the system could not accept, for example for want of file descriptors.
    pub accepts_failed: u64,
    /// Sessions closed with 4000: their outbox was full.
    pub closed_slow: u64,
    /// Connections dropped because nothing came from them, or nothing went to them, for too long.
    pub closed_silent: u64,
    /// Events that left the journal before a shard had read them. Those of its sessions that were
    /// subscribed to anything were closed with 1013.
    pub events_lost: u64,
}

impl Stats {
    /// Sessions subscribed to `topic`.
    pub fn subscribers(&self, topic: Topic) -> usize {
        self.subscribers.get(topic.index()).copied().unwrap_or(0)
    }

    pub(crate) fn add(&mut self, counters: &Counters) {
        self.connections += counters.connections.load(Relaxed);
        self.sessions += counters.sessions.load(Relaxed);
        for (sum, count) in self.subscribers.iter_mut().zip(&counters.subscribers) {
            *sum += count.load(Relaxed);
        }
        self.messages_sent += counters.messages_sent.load(Relaxed);
        self.connections_refused += counters.connections_refused.load(Relaxed);
        self.accepts_failed += counters.accepts_failed.load(Relaxed);
        self.closed_slow += counters.closed_slow.load(Relaxed);
        self.closed_silent += counters.closed_silent.load(Relaxed);
        self.events_lost += counters.events_lost.load(Relaxed);
    }
}
