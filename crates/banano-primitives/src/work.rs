//! Proof of work: the value that a block carries.
//!
//! Called by the ledger to judge a block and by whoever computes work. Searching for a value is not
//! done here.

use std::fmt;
use std::str::FromStr;

use blake2::digest::consts::U8;
use blake2::{Blake2b, Digest};

use crate::ascii_text::AsciiText;
use crate::difficulty::Difficulty;
use crate::hash::Root;
use crate::hex::{self, HexError};
use crate::text_serde::text_serde;

/// A work value; in text 16 lower-case hex digits (`node.md §1.8`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Work(u64);

impl Work {
    /// Wraps the number.
    pub const fn new(value: u64) -> Self {
        Self(value)
    }

    /// Returns the number.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// Computes how much work this value is on a root. Valid from the threshold upward.
    pub fn difficulty(self, root: &Root) -> Difficulty {
        let hasher =
            Blake2b::<U8>::new().chain_update(self.0.to_le_bytes()).chain_update(root.as_bytes());
        Difficulty::new(u64::from_le_bytes(hasher.finalize().into()))
    }

    /// Returns the 16 digits on the stack.
    pub fn text(&self) -> AsciiText<16> {
        hex::encode(&self.0.to_be_bytes(), hex::Case::Lower)
    }
}

/// Reads 1 to 16 hex digits, as nodes do.
impl FromStr for Work {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        hex::decode_u64(text).map(Self)
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

text_serde!(Work);
