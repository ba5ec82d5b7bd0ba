//! Where the sessions are found whose filters name something: accounts, hashes, an amount.
//!
//! Called by the hub. Touches nothing. Says who may want an event; the session's own filter has the
//! last word, so an entry too many costs time and one too few would lose an event. What an event costs
//! grows with those who may want it, not with those who are listed.

use std::collections::BTreeSet;

use banano_primitives::Amount;
use banano_ws_protocol::{BlockFacts, Event, Topic, Update};

use crate::{
    SessionId,
    listings::{Facet, Listings},
    roster::Roster,
    wishes::{Anchor, TopicSet, Wishes},
};

/// Sessions outside of all classes, by what an event says.
#[derive(Debug, Default)]
pub(crate) struct Index {
    listings: Listings,
    /// `confirmation` with `all_local_accounts`.
    local: Roster,
    /// Sessions by the least amount of block that they look at.
    confirmed_at_least: BTreeSet<(Amount, SessionId)>,
    stored_at_least: BTreeSet<(Amount, SessionId)>,
    /// Subscriptions that look at every event of the topic, of sessions that have another that does
    /// not, or an extension filter.
    broad: [Roster; Topic::ALL.len()],
}

impl Index {
    /// Lists what leads events of `topic` to the session.
    pub(crate) fn list(&mut self, id: SessionId, topic: Topic, wishes: &Wishes) {
        self.set(id, topic, wishes, true);
    }

    /// Undoes [`Index::list`]; `wishes` must be the same.
    pub(crate) fn unlist(&mut self, id: SessionId, topic: Topic, wishes: &Wishes) {
        self.set(id, topic, wishes, false);
    }

    fn set(&mut self, id: SessionId, topic: Topic, wishes: &Wishes, listed: bool) {
        let facets = Facets::of(topic);
        match wishes.anchor(topic) {
            None | Some(Anchor::Topic) => {}
            Some(Anchor::Accounts(set)) => {
                for it in set {
                    self.listings.set(facets.party, it.as_bytes(), id, listed);
                }
            }
            Some(Anchor::Hashes(set)) => {
                for it in set {
                    self.listings.set(facets.hash, it.as_bytes(), id, listed);
                }
            }
            Some(Anchor::Counterparties(set)) => {
                for it in set {
                    self.listings.set(facets.counterparty, it.as_bytes(), id, listed);
                }
            }
            Some(Anchor::Representatives(set)) => {
                for it in set {
                    self.listings.set(facets.representative, it.as_bytes(), id, listed);
                }
            }
            Some(Anchor::AtLeast(amount)) => {
                let sessions = self.at_least_mut(topic);
                if listed {
                    sessions.insert((amount, id));
                } else {
                    sessions.remove(&(amount, id));
                }
            }
        }
        if topic == Topic::Confirmation && wishes.local() {
            self.local.set(id, listed);
        }
    }

    /// Lists anew what `update`, which `wishes` has been through, names of the anchor's list.
    pub(crate) fn refresh(
        &mut self,
        id: SessionId,
        topic: Topic,
        wishes: &Wishes,
        update: &Update,
    ) {
        let facets = Facets::of(topic);
        match wishes.anchor(topic) {
            Some(Anchor::Accounts(set)) => {
                for it in update.accounts.named() {
                    self.listings.set(facets.party, it.as_bytes(), id, set.contains(it));
                }
            }
            Some(Anchor::Hashes(set)) => {
                for it in update.hashes.named() {
                    self.listings.set(facets.hash, it.as_bytes(), id, set.contains(it));
                }
            }
            Some(Anchor::Counterparties(set)) => {
                for it in update.counterparties.named() {
                    self.listings.set(facets.counterparty, it.as_bytes(), id, set.contains(it));
                }
            }
            Some(Anchor::Representatives(set)) => {
                for it in update.representatives.named() {
                    let listed = set.contains(it);
                    self.listings.set(facets.representative, it.as_bytes(), id, listed);
                }
            }
            None | Some(Anchor::AtLeast(_) | Anchor::Topic) => {}
        }
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
        let topic = event.topic();
        out.extend_from_slice(self.broad.get(topic.index()).map_or(&[], Roster::members));
        match event {
            Event::Confirmation(confirmation) => {
                for party in confirmation.parties() {
                    self.listings.find(Facet::Party, party.as_bytes(), out);
                }
                if confirmation.local {
                    out.extend_from_slice(self.local.members());
                }
                self.block_candidates(topic, &BlockFacts::from(confirmation), out);
            }
            Event::NewUnconfirmedBlock(stored) => {
                for party in stored.parties() {
                    self.listings.find(Facet::StoredParty, party.as_bytes(), out);
                }
                self.block_candidates(topic, &BlockFacts::from(stored), out);
            }
            Event::Vote(vote) => {
                self.listings.find(Facet::Voter, vote.vote.account.as_bytes(), out);
            }
            _ => {}
        }
        // Owner and link, or an account and "local", may lead to the same session.
        out.sort_unstable();
        out.dedup();
    }

    fn block_candidates(&self, topic: Topic, facts: &BlockFacts<'_>, out: &mut Vec<SessionId>) {
        let facets = Facets::of(topic);
        self.listings.find(facets.hash, facts.block.hash().as_bytes(), out);
        if let Some(counterparty) = facts.counterparty() {
            self.listings.find(facets.counterparty, counterparty.as_bytes(), out);
        }
        if let Some(representative) = facts.block.representative() {
            self.listings.find(facets.representative, representative.as_bytes(), out);
        }
        if let Some(amount) = facts.amount() {
            let sessions = match topic {
                Topic::Confirmation => &self.confirmed_at_least,
                _ => &self.stored_at_least,
            };
            let reached = sessions.iter().take_while(|(least, _)| *least <= amount);
            out.extend(reached.map(|(_, id)| *id));
        }
    }

    fn at_least_mut(&mut self, topic: Topic) -> &mut BTreeSet<(Amount, SessionId)> {
        match topic {
            Topic::Confirmation => &mut self.confirmed_at_least,
            _ => &mut self.stored_at_least,
        }
    }

    /// Entries held, for tests: an index that forgets nobody grows without bound.
    #[cfg(test)]
    pub(crate) fn entries(&self) -> usize {
        self.listings.len()
            + self.local.members().len()
            + self.confirmed_at_least.len()
            + self.stored_at_least.len()
            + self.broad.iter().map(|roster| roster.members().len()).sum::<usize>()
    }
}

/// The facets of one topic's events.
struct Facets {
    party: Facet,
    hash: Facet,
    counterparty: Facet,
    representative: Facet,
}

impl Facets {
    fn of(topic: Topic) -> Self {
        if topic == Topic::NewUnconfirmedBlock {
            return Self {
                party: Facet::StoredParty,
                hash: Facet::StoredHash,
                counterparty: Facet::StoredCounterparty,
                representative: Facet::StoredRepresentative,
            };
        }
        Self {
            party: if topic == Topic::Vote { Facet::Voter } else { Facet::Party },
            hash: Facet::Hash,
            counterparty: Facet::Counterparty,
            representative: Facet::Representative,
        }
    }
}
