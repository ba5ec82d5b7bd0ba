//! What a client asks for, and what it is answered.
//!
//! Called by the session's task with one complete message. Changes the hub and appends the reply.
//! Never does anything for a request that it refuses, and never ends the session: protocol.md §4
//! knows no message that is bad enough for that, except by its length.

use std::{fmt, sync::atomic::Ordering::Relaxed};

use banano_ws_hub::{Hub, SessionId, Start, Unchanged, frame};
use banano_ws_journal::{Expired, Journal, LocateError};
use banano_ws_protocol::{
    Action, Cursor, CursorRange, Fault, Follow, Refusal, Request, STATUS_TOPIC, Topic, Update,
    parse_request, render_ack, render_error,
};
use tracing::{error, info};

use crate::{
    clock, connection::Connection, quota::Quota, rate::Rate, settings::ReplySettings,
    stats::Counters, watching::Watching,
};

/// What a request is carried out on.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    pub(crate) hub: &'a mut Hub,
    pub(crate) journal: &'a Journal,
    pub(crate) settings: ReplySettings,
    pub(crate) connection: &'a Connection,
    pub(crate) counters: &'a Counters,
    pub(crate) quota: Quota<'a>,
}

impl Desk<'_> {
    /// Carries out one message of session `id`, and appends the frame of its reply, if it gets one,
    /// to `replies`. Returns the topic whose subscribers may have changed in number.
    ///
    /// The reply is written before any event that the request lets through: events are only handed
    /// out after this returns, and the caller sends the replies first (protocol.md §1, "Order").
    pub(crate) fn handle(
        &mut self,
        message: &[u8],
        id: SessionId,
        replies: &mut Vec<u8>,
    ) -> Option<Topic> {
        let request = parse_request(message, self.settings.requests);
        self.answer(request, id, replies)
    }

    /// Refuses a message unread because it came too early, and appends the frame that says so to
    /// `replies`.
    pub(crate) fn refuse_early(&self, rate: Rate, replies: &mut Vec<u8>) {
        let fault = self.quota.too_early(rate);
        refuse(&fault.into(), self.settings, replies);
    }

    /// The same for a request that was read already.
    pub(crate) fn answer(
        &mut self,
        request: Result<Request, Refusal>,
        id: SessionId,
        replies: &mut Vec<u8>,
    ) -> Option<Topic> {
        let mut request = match request {
            Ok(request) => request,
            Err(refusal) => {
                info!(target: "ws", "client {}: refused, {}", id.index(), refusal.text);
                refuse(&refusal, self.settings, replies);
                return None;
            }
        };
        let subject = Subject::of(&request.action);
        let (topic, done) = self.carry_out(&mut request, id);
        match done {
            Ok(live) => {
                info!(target: "ws", "client {}: {subject}: ok", id.index());
                if request.wants_ack() {
                    let cursor = Cursor { journal: self.journal.id(), sequence: live };
                    acknowledge(&request, cursor, replies);
                }
            }
            Err(fault) => {
                info!(target: "ws", "client {}: {subject}: {}", id.index(), fault.text);
                refuse(&request.refuse(fault), self.settings, replies);
            }
        }
        topic
    }

    /// Carries out an action, whose subscription moves to the hub: its lists may be long. Returns
    /// the sequence behind which it is in force.
    fn carry_out(
        &mut self,
        request: &mut Request,
        id: SessionId,
    ) -> (Option<Topic>, Result<u64, Fault>) {
        let position = self.hub.position();
        match &mut request.action {
            Action::Ping | Action::Unsubscribe(None) => (None, Ok(position)),
            Action::Subscribe(subscription) => {
                let Some(subscription) = subscription.take() else { return (None, Ok(position)) };
                let topic = subscription.topic();
                let start = start(request.follow, topic, self.journal);
                let done = start.and_then(|start| {
                    self.quota.subscribe(self.hub, id, &subscription, start.after.is_some())?;
                    let done = self.hub.subscribe(id, subscription, start);
                    self.quota.settle(self.hub, id);
                    done.map_err(|error| self.quota.too_many_accounts(error))
                });
                (Some(topic), done)
            }
            Action::Unsubscribe(Some(topic)) => {
                self.hub.unsubscribe(id, *topic);
                self.quota.settle(self.hub, id);
                (Some(*topic), Ok(position))
            }
            Action::SubscribeStatus => {
                self.watch(Watching::Asked);
                (None, Ok(position))
            }
            Action::UnsubscribeStatus => {
                self.watch(Watching::No);
                (None, Ok(position))
            }
            Action::Update { topic, update } => {
                let done = self.update(id, *topic, update.as_ref());
                (None, done.map(|()| position))
            }
        }
    }

    /// Notes whether the client wants to know how the server is doing. It is told what is so now behind
    /// the replies of this turn: once, however often it asks.
    pub(crate) fn watch(&self, watching: Watching) {
        let was = self.connection.watching();
        self.connection.set_watching(watching);
        match (was, watching) {
            (Watching::No, Watching::Asked | Watching::Yes) => {
                self.counters.watchers.fetch_add(1, Relaxed);
            }
            (Watching::Asked | Watching::Yes, Watching::No) => {
                self.counters.watchers.fetch_sub(1, Relaxed);
            }
            _ => {}
        }
    }

    fn update(
        &mut self,
        id: SessionId,
        topic: Option<Topic>,
        update: Option<&Update>,
    ) -> Result<(), Fault> {
        if let (Some(topic), Some(update)) = (topic, update) {
            self.quota.update(self.hub, id, topic, update)?;
        }
        let done = self.hub.update(id, topic, update);
        self.quota.settle(self.hub, id);
        done.map_err(|error| match error {
            Unchanged::NotUpdatable(fault) => fault,
            Unchanged::TooManyAccounts(error) => self.quota.too_many_accounts(error),
        })
    }
}

