//! Reading fields from a payload.
//!
//! Called by every decoder. Never reads past the end: a short payload is a value, not a panic.

use banano_primitives::{Account, BlockHash, Signature};

/// The bytes not read yet.
pub(crate) struct Reader<'a>(&'a [u8]);

/// The payload ended too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Short;

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Returns how many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    /// Takes all that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    pub(crate) fn slice(&mut self, length: usize) -> Result<&'a [u8], Short> {
        let (head, rest) = self.0.split_at_checked(length).ok_or(Short)?;
        self.0 = rest;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Short> {
        let (head, rest) = self.0.split_first_chunk().ok_or(Short)?;
        self.0 = rest;
        Ok(*head)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Short> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn u64_be(&mut self) -> Result<u64, Short> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn account(&mut self) -> Result<Account, Short> {
        self.array().map(Account::from_bytes)
    }

    pub(crate) fn hash(&mut self) -> Result<BlockHash, Short> {
        self.array().map(BlockHash::from_bytes)
    }

    pub(crate) fn signature(&mut self) -> Result<Signature, Short> {
        self.array().map(Signature::from_bytes)
    }
}
