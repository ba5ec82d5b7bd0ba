//! What a client asks for, and what it is answered.
//!
//! Called by the session's task with one complete message. Changes the hub and appends the reply.
//! Never does anything for a request that it refuses, and never ends the session: protocol.md §4
//! knows no message that is bad enough for that, except by its length.

use std::fmt;

use banano_ws_hub::{Hub, SessionId, frame};
use banano_ws_protocol::{
    Action, Fault, Refusal, Request, Subscription, Topic, parse_request, render_ack, render_error,
};
use tracing::info;

use crate::{clock, settings::ReplySettings};

/// Carries out one message of session `id`, and appends the frame of its reply, if it gets one, to
/// `replies`. Returns the topic whose subscribers may have changed in number.
///
/// The reply is written before any event that the request lets through: events are only handed out
/// after this returns, and the caller sends the replies first (protocol.md §1, "Order").
pub(crate) fn handle(
    message: &[u8],
    hub: &mut Hub,
    id: SessionId,
    settings: ReplySettings,
    replies: &mut Vec<u8>,
) -> Option<Topic> {
    let mut request = match parse_request(message, settings.requests) {
        Ok(request) => request,
        Err(refusal) => {
            info!(target: "ws", "client {}: refused, {}", id.index(), refusal.text);
            refuse(&refusal, settings, replies);
            return None;
        }
    };
    let subject = Subject::of(&request.action);
    let (topic, done) = carry_out(&mut request.action, hub, id);
    match done {
        Ok(()) => {
            info!(target: "ws", "client {}: {subject}: ok", id.index());
            if request.wants_ack() {
                acknowledge(&request, replies);
            }
        }
        Err(fault) => {
            info!(target: "ws", "client {}: {subject}: {}", id.index(), fault.text);
            refuse(&request.refuse(fault), settings, replies);
        }
    }
    topic
}

/// What the log calls an action: its word and its topic. Text only where it is logged.
struct Subject {
    word: &'static str,
    topic: Option<Topic>,
}

impl Subject {
    fn of(action: &Action) -> Self {
        let (word, topic) = match action {
            Action::Ping => ("ping", None),
            Action::Subscribe(subscription) => {
                ("subscribe", subscription.as_ref().map(Subscription::topic))
            }
            Action::Unsubscribe(topic) => ("unsubscribe", *topic),
            Action::Update { topic, .. } => ("update", *topic),
        };
        Self { word, topic }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word)?;
        self.topic.map_or(Ok(()), |topic| write!(f, " {}", topic.name()))
    }
}

/// Carries out `action`, whose subscription moves to the hub: its lists may be long.
fn carry_out(
    action: &mut Action,
    hub: &mut Hub,
    id: SessionId,
) -> (Option<Topic>, Result<(), Fault>) {
    match action {
        Action::Ping | Action::Unsubscribe(None) => (None, Ok(())),
        Action::Subscribe(subscription) => {
            let Some(subscription) = subscription.take() else { return (None, Ok(())) };
            let topic = subscription.topic();
            (Some(topic), hub.subscribe(id, subscription).map_err(Fault::from))
        }
        Action::Unsubscribe(Some(topic)) => {
            hub.unsubscribe(id, *topic);
            (Some(*topic), Ok(()))
        }
        Action::Update { topic, update } => {
            (None, hub.update(id, *topic, update.as_ref()).map_err(Fault::from))
        }
    }
}

fn acknowledge(request: &Request, replies: &mut Vec<u8>) {
    let mut text = Vec::new();
    render_ack(request, clock::now_ms(), &mut text);
    frame::append_text(&text, replies);
}

fn refuse(refusal: &Refusal, settings: ReplySettings, replies: &mut Vec<u8>) {
    if settings.error_replies.tells(refusal) {
        let mut text = Vec::new();
        render_error(refusal, clock::now_ms(), &mut text);
        frame::append_text(&text, replies);
    }
}
