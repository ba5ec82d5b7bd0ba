//! Amounts in raw, the smallest unit.
//!
//! Called wherever money or weight is counted. Arithmetic never wraps: it is checked or saturating
//! by name (`node.md §1.1`). Other units are spelling and live in [`crate::Unit`].

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use crate::ascii_text::AsciiText;
use crate::hex::{self, HexError};
use crate::text_serde::text_serde;
use crate::unit::{DecimalAmount, Unit};

/// Digits of the largest amount.
const DIGITS_MAX: usize = 39;

/// An amount or weight in raw, 0 to 2^128 − 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(u128);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The whole supply of a network.
    pub const MAX: Self = Self(u128::MAX);

    /// Wraps a number of raw.
    pub const fn from_raw(raw: u128) -> Self {
        Self(raw)
    }

    /// Returns the number of raw.
    pub const fn raw(self) -> u128 {
        self.0
    }

    /// Tells whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Adds, or returns `None` above the whole supply.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(raw) => Some(Self(raw)),
            None => None,
        }
    }

    /// Subtracts, or returns `None` below zero.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(raw) => Some(Self(raw)),
            None => None,
        }
    }

    /// Adds, stopping at the whole supply.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Subtracts, stopping at zero.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Returns the distance between two amounts.
    #[must_use]
    pub const fn abs_diff(self, other: Self) -> Self {
        Self(self.0.abs_diff(other.0))
    }

    /// Reads a decimal number of BAN, such as `1.5`.
    ///
    /// # Errors
    ///
    /// When the text is not a plain decimal number, is finer than one raw, or exceeds the supply.
    pub fn from_ban(text: &str) -> Result<Self, AmountError> {
        Unit::Ban.parse_amount(text)
    }

    /// Returns the amount in BAN as the `…_decimal` members show it: exact, with at least one digit
    /// after the point (`protocol.md §5`).
    pub const fn ban(self) -> DecimalAmount {
        self.in_unit(Unit::Ban)
    }

    /// Returns the amount as a decimal number of the unit, in the form of [`Amount::ban`].
    pub const fn in_unit(self, unit: Unit) -> DecimalAmount {
        DecimalAmount::new(self, unit)
    }

    /// Returns the 16 bytes of hashes and messages, big endian.
    pub const fn to_be_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// Reads the 16 bytes of hashes and messages, big endian.
    pub const fn from_be_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// Returns the 32 upper-case hex digits of a legacy send's `balance`.
    pub fn hex(self) -> AsciiText<32> {
        hex::encode(&self.to_be_bytes(), hex::Case::Upper)
    }

    /// Reads the 32 hex digits of a legacy send's `balance`.
    ///
    /// # Errors
    ///
    /// When the text is not 32 hex digits.
    pub fn from_hex(text: &str) -> Result<Self, HexError> {
        hex::decode(text).map(Self::from_be_bytes)
    }

    /// Returns the decimal digits on the stack.
    pub fn text(&self) -> AsciiText<39> {
        let mut digits = [b'0'; DIGITS_MAX];
        let mut rest = self.0;
        let mut start = DIGITS_MAX;
        for (position, slot) in digits.iter_mut().enumerate().rev() {
            start = position;
            *slot = b'0'.wrapping_add(u8::try_from(rest % 10).unwrap_or_default());
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        AsciiText::concat(&[digits.get(start..).unwrap_or_default()])
    }
}

/// Reads a number of raw: 1 to 39 digits, no sign, no leading zero unless it is `0`
/// (`node.md §1.1`).
impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        if text.is_empty() {
            return Err(AmountError::Empty);
        }
        if let Some((position, found)) = text.char_indices().find(|(_, c)| !c.is_ascii_digit()) {
            return Err(AmountError::Character { position, found });
        }
        if text.len() > 1 && text.starts_with('0') {
            return Err(AmountError::LeadingZero);
        }
        text.parse().map(Self).map_err(|_| AmountError::TooLarge)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

text_serde!(Amount);

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::saturating_add)
    }
}

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing where digits are expected.
    #[error("digits are missing")]
    Empty,
    /// Something that is not a digit.
    #[error("{found:?} at position {position} is not a digit")]
    Character {
        /// Byte offset in the text.
        position: usize,
        /// The character there.
        found: char,
    },
    /// A zero in front of other digits.
    #[error("a number has no leading zero")]
    LeadingZero,
    /// More digits after the point than the unit has.
    #[error("at most {decimals} digits may follow the point")]
    TooFine {
        /// Decimal digits of the unit.
        decimals: u8,
    },
    /// More than 2^128 − 1 raw.
    #[error("larger than the supply of 340282366920938463463374607431768211455 raw")]
    TooLarge,
}
