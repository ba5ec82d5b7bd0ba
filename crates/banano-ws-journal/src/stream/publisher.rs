//! From a source's own journal into the stream.
//!
//! Run by the program beside a source. The journal is the buffer: while the server is away, events wait
//! there, and what it no longer holds when the server is back is counted as lost. One event at a time,
//! so that the order in the stream is that of the source whatever is lost on the way.

use std::{io, path::PathBuf, time::Duration};

use async_nats::jetstream::{
    message::PublishMessage,
    publish::PublishAck,
    stream::{Info, Stream},
};
use banano_ws_protocol::{Stamped, Topic};
use tokio::{
    sync::watch,
    task::spawn_blocking,
    time::{Instant, Interval, MissedTickBehavior, interval, sleep},
};
use tracing::{error, info, warn};

use super::{
    claims::{Claims, RENEWED},
    connection::{Connection, StreamConfig, StreamError, journal_id},
    ids::{Ids, Known, Told},
    position::{Position, PositionFile},
};
use crate::{
    Batch, Journal, Query, Reader, codec, history::History, journal::new_id, locate::Floor,
};

/// Pause before an event is sent again.
const RETRY: Duration = Duration::from_millis(200);

/// How often it is looked what may be claimed.
const LOOK: Duration = Duration::from_secs(1);

/// Events that are taken from the journal at once.
const BATCH_EVENTS_MAX: usize = 256;

/// What a publisher is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublisherConfig {
    /// Where to.
    pub stream: StreamConfig,
    /// Whether other sources publish what happens on the same network: of what several tell, the first
    /// one's counts. Otherwise everything this source tells is its own.
    pub has_twins: bool,
    /// What this source is called among its twins, in every run.
    pub instance: String,
    /// A file that keeps the place between two runs, beside the journal whose place it is. Without it, a
    /// publisher begins with what is appended after its start.
    pub position: Option<PathBuf>,
}

/// How a publisher is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PublishStatus {
    /// Events that the stream has.
    pub published: u64,
    /// Events that wait for the server.
    pub waiting: u64,
    /// Events that the journal no longer held when the server was there.
    pub lost: u64,
    /// Sequence in the source's journal up to which every event is published or lost.
    pub place: u64,
    /// Whether the server did not take the last one that was sent.
    pub is_stuck: bool,
}

/// Publishes what is appended to a journal.
#[derive(Debug)]
pub struct Publisher {
    connection: Connection,
    journal: Journal,
    reader: Reader,
    ids: Ids,
    /// What the stream had already when this began.
    known: Known,
    /// The stream's name as a journal, and the last event that it took.
    stream: u32,
    stored: u64,
    file: Option<PositionFile>,
    claiming: Option<Claiming>,
    status: watch::Sender<PublishStatus>,
}

/// What a source that has twins says about itself.
#[derive(Debug)]
struct Claiming {
    claims: Claims,
    subject: String,
    ticks: Interval,
    /// When the stream took the last claim.
    at: Option<Instant>,
}

impl Claiming {
    /// Goes on where an earlier run was, if there was one.
    fn new(connection: &Connection, instance: &str, earlier: Option<Floor>) -> Self {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            claims: match earlier {
                Some(place) => Claims::resumed(instance, place),
                None => Claims::new(instance),
            },
            // Names this run.
            subject: connection.claims_of(&format!("{:08x}", new_id(0))),
            ticks,
            at: None,
        }
    }

    /// Waits until it is time to look. Cancel safe.
    async fn tick(claiming: &mut Option<Self>) {
        match claiming {
            Some(it) => drop(it.ticks.tick().await),
            None => std::future::pending().await,
        }
    }
}

