//! One topic that the application wants, and where it stands in the server's journal.
//!
//! Called by the session. Survives the loss of a connection: that is what it is for.

use std::collections::BTreeSet;

use banano_primitives::Account;
use banano_ws_protocol::{
    Cursor, Event, ListChange, ReceivedEvent, Refusal, ServerEvent, Since, Subscription as Filter,
    Update,
};

use crate::builder::OnGap;
use crate::item::Continuity;
use crate::subscription::Subscription;

#[derive(Debug)]
pub(super) struct Wish {
    pub(super) subscription: Subscription,
    /// The same as a filter, for a plain node that ignores options which it does not know.
    filter: Option<Filter>,
    /// Behind this event we go on.
    pub(super) place: Option<Cursor>,
    /// With what the running request was sent.
    pub(super) asked: Option<Since>,
    /// After a gap: where to go on instead.
    instead: Option<OnGap>,
    pub(super) is_gap_told: bool,
    /// Whether it was in force before, or in an earlier process.
    is_known: bool,
    pub(super) server: Server,
    /// Of the application's request, until it is answered.
    pub(super) ticket: Option<u64>,
    /// Of the application's changes that no update carries yet.
    pub(super) changes: Vec<u64>,
    added: BTreeSet<Account>,
    removed: BTreeSet<Account>,
}

/// What is known of the server by the answer to the running request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    /// It may still answer.
    Unknown,
    /// It knows cursors, and all options.
    Journal,
    /// It ignores cursors and with them our options.
    Plain,
    /// It has not answered in time, and may be of either kind.
    Silent,
}

impl Server {
    const fn is_plain(self) -> bool {
        matches!(self, Self::Plain | Self::Silent)
    }
}

/// What a subscription in force means to the application.
#[derive(Debug, PartialEq)]
pub(super) struct Told {
    pub(super) continuity: Option<Continuity>,
    pub(super) begins: Option<Cursor>,
}

impl Wish {
    pub(super) fn new(
        subscription: Subscription,
        kept: Option<Cursor>,
        ticket: u64,
    ) -> Result<Self, Refusal> {
        let filter = subscription.filter()?;
        let filter = filter.filter(|_| subscription.is_extended());
        Ok(Self {
            subscription,
            filter,
            place: kept,
            asked: None,
            instead: None,
            is_gap_told: false,
            is_known: kept.is_some(),
            server: Server::Unknown,
            ticket: Some(ticket),
            changes: Vec::new(),
            added: BTreeSet::new(),
            removed: BTreeSet::new(),
        })
    }

    /// Where the next request is to begin.
    pub(super) fn since(&self) -> Option<Since> {
        match self.instead {
            Some(OnGap::Oldest) => Some(Since::Oldest),
            Some(OnGap::Live) => None,
            None => self.place.map(Since::Cursor).or(self.subscription.begins()),
        }
    }

    /// The server does not hold the place. Returns the place that is lost.
    pub(super) fn expired(&mut self, on_gap: OnGap) -> Option<Cursor> {
        self.is_gap_told = true;
        // A server that refuses even its oldest is asked for what is live.
        let was_oldest = self.asked == Some(Since::Oldest);
        self.instead = Some(if was_oldest { OnGap::Live } else { on_gap });
        self.place.take()
    }

    /// The server has accepted; `live` is where live begins, if it knows cursors.
    pub(super) fn in_force(&mut self, live: Option<Cursor>) -> Told {
        let server = if live.is_some() { Server::Journal } else { Server::Plain };
        let before = std::mem::replace(&mut self.server, server);
        let was_known = std::mem::replace(&mut self.is_known, true);
        let continuity = match (live, self.asked) {
            _ if !was_known || self.is_gap_told => None,
            // A time or the oldest, too: no hole, and repeats are left out.
            (Some(_), Some(_)) => Some(Continuity::Resumed),
            // This was the first one, and it was only late.
            (Some(_), None) if before == Server::Silent => None,
            _ => Some(Continuity::Unknown),
        };
        // Without a replay it is live at once; with one the events say how far it is.
        // After a gap that is owed still, so that the place which is kept on disk stays the lost one.
        if self.asked.is_none() || live.is_none() {
            self.place = live;
            self.instead = None;
        }
        Told { continuity, begins: live.filter(|_| self.asked.is_none() && !was_known) }
    }

    /// The server has not acknowledged in time. It may be one that never does; or one that knows the place,
    /// which is kept.
    pub(super) fn overdue(&mut self) -> Option<Continuity> {
        self.server = Server::Silent;
        let was_known = std::mem::replace(&mut self.is_known, true);
        (was_known && !self.is_gap_told).then_some(Continuity::Unknown)
    }

    /// An event came: the place to go on from is behind it.
    pub(super) const fn passed(&mut self, cursor: Option<Cursor>) {
        if cursor.is_some() {
            self.place = cursor;
            self.instead = None;
        }
    }

    pub(super) fn change(&mut self, add: &[Account], remove: &[Account]) {
        let Some(accounts) = self.subscription.accounts_mut() else { return };
        for account in add {
            if accounts.insert(*account) && !self.removed.remove(account) {
                self.added.insert(*account);
            }
        }
        for account in remove {
            if accounts.remove(account) && !self.added.remove(account) {
                self.removed.insert(*account);
            }
        }
        if let Some(filter) = &mut self.filter {
            let change = ListChange { add: Some(add.to_vec()), del: Some(remove.to_vec()) };
            filter.apply(&Update { accounts: change, ..Update::default() });
        }
    }

    /// The accounts that were added and removed since the last time.
    pub(super) fn take_change(&mut self) -> (Vec<Account>, Vec<Account>) {
        let take = |set: &mut BTreeSet<_>| std::mem::take(set).into_iter().collect();
        (take(&mut self.added), take(&mut self.removed))
    }

    /// Whether an event passes the options that a plain node ignored. What it cannot know passes.
    pub(super) fn passes(&self, event: &ServerEvent) -> bool {
        let Some(filter) = self.filter.as_ref().filter(|_| self.server.is_plain()) else {
            return true;
        };
        let event = match &event.event {
            ReceivedEvent::Confirmation(it) => match it.clone().complete(true) {
                Ok(confirmation) => Event::Confirmation(confirmation),
                Err(_) => return true,
            },
            ReceivedEvent::Vote(it) => Event::Vote(it.clone()),
            ReceivedEvent::NewUnconfirmedBlock(it) => Event::NewUnconfirmedBlock(it.clone()),
            _ => return true,
        };
        filter.matches(&event)
    }
}
