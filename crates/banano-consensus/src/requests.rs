//! Requests for votes, collected and bundled (node.md §4.10).
//!
//! Filled by `consensus` while it looks after its elections, emptied at the end of the pass. Elections that
//! lack the votes of the same representatives share messages.

use std::collections::BTreeMap;

use banano_primitives::{Account, BlockHash, Root};

use crate::effect::{Effect, PAIRS_MAX};

/// Pairs to ask for, by whom to ask. In the order of accounts, so that a run can be repeated.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    groups: BTreeMap<Vec<Account>, Vec<(BlockHash, Root)>>,
}

impl Requests {
    pub(crate) fn add(&mut self, representatives: Vec<Account>, hash: BlockHash, root: Root) {
        self.groups.entry(representatives).or_default().push((hash, root));
    }

    pub(crate) fn flush(&mut self, effects: &mut Vec<Effect>) {
        for (representatives, pairs) in std::mem::take(&mut self.groups) {
            for bundle in pairs.chunks(PAIRS_MAX) {
                let (pairs, representatives) = (bundle.to_vec(), representatives.clone());
                effects.push(Effect::RequestVotes { pairs, representatives });
            }
        }
    }
}
