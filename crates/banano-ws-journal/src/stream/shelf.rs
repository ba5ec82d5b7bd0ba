//! What a stream holds that has left an edge's memory.
//!
//! Called by replays on threads that may block: it waits for the server. Asks for one topic's events
//! only; picks accounts out of them itself. Never asked for what the edge has not seen.

use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use async_nats::jetstream::{
    Message,
    consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull},
    stream::{Info, State, Stream},
};
use banano_ws_protocol::{Stamped, Topic};
use tokio::{runtime::Handle, time::timeout};
use tokio_stream::StreamExt as _;

use super::connection::Connection;
use crate::{
    Query,
    archive::{Archive, Found, Room},
    codec,
    locate::Floor,
};

/// How long the server keeps a reader that has gone.
const FORGOTTEN: Duration = Duration::from_secs(30);
/// How long a search by time may take: other clients wait meanwhile.
const SEEK_PATIENCE: Duration = Duration::from_secs(1);
/// Events that a search by time looks at at once.
const SEEK_BATCH: usize = 1_024;
/// How far the clocks of sources and of the server may be apart, for a place in time to be exact.
pub(crate) const CLOCK_MARGIN_MS: u64 = 60_000;
/// How long a read waits for events that the server said it has.
const PATIENCE: Duration = Duration::from_secs(5);

/// The stream as an archive.
pub(super) struct StreamShelf {
    pub(super) connection: Connection,
    pub(super) stream: Stream<Info>,
    pub(super) journal: u32,
    pub(super) runtime: Handle,
    /// The last event that the stream no longer holds, of any topic, as far as known.
    pub(super) gone: AtomicU64,
    /// A time before which it may have been.
    pub(super) gone_ms: AtomicU64,
}

impl StreamShelf {
    /// Takes over what the stream says about its beginning.
    pub(super) fn learn(&self, state: &State) {
        let first = state.first_sequence.max(1);
        self.gone.store(first.saturating_sub(1), Relaxed);
        let first_ms = state.first_timestamp.unix_timestamp_nanos() / 1_000_000;
        let gone_ms = u64::try_from(first_ms).unwrap_or(0).saturating_add(CLOCK_MARGIN_MS);
        self.gone_ms.store(gone_ms, Relaxed);
    }

    /// A reader of the subjects that fit `filter_subject`, at the server.
    pub(super) async fn consumer(
        &self,
        filter_subject: String,
        deliver_policy: DeliverPolicy,
    ) -> Result<PullConsumer, async_nats::Error> {
        let config = pull::Config {
            deliver_policy,
            ack_policy: AckPolicy::None,
            filter_subject,
            inactive_threshold: FORGOTTEN,
            ..pull::Config::default()
        };
        Ok(self.stream.create_consumer(config).await?)
    }

    /// The event in a message, and how many of the reader's wait behind it.
    pub(super) fn event(&self, message: &Message) -> io::Result<(Arc<Stamped>, u64)> {
        let info = message.info().map_err(io::Error::other)?;
        let event = codec::decode(self.journal, info.stream_sequence, &message.payload);
        let event = event.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok((event, info.pending))
    }

    /// Calls `each` with events of a topic until it says that it is enough, or there are no more.
    async fn visit(
        &self,
        topic: Topic,
        from: DeliverPolicy,
        room: usize,
        each: impl FnMut(Arc<Stamped>) -> bool,
    ) -> io::Result<bool> {
        self.learn(&self.stream.get_info().await.map_err(io::Error::other)?.state);
        let consumer =
            self.consumer(self.connection.subject(topic), from).await.map_err(io::Error::other)?;
        let visited = self.visit_by(&consumer, room, each).await;
        // It would be forgotten by itself.
        let _ = self.stream.delete_consumer(&consumer.cached_info().name).await;
        visited
    }

