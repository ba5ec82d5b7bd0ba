//! The nine topics a client can subscribe to.
//!
//! Called by everyone who names a topic. Never holds `ack`: clients may subscribe to that word and
//! nothing happens (protocol.md §3.2), so it is no topic of events.

use std::{fmt, str::FromStr};

/// What a subscription is about. The order is that of protocol.md §6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// A block was cemented (protocol.md §6.1).
    Confirmation,
    /// A vote was handled (§6.2).
    Vote,
    /// An election began (§6.3).
    StartedElection,
    /// A block lost its election, or the election ended without a winner (§6.4).
    StoppedElection,
    /// The difficulty that the network works at (§6.5).
    ActiveDifficulty,
    /// A work request ended (§6.6).
    Work,
    /// A peer told about itself (§6.7).
    Telemetry,
    /// A block was stored for the first time (§6.8).
    NewUnconfirmedBlock,
    /// A bootstrap attempt began or ended (§6.9).
    Bootstrap,
}

impl Topic {
    /// All topics, in the order of protocol.md §6. `ALL[topic.index()]` is `topic`.
    pub const ALL: [Self; 9] = [
        Self::Confirmation,
        Self::Vote,
        Self::StartedElection,
        Self::StoppedElection,
        Self::ActiveDifficulty,
        Self::Work,
        Self::Telemetry,
        Self::NewUnconfirmedBlock,
        Self::Bootstrap,
    ];

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Vote => "vote",
            Self::StartedElection => "started_election",
            Self::StoppedElection => "stopped_election",
            Self::ActiveDifficulty => "active_difficulty",
            Self::Work => "work",
            Self::Telemetry => "telemetry",
            Self::NewUnconfirmedBlock => "new_unconfirmed_block",
            Self::Bootstrap => "bootstrap",
        }
    }

    /// The place in [`Topic::ALL`], for tables with one entry per topic.
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no topic. Topics are written in lower case, exactly as in protocol.md §6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such topic")]
pub struct UnknownTopic;

impl FromStr for Topic {
    type Err = UnknownTopic;

    fn from_str(name: &str) -> Result<Self, UnknownTopic> {
        Self::ALL.into_iter().find(|topic| topic.name() == name).ok_or(UnknownTopic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_is_found_by_its_name_and_its_index() {
        for topic in Topic::ALL {
            assert_eq!(topic.name().parse(), Ok(topic));
            assert_eq!(Topic::ALL[topic.index()], topic);
        }
    }

    #[test]
    fn names_are_case_sensitive_and_ack_is_no_topic() {
        for name in ["Confirmation", "ack", "", " vote", "no_such"] {
            assert_eq!(name.parse::<Topic>(), Err(UnknownTopic), "{name:?}");
        }
    }
}
