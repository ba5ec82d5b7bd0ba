//! Blocks as bytes, in messages and stores (`node.md §1.5`).
//!
//! Called by the wire and the ledger. Note the one oddity: work is big endian in state blocks and
//! little endian in legacy ones.

use super::Block;
use super::body::{BlockKind, Body, ChangeBlock, OpenBlock, ReceiveBlock, SendBlock, StateBlock};
use crate::account::Account;
use crate::amount::Amount;
use crate::hash::{BlockHash, Link};
use crate::signature::Signature;
use crate::work::Work;

/// The bytes do not have the length of their kind of block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {} bytes for a block of kind {kind}, found {found}", kind.size())]
pub struct BlockDecodeError {
    /// The kind that was expected.
    pub kind: BlockKind,
    /// How many bytes there were.
    pub found: usize,
}

impl Block {
    /// Appends the block's [`BlockKind::size`] bytes. The kind itself is not among them.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.reserve(self.kind().size());
        let mut put = |bytes: &[u8]| out.extend_from_slice(bytes);
        match self.body() {
            Body::State(block) => {
                put(block.account.as_bytes());
                put(block.previous.as_bytes());
                put(block.representative.as_bytes());
                put(&block.balance.to_be_bytes());
                put(block.link.as_bytes());
            }
            Body::Open(block) => {
                put(block.source.as_bytes());
                put(block.representative.as_bytes());
                put(block.account.as_bytes());
            }
            Body::Send(block) => {
                put(block.previous.as_bytes());
                put(block.destination.as_bytes());
                put(&block.balance.to_be_bytes());
            }
            Body::Receive(block) => {
                put(block.previous.as_bytes());
                put(block.source.as_bytes());
            }
            Body::Change(block) => {
                put(block.previous.as_bytes());
                put(block.representative.as_bytes());
            }
        }
        put(self.signature().as_bytes());
        put(&match self.kind() {
            BlockKind::State => self.work().value().to_be_bytes(),
            _ => self.work().value().to_le_bytes(),
        });
    }

    /// Reads the bytes of a block of a known kind: exactly [`BlockKind::size`] of them.
    ///
    /// # Errors
    ///
    /// When there are more or fewer bytes.
    pub fn decode(kind: BlockKind, bytes: &[u8]) -> Result<Self, BlockDecodeError> {
        read(kind, bytes).ok_or(BlockDecodeError { kind, found: bytes.len() })
    }
}

fn read(kind: BlockKind, bytes: &[u8]) -> Option<Block> {
    let mut fields = Fields(bytes);
    let body = match kind {
        BlockKind::State => Body::State(StateBlock {
            account: Account::from_bytes(fields.take()?),
            previous: BlockHash::from_bytes(fields.take()?),
            representative: Account::from_bytes(fields.take()?),
            balance: Amount::from_be_bytes(fields.take()?),
            link: Link::from_bytes(fields.take()?),
        }),
        BlockKind::Open => Body::Open(OpenBlock {
            source: BlockHash::from_bytes(fields.take()?),
            representative: Account::from_bytes(fields.take()?),
            account: Account::from_bytes(fields.take()?),
        }),
        BlockKind::Send => Body::Send(SendBlock {
            previous: BlockHash::from_bytes(fields.take()?),
            destination: Account::from_bytes(fields.take()?),
            balance: Amount::from_be_bytes(fields.take()?),
        }),
        BlockKind::Receive => Body::Receive(ReceiveBlock {
            previous: BlockHash::from_bytes(fields.take()?),
            source: BlockHash::from_bytes(fields.take()?),
        }),
        BlockKind::Change => Body::Change(ChangeBlock {
            previous: BlockHash::from_bytes(fields.take()?),
            representative: Account::from_bytes(fields.take()?),
        }),
    };
    let signature = Signature::from_bytes(fields.take()?);
    let work = match kind {
        BlockKind::State => u64::from_be_bytes(fields.take()?),
        _ => u64::from_le_bytes(fields.take()?),
    };
    fields.0.is_empty().then(|| Block::new(body, signature, Work::new(work)))
}

/// The bytes not read yet.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }
}