impl Publisher {
    /// Connects, and begins where the last run stopped, or with what is appended from now on.
    ///
    /// # Errors
    ///
    /// If there is no server or it refuses, or the place can't be read. Later outages are waited for.
    pub async fn open(config: &PublisherConfig, journal: &Journal) -> Result<Self, StreamError> {
        let reader = journal.reader();
        let newest = reader.cursor().sequence;
        let (connection, stream) = Connection::open(&config.stream).await?;
        let name = journal_id(stream.cached_info());
        let (mut file, mut begin) =
            (None, Position { source: newest, stream: name, stored: last(&stream), claimed: 0 });
        if let Some(path) = &config.position {
            let failed = |source| StreamError::Position { path: path.clone(), source };
            let (mut opened, found) = PositionFile::open(path).map_err(failed)?;
            if let Some(found) = found {
                // After a power cut the journal may end before.
                begin.source = found.source.min(newest);
                // All of another stream is news.
                let is_same = found.stream == name;
                begin.stored = if is_same { found.stored } else { 0 };
                begin.claimed = if is_same { found.claimed } else { 0 };
            }
            opened.write(begin).map_err(failed)?;
            file = Some(opened);
        }
        // A twin, or this one just before it was killed, may have told what is about to be told.
        let is_late = begin.source < newest;
        let known = if is_late || config.has_twins {
            let after = if is_late { begin.stored } else { last(&stream).saturating_sub(RECENT) };
            let known = Known::read(&stream, after).await;
            known.map_err(|error| StreamError::of(&config.stream, error))?
        } else {
            Known::default()
        };
        let status = PublishStatus { place: begin.source, ..PublishStatus::default() };
        let earlier = Floor { sequence: begin.claimed, time_ms: journal.latest_ms() };
        let earlier = Some(earlier).filter(|it| it.sequence > 0);
        let claiming =
            config.has_twins.then(|| Claiming::new(&connection, &config.instance, earlier));
        Ok(Self {
            connection,
            journal: journal.clone(),
            reader,
            ids: if config.has_twins { Ids::Shared(Told::default()) } else { Ids::Own },
            known,
            stream: name,
            stored: begin.stored,
            file,
            claiming,
            status: watch::Sender::new(status),
        })
    }

    /// How it is doing, whenever that changes.
    pub fn status(&self) -> watch::Receiver<PublishStatus> {
        self.status.subscribe()
    }

    /// Whether what is not published at the end of this run will be in the next.
    pub fn is_durable(&self) -> bool {
        self.file.is_some()
    }

    /// Publishes for ever.
    pub async fn run(mut self) {
        let (place, newest) = (self.status.borrow().place, self.reader.cursor().sequence);
        if place < newest {
            let events = self.publish_kept(place, newest).await;
            info!(events, "published what the last run had told and not published");
        }
        loop {
            tokio::select! {
                () = self.reader.changed() => {}
                () = Claiming::tick(&mut self.claiming) => {
                    self.claim().await;
                    continue;
                }
            }
            match self.reader.next_batch(BATCH_EVENTS_MAX) {
                Batch::Events(events) => {
                    let mut left = events.len() as u64;
                    for event in events {
                        self.publish(&event, left).await;
                        left = left.saturating_sub(1);
                    }
                }
                Batch::Lost { from, to } => {
                    let kept = self.publish_kept(from.saturating_sub(1), to).await;
                    let events = to.saturating_sub(from).saturating_add(1).saturating_sub(kept);
                    if events > 0 {
                        if let Some(claiming) = &mut self.claiming {
                            claiming.claims.clear();
                        }
                        error!(
                            events,
                            "events could not be published in time and are lost to the edges"
                        );
                    }
                    self.status.send_modify(|status| status.lost += events);
                }
            }
        }
    }

    /// Publishes what the journal still holds of what has left its memory. How much that was.
    async fn publish_kept(&mut self, after: u64, until: u64) -> u64 {
        let queries = Topic::ALL.map(|topic| (Query { topic, accounts: None }, after));
        let mut history = Some(self.journal.history(queries, until));
        let mut count = 0_u64;
        loop {
            let events = match next_of(&mut history).await {
                Ok(events) => events,
                Err(error) => {
                    warn!(%error, "the journal cannot be read to publish it; trying again");
                    sleep(RETRY).await;
                    continue;
                }
            };
            if events.is_empty() {
                break;
            }
            for event in events {
                count = count.saturating_add(1);
                self.publish(&event, until.saturating_sub(event.sequence)).await;
            }
        }
        self.advance(until, |_| {});
        count
    }

