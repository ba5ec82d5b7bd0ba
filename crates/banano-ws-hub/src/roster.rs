//! A set of sessions that is walked far more often than it changes.
//!
//! Called by the index and by classes. Touches nothing. Never holds a session twice.

use rustc_hash::FxHashMap;

use crate::SessionId;

/// Sessions in a row, for walking, and each one's place, for leaving.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    members: Vec<SessionId>,
    places: FxHashMap<SessionId, usize>,
}

impl Roster {
    /// Puts a session in or takes it out. Does nothing if it is so already.
    pub(crate) fn set(&mut self, id: SessionId, member: bool) {
        if !member {
            self.remove(id);
        } else if !self.places.contains_key(&id) {
            self.places.insert(id, self.members.len());
            self.members.push(id);
        }
    }

    fn remove(&mut self, id: SessionId) {
        let Some(place) = self.places.remove(&id) else { return };
        self.members.swap_remove(place);
        if let Some(moved) = self.members.get(place) {
            self.places.insert(*moved, place);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The sessions, in no order that means anything.
    pub(crate) fn members(&self) -> &[SessionId] {
        &self.members
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_and_go_in_any_order() {
        let ids: Vec<_> = (0..5).map(SessionId).collect();
        let mut roster = Roster::default();
        for id in &ids {
            roster.set(*id, true);
            roster.set(*id, true);
        }
        for gone in [0, 4, 2, 2] {
            roster.set(ids[gone], false);
        }
        let mut left = roster.members().to_vec();
        left.sort();
        assert_eq!(left, [ids[1], ids[3]]);
        assert_eq!(roster.len(), 2);
        roster.set(ids[3], false);
        roster.set(ids[1], false);
        assert!(roster.is_empty());
    }
}