/// Where a subscription begins.
///
/// # Errors
///
/// If the journal does not hold what came after that place.
pub(crate) fn start(follow: Follow, topic: Topic, journal: &Journal) -> Result<Start, Fault> {
    let Follow { cursor, since } = follow;
    let after = since.map(|since| {
        journal.locate(topic, &since).map_err(|error| match error {
            LocateError::Expired(Expired { oldest, newest }) => {
                Fault::cursor_expired(since, CursorRange { oldest, newest })
            }
            LocateError::Read(error) => {
                error!(%error, "the journal cannot be read; a client cannot resume");
                Fault::journal_unreadable()
            }
        })
    });
    Ok(Start { cursor, after: after.transpose()? })
}

/// What the log calls an action: its word and its topic. Text only where it is logged.
struct Subject {
    word: &'static str,
    topic: Option<&'static str>,
}

impl Subject {
    fn of(action: &Action) -> Self {
        let (word, topic) = match action {
            Action::Ping => ("ping", None),
            Action::Subscribe(subscription) => {
                ("subscribe", subscription.as_ref().map(|it| it.topic().name()))
            }
            Action::SubscribeStatus => ("subscribe", Some(STATUS_TOPIC)),
            Action::Unsubscribe(topic) => ("unsubscribe", topic.map(Topic::name)),
            Action::UnsubscribeStatus => ("unsubscribe", Some(STATUS_TOPIC)),
            Action::Update { topic, .. } => ("update", topic.map(Topic::name)),
        };
        Self { word, topic }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word)?;
        self.topic.map_or(Ok(()), |topic| write!(f, " {topic}"))
    }
}

fn acknowledge(request: &Request, live: Cursor, replies: &mut Vec<u8>) {
    let mut text = Vec::new();
    render_ack(request, live, clock::now_ms(), &mut text);
    frame::append_text(&text, replies);
}

fn refuse(refusal: &Refusal, settings: ReplySettings, replies: &mut Vec<u8>) {
    if settings.error_replies.tells(refusal) {
        let mut text = Vec::new();
        render_error(refusal, clock::now_ms(), &mut text);
        frame::append_text(&text, replies);
    }
}
