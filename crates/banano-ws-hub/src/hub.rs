//! The hub: sessions and their subscriptions, and the way from an event to those who want it.
//!
//! Called by one shard's thread for everything that its clients ask, and for every batch of events.
//! Touches nothing. Never lets a refused request change anything.

use std::sync::Arc;

use banano_ws_protocol::{Fault, Held, RenderSettings, Stamped, Subscription, Topic, Update};
use bytes::Bytes;
use slab::Slab;

use crate::{
    classes::Classes,
    index::Index,
    pass::Pass,
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

/// What one session may have.
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
}

#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) wishes: Wishes,
    seat: Seat,
}

/// Where events find a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Seat {
    /// Nowhere: it has no subscription.
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
        }
    }

    /// Opens a session without subscriptions.
    pub fn open(&mut self) -> SessionId {
        SessionId(self.sessions.insert(Session::default()))
    }

    /// Closes a session with all its subscriptions. Does nothing if it is not open.
    pub fn close(&mut self, id: SessionId) {
        for topic in Topic::ALL {
            self.unsubscribe(id, topic);
        }
        self.sessions.try_remove(id.index());
    }

    /// Subscribes, in place of an earlier subscription to the same topic, of which nothing stays
    /// (protocol.md §3.2).
    ///
    /// # Errors
    ///
    /// If the session's filters would list more accounts than allowed. Nothing has changed then.
    pub fn subscribe(
        &mut self,
        id: SessionId,
        subscription: Subscription,
    ) -> Result<(), TooManyAccounts> {
        let Some(session) = self.sessions.get(id.index()) else { return Ok(()) };
        let topic = subscription.topic();
        let others = session.wishes.entries_beside(topic);
        self.limits.check(others.saturating_add(subscription.entries()))?;
        self.change(id, topic, |wishes| wishes.put(subscription));
        Ok(())
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
        if at_most.saturating_add(others) > self.limits.accounts {
            // It may still fit, for what is there already or deleted again: only trying tells.
            let mut tried = session.wishes.clone();
            tried.apply(topic, update);
            self.limits.check(others.saturating_add(tried.entries(topic)))?;
        }
        session.wishes.apply(topic, update);
        // Only what was named is looked up again: one account more or less in a long list must not
        // cost as much as the list.
        let named = match topic {
            Topic::Vote => &update.representatives,
            _ => &update.accounts,
        };
        let accounts = session.wishes.accounts(topic);
        for account in named.named() {
            let listed = accounts.is_some_and(|accounts| accounts.contains(account));
            self.index.set_account(id, topic, account, listed);
        }
        self.reseat(id);
        Ok(())
    }

    /// Unsubscribes. Does nothing if there is no subscription.
    pub fn unsubscribe(&mut self, id: SessionId, topic: Topic) {
        self.change(id, topic, |wishes| wishes.take(topic));
    }

    /// Sessions that are subscribed to `topic`.
    pub fn subscribers(&self, topic: Topic) -> usize {
        self.subscribers.get(topic.index()).copied().unwrap_or(0)
    }

    /// The sessions that are subscribed to anything.
    pub fn listeners(&self) -> impl Iterator<Item = SessionId> {
        let listening = self.sessions.iter().filter(|(_, session)| session.seat != Seat::None);
        listening.map(|(key, _)| SessionId(key))
    }

    /// Sessions that are open.
    pub fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// Hands every session what it wants of `events`: calls `deliver` with finished frames and how
    /// many they are. A session may be called several times; frames come in the order of `events`.
    pub fn publish(
        &mut self,
        events: &[Arc<Stamped>],
        deliver: impl FnMut(SessionId, &Bytes, usize),
    ) {
        self.pass.run(events, &mut self.classes, &self.index, &self.sessions, deliver);
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
        let seat = Seat::of(&session.wishes);
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

impl Seat {
    fn of(wishes: &Wishes) -> Self {
        let topics = wishes.topics();
        if topics.is_empty() {
            return Self::None;
        }
        wishes
            .profile()
            .map_or_else(|| Self::Index(topics.without(wishes.by_account())), Self::Class)
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
