//! Difficulty of work, and multipliers between difficulties.
//!
//! Called by thresholds, work generation and the messages that show multipliers. The arithmetic is
//! the network's, in doubles (`node.md §1.8`), so that printed digits agree with other nodes.

use std::fmt;
use std::str::FromStr;

use crate::ascii_text::AsciiText;
use crate::hex::{self, HexError};
use crate::text_serde::text_serde;

/// How rare a work value is: work passes a threshold when its difficulty is at least that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Difficulty(u64);

impl Difficulty {
    /// The easiest: everything passes.
    pub const ZERO: Self = Self(0);

    /// Wraps the number.
    pub const fn new(value: u64) -> Self {
        Self(value)
    }

    /// Returns the number.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// Returns how many times harder than `base` this is: (2^64 − base) / (2^64 − self), and zero
    /// for a base of zero, which makes multipliers meaningless.
    pub fn multiplier(self, base: Self) -> f64 {
        if base == Self::ZERO {
            return 0.0;
        }
        base.share() / self.share()
    }

    /// Returns the difficulty that is `multiplier` times `base`, with the limits of the reference
    /// node (`node.md §1.8`).
    pub fn from_multiplier(multiplier: f64, base: Self) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float cast saturates, and the limit is tested next"
        )]
        #[expect(clippy::cast_sign_loss, reason = "a negative multiplier becomes 0")]
        let share = (base.share() / multiplier) as u128;
        match u64::try_from(share) {
            Err(_) => Self::ZERO,
            Ok(0) if base != Self::ZERO && multiplier >= 1.0 => Self(u64::MAX),
            Ok(share) => Self(share.wrapping_neg()),
        }
    }

    /// Returns the 16 digits on the stack.
    pub fn text(&self) -> AsciiText<16> {
        hex::encode(&self.0.to_be_bytes(), hex::Case::Lower)
    }

    /// Returns how many of the 2^64 difficulties pass this one as threshold.
    fn share(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "the network computes in doubles")]
        let share = self.0.wrapping_neg() as f64;
        if self.0 == 0 { 2f64.powi(64) } else { share }
    }
}

/// Reads 1 to 16 hex digits, as nodes do.
impl FromStr for Difficulty {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        hex::decode_u64(text).map(Self)
    }
}

impl fmt::Display for Difficulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

text_serde!(Difficulty);

/// Writes a multiplier as messages show it: fixed notation, exactly 15 digits after the point.
pub fn format_multiplier(multiplier: f64) -> String {
    format!("{multiplier:.15}")
}
