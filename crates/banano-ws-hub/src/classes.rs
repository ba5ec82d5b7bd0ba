//! Sessions that want exactly the same: what one gets, all get, byte for byte.
//!
//! Called by the hub. Touches nothing. Never holds a session whose events an account decides; those
//! are found by the index. A class exists while it has a member.

use banano_ws_protocol::Topic;
use rustc_hash::FxHashMap;
use slab::Slab;

use crate::{
    SessionId,
    chunk::Chunk,
    frame::Framing,
    roster::Roster,
    wishes::{Profile, Wishes},
};

/// All classes, by profile and by topic.
#[derive(Debug, Default)]
pub(crate) struct Classes {
    slab: Slab<Class>,
    by_profile: FxHashMap<Profile, ClassId>,
    /// Which classes listen to a topic.
    by_topic: [Vec<ClassId>; Topic::ALL.len()],
}

/// Names a class while it exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClassId(usize);

/// Sessions with the same wishes.
#[derive(Debug)]
pub(crate) struct Class {
    /// The wishes of every member.
    pub(crate) wishes: Wishes,
    pub(crate) framing: Framing,
    pub(crate) members: Roster,
    /// What the members get of the batch that is being published; empty otherwise.
    pub(crate) chunk: Chunk,
}

impl Classes {
    /// Seats a session with those of the same wishes, whose profile is `profile`.
    pub(crate) fn join(&mut self, id: SessionId, profile: Profile, wishes: &Wishes) {
        let class = match self.by_profile.get(&profile) {
            Some(class) => *class,
            None => self.found(profile, wishes),
        };
        if let Some(class) = self.get_mut(class) {
            class.members.set(id, true);
        }
    }

    /// Takes a session out of the class of `profile`.
    pub(crate) fn leave(&mut self, id: SessionId, profile: Profile) {
        let Some(class_id) = self.by_profile.get(&profile).copied() else { return };
        let Some(class) = self.slab.get_mut(class_id.0) else { return };
        class.members.set(id, false);
        if class.members.is_empty() {
            for topic in class.wishes.topics().iter() {
                if let Some(listening) = self.by_topic.get_mut(topic.index()) {
                    listening.retain(|listener| *listener != class_id);
                }
            }
            self.by_profile.remove(&profile);
            self.slab.try_remove(class_id.0);
        }
    }

    /// The classes that listen to `topic`.
    pub(crate) fn listening(&self, topic: Topic) -> &[ClassId] {
        self.by_topic.get(topic.index()).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn get_mut(&mut self, id: ClassId) -> Option<&mut Class> {
        self.slab.get_mut(id.0)
    }

    fn found(&mut self, profile: Profile, wishes: &Wishes) -> ClassId {
        let class = Class {
            wishes: wishes.only(profile.topics),
            framing: profile.framing,
            members: Roster::default(),
            chunk: Chunk::default(),
        };
        let id = ClassId(self.slab.insert(class));
        for topic in profile.topics.iter() {
            if let Some(listening) = self.by_topic.get_mut(topic.index()) {
                listening.push(id);
            }
        }
        self.by_profile.insert(profile, id);
        id
    }
}
