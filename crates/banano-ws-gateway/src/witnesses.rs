//! Who said what was passed on, for a while after.
//!
//! Tells how far an upstream lags behind the first, and what it never said.

use std::collections::VecDeque;

use banano_primitives::BlockHash;
use rustc_hash::FxHashMap;

use crate::upstream::{UpstreamId, UpstreamSet};

/// An upstream that has not said by then what others said has missed it.
const PATIENCE_MS: u64 = 30_000;

/// Most confirmations that are watched; beyond it the oldest is judged early.
const CAPACITY: usize = 131_072;

/// The latest confirmations and who said them.
#[derive(Debug, Default)]
pub(crate) struct Witnesses {
    recent: FxHashMap<BlockHash, Witnessed>,
    order: VecDeque<BlockHash>,
}

#[derive(Debug, Clone, Copy)]
struct Witnessed {
    first_ms: u64,
    by: UpstreamSet,
}

impl Witnesses {
    /// A confirmation went out that these have said.
    pub(crate) fn passed_on(&mut self, hash: BlockHash, by: UpstreamSet, first_ms: u64) {
        if self.recent.insert(hash, Witnessed { first_ms, by }).is_none() {
            self.order.push_back(hash);
        }
    }

    /// One more says it. How long after the first, if it went out lately and this is its first word.
    pub(crate) fn say(&mut self, hash: &BlockHash, by: UpstreamId, now_ms: u64) -> Option<u64> {
        let it = self.recent.get_mut(hash)?;
        it.by.insert(by).then(|| now_ms.saturating_sub(it.first_ms))
    }

    /// Takes what is old enough to be judged: since when it was known, and who said it.
    pub(crate) fn judge(&mut self, now_ms: u64) -> Option<(u64, UpstreamSet)> {
        let oldest = self.order.front()?;
        let is_old = self
            .recent
            .get(oldest)
            .is_none_or(|it| now_ms.saturating_sub(it.first_ms) >= PATIENCE_MS);
        if !is_old && self.order.len() <= CAPACITY {
            return None;
        }
        let oldest = self.order.pop_front()?;
        self.recent.remove(&oldest).map(|it| (it.first_ms, it.by))
    }
}
