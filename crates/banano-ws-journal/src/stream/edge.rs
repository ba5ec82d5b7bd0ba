//! An edge: a journal that follows a stream, and nothing else appends to it.
//!
//! Made by the program, which runs the follower. Outages of the server are waited out: the follower goes
//! on behind the last event that it has, so that none is missed and none told twice.

use std::{io, sync::Arc, time::Duration};

use async_nats::jetstream::{
    consumer::DeliverPolicy,
    stream::{Info, Stream},
};
use tokio::{
    runtime::Handle,
    sync::watch,
    time::{sleep, timeout},
};
use tokio_stream::StreamExt as _;
use tracing::warn;

use super::{
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
}

/// How an edge and its stream are doing. Only the latest counts.
#[derive(Debug, Clone)]
pub struct FollowStatus {
    /// Whether there is a connection to the server.
    pub is_connected: watch::Receiver<bool>,
    /// Events that the stream has and the edge has not, as of the last one that came.
    pub behind: watch::Receiver<u64>,
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
        Ok(Self::of(connection, stream, memory))
    }

    /// The same with a stream that must be there.
    ///
    /// # Errors
    ///
    /// If it isn't, there is no server, or it refuses. Later outages are waited for.
    pub async fn existing(config: &StreamConfig, memory: Limits) -> Result<Self, StreamError> {
        let (connection, stream) = Connection::existing(config).await?;
        Ok(Self::of(connection, stream, memory))
    }

    fn of(connection: Connection, stream: Stream<Info>, memory: Limits) -> Self {
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
        Self { journal, follower: Follower { core, shelf, behind: watch::Sender::new(0) } }
    }
}

impl Follower {
    /// How it is doing, to be watched while it runs.
    pub fn status(&self) -> FollowStatus {
        FollowStatus {
            is_connected: self.shelf.connection.is_up.clone(),
            behind: self.behind.subscribe(),
        }
    }

    /// Follows until the stream turns out to be another, or to hold what can't be read; then the
    /// journal has failed.
    pub async fn run(self) {
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
    async fn follow(&self) -> io::Result<()> {
        let info = self.shelf.stream.get_info().await.map_err(io::Error::other)?;
        if journal_id(&info) != self.core.id || info.state.last_sequence < self.core.newest() {
            let problem = "the stream was deleted or made anew; restart to serve the new one";
            return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        }
        self.shelf.learn(&info.state);
        let start_sequence = self.core.newest().saturating_add(1);
        let from = DeliverPolicy::ByStartSequence { start_sequence };
        let consumer = self.shelf.consumer(None, from).await.map_err(io::Error::other)?;
        let mut delivered = 0;
        loop {
            let batch = consumer.batch().max_messages(BATCH_EVENTS_MAX).expires(QUESTION);
            let mut batch = batch.messages().await.map_err(io::Error::other)?;
            loop {
                let message = tokio::select! {
                    // What was under way over the old connection is lost.
                    () = self.shelf.connection.connected.notified() => return Ok(()),
                    message = timeout(QUESTION * 2, batch.next()) => message,
                };
                let message = match message {
                    Ok(Some(message)) => message.map_err(io::Error::other)?,
                    Ok(None) => break,
                    Err(_) => return Ok(()),
                };
                let info = message.info().map_err(io::Error::other)?;
                let (number, pending) = (info.consumer_sequence, info.pending);
                if number != delivered + 1 {
                    return Ok(()); // one is missing: ask anew
                }
                delivered = number;
                let (event, _) = self.shelf.event(&message)?;
                self.core.publish(
                    |newest, _| {
                        if event.sequence > newest { vec![event] } else { Vec::new() }
                    },
                );
                self.behind.send_replace(pending);
            }
        }
    }
}
