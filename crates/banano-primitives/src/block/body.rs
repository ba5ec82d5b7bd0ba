//! The five kinds of block, without signature and work.
//!
//! Called by [`Block`](crate::Block). Holds what differs between kinds: fields, what is hashed, and
//! where a block stands in its chain (`node.md §1.4`).

use std::fmt;

use crate::account::Account;
use crate::amount::Amount;
use crate::hash::{BlockHash, Link, Root};

/// What hash and signature of a block cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// The one kind made today; the other four are legacy.
    State(StateBlock),
    /// First block of an account.
    Open(OpenBlock),
    /// Takes money out.
    Send(SendBlock),
    /// Takes in what was sent.
    Receive(ReceiveBlock),
    /// Sets the representative.
    Change(ChangeBlock),
}

/// The whole state of an account after one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateBlock {
    /// Whose chain it is in.
    pub account: Account,
    /// The block before it, zero for the first.
    pub previous: BlockHash,
    /// Who votes with the balance.
    pub representative: Account,
    /// Balance after the block.
    pub balance: Amount,
    /// Destination, source, epoch link, or zero.
    pub link: Link,
}

/// Legacy: first block of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenBlock {
    /// The send that is received.
    pub source: BlockHash,
    /// Who votes with the balance.
    pub representative: Account,
    /// Whose chain it starts.
    pub account: Account,
}

/// Legacy: money out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendBlock {
    /// The block before it.
    pub previous: BlockHash,
    /// Who may receive.
    pub destination: Account,
    /// Balance left after the send.
    pub balance: Amount,
}

/// Legacy: money in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiveBlock {
    /// The block before it.
    pub previous: BlockHash,
    /// The send that is received.
    pub source: BlockHash,
}

/// Legacy: another representative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeBlock {
    /// The block before it.
    pub previous: BlockHash,
    /// Who votes with the balance from now on.
    pub representative: Account,
}

impl Body {
    /// Returns the kind.
    pub const fn kind(&self) -> BlockKind {
        match self {
            Self::State(_) => BlockKind::State,
            Self::Open(_) => BlockKind::Open,
            Self::Send(_) => BlockKind::Send,
            Self::Receive(_) => BlockKind::Receive,
            Self::Change(_) => BlockKind::Change,
        }
    }

    /// Returns the previous block, zero for the first of an account.
    pub fn previous(&self) -> BlockHash {
        match self {
            Self::State(block) => block.previous,
            Self::Open(_) => BlockHash::ZERO,
            Self::Send(block) => block.previous,
            Self::Receive(block) => block.previous,
            Self::Change(block) => block.previous,
        }
    }

    /// Returns what work is computed on: the previous block, or the account when there is none.
    pub fn root(&self) -> Root {
        match self {
            Self::State(block) if block.previous.is_zero() => block.account.into(),
            Self::Open(block) => block.account.into(),
            _ => self.previous().into(),
        }
    }

    /// Computes the hash.
    pub fn hash(&self) -> BlockHash {
        match self {
            Self::State(block) => {
                let mut preamble = [0; 32];
                preamble[31] = BlockKind::State.number();
                BlockHash::digest(&[
                    &preamble,
                    block.account.as_bytes(),
                    block.previous.as_bytes(),
                    block.representative.as_bytes(),
                    &block.balance.to_be_bytes(),
                    block.link.as_bytes(),
                ])
            }
            Self::Open(block) => BlockHash::digest(&[
                block.source.as_bytes(),
                block.representative.as_bytes(),
                block.account.as_bytes(),
            ]),
            Self::Send(block) => BlockHash::digest(&[
                block.previous.as_bytes(),
                block.destination.as_bytes(),
                &block.balance.to_be_bytes(),
            ]),
            Self::Receive(block) => {
                BlockHash::digest(&[block.previous.as_bytes(), block.source.as_bytes()])
            }
            Self::Change(block) => {
                BlockHash::digest(&[block.previous.as_bytes(), block.representative.as_bytes()])
            }
        }
    }
}

/// The kind of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlockKind {
    /// Legacy: money out.
    Send,
    /// Legacy: money in.
    Receive,
    /// Legacy: first block.
    Open,
    /// Legacy: another representative.
    Change,
    /// Any of these, with the whole state of the account.
    State,
}

impl BlockKind {
    /// Every kind, by number.
    pub const ALL: [Self; 5] = [Self::Send, Self::Receive, Self::Open, Self::Change, Self::State];

    /// Returns the number of messages and stores.
    pub const fn number(self) -> u8 {
        match self {
            Self::Send => 2,
            Self::Receive => 3,
            Self::Open => 4,
            Self::Change => 5,
            Self::State => 6,
        }
    }

    /// Returns the kind with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// Returns the word of JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Open => "open",
            Self::Change => "change",
            Self::State => "state",
        }
    }

    /// Returns the kind with this word.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns how many bytes an encoded block has (`node.md §1.5`).
    pub const fn size(self) -> usize {
        match self {
            Self::Send => 152,
            Self::Receive | Self::Change => 136,
            Self::Open => 168,
            Self::State => 216,
        }
    }
}

impl fmt::Display for BlockKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
