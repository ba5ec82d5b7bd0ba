//! An edge: a journal that follows a stream, and nothing else appends to it.
//!
//! Made by the program, which runs the follower. Outages of the server are waited out: the follower goes
//! on behind the last event that it has, so that none is missed and none told twice.

use std::{io, sync::Arc, time::Duration};

use async_nats::jetstream::{
    consumer::DeliverPolicy,
    stream::{Info, State, Stream},
};
use banano_ws_protocol::Topic;
use tokio::{
    runtime::Handle,
    sync::watch,
    time::{Instant, MissedTickBehavior, interval, sleep, sleep_until},
};
use tokio_stream::StreamExt as _;
use tracing::warn;

use super::{
    claims::Sources,
    connection::{Connection, StreamConfig, StreamError, journal_id},
    shelf::StreamShelf,
};
use crate::{Journal, JournalFailure, Limits, archive::Archive, core::Core};

/// Messages asked for at a time.
const BATCH_EVENTS_MAX: usize = 512;
/// How long one question stays open at the server.
const QUESTION: Duration = Duration::from_secs(10);
/// Pause before the server is asked again.
const RETRY: Duration = Duration::from_millis(100);
/// How often it is looked whether a source has fallen silent.
const LOOK: Duration = Duration::from_secs(1);

/// An edge that was opened.
#[derive(Debug)]
pub struct Edge {
    /// What clients are served from. What is appended to it goes nowhere.
    pub journal: Journal,
    /// What fills it; to be run.
    pub follower: Follower,
}

/// Takes events from the stream into the journal of an edge.
#[derive(Debug)]
pub struct Follower {
    core: Arc<Core>,
    shelf: Arc<StreamShelf>,
    behind: watch::Sender<u64>,
    is_silent: watch::Sender<bool>,
    /// `None`: whatever is missing is no matter.
    heard: Option<Heard>,
}

/// What sources claim to have heard, and since when that is known.
#[derive(Debug)]
struct Heard {
    sources: Sources,
    began: Instant,
}

/// How an edge and its stream are doing. Only the latest counts.
#[derive(Debug, Clone)]
pub struct FollowStatus {
    /// Whether there is a connection to the server.
    pub is_connected: watch::Receiver<bool>,
    /// Events that the stream has and the edge has not, as of the last one that came.
    pub behind: watch::Receiver<u64>,
    /// Whether no source says that it hears anything, although there were some that did.
    pub is_silent: watch::Receiver<bool>,
}

impl Edge {
    /// Connects to a stream, and begins behind its newest event. `memory` is what the edge holds in
    /// memory; what has left it is asked for again. Replays wait for the server, by means of the runtime
    /// that this is called on: they must not run on its own threads for tasks.
    ///
    /// # Errors
    ///
    /// If there is no server or it refuses. Later outages are waited for.
    pub async fn open(config: &StreamConfig, memory: Limits) -> Result<Self, StreamError> {
        let (connection, stream) = Connection::open(config).await?;
        let state = stream.cached_info().state.clone();
        let mut edge = Self::of(connection, stream, memory, true);
        let recalled = edge.follower.recall(&state).await;
        recalled.map_err(|error| StreamError::of(config, error))?;
        Ok(edge)
    }

    /// The same with a stream that must be there, to look at all that it holds: also at what is behind a
    /// place at which something is missing.
    ///
    /// # Errors
    ///
    /// If it isn't, there is no server, or it refuses. Later outages are waited for.
    pub async fn examine(config: &StreamConfig, memory: Limits) -> Result<Self, StreamError> {
        let (connection, stream) = Connection::existing(config).await?;
        Ok(Self::of(connection, stream, memory, false))
    }

    fn of(
        connection: Connection,
        stream: Stream<Info>,
        memory: Limits,
        heeds_claims: bool,
    ) -> Self {
        let info = stream.cached_info();
        let (journal, newest) = (journal_id(info), info.state.last_sequence);
        let state = info.state.clone();
        let shelf = Arc::new(StreamShelf {
            connection,
            stream,
            journal,
            runtime: Handle::current(),
            gone: 0.into(),
            gone_ms: 0.into(),
        });
        shelf.learn(&state);
        let archive = Arc::clone(&shelf) as Arc<dyn Archive>;
        let core = Arc::new(Core::new(journal, memory, newest, 0, Some(archive)));
        let journal = Journal::following(Arc::clone(&core));
        let heard =
            heeds_claims.then(|| Heard { sources: Sources::default(), began: Instant::now() });
        let (behind, is_silent) = (watch::Sender::new(0), watch::Sender::new(false));
        Self { journal, follower: Follower { core, shelf, behind, is_silent, heard } }
    }
}

