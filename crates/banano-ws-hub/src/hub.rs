//! The hub: sessions and their subscriptions, and the way from an event to those who want it.
//!
//! Called by one shard's thread for everything that its clients ask, and for every batch of events.
//! Touches nothing. Never lets a refused request change anything.

use std::{sync::Arc, time::Duration};

use banano_ws_protocol::{
    Event, Fault, Held, RenderSettings, Stamped, Subscription, Topic, Update, Variant,
};
use bytes::Bytes;
use slab::Slab;

use crate::{
    behind::{Behind, Lag, Order, Ticket},
    classes::Classes,
    frame::Framing,
    index::Index,
    pass::Pass,
    tally::Tally,
    wishes::{Profile, TopicSet, Wishes},
};

/// Names a session of one hub while it is open; afterwards the hub may give it to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub(crate) usize);

impl SessionId {
    /// A small number, unique among the open sessions of its hub: a place in a table.
    pub const fn index(self) -> usize {
        self.0
    }
}

/// What one session may have, unless it is given [limits of its own](Hub::limit).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Accounts and hashes in the filters of all its subscriptions together.
    pub accounts: usize,
}

/// Who wants what, and the frames they get.
#[derive(Debug)]
pub struct Hub {
    limits: Limits,
    sessions: Slab<Session>,
    subscribers: [usize; Topic::ALL.len()],
    classes: Classes,
    index: Index,
    pass: Pass,
    /// Sequence of the last event that was published.
    position: u64,
    /// How many orders there were.
    orders: u64,
    /// Sessions with a topic that is ahead of what was published: they can't go on before it is.
    ahead: Vec<SessionId>,
}

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) wishes: Wishes,
    pub(crate) framing: Framing,
    limits: Limits,
    seat: Seat,
    /// What is not live; nearly always nothing.
    behind: Option<Box<Behind>>,
}

/// What became of what was handed to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It is on its way, all of it.
    Taken,
    /// Nothing of it is: the session has no room.
    Refused,
}

/// From where on a subscription wants its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Start {
    /// Whether events tell their cursor.
    pub cursor: bool,
    /// Sequence behind which to begin; `None`: with what is published next.
    pub after: Option<u64>,
}

/// Where live events find a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Seat {
    /// Nowhere: nothing of it is live.
    #[default]
    None,
    /// With others that want the same.
    Class(Profile),
    /// In the index: by the accounts of its filters, and under these topics as a whole.
    Index(TopicSet),
}

impl Hub {
    /// A hub without sessions. `settings` are those of every frame it makes.
    pub fn new(settings: RenderSettings, limits: Limits) -> Self {
        Self {
            limits,
            sessions: Slab::new(),
            subscribers: [0; Topic::ALL.len()],
            classes: Classes::default(),
            index: Index::default(),
            pass: Pass::new(settings),
            position: 0,
            orders: 0,
            ahead: Vec::new(),
        }
    }

    /// Opens a session without subscriptions.
    pub fn open(&mut self, framing: Framing) -> SessionId {
        let session = Session {
            wishes: Wishes::default(),
            framing,
            limits: self.limits,
            seat: Seat::None,
            behind: None,
        };
        SessionId(self.sessions.insert(session))
    }

    /// Gives a session limits of its own. They count for what it asks from now on.
    pub fn limit(&mut self, id: SessionId, limits: Limits) {
        if let Some(session) = self.sessions.get_mut(id.index()) {
            session.limits = limits;
        }
    }

    /// Closes a session with all its subscriptions. Does nothing if it is not open.
    pub fn close(&mut self, id: SessionId) {
        for topic in Topic::ALL {
            self.unsubscribe(id, topic);
        }
        self.sessions.try_remove(id.index());
    }

    /// Subscribes, in place of an earlier subscription to the same topic, of which nothing stays
    /// (protocol.md §3.2), and returns the sequence behind which it is live.
    ///
    /// What the earlier one was still owed, because its client was too slow for it, is owed to the
    /// new one, unless that says itself where to begin.
    ///
    /// # Errors
    ///
    /// If the session's filters would list more accounts than allowed. Nothing has changed then.
    pub fn subscribe(
        &mut self,
        id: SessionId,
        subscription: Subscription,
        start: Start,
    ) -> Result<u64, TooManyAccounts> {
        let position = self.position;
        let Some(session) = self.sessions.get_mut(id.index()) else { return Ok(position) };
        let topic = subscription.topic();
        let others = session.wishes.entries_beside(topic);
        session.limits.check(others.saturating_add(subscription.entries()))?;
        let owed = session.lag(topic).map(|lag| lag.position.max(lag.replayed_until));
        let (after, live) = match (start.after, owed) {
            (Some(after), _) => (after, position.max(after)),
            (None, Some(owed)) => (owed, owed),
            (None, None) => (position, position),
        };
        let replayed_until = if start.after.is_some() { live } else { 0 };
        let lag = Lag { topic, position: after, replayed_until };
        session.set_lag(topic, (after != position).then_some(lag));
        self.change(id, topic, |wishes| wishes.put(subscription, start.cursor));
        Ok(live)
    }