    /// The same with a reader that is there.
    async fn visit_by(
        &self,
        consumer: &PullConsumer,
        room: usize,
        mut each: impl FnMut(Arc<Stamped>) -> bool,
    ) -> io::Result<bool> {
        if consumer.cached_info().num_pending == 0 {
            return Ok(true);
        }
        let batch = consumer.fetch().max_messages(room).expires(PATIENCE).messages().await;
        let mut batch = batch.map_err(io::Error::other)?;
        let mut is_end = false;
        while let Some(message) = batch.next().await {
            let (event, pending) = self.event(&message.map_err(io::Error::other)?)?;
            is_end = pending == 0;
            if each(event) || is_end {
                break;
            }
        }
        Ok(is_end)
    }
}

impl Archive for StreamShelf {
    fn keeps(&self, _: Topic) -> bool {
        true
    }

    fn floor(&self, _: Topic) -> Floor {
        Floor { sequence: self.gone.load(Relaxed), time_ms: self.gone_ms.load(Relaxed) }
    }

    fn last_before(&self, topic: Topic, time_ms: u64) -> io::Result<u64> {
        // The server knows by its own clock when it stored an event; the event's time is of the source's.
        let nanos = i128::from(time_ms.saturating_sub(CLOCK_MARGIN_MS)) * 1_000_000;
        let start_time = async_nats::datetime::from_nanos(nanos).map_err(io::Error::other)?;
        let before = AtomicU64::new(0);
        let search = async {
            let state = self.stream.get_info().await.map_err(io::Error::other)?.state;
            let mut from = DeliverPolicy::ByStartTime { start_time };
            loop {
                let (mut last, mut is_found) = (None, false);
                let is_end = self.visit(topic, from, SEEK_BATCH, |event| {
                    is_found = event.time_ms >= time_ms;
                    last = Some(event.sequence);
                    if !is_found {
                        before.store(event.sequence, Relaxed);
                    }
                    is_found
                });
                let is_end = is_end.await?;
                match last {
                    Some(last) if is_found => before.store(last.saturating_sub(1), Relaxed),
                    Some(last) if !is_end => {
                        from = DeliverPolicy::ByStartSequence {
                            start_sequence: last.saturating_add(1),
                        };
                        continue;
                    }
                    Some(_) => {}
                    // What came since is behind that.
                    None => drop(before.fetch_max(state.last_sequence, Relaxed)),
                }
                return io::Result::Ok(());
            }
        };
        let search = async { timeout(SEEK_PATIENCE, search).await };
        // Who asks may be a task: it cannot wait for another on its own thread.
        let searched = thread::scope(|scope| scope.spawn(|| self.runtime.block_on(search)).join());
        let searched = searched
            .map_err(|_| io::Error::other("a search by time ended by a programming error"))?;
        match searched {
            Ok(searched) => searched?,
            // All that was looked at is too old, so the place is right, if not the latest.
            Err(_) if before.load(Relaxed) > 0 => {}
            Err(late) => return Err(io::Error::other(late)),
        }
        Ok(before.into_inner())
    }

    fn read(&self, query: &Query, after: u64, until: u64, room: Room) -> io::Result<Found> {
        let (mut events, mut bytes, mut scanned) = (Vec::new(), 0_usize, after);
        let from = DeliverPolicy::ByStartSequence { start_sequence: after.saturating_add(1) };
        let visit = self.visit(query.topic, from, room.scanned, |event| {
            if event.sequence > until {
                scanned = until;
                return true;
            }
            scanned = event.sequence;
            if query.matches(&event.event) {
                bytes = bytes.saturating_add(crate::footprint::footprint(&event));
                events.push(event);
            }
            bytes >= room.bytes && !events.is_empty() || events.len() >= room.events
        });
        let is_end = self.runtime.block_on(visit)?;
        let gone = self.gone.load(Relaxed);
        if gone > after {
            return Ok(Found::Gone { to: gone });
        }
        let is_full = bytes >= room.bytes || events.len() >= room.events;
        Ok(Found::Events { events, scanned: if is_end && !is_full { until } else { scanned } })
    }
}

impl fmt::Debug for StreamShelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamShelf").field("name", &self.connection.name).finish_non_exhaustive()
    }
}