impl Follower {
    /// How it is doing, to be watched while it runs.
    pub fn status(&self) -> FollowStatus {
        FollowStatus {
            is_connected: self.shelf.connection.is_up.clone(),
            behind: self.behind.subscribe(),
            is_silent: self.is_silent.subscribe(),
        }
    }

    /// Follows until the stream turns out to be another, or to hold what can't be read; then the
    /// journal has failed.
    pub async fn run(mut self) {
        loop {
            match self.follow().await {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return self.core.fail(JournalFailure::new(error));
                }
                Err(error) => {
                    warn!(%error, "the stream cannot be followed; trying again");
                    sleep(RETRY).await;
                }
            }
        }
    }

    /// Follows over one connection.
    async fn follow(&mut self) -> io::Result<()> {
        let info = self.shelf.stream.get_info().await.map_err(io::Error::other)?;
        if journal_id(&info) != self.core.id || info.state.last_sequence < self.core.newest() {
            let problem = "the stream was deleted or made anew; restart to serve the new one";
            return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        }
        self.shelf.learn(&info.state);
        let start_sequence = self.core.newest().saturating_add(1);
        let from = DeliverPolicy::ByStartSequence { start_sequence };
        let consumer = self
            .shelf
            .consumer(self.shelf.connection.all(), from)
            .await
            .map_err(io::Error::other)?;
        let mut delivered = 0;
        let mut heard_at;
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let batch = consumer.batch().max_messages(BATCH_EVENTS_MAX).expires(QUESTION);
            let mut batch = batch.messages().await.map_err(io::Error::other)?;
            heard_at = Instant::now();
            loop {
                let message = tokio::select! {
                    // What was under way over the old connection is lost.
                    () = self.shelf.connection.connected.notified() => return Ok(()),
                    _ = looks.tick() => {
                        self.look();
                        continue;
                    }
                    message = batch.next() => message,
                    () = sleep_until(heard_at + QUESTION * 2) => return Ok(()),
                };
                let Some(message) = message else { break };
                let message = message.map_err(io::Error::other)?;
                let info = message.info().map_err(io::Error::other)?;
                let (number, pending) = (info.consumer_sequence, info.pending);
                if number != delivered + 1 {
                    return Ok(()); // one is missing: ask anew
                }
                delivered = number;
                heard_at = Instant::now();
                self.behind.send_replace(pending);
                if let Some(source) = self.shelf.connection.claimant(&message.subject) {
                    if let Some(heard) = &mut self.heard {
                        let place = info.stream_sequence;
                        heard.note(source, &message.payload, place, Duration::ZERO);
                    }
                    self.look();
                    continue;
                }
                let (event, _) = self.shelf.event(&message)?;
                self.core.publish(
                    |newest, _| {
                        if event.sequence > newest { vec![event] } else { Vec::new() }
                    },
                );
            }
        }
    }

    /// Reads what each source claimed last in the stream.
    async fn recall(&mut self, state: &State) -> Result<(), async_nats::Error> {
        // Of each topic the last event comes, too.
        let all = self.shelf.connection.all();
        let consumer = self.shelf.consumer(all, DeliverPolicy::LastPerSubject).await?;
        let mut left = consumer.cached_info().num_pending;
        while left > 0 {
            let mut batch = consumer.fetch().max_messages(BATCH_EVENTS_MAX).messages().await?;
            let mut is_empty = true;
            while let Some(message) = batch.next().await {
                let message = message?;
                is_empty = false;
                let info = message.info()?;
                left = info.pending;
                let Some(source) = self.shelf.connection.claimant(&message.subject) else {
                    continue;
                };
                // By the server's clock: sources that are there never let the stream be silent.
                let age = state.last_timestamp - info.published;
                let age = age.try_into().unwrap_or_default();
                if let Some(heard) = &mut self.heard {
                    heard.note(source, &message.payload, info.stream_sequence, age);
                }
            }
            if is_empty {
                break; // deleted meanwhile
            }
        }
        // It would be forgotten by itself.
        let _ = self.shelf.stream.delete_consumer(&consumer.cached_info().name).await;
        self.look();
        Ok(())
    }

    /// Tells the journal what sources hear now, if there are any that say so.
    fn look(&self) {
        let Some(Heard { sources, began }) = &self.heard else { return };
        if sources.is_empty() {
            return;
        }
        let mut is_silent = true;
        for topic in Topic::ALL {
            match sources.heard(topic, began.elapsed()) {
                Some(from) => {
                    is_silent = false;
                    self.core.hear(topic, from);
                }
                None => self.core.interrupt(topic),
            }
        }
        self.is_silent.send_if_modified(|known| std::mem::replace(known, is_silent) != is_silent);
    }
}

impl Heard {
    /// A source said this so long ago; it stands at `place`.
    fn note(&mut self, source: &str, message: &[u8], place: u64, age: Duration) {
        self.sources.note(source, message, place, self.began.elapsed(), age);
    }
}
