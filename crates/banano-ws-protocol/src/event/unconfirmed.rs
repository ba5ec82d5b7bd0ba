//! A block that was stored and not yet confirmed.

use std::sync::Arc;

use banano_primitives::{Account, Amount, Block, Subtype};

use super::BlockFacts;
use crate::Extra;

/// `message` of topic `new_unconfirmed_block`, which is the block itself (protocol.md §6.8).
#[derive(Debug, Clone, PartialEq)]
pub struct UnconfirmedBlock {
    /// The block.
    pub block: Arc<Block>,
    /// What a state block does. `None` for a legacy block: `subtype` then repeats `type`. `None` for
    /// a state block only behind an upstream node that uses a word of its own.
    pub subtype: Option<Subtype>,
    /// Owner of the block. `None` behind an upstream node for a legacy block, which may not say.
    /// Never rendered: for filters.
    pub account: Option<Account>,
    /// Raw moved by the block. `None` where unknown: a node's message does not say. Never
    /// rendered: for filters.
    pub amount: Option<Amount>,
    /// The other side: destination of a send, sender of a receive. `None` if there is none, or
    /// where unknown: a node's message does not say. Never rendered: for filters.
    pub linked_account: Option<Account>,
    /// Members that a newer node added.
    pub extra: Extra,
}

impl UnconfirmedBlock {
    /// The accounts that an account filter looks at: the owner, and whom a send pays
    /// (protocol.md §11.1).
    pub fn parties(&self) -> impl Iterator<Item = Account> {
        [self.account, BlockFacts::from(self).destination()].into_iter().flatten()
    }
}
