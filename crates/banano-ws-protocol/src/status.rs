//! How the server itself is doing: what topic `status` tells (docs/protocol.md §11.5, ours).
//!
//! Made by the server from what its program says of its sources. No event: it has no place in the
//! journal and no cursor, and goes only to those who ask for the topic, which no node knows. Never
//! holds more than short texts.

use std::{fmt, str::FromStr};

/// The word on the wire. No [`Topic`](crate::Topic): what is told under it is not journaled.
pub const STATUS_TOPIC: &str = "status";

/// What the server says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// How one of the places is doing that events come from.
    Source(SourceStatus),
    /// The server is about to stop.
    Shutdown {
        /// When the last client is closed at the latest, in milliseconds since the Unix epoch.
        deadline_ms: u64,
    },
}

/// One of the places that events come from, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceStatus {
    /// Names it among the server's sources.
    pub name: String,
    /// How it is doing.
    pub state: SourceState,
    /// Since when, in milliseconds since the Unix epoch.
    pub since_ms: u64,
    /// More, for a person; may be empty.
    pub detail: String,
}

/// How a source is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceState {
    /// Its events arrive.
    Up,
    /// Its events arrive late, or it is not complete yet.
    Lagging,
    /// Nothing arrives from it.
    Down,
}

impl SourceState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Up, Self::Lagging, Self::Down];

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Lagging => "lagging",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for SourceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no state of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither up nor lagging nor down")]
pub struct UnknownSourceState;

impl FromStr for SourceState {
    type Err = UnknownSourceState;

    fn from_str(name: &str) -> Result<Self, UnknownSourceState> {
        Self::ALL.into_iter().find(|state| state.name() == name).ok_or(UnknownSourceState)
    }
}
