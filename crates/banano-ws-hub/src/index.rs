//! Where the sessions are found whose filters name accounts, or narrow by an extension filter.
//!
//! Called by the hub. Touches nothing. Says who may want an event; the session's own filter has the
//! last word, so an entry too many costs time and one too few would lose an event.

use std::collections::HashMap;

use banano_primitives::Account;
use banano_ws_protocol::{Event, Topic};

use crate::{
    SessionId,
    roster::Roster,
    wishes::{TopicSet, Wishes},
};

/// Sessions outside of all classes, by what an event says.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// `confirmation` by owner or link.
    parties: Listings,
    /// `confirmation` with `all_local_accounts`.
    local: Roster,
    /// `vote` by representative.
    representatives: Listings,
    /// `new_unconfirmed_block` by owner or destination.
    stored_parties: Listings,
    /// Subscriptions without accounts, of sessions that have another with accounts, or an extension
    /// filter: these look at every event of the topic.
    broad: [Roster; Topic::ALL.len()],
}

impl Index {
    /// Lists what the filter of `topic` in `wishes` names.
    pub(crate) fn list(&mut self, id: SessionId, topic: Topic, wishes: &Wishes) {
        self.set_filter(id, topic, wishes, true);
    }

    /// Undoes [`Index::list`]; `wishes` must be the same.
    pub(crate) fn unlist(&mut self, id: SessionId, topic: Topic, wishes: &Wishes) {
        self.set_filter(id, topic, wishes, false);
    }

    fn set_filter(&mut self, id: SessionId, topic: Topic, wishes: &Wishes, listed: bool) {
        for account in wishes.accounts(topic).into_iter().flatten() {
            self.set_account(id, topic, account, listed);
        }
        if topic == Topic::Confirmation && wishes.local() {
            self.local.set(id, listed);
        }
    }

    /// Lists or unlists one account of the filter of `topic`.
    pub(crate) fn set_account(
        &mut self,
        id: SessionId,
        topic: Topic,
        account: &Account,
        listed: bool,
    ) {
        let listings = match topic {
            Topic::Confirmation => &mut self.parties,
            Topic::Vote => &mut self.representatives,
            Topic::NewUnconfirmedBlock => &mut self.stored_parties,
            _ => return,
        };
        listings.set(account, id, listed);
    }

    /// Lists or unlists a session under topics as a whole.
    pub(crate) fn set_broad(&mut self, id: SessionId, topics: TopicSet, listed: bool) {
        for topic in topics.iter() {
            if let Some(roster) = self.broad.get_mut(topic.index()) {
                roster.set(id, listed);
            }
        }
    }

    /// Adds to `out` every session that may want `event`, each once.
    pub(crate) fn candidates(&self, event: &Event, out: &mut Vec<SessionId>) {
        let broad = self.broad.get(event.topic().index());
        out.extend_from_slice(broad.map_or(&[], Roster::members));
        match event {
            Event::Confirmation(confirmation) => {
                for party in confirmation.parties() {
                    out.extend_from_slice(self.parties.get(&party));
                }
                if confirmation.local {
                    out.extend_from_slice(self.local.members());
                }
                // Owner and link, or an account and "local", may lead to the same session.
                out.sort_unstable();
                out.dedup();
            }
            Event::NewUnconfirmedBlock(stored) => {
                for party in stored.parties() {
                    out.extend_from_slice(self.stored_parties.get(&party));
                }
                out.sort_unstable(); // owner and destination may lead to the same session
                out.dedup();
            }
            Event::Vote(vote) => {
                out.extend_from_slice(self.representatives.get(&vote.vote.account));
            }
            _ => {}
        }
    }

    /// Entries held, for tests: an index that forgets nobody grows without bound.
    #[cfg(test)]
    pub(crate) fn entries(&self) -> usize {
        let broad = self.broad.iter().map(|roster| roster.members().len()).sum::<usize>();
        let listings = [&self.parties, &self.representatives, &self.stored_parties];
        listings.into_iter().map(|listings| listings.0.len()).sum::<usize>()
            + self.local.members().len()
            + broad
    }
}

/// Account → sessions. Clients choose the keys, so the hash is keyed at random (the standard one):
/// nobody can choose accounts that fall on one another.
#[derive(Debug, Default)]
struct Listings(HashMap<Account, Listing>);

/// The sessions under one account. Nearly always one.
#[derive(Debug)]
enum Listing {
    One(SessionId),
    Many(Box<Roster>),
}

impl Listings {
    fn get(&self, account: &Account) -> &[SessionId] {
        match self.0.get(account) {
            None => &[],
            Some(Listing::One(id)) => std::slice::from_ref(id),
            Some(Listing::Many(roster)) => roster.members(),
        }
    }

    fn set(&mut self, account: &Account, id: SessionId, listed: bool) {
        if listed { self.insert(account, id) } else { self.remove(account, id) }
    }

    fn insert(&mut self, account: &Account, id: SessionId) {
        let listing = self.0.entry(*account).or_insert(Listing::One(id));
        match listing {
            Listing::One(only) if *only == id => {}
            Listing::One(first) => {
                let mut roster = Roster::default();
                roster.set(*first, true);
                roster.set(id, true);
                *listing = Listing::Many(Box::new(roster));
            }
            Listing::Many(roster) => roster.set(id, true),
        }
    }

    fn remove(&mut self, account: &Account, id: SessionId) {
        let emptied = match self.0.get_mut(account) {
            Some(Listing::One(only)) => *only == id,
            Some(Listing::Many(roster)) => {
                roster.set(id, false);
                roster.is_empty()
            }
            None => false,
        };
        if emptied {
            self.0.remove(account);
        }
    }
}