    /// Changes a subscription in place (protocol.md §6.1.5, §11.1). `topic` is `None` for `ack`, which is
    /// never subscribed; `update` is `None` if the request had no options.
    ///
    /// # Errors
    ///
    /// If there is nothing that may be updated, or too many accounts would be listed. Nothing has
    /// changed then.
    pub fn update(
        &mut self,
        id: SessionId,
        topic: Option<Topic>,
        update: Option<&Update>,
    ) -> Result<(), Unchanged> {
        let wishes = self.sessions.get(id.index()).map(|session| &session.wishes);
        let held = match topic.zip(wishes) {
            Some((topic, wishes)) => wishes.held(topic),
            None => Held::Nothing,
        };
        let update = held.check(topic, update)?;
        let Some(topic) = topic else { return Ok(()) };
        let Some(session) = self.sessions.get_mut(id.index()) else { return Ok(()) };

        let others = session.wishes.entries_beside(topic);
        let at_most = session.wishes.entries(topic).saturating_add(update.added());
        if at_most.saturating_add(others) > session.limits.accounts {
            // It may still fit, for what is there already or deleted again: only trying tells.
            let mut tried = session.wishes.clone();
            tried.apply(topic, update);
            session.limits.check(others.saturating_add(tried.entries(topic)))?;
        }
        if let Some(behind) = &mut session.behind {
            behind.forget_order(topic);
        }
        // A list of representatives that ends up empty is no filter any more; these lists are short.
        let survives = topic != Topic::Vote
            && session.wishes.anchor(topic).is_some_and(|anchor| anchor.survives(update));
        if survives {
            session.wishes.apply(topic, update);
            // Only what was named is looked up again: one account more or less in a long list must
            // not cost as much as the list.
            self.index.refresh(id, topic, &session.wishes, update);
        } else {
            self.index.unlist(id, topic, &session.wishes);
            session.wishes.apply(topic, update);
            self.index.list(id, topic, &session.wishes);
        }
        self.reseat(id);
        Ok(())
    }

    /// Unsubscribes. Does nothing if there is no subscription.
    pub fn unsubscribe(&mut self, id: SessionId, topic: Topic) {
        if let Some(session) = self.sessions.get_mut(id.index()) {
            session.set_lag(topic, None);
        }
        self.change(id, topic, |wishes| wishes.take(topic));
    }

    /// Sessions that are subscribed to `topic`.
    pub fn subscribers(&self, topic: Topic) -> usize {
        self.subscribers.get(topic.index()).copied().unwrap_or(0)
    }

    /// Accounts and hashes that the filters of a session list.
    pub fn entries(&self, id: SessionId) -> usize {
        let session = self.sessions.get(id.index());
        session.map_or(0, |it| Topic::ALL.into_iter().map(|topic| it.wishes.entries(topic)).sum())
    }

    /// The same without those of one topic.
    pub fn entries_beside(&self, id: SessionId, topic: Topic) -> usize {
        self.sessions.get(id.index()).map_or(0, |session| session.wishes.entries_beside(topic))
    }

    /// How many topics but one a session is subscribed to.
    pub fn topics_beside(&self, id: SessionId, topic: Topic) -> usize {
        let topics = self.sessions.get(id.index()).map(|session| session.wishes.topics());
        topics.unwrap_or_default().iter().filter(|other| *other != topic).count()
    }

    /// Whether a subscription that [is narrow](Subscription::is_narrow) would be so no more after an
    /// update. Only a list of representatives of votes can do that: when it ends up empty, it is no
    /// filter.
    pub fn widens(&self, id: SessionId, topic: Topic, update: &Update) -> bool {
        let Some(session) = self.sessions.get(id.index()) else { return false };
        topic == Topic::Vote && session.wishes.widens_votes(update)
    }

    /// The sessions to which anything is live.
    pub fn listeners(&self) -> impl Iterator<Item = SessionId> {
        let listening = self.sessions.iter().filter(|(_, session)| session.seat != Seat::None);
        listening.map(|(key, _)| SessionId(key))
    }

    /// Whether a session gets `topic` live.
    pub fn is_live(&self, id: SessionId, topic: Topic) -> bool {
        self.sessions.get(id.index()).is_some_and(|session| session.live().contains(topic))
    }

