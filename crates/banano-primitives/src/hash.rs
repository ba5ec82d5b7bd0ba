//! Hashes and other 32-byte names of things in the ledger.
//!
//! Called wherever blocks refer to each other. The types keep apart what the network mixes: the
//! same 32 bytes are a hash, a destination or a root depending on where they stand.

use std::fmt;
use std::str::FromStr;

use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};

use crate::account::Account;
use crate::ascii_text::AsciiText;
use crate::hex::{self, HexError, hex_text};
use crate::text_serde::text_serde;

/// The hash of a block.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BlockHash([u8; 32]);

/// The `link` of a state block: a destination, the hash of a send, an epoch link or nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Link([u8; 32]);

/// What work is computed on: the previous block, or the account when there is none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Root([u8; 32]);

/// Gives a 32-byte newtype its bytes.
macro_rules! bytes_32 {
    ($type:ident) => {
        impl $type {
            /// All zeros: none.
            pub const ZERO: Self = Self([0; 32]);

            /// Wraps the bytes.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Returns the bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// Tells whether all bytes are zero.
            pub fn is_zero(&self) -> bool {
                *self == Self::ZERO
            }
        }

        hex_text!($type, 32, 64);
    };
}

bytes_32!(BlockHash);
bytes_32!(Link);
bytes_32!(Root);

impl BlockHash {
    /// Hashes the concatenation of the parts with Blake2b-256 (`node.md §1.9`).
    pub(crate) fn digest(parts: &[&[u8]]) -> Self {
        let mut hasher = Blake2b::<U32>::new();
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

impl Link {
    /// Reads the link as an account, whatever it means.
    pub const fn as_account(&self) -> Account {
        Account::from_bytes(self.0)
    }

    /// Reads the link as the hash of a send, whatever it means.
    pub const fn as_hash(&self) -> BlockHash {
        BlockHash(self.0)
    }
}

impl From<Account> for Link {
    fn from(destination: Account) -> Self {
        Self(*destination.as_bytes())
    }
}

impl From<BlockHash> for Link {
    fn from(source: BlockHash) -> Self {
        Self(source.0)
    }
}

impl From<BlockHash> for Root {
    fn from(previous: BlockHash) -> Self {
        Self(previous.0)
    }
}

impl From<Account> for Root {
    fn from(account: Account) -> Self {
        Self(*account.as_bytes())
    }
}

/// What an election is about: the root and the previous block, so that the first block of an account
/// never shares a key with a block that follows a hash of the same bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct QualifiedRoot {
    /// What work is computed on.
    pub root: Root,
    /// The previous block, zero for the first block of an account.
    pub previous: BlockHash,
}

impl QualifiedRoot {
    /// Returns root and previous as 64 bytes, the key of tables.
    pub fn to_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        let (root, previous) = bytes.split_at_mut(32);
        root.copy_from_slice(&self.root.0);
        previous.copy_from_slice(&self.previous.0);
        bytes
    }

    /// Reads root and previous from 64 bytes.
    pub fn from_bytes(bytes: &[u8; 64]) -> Self {
        let mut qualified = Self::default();
        let (root, previous) = bytes.split_at(32);
        qualified.root.0.copy_from_slice(root);
        qualified.previous.0.copy_from_slice(previous);
        qualified
    }

    /// Returns the 128 upper-case hex digits on the stack.
    pub fn text(&self) -> AsciiText<128> {
        hex::encode(&self.to_bytes(), hex::Case::Upper)
    }
}

impl fmt::Display for QualifiedRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl FromStr for QualifiedRoot {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        hex::decode(text).map(|bytes| Self::from_bytes(&bytes))
    }
}

text_serde!(QualifiedRoot);
