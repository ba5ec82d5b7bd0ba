//! Reads again what was appended before.
//!
//! Made by [`Journal::replay`](crate::Journal::replay), driven by whoever serves clients. What has
//! left the memory is read from files: call [`Replay::next_batch`] where that blocks nobody, on a
//! thread of its own or a blocking one. Never holds up a writer, and never skips an event silently.

use std::{io, sync::Arc};

use banano_ws_protocol::Stamped;

use crate::{
    Query,
    archive::{Found, Room},
    core::Core,
    footprint::footprint,
    window::Range,
};

/// Events looked at per batch at most, so that a caller is back soon even if nothing matches.
const SCAN_EVENTS_MAX: usize = 1_024;

/// A way through the past of one topic, from one place to another.
#[derive(Debug)]
pub struct Replay {
    core: Arc<Core>,
    query: Query,
    /// Everything up to here was looked at.
    scanned: u64,
    until: u64,
}

/// What [`Replay::next_batch`] found.
#[derive(Debug)]
pub enum ReplayBatch {
    /// The next events that match, in order.
    Events {
        /// They. May be none, although there are more to come.
        events: Vec<Arc<Stamped>>,
        /// Everything up to this sequence, of any topic, was looked at. The replay is over when this
        /// is its end.
        scanned: u64,
    },
    /// Events left the journal before they were looked at. The replay goes on behind them.
    Lost {
        /// Sequence of the first that may be lost.
        from: u64,
        /// Sequence of the last event of the topic that is lost.
        to: u64,
    },
}

impl Replay {
    pub(crate) fn new(core: Arc<Core>, query: Query, after: u64, until: u64) -> Self {
        Self { core, query, scanned: after, until }
    }

    /// Takes the next events that match: at most `events_max`, and no more once they have reached
    /// `bytes_max` (of memory, or of disk), but at least one if there is one. Looks at a bounded
    /// number, so that a call comes back soon. After the end, there are none.
    ///
    /// # Errors
    ///
    /// If the journal can't be read. Calling again tries again.
    pub fn next_batch(&mut self, events_max: usize, bytes_max: usize) -> io::Result<ReplayBatch> {
        if self.is_over() {
            return Ok(ReplayBatch::Events { events: Vec::new(), scanned: self.scanned });
        }
        let room = Room { events: events_max.max(1), bytes: bytes_max, scanned: SCAN_EVENTS_MAX };
        let topic = self.query.topic;
        let next = self.scanned.saturating_add(1);
        let (range, floor) = self.core.scan(next, room.scanned, topic);
        let found = if floor.sequence < next {
            self.pick(range, room)
        } else if let Some(archive) = self.core.archive(topic) {
            archive.read(&self.query, self.scanned, self.until, room)?
        } else {
            Found::Gone { to: floor.sequence }
        };
        Ok(match found {
            Found::Events { events, scanned } => {
                self.scanned = scanned.clamp(self.scanned, self.until);
                ReplayBatch::Events { events, scanned: self.scanned }
            }
            Found::Gone { to } => {
                self.scanned = to.clamp(next, self.until);
                ReplayBatch::Lost { from: next, to: self.scanned }
            }
        })
    }

    /// Takes what matches out of a run of events from memory.
    fn pick(&self, range: Range, room: Room) -> Found {
        let (mut events, mut bytes) = (Vec::new(), 0_usize);
        for event in range.events.into_iter().take_while(|it| it.sequence <= self.until) {
            if !self.query.matches(&event.event) {
                continue;
            }
            bytes = bytes.saturating_add(footprint(&event));
            let scanned = event.sequence;
            events.push(event);
            if bytes >= room.bytes || events.len() >= room.events {
                return Found::Events { events, scanned };
            }
        }
        Found::Events { events, scanned: range.scanned }
    }

    /// Whether everything was looked at.
    pub fn is_over(&self) -> bool {
        self.scanned >= self.until
    }
}