    /// Sessions that are open.
    pub fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// Hands every session what it wants of `events`: calls `deliver` with finished frames and how
    /// many they are. A session may be called several times; frames come in the order of `events`.
    ///
    /// A session that refuses something gets nothing more: all that was live to it is behind from
    /// then on, and comes by orders.
    pub fn publish(
        &mut self,
        events: &[Arc<Stamped>],
        deliver: impl FnMut(SessionId, &Bytes, usize) -> Delivery,
    ) {
        let Self { pass, classes, index, sessions, .. } = self;
        let mut refusals = pass.run(events, classes, index, sessions, deliver);
        for (id, first) in refusals.drain() {
            self.fall_behind(id, first.saturating_sub(1));
        }
        self.position = events.last().map_or(self.position, |event| event.sequence);
    }

    /// Hands out an event that stands in no journal, to those to whom its topic is live or not.
    /// Who has no room for it does not get it.
    pub fn announce(
        &mut self,
        event: &Arc<Stamped>,
        deliver: impl FnMut(SessionId, &Bytes, usize) -> Delivery,
    ) {
        let Self { pass, classes, index, sessions, .. } = self;
        pass.run(std::slice::from_ref(event), classes, index, sessions, deliver);
    }

    /// Measures how long rendering takes, by a clock that tells time from any beginning.
    pub fn measure_with(&mut self, stopwatch: fn() -> Duration) {
        self.pass.measure_with(stopwatch);
    }

    /// What was handed out by [`Hub::publish`] since this was last asked.
    pub fn take_tally(&mut self) -> Tally {
        self.pass.take_tally()
    }

    /// The topics that a session is subscribed to, and how many accounts and hashes the filters of each
    /// list.
    pub fn subscriptions(&self, id: SessionId) -> impl Iterator<Item = (Topic, usize)> {
        let session = self.sessions.get(id.index());
        session.into_iter().flat_map(|session| {
            let wishes = &session.wishes;
            let topics = Topic::ALL.into_iter();
            topics.filter(|it| wishes.has(*it)).map(|it| (it, wishes.entries(it)))
        })
    }

    /// Sequence of the last event that was published.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Goes on behind `position`, without the events up to there.
    pub fn skip_to(&mut self, position: u64) {
        self.position = position;
    }

    /// Takes a session from the live ones: it gets what is behind `position` by orders.
    pub fn fall_behind(&mut self, id: SessionId, position: u64) {
        let Some(session) = self.sessions.get_mut(id.index()) else { return };
        for topic in session.live().iter() {
            session.set_lag(topic, Some(Lag { topic, position, replayed_until: 0 }));
        }
        self.reseat(id);
    }

    /// The sessions that were ahead of what was published, and may be so no more.
    pub fn take_ahead(&mut self) -> Vec<SessionId> {
        std::mem::take(&mut self.ahead)
    }

    /// The place up to which a topic that is behind has got, for every such topic of a session.
    pub fn places(&self, id: SessionId) -> impl Iterator<Item = (Topic, u64)> {
        let behind = self.sessions.get(id.index()).and_then(|session| session.behind.as_ref());
        behind.into_iter().flat_map(|it| it.lags()).map(|lag| (lag.topic, lag.position))
    }

    /// What a session is to get next, if it is behind. Topics that have caught up are live from now
    /// on. To be called when the session has room, and again when that order is done.
    pub fn next_order(&mut self, id: SessionId) -> Option<Order> {
        let (position, settings) = (self.position, self.pass.settings());
        let session = self.sessions.get_mut(id.index())?;
        let behind = session.behind.as_mut()?;
        if behind.is_ordering() {
            return None;
        }
        behind.arrive(position);
        let lag = behind.last(position);
        let Some(lag) = lag else {
            if behind.is_empty() {
                session.behind = None;
            } else if !self.ahead.contains(&id) {
                self.ahead.push(id);
            }
            self.reseat(id);
            return None;
        };
        self.orders = self.orders.wrapping_add(1);
        let ticket = Ticket(self.orders);
        behind.order(ticket, lag.topic);
        let order = Order {
            session: id,
            ticket,
            topic: lag.topic,
            after: lag.position,
            until: position,
            wishes: session.wishes.only([lag.topic].into_iter().collect()),
            framing: session.framing,
            replayed_until: lag.replayed_until,
            settings,
        };
        self.reseat(id);
        Some(order)
    }

    /// Ends an order. `done` is the sequence up to which the session has everything that it wants
    /// of the topic; `None` if nothing came of it. Returns false if the order is void, because the
    /// subscription is another or gone: then nothing that came of it may be handed on.
    pub fn end_order(&mut self, id: SessionId, ticket: Ticket, done: Option<u64>) -> bool {
        let session = self.sessions.get_mut(id.index());
        let Some(behind) = session.and_then(|session| session.behind.as_mut()) else {
            return false;
        };
        let Some(topic) = behind.end_order(ticket) else { return false };
        if let Some(done) = done {
            behind.advance(topic, done);
        }
        true
    }

