//! An election that started or stopped, by the hash of one block.

use banano_primitives::BlockHash;

use crate::Extra;

/// `message` of `started_election` and `stopped_election` (protocol.md §6.3, §6.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElectionEvent {
    /// Started: the block that started the election. Stopped: a candidate that did not win.
    pub hash: BlockHash,
    /// Members that a newer node added.
    pub extra: Extra,
}

impl From<BlockHash> for ElectionEvent {
    fn from(hash: BlockHash) -> Self {
        Self { hash, extra: Extra::NONE }
    }
}
