//! What rows hold, as types, and their bytes.
//!
//! Called by the reads and the writer. Numbers are big endian, so that keys made of them keep their order.
//! Never trusts a row: a length or a value that cannot be is an error, not a panic.

use banano_primitives::{Account, Amount, BlockHash, Epoch};

mod block;

pub(crate) use block::{Placement, decode_block, decode_placement, encode_block};

/// What the ledger knows of an account that has at least one block (node.md §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountInfo {
    /// The newest block.
    pub head: BlockHash,
    /// Who votes with the balance.
    pub representative: Account,
    /// The first block.
    pub open_block: BlockHash,
    /// The balance after the newest block.
    pub balance: Amount,
    /// When this node stored the newest block, Unix seconds.
    pub modified: u64,
    /// How many blocks the chain has; the height of the newest.
    pub block_count: u64,
    /// The account's epoch.
    pub epoch: Epoch,
}

/// A send that waits for its receiver (node.md §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceivableInfo {
    /// Who sent.
    pub source: Account,
    /// How much.
    pub amount: Amount,
    /// The epoch of the send.
    pub epoch: Epoch,
}

/// How far the chain of an account is cemented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConfirmationHeight {
    /// The height of the newest cemented block, 0 when there is none.
    pub height: u64,
    /// Its hash, zero when there is none.
    pub frontier: BlockHash,
}

/// How much the ledger holds (node.md §3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Blocks, pruned ones included.
    pub blocks: u64,
    /// Accounts with at least one block.
    pub accounts: u64,
    /// Cemented blocks, pruned ones included.
    pub cemented: u64,
    /// Blocks of which only the hash is kept.
    pub pruned: u64,
}

/// A value with a fixed layout in a row.
pub(crate) trait Value: Sized {
    /// Writes the bytes.
    fn encode(&self, out: &mut Vec<u8>);
    /// Reads what `encode` wrote; `None` when the bytes cannot be such a value.
    fn decode(fields: &mut Fields<'_>) -> Option<Self>;
}

/// Reads a row from its front.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn new(row: &'a [u8]) -> Self {
        Self(row)
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    pub(crate) fn read<V: Value>(&mut self) -> Option<V> {
        V::decode(self)
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.0
    }
}

/// The bytes of a value.
pub(crate) fn encode<V: Value>(value: &V) -> Vec<u8> {
    let mut out = Vec::with_capacity(136);
    value.encode(&mut out);
    out
}

/// The value of a whole row; `None` when the row is shorter, longer or senseless.
pub(crate) fn decode<V: Value>(row: &[u8]) -> Option<V> {
    let mut fields = Fields::new(row);
    let value = fields.read()?;
    fields.rest().is_empty().then_some(value)
}

impl Value for u64 {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        fields.bytes().map(Self::from_be_bytes)
    }
}

impl Value for u8 {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        fields.bytes().map(|[byte]| byte)
    }
}

impl Value for Amount {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        fields.bytes().map(Self::from_be_bytes)
    }
}

impl Value for Account {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        fields.bytes().map(Self::from_bytes)
    }
}

impl Value for BlockHash {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        fields.bytes().map(Self::from_bytes)
    }
}

impl Value for Epoch {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.stored_number());
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        Self::from_stored_number(fields.read()?)
    }
}

impl Value for AccountInfo {
    fn encode(&self, out: &mut Vec<u8>) {
        self.head.encode(out);
        self.representative.encode(out);
        self.open_block.encode(out);
        self.balance.encode(out);
        self.modified.encode(out);
        self.block_count.encode(out);
        self.epoch.encode(out);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self {
            head: fields.read()?,
            representative: fields.read()?,
            open_block: fields.read()?,
            balance: fields.read()?,
            modified: fields.read()?,
            block_count: fields.read()?,
            epoch: fields.read()?,
        })
    }
}

impl Value for ReceivableInfo {
    fn encode(&self, out: &mut Vec<u8>) {
        self.source.encode(out);
        self.amount.encode(out);
        self.epoch.encode(out);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { source: fields.read()?, amount: fields.read()?, epoch: fields.read()? })
    }
}

impl Value for ConfirmationHeight {
    fn encode(&self, out: &mut Vec<u8>) {
        self.height.encode(out);
        self.frontier.encode(out);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { height: fields.read()?, frontier: fields.read()? })
    }
}

impl Value for Counts {
    fn encode(&self, out: &mut Vec<u8>) {
        self.blocks.encode(out);
        self.accounts.encode(out);
        self.cemented.encode(out);
        self.pruned.encode(out);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self {
            blocks: fields.read()?,
            accounts: fields.read()?,
            cemented: fields.read()?,
            pruned: fields.read()?,
        })
    }
}

#[cfg(test)]
mod tests;
