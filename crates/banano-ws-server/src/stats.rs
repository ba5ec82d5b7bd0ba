//! Counts that the outside may look at.
//!
//! Each shard owns one [`Counters`] and writes it; anyone may read. Never decides anything: what a
//! rule depends on is counted where the rule is.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use banano_ws_metrics::Histogram;
use banano_ws_protocol::Topic;

use crate::{close::Close, refusals::RefusalReason, totals::Totals};

/// What a shard, or the acceptor, counts. Each number stands for itself, so no order is kept
/// among them.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) connections: AtomicUsize,
    pub(crate) sessions: AtomicUsize,
    pub(crate) subscribers: [AtomicUsize; Topic::ALL.len()],
    /// Subscribers of topic `status`.
    pub(crate) watchers: AtomicUsize,
    /// Events that this shard was handed, by topic.
    pub(crate) events: [AtomicU64; Topic::ALL.len()],
    /// Messages of live events handed to sessions, by topic; and their bytes.
    pub(crate) topic_messages: [AtomicU64; Topic::ALL.len()],
    pub(crate) topic_bytes: [AtomicU64; Topic::ALL.len()],
    /// Sequence of the last event that this shard has handed out.
    pub(crate) position: AtomicU64,
    /// How long it took to hand a batch out, and to render the first event of it.
    pub(crate) fan_out: Histogram,
    pub(crate) render: Histogram,
    /// As of the last sweep: what waits for clients, and for how many; and how many catch up.
    pub(crate) waiting: AtomicUsize,
    pub(crate) waiting_messages: AtomicUsize,
    pub(crate) waiting_bytes: AtomicUsize,
    pub(crate) behind: AtomicUsize,
    pub(crate) connections_accepted: AtomicU64,
    /// Sessions that ended, by the place of the reason in [`Close::REASONS`].
    pub(crate) closed: [AtomicU64; Close::REASONS.len()],
    pub(crate) messages_sent: AtomicU64,
    pub(crate) messages_replayed: AtomicU64,
    pub(crate) fell_behind: AtomicU64,
    pub(crate) refused: [AtomicU64; RefusalReason::ALL.len()],
    pub(crate) accepts_failed: AtomicU64,
    pub(crate) closed_slow: AtomicU64,
    pub(crate) closed_silent: AtomicU64,
    pub(crate) events_lost: AtomicU64,
}

impl Counters {
    /// Counts somebody who was turned away.
    pub(crate) fn refuse(&self, reason: RefusalReason) {
        if let Some(count) = self.refused.get(reason.index()) {
            count.fetch_add(1, Relaxed);
        }
    }
}

/// What the server is doing, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Open connections, plain HTTP and unfinished handshakes included.
    pub connections: usize,
    /// Open WebSocket sessions.
    pub sessions: usize,
    subscribers: [usize; Topic::ALL.len()],
    /// Sessions subscribed to topic `status`.
    pub watchers: usize,
    /// Events handed to sessions since the start, one for each session that got one.
    pub messages_sent: u64,
    /// Those of them that came from the journal, to sessions that resumed or were too slow.
    pub messages_replayed: u64,
    /// How often a session was too slow for live events and had to catch up.
    pub fell_behind: u64,
    refused: [u64; RefusalReason::ALL.len()],
    /// Accounts and hashes in the filters of all sessions.
    pub accounts: usize,
    /// Sessions that get at the moment what they asked of the past.
    pub replays: usize,
    /// Bytes that wait for clients.
    pub outbox_bytes: usize,
    /// Bytes of messages that are not complete.
    pub message_bytes: usize,
    /// Connections that the system could not accept, for example for want of file descriptors.
    pub accepts_failed: u64,
    /// Sessions closed with 4000: they read so slowly that what they still had to get left the
    /// journal, or did not read their replies.
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

    /// Connections, requests and sessions that were turned away for this reason, since the start.
    pub fn refused(&self, reason: RefusalReason) -> u64 {
        self.refused.get(reason.index()).copied().unwrap_or(0)
    }

    /// Whether clients make the server hold nothing.
    pub fn totals_are_zero(&self) -> bool {
        [self.accounts, self.replays, self.outbox_bytes, self.message_bytes] == [0; 4]
    }

    pub(crate) fn add_totals(&mut self, totals: &Totals) {
        self.accounts += totals.accounts.get();
        self.replays += totals.replays.get();
        self.outbox_bytes += totals.outbox_bytes.get();
        self.message_bytes += totals.message_bytes.get();
    }

    pub(crate) fn add(&mut self, counters: &Counters) {
        self.connections += counters.connections.load(Relaxed);
        self.sessions += counters.sessions.load(Relaxed);
        for (sum, count) in self.subscribers.iter_mut().zip(&counters.subscribers) {
            *sum += count.load(Relaxed);
        }
        self.watchers += counters.watchers.load(Relaxed);
        self.messages_sent += counters.messages_sent.load(Relaxed);
        self.messages_replayed += counters.messages_replayed.load(Relaxed);
        self.fell_behind += counters.fell_behind.load(Relaxed);
        for (sum, count) in self.refused.iter_mut().zip(&counters.refused) {
            *sum += count.load(Relaxed);
        }
        self.accepts_failed += counters.accepts_failed.load(Relaxed);
        self.closed_slow += counters.closed_slow.load(Relaxed);
        self.closed_silent += counters.closed_silent.load(Relaxed);
        self.events_lost += counters.events_lost.load(Relaxed);
    }
}
