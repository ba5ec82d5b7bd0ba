//! A block with its sideband, as the ledger returns it.
//!
//! Called by everything that shows or judges stored blocks. Cheap to clone: the block is shared.

use std::fmt;
use std::sync::Arc;

use crate::account::Account;
use crate::block::{Block, BlockKind};
use crate::hash::BlockHash;
use crate::sideband::{DetailKind, Sideband};

/// A block in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedBlock {
    /// The block.
    pub block: Arc<Block>,
    /// What the ledger knows about it.
    pub sideband: Sideband,
}

impl SavedBlock {
    /// Returns the hash of the block.
    pub fn hash(&self) -> BlockHash {
        self.block.hash()
    }

    /// Returns the account whose chain the block is in.
    pub fn account(&self) -> Account {
        self.sideband.account
    }

    /// Returns the position in the chain, from 1.
    pub fn height(&self) -> u64 {
        self.sideband.height
    }

    /// Returns what a state block did, and `None` for a legacy block (`protocol.md §6.1.1`).
    pub fn subtype(&self) -> Option<Subtype> {
        if self.block.kind() != BlockKind::State {
            return None;
        }
        Some(match self.sideband.details.kind {
            DetailKind::Send => Subtype::Send,
            _ if self.block.link().is_some_and(|link| link.is_zero()) => Subtype::Change,
            DetailKind::Epoch => Subtype::Epoch,
            DetailKind::Receive | DetailKind::None => Subtype::Receive,
        })
    }
}

/// What a state block did, in the words of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subtype {
    /// Money left the account.
    Send,
    /// Money came in; also the first block of an account.
    Receive,
    /// Only the representative was set.
    Change,
    /// The account was upgraded.
    Epoch,
}

impl Subtype {
    /// Every subtype.
    pub const ALL: [Self; 4] = [Self::Send, Self::Receive, Self::Change, Self::Epoch];

    /// Returns the word of messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Change => "change",
            Self::Epoch => "epoch",
        }
    }

    /// Returns the subtype with this name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subtype| subtype.name() == name)
    }
}

impl fmt::Display for Subtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
