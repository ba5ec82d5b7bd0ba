//! What a block does, as far as filters look at it.
//!
//! Made of a confirmation or of a stored block, so that both topics are filtered by one reading.
//! Never looks at rendered text, and never guesses: what the event does not know is `None`.

use banano_primitives::{Account, Amount, Block, BlockKind, Subtype};

use super::{Confirmation, UnconfirmedBlock};

/// A block and what its event says about it.
#[derive(Debug, Clone, Copy)]
pub struct BlockFacts<'e> {
    /// The block.
    pub block: &'e Block,
    /// Owner of the block, if known.
    pub account: Option<Account>,
    amount: Option<Amount>,
    subtype: Option<Subtype>,
    linked_account: Option<Account>,
}

impl BlockFacts<'_> {
    /// What the block does: of a state block its subtype, of a legacy block what its kind says (an
    /// `open` receives). `None` for a state block whose subtype only an upstream node knows.
    pub fn subtype(&self) -> Option<Subtype> {
        match self.block.kind() {
            BlockKind::State => self.subtype,
            BlockKind::Send => Some(Subtype::Send),
            BlockKind::Receive | BlockKind::Open => Some(Subtype::Receive),
            BlockKind::Change => Some(Subtype::Change),
        }
    }

    /// Whether it is the first block of its account.
    pub fn is_first(&self) -> bool {
        self.block.previous().is_zero()
    }

    /// What it moved. `None` where unknown, which the amount of a send or receive says by being zero
    /// (protocol.md §6.1.1): a send of nothing does not exist.
    pub fn amount(&self) -> Option<Amount> {
        let moves = matches!(self.subtype(), Some(Subtype::Send | Subtype::Receive));
        self.amount.filter(|amount| !(moves && amount.is_zero()))
    }

    /// Whom a send pays. `None` for other blocks.
    pub fn destination(&self) -> Option<Account> {
        if self.subtype() != Some(Subtype::Send) {
            return None;
        }
        self.block.destination().or_else(|| self.block.link().map(|link| link.as_account()))
    }

    /// The other side: whom a send pays, or who sent what is received. `None` for change and epoch
    /// blocks, and where the sender is not known.
    pub fn counterparty(&self) -> Option<Account> {
        match self.subtype() {
            Some(Subtype::Send) => self.destination(),
            Some(Subtype::Receive) => self.linked_account,
            _ => None,
        }
    }
}

impl<'e> From<&'e Confirmation> for BlockFacts<'e> {
    fn from(it: &'e Confirmation) -> Self {
        Self {
            block: &it.block,
            account: Some(it.account),
            amount: Some(it.amount),
            subtype: it.subtype,
            linked_account: it.linked_account,
        }
    }
}

impl<'e> From<&'e UnconfirmedBlock> for BlockFacts<'e> {
    fn from(it: &'e UnconfirmedBlock) -> Self {
        Self {
            block: &it.block,
            account: it.account,
            amount: it.amount,
            subtype: it.subtype,
            linked_account: it.linked_account,
        }
    }
}
