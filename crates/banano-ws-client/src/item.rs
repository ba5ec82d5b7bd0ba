//! What a client's stream yields: events, and what happened to the connection between them.

use std::fmt;

use banano_ws_protocol::{Cursor, CursorRange, ReceivedEvent, Topic};

use crate::secrets::without_secrets;
use crate::validate::Invalid;

/// One item of a client's stream. A status stands where it belongs between the events: what comes
/// after a [`Continuity::Gap`] comes after the gap.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Something happened in the network.
    Event(Box<Event>),
    /// Something happened to the connection.
    Status(Status),
}

impl Item {
    /// The event, if it is one.
    pub fn event(self) -> Option<Event> {
        match self {
            Self::Event(event) => Some(*event),
            Self::Status(_) => None,
        }
    }
}

/// An event as received.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When the server made the message, in milliseconds since the Unix epoch.
    pub time_ms: u64,
    /// Its place in the server's journal. `None` from a plain node.
    pub cursor: Option<Cursor>,
    /// Whether it happened while the client was away.
    pub replayed: bool,
    /// Which of the client's connections it came by, from 0.
    pub connection: usize,
    /// What happened.
    pub event: ReceivedEvent,
    /// The message as received.
    pub text: String,
}

impl Event {
    /// The topic that it belongs to.
    pub const fn topic(&self) -> Topic {
        self.event.topic()
    }
}

/// What happened to a connection.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// A connection was made.
    Connected {
        /// Which connection, from 0.
        connection: usize,
        /// To which server.
        url: String,
    },
    /// A connection was lost, or could not be made; another attempt follows.
    Disconnected {
        /// Which connection, from 0.
        connection: usize,
        /// To which server.
        url: String,
        /// Why.
        reason: String,
    },
    /// A topic was subscribed to again after a loss, or from a kept cursor.
    Continuity {
        /// Which connection, from 0.
        connection: usize,
        /// Which topic.
        topic: Topic,
        /// Whether something is missing.
        continuity: Continuity,
    },
    /// The server refused a subscription or an update; that subscription is given up.
    Refused {
        /// Which topic, if that is known.
        topic: Option<Topic>,
        /// For programs.
        code: String,
        /// For people.
        text: String,
    },
    /// A message was left out since it cannot be right.
    Invalid(Invalid),
    /// A message was left out since it cannot be read.
    Unreadable(String),
    /// The queue was full and events were dropped, as [`OnFull`](crate::OnFull) says.
    Lagged {
        /// How many items.
        lost: u64,
    },
}

/// Whether a topic is complete over a loss of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuity {
    /// The server goes on where this client stopped: nothing is missing.
    Resumed,
    /// The server no longer holds the place where this client stopped. What is missing must be asked
    /// for by RPC.
    Gap {
        /// Where this client stopped. `None` if it began with a time.
        last: Option<Cursor>,
        /// What the server holds.
        held: Option<CursorRange>,
    },
    /// The server knows no cursors, as a plain node: something may be missing, and nobody can tell.
    Unknown,
}

impl Continuity {
    /// Whether the server said that nothing is missing.
    pub const fn is_complete(self) -> bool {
        matches!(self, Self::Resumed)
    }
}

/// One line for people.
impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(event) => event.fmt(f),
            Self::Status(status) => status.fmt(f),
        }
    }
}

/// One line for people.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let topic = self.topic();
        match &self.event {
            ReceivedEvent::Confirmation(it) => {
                let subtype = it.subtype.map_or("block", banano_primitives::Subtype::name);
                write!(f, "{topic} {subtype} {} BAN {} {}", it.amount.ban(), it.account, it.hash)
            }
            ReceivedEvent::Vote(it) => {
                write!(f, "{topic} {} {}", it.code.name(), it.vote.account)?;
                it.vote.hashes.iter().try_for_each(|hash| write!(f, " {hash}"))
            }
            ReceivedEvent::StartedElection(it) | ReceivedEvent::StoppedElection(it) => {
                write!(f, "{topic} {}", it.hash)
            }
            ReceivedEvent::NewUnconfirmedBlock(it) => {
                let subtype = it.subtype.map_or("block", banano_primitives::Subtype::name);
                write!(f, "{topic} {subtype} {}", it.block.hash())
            }
            ReceivedEvent::ActiveDifficulty(it) => write!(f, "{topic} {}", it.current),
            ReceivedEvent::Work(it) => write!(f, "{topic} {}", it.request.root),
            ReceivedEvent::Telemetry(it) => write!(f, "{topic} [{}]:{}", it.address, it.port),
            ReceivedEvent::Bootstrap(it) => write!(f, "{topic} {}", it.id),
        }
    }
}

/// One line for people.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected { url, .. } => write!(f, "connected to {}", without_secrets(url)),
            Self::Disconnected { url, reason, .. } => {
                write!(f, "disconnected from {}: {reason}", without_secrets(url))
            }
            Self::Continuity { topic, continuity, .. } => write!(f, "{topic}: {continuity}"),
            Self::Refused { topic: Some(topic), code, text } => {
                write!(f, "{topic} refused ({code}): {text}")
            }
            Self::Refused { topic: None, code, text } => write!(f, "refused ({code}): {text}"),
            Self::Invalid(invalid) => write!(f, "left out: {invalid}"),
            Self::Unreadable(problem) => write!(f, "left out a message: {problem}"),
            Self::Lagged { lost } => write!(f, "the queue was full: {lost} dropped"),
        }
    }
}

/// In words for people.
impl fmt::Display for Continuity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resumed => f.write_str("resumed, nothing is missing"),
            Self::Gap { last, held } => {
                f.write_str("GAP")?;
                if let Some(last) = last {
                    write!(f, " after {last}")?;
                }
                match held {
                    Some(held) => {
                        write!(f, ", the server holds {} to {}", held.oldest, held.newest)
                    }
                    None => Ok(()),
                }
            }
            Self::Unknown => f.write_str("the server knows no cursors, something may be missing"),
        }
    }
}
