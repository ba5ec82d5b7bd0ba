//! Tells acks, errors and events apart, and events by topic.

use super::{
    confirmation,
    fields::{FieldError, Object, Unknown},
    received::{Ack, ErrorMessage, ReceivedEvent, ServerEvent, ServerMessage, ServerStatus},
    topics,
};
use crate::{
    Cursor, CursorRange, JsonError, Place, STATUS_TOPIC, SourceStatus, Status, Topic,
    json::{Json, Node},
};

/// Why a server's message cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// It is no JSON.
    #[error("not valid JSON")]
    Json(#[from] JsonError),
    /// It is neither ack nor error nor event.
    #[error("neither `ack` nor `error` nor `topic` is there")]
    Unrecognized,
    /// It is an event of a topic that we do not know.
    #[error("unknown topic {0:?}")]
    UnknownTopic(String),
    /// A member cannot be read.
    #[error("reply cannot be read")]
    Reply(#[source] FieldError),
    /// A member of an event cannot be read.
    #[error("event of topic {topic} cannot be read")]
    Event {
        /// The topic of the event.
        topic: Topic,
        /// Which member, and why.
        source: FieldError,
    },
}

/// Reads one message of a server.
///
/// # Errors
///
/// If it is no message of the protocol, or a member that must be there is missing or unreadable.
pub fn parse_message(bytes: &[u8]) -> Result<ServerMessage, MessageError> {
    let json = Json::parse(bytes)?;
    let message = Object::new(json.root(), Place::Envelope);
    if let Some(name) = message.text("topic") {
        if name == STATUS_TOPIC {
            return status(message).map(ServerMessage::Status).map_err(MessageError::Reply);
        }
        let topic = name.parse().map_err(|_| MessageError::UnknownTopic(name.into_owned()))?;
        let event =
            event(topic, message).map_err(|source| MessageError::Event { topic, source })?;
        return Ok(ServerMessage::Event(Box::new(event)));
    }
    let reply = if let Some(word) = message.text("ack") {
        ack(word.into_owned(), message).map(ServerMessage::Ack)
    } else if let Some(text) = message.text("error") {
        error(text.into_owned(), message).map(ServerMessage::Error)
    } else {
        return Err(MessageError::Unrecognized);
    };
    reply.map_err(MessageError::Reply)
}

fn ack(word: String, message: Object<'_, '_>) -> Result<Ack, FieldError> {
    let warnings = message.node().member("warnings");
    let warnings = warnings.iter().flat_map(|list| list.children());
    Ok(Ack {
        word,
        time_ms: message.get("time")?,
        id: message.text("id").map(std::borrow::Cow::into_owned),
        cursor: cursor(message, "cursor"),
        warnings: warnings.map(|warning| warning.text().into_owned()).collect(),
    })
}

fn error(text: String, message: Object<'_, '_>) -> Result<ErrorMessage, FieldError> {
    Ok(ErrorMessage {
        text,
        code: message.text("code").unwrap_or_default().into_owned(),
        time_ms: message.get("time")?,
        id: message.text("id").map(std::borrow::Cow::into_owned),
        held: cursor(message, "oldest")
            .zip(cursor(message, "newest"))
            .map(|(oldest, newest)| CursorRange { oldest, newest }),
    })
}

fn status(envelope: Object<'_, '_>) -> Result<ServerStatus, FieldError> {
    let message =
        envelope.object("message", Place::Message).ok_or(FieldError::Missing("message"))?;
    let status = match message.need_text("kind")?.as_ref() {
        "source" => Some(Status::Source(SourceStatus {
            name: message.need_text("source")?.into_owned(),
            state: message.need("state")?,
            since_ms: message.need("since")?,
            detail: message.text("detail").unwrap_or_default().into_owned(),
        })),
        "shutdown" => Some(Status::Shutdown { deadline_ms: message.need("deadline")? }),
        _ => None,
    };
    Ok(ServerStatus { time_ms: envelope.need("time")?, status })
}

/// A place in the server's journal. What only looks like one is left out: it helps nobody to lose
/// the message for it.
fn cursor(message: Object<'_, '_>, name: &'static str) -> Option<Cursor> {
    message.text(name)?.parse().ok()
}

fn event(topic: Topic, envelope: Object<'_, '_>) -> Result<ServerEvent, FieldError> {
    let message =
        envelope.object("message", Place::Message).ok_or(FieldError::Missing("message"))?;
    let mut unknown = Unknown::default();
    let known: &[&str] = match topic {
        Topic::Confirmation => &["topic", "time", "cursor", "replayed", "healed", "message"],
        Topic::NewUnconfirmedBlock => &["topic", "time", "cursor", "replayed", "message", "hash"],
        _ => &["topic", "time", "cursor", "replayed", "message"],
    };
    envelope.keep_unknown(known, &mut unknown);
    let time_ms = envelope.need("time")?;
    let event = match topic {
        Topic::Confirmation => {
            ReceivedEvent::Confirmation(confirmation::read(envelope, message, unknown)?)
        }
        Topic::Vote => ReceivedEvent::Vote(topics::vote(message, unknown)?),
        Topic::StartedElection => {
            ReceivedEvent::StartedElection(topics::election(message, unknown)?)
        }
        Topic::StoppedElection => {
            ReceivedEvent::StoppedElection(topics::election(message, unknown)?)
        }
        Topic::ActiveDifficulty => {
            ReceivedEvent::ActiveDifficulty(topics::active_difficulty(message, unknown)?)
        }
        Topic::Work => ReceivedEvent::Work(topics::work(message, unknown)?),
        Topic::Telemetry => ReceivedEvent::Telemetry(topics::telemetry(message, unknown)?),
        Topic::NewUnconfirmedBlock => ReceivedEvent::NewUnconfirmedBlock(
            topics::new_unconfirmed_block(envelope, message, unknown)?,
        ),
        Topic::Bootstrap => ReceivedEvent::Bootstrap(topics::bootstrap(message, unknown)?),
    };
    Ok(ServerEvent {
        time_ms,
        cursor: cursor(envelope, "cursor"),
        replayed: envelope.node().member("replayed").and_then(Node::flag).unwrap_or(false),
        event,
    })
}
