//! A block that was stored and not yet confirmed.

use std::sync::Arc;

use banano_primitives::{Account, Amount, Block, Subtype};

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
    /// Members that a newer node added.
    pub extra: Extra,
}
