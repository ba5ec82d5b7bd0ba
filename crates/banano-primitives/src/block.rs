//! Blocks: immutable, with their hash computed once.
//!
//! Called by everyone. A block knows only what its own bytes say; whose chain a legacy block is in,
//! or what a state block did, is in the [`Sideband`](crate::Sideband).

mod body;
mod bytes;
mod json;

pub use body::{BlockKind, Body, ChangeBlock, OpenBlock, ReceiveBlock, SendBlock, StateBlock};
pub use bytes::BlockDecodeError;

use crate::account::Account;
use crate::amount::Amount;
use crate::difficulty::Difficulty;
use crate::hash::{BlockHash, Link, QualifiedRoot, Root};
use crate::key::KeyPair;
use crate::signature::Signature;
use crate::work::Work;

/// A block of any kind, with signature, work and hash. It never changes after it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    body: Body,
    signature: Signature,
    work: Work,
    hash: BlockHash,
}

impl Block {
    /// Makes a block and computes its hash. Nothing is verified.
    pub fn new(body: Body, signature: Signature, work: Work) -> Self {
        let hash = body.hash();
        Self { body, signature, work, hash }
    }

    /// Makes a block and signs it.
    pub fn signed(body: Body, key: &KeyPair, work: Work) -> Self {
        let hash = body.hash();
        Self { signature: key.sign(hash.as_bytes()), body, work, hash }
    }

    /// Returns the same block with other work. Hash and signature do not cover work.
    #[must_use]
    pub fn with_work(self, work: Work) -> Self {
        Self { work, ..self }
    }

    /// Returns the hash.
    pub fn hash(&self) -> BlockHash {
        self.hash
    }

    /// Returns what hash and signature cover.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Returns the signature.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Returns the work.
    pub fn work(&self) -> Work {
        self.work
    }

    /// Returns the kind.
    pub fn kind(&self) -> BlockKind {
        self.body.kind()
    }

    /// Returns the previous block, zero for the first of an account.
    pub fn previous(&self) -> BlockHash {
        self.body.previous()
    }

    /// Returns what work is computed on.
    pub fn root(&self) -> Root {
        self.body.root()
    }

    /// Returns what an election of this block is about.
    pub fn qualified_root(&self) -> QualifiedRoot {
        QualifiedRoot { root: self.root(), previous: self.previous() }
    }

    /// Returns how much work the block carries.
    pub fn difficulty(&self) -> Difficulty {
        self.work.difficulty(&self.root())
    }

    /// Tells whether `account` signed this block, by the rule of the network.
    pub fn is_signed_by(&self, account: &Account) -> bool {
        account.verifies(self.hash.as_bytes(), &self.signature)
    }

    /// Returns the account, where the block says it: state, open.
    pub fn account(&self) -> Option<Account> {
        match &self.body {
            Body::State(block) => Some(block.account),
            Body::Open(block) => Some(block.account),
            Body::Send(_) | Body::Receive(_) | Body::Change(_) => None,
        }
    }

    /// Returns the representative, where the block names one: state, open, change.
    pub fn representative(&self) -> Option<Account> {
        match &self.body {
            Body::State(block) => Some(block.representative),
            Body::Open(block) => Some(block.representative),
            Body::Change(block) => Some(block.representative),
            Body::Send(_) | Body::Receive(_) => None,
        }
    }

    /// Returns the balance after the block, where the block says it: state, send.
    pub fn balance(&self) -> Option<Amount> {
        match &self.body {
            Body::State(block) => Some(block.balance),
            Body::Send(block) => Some(block.balance),
            Body::Open(_) | Body::Receive(_) | Body::Change(_) => None,
        }
    }

    /// Returns the link of a state block.
    pub fn link(&self) -> Option<Link> {
        match &self.body {
            Body::State(block) => Some(block.link),
            _ => None,
        }
    }

    /// Returns the destination of a legacy send.
    pub fn destination(&self) -> Option<Account> {
        match &self.body {
            Body::Send(block) => Some(block.destination),
            _ => None,
        }
    }

    /// Returns the send that a legacy receive or open takes.
    pub fn source(&self) -> Option<BlockHash> {
        match &self.body {
            Body::Receive(block) => Some(block.source),
            Body::Open(block) => Some(block.source),
            _ => None,
        }
    }
}
