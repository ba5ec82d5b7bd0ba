//! What of an event leads to which sessions, in compact form.
//!
//! Called by the index. Touches nothing. An entry is 16 bytes: of the account or hash only a keyed
//! 64-bit fingerprint is kept, since the session itself holds the whole of it and has the last word.
//! The key is drawn at random, so that nobody can choose accounts that fall on one another. Two that do
//! so by chance and are listed by the same session, of which one is taken out, would hide the other;
//! with a million entries in a session the odds are one in 10⁷.

use std::hash::{BuildHasher, RandomState};

use rustc_hash::FxHashMap;
use slab::Slab;

use crate::{SessionId, roster::Roster};

/// What of an event is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Facet {
    /// Owner or link of a confirmed block.
    Party,
    /// Hash of a confirmed block.
    Hash,
    /// The other side of a confirmed block.
    Counterparty,
    /// The representative that a confirmed block names.
    Representative,
    /// Owner or destination of a stored block.
    StoredParty,
    /// Hash of a stored block.
    StoredHash,
    /// The other side of a stored block.
    StoredCounterparty,
    /// The representative that a stored block names.
    StoredRepresentative,
    /// Who voted.
    Voter,
}

const FACETS: usize = 9;

/// Sessions by fingerprint.
#[derive(Debug, Default)]
pub(crate) struct Listings {
    key: RandomState,
    sessions: FxHashMap<u64, Listing>,
    rosters: Slab<Roster>,
    /// Entries per facet: what nobody lists is not looked up.
    counts: [usize; FACETS],
}

/// The sessions under one fingerprint. Nearly always one.
#[derive(Debug, Clone, Copy)]
enum Listing {
    One(u32),
    /// A place among the rosters.
    Many(u32),
}

impl Listings {
    /// Adds the sessions that list `bytes` to `out`.
    pub(crate) fn find(&self, facet: Facet, bytes: &[u8; 32], out: &mut Vec<SessionId>) {
        if self.count(facet) == 0 {
            return;
        }
        match self.sessions.get(&self.fingerprint(facet, bytes)) {
            None => {}
            Some(Listing::One(id)) => out.push(wide(*id)),
            Some(Listing::Many(place)) => {
                out.extend_from_slice(self.roster(*place).map_or(&[], Roster::members));
            }
        }
    }

    /// Lists or unlists `bytes` for a session. Does nothing if it is so already.
    pub(crate) fn set(&mut self, facet: Facet, bytes: &[u8; 32], id: SessionId, listed: bool) {
        let Some(narrow) = narrow(id) else { return };
        let fingerprint = self.fingerprint(facet, bytes);
        let changed = if listed {
            self.insert(fingerprint, id, narrow)
        } else {
            self.remove(fingerprint, id, narrow)
        };
        if let Some(count) = self.counts.get_mut(facet as usize) {
            match (changed, listed) {
                (false, _) => {}
                (true, true) => *count = count.saturating_add(1),
                (true, false) => *count = count.saturating_sub(1),
            }
        }
    }

    fn insert(&mut self, fingerprint: u64, id: SessionId, narrow: u32) -> bool {
        let Some(listing) = self.sessions.get_mut(&fingerprint) else {
            self.sessions.insert(fingerprint, Listing::One(narrow));
            return true;
        };
        match *listing {
            Listing::One(only) if only == narrow => false,
            Listing::One(first) => {
                let mut roster = Roster::default();
                roster.set(wide(first), true);
                roster.set(id, true);
                let place = self.rosters.insert(roster);
                // There are fewer rosters than sessions, whose numbers fit as well.
                *listing = Listing::Many(u32::try_from(place).unwrap_or(u32::MAX));
                true
            }
            Listing::Many(place) => self.rosters.get_mut(place as usize).is_some_and(|roster| {
                let before = roster.members().len();
                roster.set(id, true);
                roster.members().len() > before
            }),
        }
    }

    fn remove(&mut self, fingerprint: u64, id: SessionId, narrow: u32) -> bool {
        match self.sessions.get(&fingerprint).copied() {
            Some(Listing::One(only)) if only == narrow => {
                self.sessions.remove(&fingerprint);
                true
            }
            Some(Listing::Many(place)) => {
                let Some(roster) = self.rosters.get_mut(place as usize) else { return false };
                let before = roster.members().len();
                roster.set(id, false);
                let removed = roster.members().len() < before;
                if roster.is_empty() {
                    self.rosters.try_remove(place as usize);
                    self.sessions.remove(&fingerprint);
                }
                removed
            }
            _ => false,
        }
    }

    fn fingerprint(&self, facet: Facet, bytes: &[u8; 32]) -> u64 {
        self.key.hash_one((facet as u8, bytes))
    }

    fn count(&self, facet: Facet) -> usize {
        self.counts.get(facet as usize).copied().unwrap_or(0)
    }

    fn roster(&self, place: u32) -> Option<&Roster> {
        self.rosters.get(place as usize)
    }

    /// Different facets and values that are listed.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.sessions.len()
    }
}

fn wide(id: u32) -> SessionId {
    SessionId(id as usize)
}

/// Sessions are numbered by their place among those that are open: 32 bits are never used up.
fn narrow(id: SessionId) -> Option<u32> {
    u32::try_from(id.index()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(listings: &Listings, facet: Facet, n: u8) -> Vec<usize> {
        let mut out = Vec::new();
        listings.find(facet, &[n; 32], &mut out);
        let mut found: Vec<_> = out.into_iter().map(SessionId::index).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn sessions_are_found_by_what_they_list_and_nothing_stays_behind() {
        let mut listings = Listings::default();
        for id in [1, 2, 2, 3] {
            listings.set(Facet::Party, &[7; 32], SessionId(id), true);
        }
        listings.set(Facet::Hash, &[7; 32], SessionId(9), true);
        assert_eq!(found(&listings, Facet::Party, 7), [1, 2, 3]);
        assert_eq!(found(&listings, Facet::Hash, 7), [9]);
        assert_eq!(found(&listings, Facet::Party, 8), [0; 0]);
        for id in [2, 4, 3, 1, 1] {
            listings.set(Facet::Party, &[7; 32], SessionId(id), false);
        }
        assert_eq!(found(&listings, Facet::Party, 7), [0; 0]);
        assert_eq!(found(&listings, Facet::Hash, 7), [9]);
        listings.set(Facet::Hash, &[7; 32], SessionId(9), false);
        assert_eq!((listings.len(), listings.rosters.len(), listings.counts), (0, 0, [0; FACETS]));
    }

    #[test]
    fn an_entry_is_small() {
        assert_eq!(size_of::<(u64, Listing)>(), 16);
    }
}