    /// Sends an event until the stream has it. `left` wait behind it, itself included.
    async fn publish(&mut self, event: &Stamped, left: u64) {
        let id = self.ids.next(event);
        if self.known.contains(&id) {
            return self.advance(event.sequence, |_| {});
        }
        let mut payload = Vec::new();
        codec::encode(event.time_ms, &event.event, &mut payload);
        let payload = bytes::Bytes::from(payload);
        let subject = self.connection.subject(event.event.topic());
        loop {
            let message = PublishMessage::build().payload(payload.clone()).message_id(&id);
            let sent = self.connection.context.send_publish(subject.clone(), message).await;
            let acknowledged = match sent {
                Ok(acknowledged) => acknowledged.await,
                Err(error) => Err(error),
            };
            let waiting = self.reader.waiting().saturating_add(left);
            match acknowledged {
                Ok(PublishAck { sequence, .. }) => {
                    self.stored = self.stored.max(sequence);
                    return self.advance(event.sequence, |status| {
                        status.published += 1;
                        status.waiting = waiting.saturating_sub(1);
                        status.is_stuck = false;
                    });
                }
                Err(error) => {
                    if !self.status.borrow().is_stuck {
                        warn!(%error, waiting, "an event was not published; trying again");
                    }
                    self.status.send_modify(|status| {
                        status.waiting = waiting;
                        status.is_stuck = true;
                    });
                    sleep(RETRY).await;
                }
            }
        }
    }

    /// Says what this source has heard without a break, if that is new or was said long ago. All that was
    /// taken from the journal is in the stream.
    async fn claim(&mut self) {
        let Some(claiming) = &mut self.claiming else { return };
        let Claiming { claims, subject, at, .. } = claiming;
        let published = self.reader.cursor().sequence;
        let missed = |topic| self.journal.missed(topic);
        let is_new = claims.update(missed, published, self.journal.latest_ms());
        if !is_new && at.is_some_and(|at| at.elapsed() < RENEWED) {
            return;
        }
        *at = None; // until the stream has it
        let message = PublishMessage::build().payload(claims.message().into());
        let sent = self.connection.context.send_publish(subject.clone(), message).await;
        let acknowledged = match sent {
            Ok(acknowledged) => acknowledged.await,
            Err(error) => Err(error),
        };
        // Otherwise it is said again soon. Events that fail to go out are what people are told of.
        if let Ok(PublishAck { sequence, .. }) = acknowledged {
            claims.settle(sequence);
            claiming.at = Some(Instant::now());
            self.stored = self.stored.max(sequence);
            let place = self.status.borrow().place;
            self.advance(place, |_| {});
        }
    }

    /// Everything up to `place` is done: keeps that, then tells it.
    fn advance(&mut self, place: u64, tell: impl FnOnce(&mut PublishStatus)) {
        let claimed = self.claiming.as_ref().map_or(0, |it| it.claims.claimed());
        let Self { stream, stored, .. } = *self;
        let position = Position { source: place, stream, stored, claimed };
        if let Some(Err(error)) = self.file.as_mut().map(|file| file.write(position)) {
            error!(%error, "the place in the stream cannot be kept; a kill would lose it");
            // One complaint is enough: the disk is full, and the journal ends by that, too.
            self.file = None;
        }
        self.status.send_modify(|status| {
            tell(status);
            status.place = place;
        });
    }
}

/// Events of a twin that are recognised at the start: some hours of a busy network.
const RECENT: u64 = 1 << 18;

/// Sequence of the last event of the stream.
fn last(stream: &Stream<Info>) -> u64 {
    stream.cached_info().state.last_sequence
}

/// Reads on where that blocks nobody.
async fn next_of(history: &mut Option<History>) -> io::Result<Vec<std::sync::Arc<Stamped>>> {
    let Some(mut reading) = history.take() else { return Ok(Vec::new()) };
    let read = spawn_blocking(move || {
        let events = reading.next_batch(BATCH_EVENTS_MAX);
        (reading, events)
    });
    let (reading, events) = read.await.map_err(io::Error::other)?;
    *history = Some(reading);
    events
}
