//! The running elections, found by id, by root and by candidate.
//!
//! Owned by `consensus`, which alone adds and removes. Keeps the three ways to an election in step.

use banano_primitives::{BlockHash, QualifiedRoot};
use rustc_hash::FxHashMap;

use crate::Behavior;
use crate::buckets::Place;
use crate::election::{Election, ElectionId};

/// A running election and the place it took in the buckets, if the priority scheduler started it.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) election: Election,
    pub(crate) place: Option<Place>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Elections {
    running: FxHashMap<ElectionId, Running>,
    by_root: FxHashMap<QualifiedRoot, ElectionId>,
    by_candidate: FxHashMap<BlockHash, ElectionId>,
    counts: Counts,
    last_id: ElectionId,
}

impl Elections {
    /// Adds an election. The root must be free.
    pub(crate) fn insert(&mut self, election: Election, place: Option<Place>) -> ElectionId {
        self.last_id += 1;
        let id = self.last_id;
        *self.counts.of(election.behavior()) += 1;
        self.by_root.insert(election.root(), id);
        for candidate in election.candidates() {
            self.by_candidate.insert(candidate.block.hash(), id);
        }
        self.running.insert(id, Running { election, place });
        id
    }

    /// Removes an election and all ways to it.
    pub(crate) fn remove(&mut self, id: ElectionId) -> Option<Running> {
        let running = self.running.remove(&id)?;
        *self.counts.of(running.election.behavior()) -= 1;
        self.by_root.remove(&running.election.root());
        for candidate in running.election.candidates() {
            self.by_candidate.remove(&candidate.block.hash());
        }
        Some(running)
    }

    /// Adds and removes the way to an election by a candidate that joined or was replaced.
    pub(crate) fn link(&mut self, hash: BlockHash, id: ElectionId) {
        self.by_candidate.insert(hash, id);
    }

    pub(crate) fn unlink(&mut self, hash: &BlockHash) {
        self.by_candidate.remove(hash);
    }

    pub(crate) fn get(&self, id: ElectionId) -> Option<&Election> {
        self.running.get(&id).map(|running| &running.election)
    }

    pub(crate) fn get_mut(&mut self, id: ElectionId) -> Option<&mut Election> {
        self.running.get_mut(&id).map(|running| &mut running.election)
    }

    pub(crate) fn place(&self, id: ElectionId) -> Option<Place> {
        self.running.get(&id)?.place
    }

    pub(crate) fn of_root(&self, root: &QualifiedRoot) -> Option<ElectionId> {
        self.by_root.get(root).copied()
    }

    pub(crate) fn of_candidate(&self, hash: &BlockHash) -> Option<ElectionId> {
        self.by_candidate.get(hash).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.running.len()
    }

    pub(crate) fn hinted(&self) -> usize {
        self.counts.hinted
    }

    pub(crate) fn optimistic(&self) -> usize {
        self.counts.optimistic
    }

    /// Oldest first.
    pub(crate) fn ids(&self) -> Vec<ElectionId> {
        let mut ids: Vec<ElectionId> = self.running.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// In no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Election> {
        self.running.values().map(|running| &running.election)
    }
}

/// How many elections there are of each behavior.
#[derive(Debug, Default)]
struct Counts {
    manual: usize,
    priority: usize,
    hinted: usize,
    optimistic: usize,
}

impl Counts {
    fn of(&mut self, behavior: Behavior) -> &mut usize {
        match behavior {
            Behavior::Manual => &mut self.manual,
            Behavior::Priority => &mut self.priority,
            Behavior::Hinted => &mut self.hinted,
            Behavior::Optimistic => &mut self.optimistic,
        }
    }
}
