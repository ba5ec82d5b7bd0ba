//! One connection's conversation, over all its sockets: what to send, what a message means, where to
//! go on after a loss.
//!
//! Called by the connection with what happened and the time since it began. Answers with [`Output`]s,
//! in order. Has no socket and no clock; every rule of resuming is here and nowhere else.

mod wish;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use banano_primitives::{Account, Network};
use banano_ws_protocol::{
    Ack, Cursor, ErrorMessage, ServerEvent, ServerMessage, Since, Topic, parse_message,
};
use serde_json::json;

use crate::builder::{OnGap, Timing};
use crate::item::{Continuity, Status};
use crate::subscription::Subscription;
use crate::validate::validate;
use wish::{Server, Wish};

/// What the shell has to do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Output {
    /// Send this text to the server.
    Send(String),
    /// Hand this event to the application.
    Event(Box<ServerEvent>),
    /// Tell this to the application.
    Status(Status),
    /// A new subscription begins here, and nothing before it is owed: keep the place.
    Begins(Topic, Cursor),
    /// The subscription with that ticket is in force, or refused.
    Settled(u64, Result<(), (String, String)>),
    /// Give this connection up.
    Hang(&'static str),
}

/// Rules that do not change.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) connection: usize,
    pub(crate) timing: Timing,
    pub(crate) on_gap: OnGap,
    pub(crate) is_checked: bool,
    pub(crate) network: Option<Network>,
}

/// A request that was sent and not yet answered.
#[derive(Debug)]
struct Pending {
    topic: Topic,
    action: Action,
    /// Until when it counts as one that will be answered. `None`: no more, though the answer may still come.
    due: Option<Duration>,
    /// Of the application's changes that an update carries.
    tickets: Vec<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Subscribe,
    Unsubscribe,
    Update,
}

/// Asks whether the server lives.
pub(crate) const PING: &str = r#"{"action":"ping"}"#;
/// How many requests are remembered that nobody answers: a node without acks answers none.
const PENDING_MAX: usize = 1024;
/// Accounts in one `update`: a message stays far below a server's 1 MiB.
const ACCOUNTS_PER_UPDATE: usize = 5_000;

#[derive(Debug)]
pub(crate) struct Session {
    rules: Rules,
    wishes: BTreeMap<Topic, Wish>,
    is_online: bool,
    pending: BTreeMap<u64, Pending>,
    next_id: u64,
    heard: Duration,
    pinged: Option<Duration>,
    out: VecDeque<Output>,
}

