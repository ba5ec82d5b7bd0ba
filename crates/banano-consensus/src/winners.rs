//! Winners on their way to being cemented.
//!
//! Called by `consensus` at confirmation, at cementing, and when a retry is due. A winner may be missing from
//! the ledger (it won before it came, or its rival is being rolled back), so cementing is tried again a few
//! times (node.md §4.6).

use banano_primitives::{BlockHash, QualifiedRoot};
use rustc_hash::FxHashMap;

use crate::ElectionStatus;

/// A winner and the numbers of its election, which may have left meanwhile.
#[derive(Debug)]
pub(crate) struct Winner {
    pub(crate) root: QualifiedRoot,
    pub(crate) status: ElectionStatus,
    pub(crate) retries_left: u32,
}

/// All winners that are not cemented yet. Bounded: each leaves when it is cemented, or with its last retry.
#[derive(Debug, Default)]
pub(crate) struct Winners {
    by_hash: FxHashMap<BlockHash, Winner>,
}

impl Winners {
    pub(crate) fn insert(&mut self, winner: Winner) {
        self.by_hash.insert(winner.status.winner, winner);
    }

    pub(crate) fn contains(&self, hash: &BlockHash) -> bool {
        self.by_hash.contains_key(hash)
    }

    pub(crate) fn take(&mut self, hash: &BlockHash) -> Option<Winner> {
        self.by_hash.remove(hash)
    }

    pub(crate) fn get_mut(&mut self, hash: &BlockHash) -> Option<&mut Winner> {
        self.by_hash.get_mut(hash)
    }
}
