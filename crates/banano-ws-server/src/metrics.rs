//! What the server tells Prometheus of itself.
//!
//! Asked at a scrape; reads what shards, acceptor, replays and journal count anyway. The names are those of
//! docs/operations.md, which a test compares. Never makes any of them wait.

use std::sync::{Arc, atomic::AtomicU64, atomic::Ordering::Relaxed};

use banano_ws_journal::Journal;
use banano_ws_metrics::{Buckets, Exposition, Histogram, Kind};
use banano_ws_protocol::{STATUS_TOPIC, SourceState, Topic};
use tokio::sync::watch;

use crate::{
    close::Close,
    refusals::RefusalReason,
    replays::Replays,
    settings::Settings,
    sources::Sources,
    stats::{Counters, Stats},
};

/// What is read at a scrape.
#[derive(Debug)]
pub(crate) struct Watched {
    /// Those of the shards, then the acceptor's.
    pub(crate) counters: Vec<Arc<Counters>>,
    pub(crate) journal: Journal,
    pub(crate) replays: Replays,
    pub(crate) sources: Sources,
    pub(crate) settings: watch::Receiver<Arc<Settings>>,
}

impl Watched {
    pub(crate) fn collect(&self, out: &mut Exposition) {
        let mut stats = Stats::default();
        self.counters.iter().for_each(|counters| stats.add(counters));
        self.clients(&stats, out);
        self.topics(&stats, out);
        self.waiting(&stats, out);
        self.journal(out);
        self.sources(out);
    }

    fn clients(&self, stats: &Stats, out: &mut Exposition) {
        let Stats { connections, sessions, .. } = stats;
        out.gauge("banano_ws_connections", "Open connections, plain HTTP included.", connections);
        out.gauge(
            "banano_ws_connections_max",
            "Open connections that are allowed.",
            self.settings.borrow().totals.connections,
        );
        out.gauge("banano_ws_sessions", "Open WebSocket sessions and event streams.", sessions);
        out.counter(
            "banano_ws_connections_accepted_total",
            "Connections that were accepted.",
            self.sum(|counters| &counters.connections_accepted),
        );
        let mut refused = out.family(
            Kind::Counter,
            "banano_ws_refused_total",
            "Connections, requests and sessions that were turned away, by the limit or rule.",
        );
        for reason in RefusalReason::ALL {
            refused.sample(&[("reason", reason.name())], stats.refused(reason));
        }
        out.counter(
            "banano_ws_accepts_failed_total",
            "Connections that the system did not let in, for want of descriptors, for example.",
            stats.accepts_failed,
        );
        let mut closed = out.family(
            Kind::Counter,
            "banano_ws_sessions_closed_total",
            "Sessions, by why they ended.",
        );
        for (place, reason) in Close::REASONS.into_iter().enumerate() {
            let count = self.sum_of(|counters| counters.closed.get(place));
            closed.sample(&[("reason", reason)], count);
        }
        out.counter(
            "banano_ws_sessions_silent_total",
            "Those of them that were dropped since nothing came or nothing went for too long.",
            stats.closed_silent,
        );
    }

    fn topics(&self, stats: &Stats, out: &mut Exposition) {
        let mut family =
            out.family(Kind::Gauge, "banano_ws_subscriptions", "Sessions that are subscribed.");
        for topic in Topic::ALL {
            family.sample(&[("topic", topic.name())], stats.subscribers(topic));
        }
        family.sample(&[("topic", STATUS_TOPIC)], stats.watchers);
        let mut family =
            out.family(Kind::Counter, "banano_ws_events_total", "Events that happened, by topic.");
        for topic in Topic::ALL {
            // Every shard is handed every event; one may be ahead.
            let counts = self.counters.iter().filter_map(|it| it.events.get(topic.index()));
            let most = counts.map(|count| count.load(Relaxed)).max();
            family.sample(&[("topic", topic.name())], most.unwrap_or(0));
        }
        let mut family = out.family(
            Kind::Counter,
            "banano_ws_messages_total",
            "Events handed to sessions, one for each session that got one.",
        );
        for topic in Topic::ALL {
            let count = self.sum_of(|counters| counters.topic_messages.get(topic.index()));
            family.sample(&[("topic", topic.name())], count);
        }
        let mut family = out.family(
            Kind::Counter,
            "banano_ws_message_bytes_total",
            "Their bytes, with framing.",
        );
        for topic in Topic::ALL {
            let count = self.sum_of(|counters| counters.topic_bytes.get(topic.index()));
            family.sample(&[("topic", topic.name())], count);
        }
    }