    /// Whether an order is still wanted.
    pub fn is_ordered(&self, id: SessionId, ticket: Ticket) -> bool {
        let behind = self.sessions.get(id.index()).and_then(|session| session.behind.as_ref());
        behind.is_some_and(|behind| behind.has_ordered(ticket))
    }

    /// Whether anything of a session is behind.
    pub fn is_behind(&self, id: SessionId) -> bool {
        self.sessions.get(id.index()).is_some_and(|session| session.behind.is_some())
    }

    /// Changes what a session wants on one topic, and lists it accordingly.
    fn change(&mut self, id: SessionId, topic: Topic, change: impl FnOnce(&mut Wishes)) {
        let Some(session) = self.sessions.get_mut(id.index()) else { return };
        let before = session.wishes.has(topic);
        self.index.unlist(id, topic, &session.wishes);
        change(&mut session.wishes);
        self.index.list(id, topic, &session.wishes);
        let after = session.wishes.has(topic);
        if let Some(count) = self.subscribers.get_mut(topic.index()) {
            *count = count.saturating_add(usize::from(after)).saturating_sub(usize::from(before));
        }
        self.reseat(id);
    }

    /// Moves a session to where its wishes belong.
    fn reseat(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get_mut(id.index()) else { return };
        let seat = Seat::of(session);
        if seat == session.seat {
            return;
        }
        match session.seat {
            Seat::None => {}
            Seat::Class(profile) => self.classes.leave(id, profile),
            Seat::Index(broad) => self.index.set_broad(id, broad, false),
        }
        match seat {
            Seat::None => {}
            Seat::Class(profile) => self.classes.join(id, profile, &session.wishes),
            Seat::Index(broad) => self.index.set_broad(id, broad, true),
        }
        session.seat = seat;
    }

    /// Entries of the index, for tests.
    #[cfg(test)]
    pub(crate) fn listed(&self) -> usize {
        self.index.entries()
    }
}

impl Session {
    /// How this session wants to see `event`, if it wants it and gets it live.
    pub(crate) fn wants(&self, event: &Event) -> Option<Variant> {
        let is_live = self.lag(event.topic()).is_none();
        self.wishes.wants(event).filter(|_| is_live)
    }

    fn lag(&self, topic: Topic) -> Option<Lag> {
        self.behind.as_ref()?.lag(topic)
    }

    /// The topics that are subscribed and live.
    fn live(&self) -> TopicSet {
        let behind = self.behind.as_ref().map(|behind| behind.topics());
        self.wishes.topics().without(behind.unwrap_or_default())
    }

    fn set_lag(&mut self, topic: Topic, lag: Option<Lag>) {
        if lag.is_some() || self.behind.is_some() {
            let behind = self.behind.get_or_insert_default();
            behind.set(topic, lag);
            if behind.is_empty() {
                self.behind = None;
            }
        }
    }
}

impl Seat {
    fn of(session: &Session) -> Self {
        let (live, wishes) = (session.live(), &session.wishes);
        if live.is_empty() {
            return Self::None;
        }
        wishes
            .profile(live, session.framing)
            .map_or_else(|| Self::Index(wishes.broad().and(live)), Self::Class)
    }
}

impl Limits {
    fn check(self, accounts: usize) -> Result<(), TooManyAccounts> {
        if accounts > self.accounts {
            return Err(TooManyAccounts { accounts, max: self.accounts });
        }
        Ok(())
    }
}

/// The filters of a session would list more accounts than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{accounts} accounts and hashes in the filters of one session are too many, {max} are allowed"
)]
pub struct TooManyAccounts {
    /// How many it would list.
    pub accounts: usize,
    /// How many it may.
    pub max: usize,
}

/// Why an update was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unchanged {
    /// There is nothing that it could change.
    #[error(transparent)]
    NotUpdatable(#[from] Fault),
    /// It lists too much.
    #[error(transparent)]
    TooManyAccounts(#[from] TooManyAccounts),
}

impl From<TooManyAccounts> for Fault {
    fn from(TooManyAccounts { accounts, max }: TooManyAccounts) -> Self {
        Self::limit_exceeded("accounts and hashes in the filters of one session", accounts, max)
    }
}

impl From<Unchanged> for Fault {
    fn from(unchanged: Unchanged) -> Self {
        match unchanged {
            Unchanged::NotUpdatable(fault) => fault,
            Unchanged::TooManyAccounts(limit) => limit.into(),
        }
    }
}

#[cfg(test)]
mod tests;
