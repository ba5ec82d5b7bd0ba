//! What a backend that keeps events outside of memory is asked for.
//!
//! Called by the core and by replays, on threads that may wait for files or for a server. Never asked
//! for what is not yet published.

use std::{fmt, io, sync::Arc};

use banano_ws_protocol::{Stamped, Topic};

use crate::{Query, locate::Floor};

/// Events kept outside of memory.
pub(crate) trait Archive: fmt::Debug + Send + Sync {
    /// Whether it keeps events of `topic` at all. Never changes.
    fn keeps(&self, topic: Topic) -> bool;

    /// What it keeps on this machine's disk, in bytes.
    fn bytes(&self) -> u64 {
        0
    }

    /// The last event of `topic` that is gone.
    fn floor(&self, topic: Topic) -> Floor;

    /// The event of `topic` before the first that is not before a time; 0 if none is held.
    fn last_before(&self, topic: Topic, time_ms: u64) -> io::Result<u64>;

    /// Looks for events behind `after` up to `until`, all of them published. Makes progress with
    /// every call.
    fn read(&self, query: &Query, after: u64, until: u64, room: Room) -> io::Result<Found>;
}

/// What one read may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// Events found.
    pub(crate) events: usize,
    /// Bytes of these; at least one event is taken.
    pub(crate) bytes: usize,
    /// Events looked at.
    pub(crate) scanned: usize,
}

/// What a read found.
#[derive(Debug)]
pub(crate) enum Found {
    /// Matching events in order, and how far was looked.
    Events { events: Vec<Arc<Stamped>>, scanned: u64 },
    /// Everything of the topic up to here is gone.
    Gone { to: u64 },
}