    fn waiting(&self, stats: &Stats, out: &mut Exposition) {
        let gauges = [
            (
                "banano_ws_outbox_messages",
                "Messages that wait for clients to read, as of the last sweep.",
                self.gauge(|it| it.waiting_messages.load(Relaxed)),
            ),
            (
                "banano_ws_outbox_bytes",
                "Their bytes.",
                self.gauge(|it| it.waiting_bytes.load(Relaxed)),
            ),
            (
                "banano_ws_slow_clients",
                "Sessions for which something waits.",
                self.gauge(|it| it.waiting.load(Relaxed)),
            ),
            (
                "banano_ws_clients_behind",
                "Sessions that get their events from the journal, to resume or since they were too slow.",
                self.gauge(|it| it.behind.load(Relaxed)),
            ),
        ];
        for (name, help, value) in gauges {
            out.gauge(name, help, value);
        }
        out.counter(
            "banano_ws_fell_behind_total",
            "How often a session was too slow for live events and had to catch up.",
            stats.fell_behind,
        );
        out.counter(
            "banano_ws_messages_replayed_total",
            "Messages that came from the journal.",
            stats.messages_replayed,
        );
        out.counter(
            "banano_ws_events_lost_total",
            "Events that left the journal before they were delivered.",
            stats.events_lost,
        );
        let (running, waiting) = self.replays.load();
        out.gauge("banano_ws_replays_running", "Pieces of the past that are read now.", running);
        out.gauge("banano_ws_replays_waiting", "Pieces that wait for a thread.", waiting);
        out.histogram(
            "banano_ws_replay_seconds",
            "Time to read and render one piece of the past.",
            &self.replays.took(),
        );
        out.histogram(
            "banano_ws_fan_out_seconds",
            "Time to hand one batch of events to all sessions of a shard.",
            &self.durations(|it| &it.fan_out),
        );
        out.histogram(
            "banano_ws_render_seconds",
            "Time to find out who wants an event and to render it; the first event of each batch.",
            &self.durations(|it| &it.render),
        );
    }

    fn journal(&self, out: &mut Exposition) {
        let stats = self.journal.stats();
        out.gauge("banano_ws_journal_newest", "Sequence of the newest event.", stats.newest);
        out.gauge(
            "banano_ws_journal_oldest",
            "Sequence of the oldest event in memory.",
            stats.oldest,
        );
        out.gauge("banano_ws_journal_memory_events", "Events in memory.", stats.memory_events);
        out.gauge(
            "banano_ws_journal_memory_bytes",
            "Memory that they take, estimated.",
            stats.memory_bytes,
        );
        out.gauge(
            "banano_ws_journal_disk_bytes",
            "Events on disk, before packing.",
            stats.disk_bytes,
        );
        let shards = self.counters.split_last().map_or(&[][..], |(_, shards)| shards);
        let behind = shards.iter().map(|it| it.position.load(Relaxed)).min();
        out.gauge(
            "banano_ws_journal_undelivered",
            "Events that the slowest shard has not handed out yet.",
            stats.newest.saturating_sub(behind.unwrap_or(stats.newest)),
        );
        out.histogram(
            "banano_ws_journal_append_seconds",
            "Time until a batch of events was visible, writing included.",
            &stats.append,
        );
        out.histogram(
            "banano_ws_journal_sync_seconds",
            "Time to bring events to the disk.",
            &stats.sync,
        );
    }

    fn sources(&self, out: &mut Exposition) {
        let ready = u8::from(self.sources.unready().is_none());
        out.gauge("banano_ws_ready", "1 while /health/ready says so.", ready);
        let mut family = out.family(
            Kind::Gauge,
            "banano_ws_source_state",
            "1 for the state that a source is in, 0 for the others.",
        );
        let all = self.sources.all();
        for source in &all {
            for state in SourceState::ALL {
                let labels = [("source", source.name.as_str()), ("state", state.name())];
                family.sample(&labels, u8::from(source.state == state));
            }
        }
    }

    fn sum(&self, of: impl Fn(&Counters) -> &AtomicU64) -> u64 {
        self.counters.iter().map(|counters| of(counters).load(Relaxed)).sum()
    }

    fn sum_of(&self, of: impl Fn(&Counters) -> Option<&AtomicU64>) -> u64 {
        self.counters.iter().filter_map(|counters| of(counters)).map(|it| it.load(Relaxed)).sum()
    }

    fn gauge(&self, of: impl Fn(&Counters) -> usize) -> usize {
        self.counters.iter().map(|counters| of(counters)).sum()
    }

    fn durations(&self, of: impl Fn(&Counters) -> &Histogram) -> Buckets {
        let mut buckets = Buckets::default();
        self.counters.iter().for_each(|counters| buckets.add(of(counters)));
        buckets
    }
}
