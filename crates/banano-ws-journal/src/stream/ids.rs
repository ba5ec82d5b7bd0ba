//! By what a stream knows that it was given an event already.
//!
//! Used by the publisher. Sources that tell of the same network give an event the same id, so that the
//! stream takes it once; a source whose network is its own gives ids that nobody else does.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::mem;

use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::{
    consumer::{AckPolicy, DeliverPolicy, pull},
    stream::{Info, Stream},
};
use banano_ws_protocol::{BootstrapPhase, Event, Stamped};
use tokio_stream::StreamExt as _;

/// Events whose repeats are counted; twice as many at most. Older ones are forgotten.
const COUNTED_MAX: usize = 65_536;

/// Ids that are read back at most, of the newest events.
const READ_MAX: u64 = 1 << 20;

/// Gives ids to a source's events.
#[derive(Debug)]
pub(super) enum Ids {
    /// Its own: the place in its journal.
    Own,
    /// Those that other sources of the same network give, too.
    Shared(Told),
}

/// How often each event was told.
#[derive(Debug, Default)]
pub(super) struct Told {
    recent: HashMap<String, u32>,
    older: HashMap<String, u32>,
}

impl Ids {
    /// The id of the source's next event.
    pub(super) fn next(&mut self, event: &Stamped) -> String {
        match (self, what(&event.event)) {
            (Self::Shared(told), Some(what)) => {
                let times = told.count(&what);
                format!("{what} {times}")
            }
            _ => event.cursor().to_string(),
        }
    }
}

impl Told {
    /// Counts one more, and says how often it was told by now.
    fn count(&mut self, what: &str) -> u32 {
        if let Some(times) = self.recent.get_mut(what) {
            *times = times.saturating_add(1);
            return *times;
        }
        let times = self.older.get(what).map_or(1, |times| times.saturating_add(1));
        if self.recent.len() >= COUNTED_MAX {
            self.older = mem::take(&mut self.recent);
        }
        self.recent.insert(what.to_owned(), times);
        times
    }
}

/// What an event says that every source of the network would say of it. `None`: it is about the source
/// itself.
fn what(event: &Event) -> Option<String> {
    let topic = event.topic();
    Some(match event {
        // How it was confirmed, and by how much, each node sees in its own way.
        Event::Confirmation(it) => format!("{topic} {}", it.block.hash()),
        Event::NewUnconfirmedBlock(it) => format!("{topic} {}", it.block.hash()),
        Event::StartedElection(it) | Event::StoppedElection(it) => format!("{topic} {}", it.hash),
        Event::Vote(it) => format!("{topic} {} {}", it.vote.signature, it.code.name()),
        Event::Telemetry(it) => format!("{topic} {} {}", it.signature, it.timestamp_ms),
        // Its id is somebody's word, and becomes part of a header.
        Event::Bootstrap(it) if is_plain(&it.id) => {
            let phase = match it.phase {
                BootstrapPhase::Started => "started",
                BootstrapPhase::Exited { .. } => "exited",
            };
            format!("{topic} {} {phase}", it.id)
        }
        Event::ActiveDifficulty(_) | Event::Work(_) | Event::Bootstrap(_) => return None,
    })
}

fn is_plain(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Ids of events that a stream holds, as their hashes.
#[derive(Debug, Default)]
pub(super) struct Known {
    hashes: HashSet<u64>,
    by: RandomState,
}

impl Known {
    /// Reads the ids of what was stored behind a place.
    pub(super) async fn read(stream: &Stream<Info>, after: u64) -> Result<Self, async_nats::Error> {
        let mut known = Self::default();
        let last = stream.cached_info().state.last_sequence;
        let start_sequence = after.max(last.saturating_sub(READ_MAX)).saturating_add(1);
        if start_sequence > last {
            return Ok(known);
        }
        let consumer = stream
            .create_consumer(pull::Config {
                deliver_policy: DeliverPolicy::ByStartSequence { start_sequence },
                ack_policy: AckPolicy::None,
                headers_only: true,
                ..pull::Config::default()
            })
            .await?;
        let mut left = consumer.cached_info().num_pending;
        while left > 0 {
            let mut batch = consumer.fetch().max_messages(1_024).messages().await?;
            let mut is_empty = true;
            while let Some(message) = batch.next().await {
                let message = message?;
                is_empty = false;
                left = message.info()?.pending;
                let id = message.headers.as_ref().and_then(|it| it.get(NATS_MESSAGE_ID));
                if let Some(id) = id {
                    known.hashes.insert(known.hash(id.as_str()));
                }
            }
            if is_empty {
                break; // deleted meanwhile
            }
        }
        // It would be forgotten by itself.
        let _ = stream.delete_consumer(&consumer.cached_info().name).await;
        Ok(known)
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.hashes.contains(&self.hash(id))
    }

    fn hash(&self, id: &str) -> u64 {
        let mut hasher = self.by.build_hasher();
        hasher.write(id.as_bytes());
        hasher.finish()
    }
}
