//! Words of the extension filters: what a block does, and which way its money goes.

use banano_primitives::{Account, Subtype};

use super::SortedSet;
use crate::BlockFacts;

/// An element of `subtypes` (protocol.md §11.1). A block may answer to two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubtypeWord {
    /// Money leaves the account.
    Send,
    /// Money comes in, by the first block of an account as well.
    Receive,
    /// The first block of an account, whatever else it does.
    Open,
    /// Only the representative is set.
    Change,
    /// The account is upgraded.
    Epoch,
}

impl SubtypeWord {
    /// All words.
    pub const ALL: [Self; 5] = [Self::Send, Self::Receive, Self::Open, Self::Change, Self::Epoch];

    /// The word on the wire, in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Open => "open",
            Self::Change => "change",
            Self::Epoch => "epoch",
        }
    }

    /// The word of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.name() == name)
    }

    /// Whether the block answers to this word.
    pub fn matches(self, facts: &BlockFacts<'_>) -> bool {
        match self {
            Self::Send => facts.subtype() == Some(Subtype::Send),
            Self::Receive => facts.subtype() == Some(Subtype::Receive),
            Self::Open => facts.is_first(),
            Self::Change => facts.subtype() == Some(Subtype::Change),
            Self::Epoch => facts.subtype() == Some(Subtype::Epoch),
        }
    }
}

/// Which way money goes, seen from a set of accounts (protocol.md §11.1). Change and epoch blocks
/// have no direction; a send between two of the accounts has both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// A send that pays one of them, or a receive by one of them.
    Incoming,
    /// A send by one of them.
    Outgoing,
}

impl Direction {
    /// Both directions.
    pub const ALL: [Self; 2] = [Self::Incoming, Self::Outgoing];

    /// The word on the wire, in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Incoming => "incoming",
            Self::Outgoing => "outgoing",
        }
    }

    /// The direction of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.name() == name)
    }

    /// Whether the block goes this way, seen from `accounts`.
    pub fn matches(self, facts: &BlockFacts<'_>, accounts: &SortedSet<Account>) -> bool {
        let party = match (self, facts.subtype()) {
            (Self::Incoming, Some(Subtype::Send)) => facts.destination(),
            (Self::Incoming, Some(Subtype::Receive)) | (Self::Outgoing, Some(Subtype::Send)) => {
                facts.account
            }
            _ => None,
        };
        party.is_some_and(|party| accounts.contains(&party))
    }
}