impl Session {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            rules,
            wishes: BTreeMap::new(),
            is_online: false,
            pending: BTreeMap::new(),
            next_id: 0,
            heard: Duration::ZERO,
            pinged: None,
            out: VecDeque::new(),
        }
    }

    /// The next thing to do.
    pub(crate) fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// Gives back what the caller cannot do now, to be done first.
    pub(crate) fn put_back(&mut self, outputs: VecDeque<Output>) {
        for output in outputs.into_iter().rev() {
            self.out.push_front(output);
        }
    }

    // --- What the application wants ---------------------------------------------------------------

    /// Wants a topic from now on, or with other options. `kept` is the place of an earlier process.
    pub(crate) fn subscribe(
        &mut self,
        subscription: Subscription,
        kept: Option<Cursor>,
        ticket: u64,
        now: Duration,
    ) {
        let topic = subscription.topic();
        let before = self.wishes.remove(&topic);
        let open = before.into_iter().flat_map(|it| it.changes.into_iter().chain(it.ticket));
        self.settle(open.collect(), &Ok(()));
        match Wish::new(subscription, kept, ticket) {
            Ok(wish) => {
                self.wishes.insert(topic, wish);
                if self.is_online {
                    self.ask(topic, now);
                }
            }
            Err(refusal) => {
                let reason = (refusal.code.name().to_owned(), refusal.text);
                self.out.push_back(Output::Settled(ticket, Err(reason)));
            }
        }
    }

    pub(crate) fn unsubscribe(&mut self, topic: Topic, now: Duration) {
        if self.wishes.remove(&topic).is_some() && self.is_online {
            let id = self.expect(Action::Unsubscribe, topic, Vec::new(), now);
            let request = json!({
                "action": "unsubscribe", "topic": topic.name(), "ack": true, "id": id.to_string(),
            });
            self.out.push_back(Output::Send(request.to_string()));
        }
    }

    /// Notes a change of accounts; [`Self::flush`] sends all of them together.
    pub(crate) fn change(
        &mut self,
        topic: Topic,
        add: &[Account],
        remove: &[Account],
        ticket: Option<u64>,
    ) {
        if let Some(wish) = self.wishes.get_mut(&topic) {
            wish.change(add, remove);
            wish.changes.extend(ticket);
        } else if let Some(ticket) = ticket {
            let reason = ("not_subscribed".to_owned(), format!("{topic} is not subscribed to"));
            self.out.push_back(Output::Settled(ticket, Err(reason)));
        }
    }

    /// Sends the changes since the last time, as few updates as possible.
    pub(crate) fn flush(&mut self, now: Duration) {
        if !self.is_online {
            return; // The next subscribe names them all.
        }
        let topics: Vec<_> = self.wishes.keys().copied().collect();
        for topic in topics {
            let Some(wish) = self.wishes.get_mut(&topic) else { continue };
            let (add, remove) = wish.take_change();
            let mut tickets = std::mem::take(&mut wish.changes);
            let adds = add.chunks(ACCOUNTS_PER_UPDATE).map(|part| ("accounts_add", part));
            let removes = remove.chunks(ACCOUNTS_PER_UPDATE).map(|part| ("accounts_del", part));
            let mut parts: Vec<_> = adds.chain(removes).collect();
            if parts.is_empty() && !tickets.is_empty() {
                // Nothing new, but an answer is due: after those to requests before it.
                parts.push(("accounts_add", &[]));
            }
            let count = parts.len();
            for (index, (name, part)) in parts.into_iter().enumerate() {
                // The last one answers for all.
                let told =
                    if index + 1 == count { std::mem::take(&mut tickets) } else { Vec::new() };
                let id = self.expect(Action::Update, topic, told, now);
                let accounts: Vec<_> = part.iter().map(ToString::to_string).collect();
                let request = json!({
                    "action": "update", "topic": topic.name(), "ack": true,
                    "id": id.to_string(), "options": { name: accounts },
                });
                self.out.push_back(Output::Send(request.to_string()));
            }
        }
    }

    // --- What happens to the connection -----------------------------------------------------------

    pub(crate) fn connected(&mut self, now: Duration) {
        self.is_online = true;
        self.pinged = None;
        self.heard = now;
        let topics: Vec<_> = self.wishes.keys().copied().collect();
        for topic in topics {
            if let Some(wish) = self.wishes.get_mut(&topic) {
                // The request names them all.
                wish.take_change();
                wish.is_gap_told = false;
            }
            self.ask(topic, now);
        }
    }

    pub(crate) fn disconnected(&mut self) {
        self.is_online = false;
        for pending in std::mem::take(&mut self.pending).into_values() {
            if let Some(wish) = self.wishes.get_mut(&pending.topic) {
                wish.changes.extend(pending.tickets);
            }
        }
    }

    /// Something came that is no message: the server lives.
    pub(crate) const fn heard(&mut self, now: Duration) {
        self.heard = now;
        self.pinged = None;
    }

    pub(crate) fn message(&mut self, bytes: &[u8], now: Duration) {
        self.heard(now);
        match parse_message(bytes) {
            Ok(ServerMessage::Ack(ack)) => self.acknowledged(&ack),
            Ok(ServerMessage::Error(error)) => self.refused(error, now),
            Ok(ServerMessage::Event(event)) => self.event(event),
            // Of a topic that this client does not subscribe to.
            Ok(ServerMessage::Status(_)) => {}
            Err(error) => {
                let text = match std::error::Error::source(&error) {
                    Some(cause) => format!("{error}: {cause}"),
                    None => error.to_string(),
                };
                self.status(Status::Unreadable(text));
            }
        }
    }

    /// When [`Self::tick`] has something to do.
    pub(crate) fn next_tick(&self) -> Option<Duration> {
        let ping = match self.pinged {
            Some(pinged) => pinged + self.rules.timing.pong,
            None => self.heard + self.rules.timing.ping,
        };
        let ack = self.pending.values().filter_map(|pending| pending.due).min();
        self.is_online.then(|| ack.map_or(ping, |ack| ack.min(ping)))
    }

    pub(crate) fn tick(&mut self, now: Duration) {
        if !self.is_online {
            return;
        }
        // Who never acknowledges has done it nevertheless; who does it late is still understood.
        let mut settled = Vec::new();
        for pending in self.pending.values_mut().filter(|it| it.due.is_some_and(|due| due <= now)) {
            pending.due = None;
            let tickets = std::mem::take(&mut pending.tickets);
            let topic = (pending.action == Action::Subscribe).then_some(pending.topic);
            settled.push((topic, tickets));
        }
        for (topic, tickets) in settled {
            if let Some(topic) = topic {
                self.overdue(topic);
            }
            self.settle(tickets, &Ok(()));
        }
        match self.pinged {
            Some(pinged) if now >= pinged + self.rules.timing.pong => {
                self.out.push_back(Output::Hang("the server does not answer pings"));
            }
            None if now >= self.heard + self.rules.timing.ping => {
                self.pinged = Some(now);
                self.out.push_back(Output::Send(PING.to_owned()));
            }
            _ => {}
        }
    }

    // --- What the server says ---------------------------------------------------------------------

    fn acknowledged(&mut self, ack: &Ack) {
        if let Some(pending) = self.answered(ack.id.as_deref()) {
            self.succeeded(pending, ack.cursor);
        }
    }

    fn succeeded(&mut self, pending: Pending, live: Option<Cursor>) {
        if pending.action == Action::Subscribe {
            self.in_force(pending.topic, live);
        }
        self.settle(pending.tickets, &Ok(()));
    }

    fn settle(&mut self, tickets: Vec<u64>, outcome: &Result<(), (String, String)>) {
        let settled = tickets.into_iter().map(|ticket| Output::Settled(ticket, outcome.clone()));
        self.out.extend(settled);
    }

    /// A subscription counts from now on. `live` is where live begins, if the server knows cursors.
    fn in_force(&mut self, topic: Topic, live: Option<Cursor>) {
        let Some(wish) = self.wishes.get_mut(&topic) else { return };
        let mut settled = std::mem::take(&mut wish.changes);
        settled.extend(wish.ticket.take());
        let told = wish.in_force(live);
        if let Some(begins) = told.begins {
            self.out.push_back(Output::Begins(topic, begins));
        }
        if let Some(continuity) = told.continuity {
            self.continuity(topic, continuity);
        }
        self.settle(settled, &Ok(()));
    }

    /// A subscription was not acknowledged in time.
    fn overdue(&mut self, topic: Topic) {
        let Some(wish) = self.wishes.get_mut(&topic) else { return };
        let mut settled = std::mem::take(&mut wish.changes);
        settled.extend(wish.ticket.take());
        if let Some(continuity) = wish.overdue() {
            self.continuity(topic, continuity);
        }
        self.settle(settled, &Ok(()));
    }

    fn refused(&mut self, error: ErrorMessage, now: Duration) {
        let Some(pending) = self.answered(error.id.as_deref()) else {
            self.status(Status::Refused { topic: None, code: error.code, text: error.text });
            return;
        };
        let topic = pending.topic;
        let mut tickets = pending.tickets;
        if pending.action == Action::Subscribe {
            if error.code == "cursor_expired"
                && let Some(wish) = self.wishes.get_mut(&topic)
            {
                let last = wish.expired(self.rules.on_gap);
                self.continuity(topic, Continuity::Gap { last, held: error.held });
                self.ask(topic, now);
                return;
            }
            if let Some(wish) = self.wishes.remove(&topic) {
                tickets.extend(wish.changes);
                tickets.extend(wish.ticket);
            }
        }
        self.settle(tickets, &Err((error.code.clone(), error.text.clone())));
        self.status(Status::Refused { topic: Some(topic), code: error.code, text: error.text });
    }

    fn event(&mut self, event: Box<ServerEvent>) {
        let topic = event.event.topic();
        let Some(wish) = self.wishes.get_mut(&topic) else { return };
        wish.passed(event.cursor);
        if !wish.passes(&event) {
            return;
        }
        if self.rules.is_checked
            && let Err(invalid) = validate(&event.event, self.rules.network.as_ref())
        {
            self.status(Status::Invalid(invalid));
            return;
        }
        self.out.push_back(Output::Event(event));
    }

    // --- Requests ---------------------------------------------------------------------------------

    fn ask(&mut self, topic: Topic, now: Duration) {
        let id = self.expect(Action::Subscribe, topic, Vec::new(), now);
        if let Some(wish) = self.wishes.get_mut(&topic) {
            let since: Option<Since> = wish.since();
            wish.asked = since;
            wish.server = Server::Unknown;
            self.out.push_back(Output::Send(wish.subscription.request(id, since)));
        }
    }

    fn expect(&mut self, action: Action, topic: Topic, tickets: Vec<u64>, now: Duration) -> u64 {
        self.next_id += 1;
        if self.pending.len() >= PENDING_MAX {
            // As if its time were over; a ticket is not left without an answer.
            if let Some((_, oldest)) = self.pending.pop_first() {
                self.settle(oldest.tickets, &Ok(()));
            }
        }
        let due = Some(now + self.rules.timing.ack);
        self.pending.insert(self.next_id, Pending { topic, action, due, tickets });
        self.next_id
    }

    /// The request that a reply is for. Ids are ours, and nodes return them.
    fn answered(&mut self, id: Option<&str>) -> Option<Pending> {
        self.pending.remove(&id?.parse().ok()?)
    }

    fn continuity(&mut self, topic: Topic, continuity: Continuity) {
        let connection = self.rules.connection;
        self.status(Status::Continuity { connection, topic, continuity });
    }

    fn status(&mut self, status: Status) {
        self.out.push_back(Output::Status(status));
    }
}

#[cfg(test)]
mod tests;
