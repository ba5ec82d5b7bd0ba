//! Signatures and their verification.
//!
//! Called wherever something signed arrives. Verification follows the network, which is laxer than
//! the libraries' default (`node.md §1.7`): only the top three bits of the last byte are checked, S
//! need not be below the group order, and small-order keys count. A stricter rule would split us
//! from the network on crafted signatures.

use blake2::Blake2b512;
use ed25519_dalek::VerifyingKey;
use ed25519_dalek::hazmat::raw_verify;

use crate::account::Account;
use crate::ascii_text::AsciiText;
use crate::hex::hex_text;

/// Digits of the largest 512-bit number.
const DECIMAL_DIGITS: usize = 155;
/// Nine digits fit a 32-bit limb.
const LIMB_DECIMAL: u64 = 1_000_000_000;

/// An Ed25519 signature: R, then S little endian.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature([u8; 64]);

impl Signature {
    /// All zeros: what an unsigned block carries.
    pub const ZERO: Self = Self([0; 64]);

    /// Wraps the bytes.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// Returns the bytes as one big-endian decimal number, the form inside vote JSON
    /// (`node.md §4.9`).
    pub fn to_decimal(&self) -> String {
        self.decimal().as_str().to_owned()
    }

    /// Returns [`Signature::to_decimal`] on the stack.
    pub fn decimal(&self) -> AsciiText<155> {
        let mut limbs = [0u32; 16];
        for (limb, bytes) in limbs.iter_mut().zip(self.0.as_chunks().0) {
            *limb = u32::from_be_bytes(*bytes);
        }
        let mut digits = [b'0'; DECIMAL_DIGITS];
        for group in digits.rchunks_mut(9) {
            let mut rest = divide(&mut limbs);
            for digit in group.iter_mut().rev() {
                *digit = b'0'.wrapping_add(u8::try_from(rest % 10).unwrap_or_default());
                rest /= 10;
            }
        }
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let start = zeros.min(DECIMAL_DIGITS.saturating_sub(1));
        AsciiText::concat(&[digits.get(start..).unwrap_or_default()])
    }

    /// Reads the decimal form.
    ///
    /// # Errors
    ///
    /// When the text is not a decimal number of at most 512 bits.
    pub fn from_decimal(text: &str) -> Result<Self, DecimalSignatureError> {
        if text.is_empty() || text.len() > DECIMAL_DIGITS {
            return Err(DecimalSignatureError::Length { found: text.chars().count() });
        }
        let mut limbs = [0u32; 16];
        for (position, found) in text.char_indices() {
            let digit =
                found.to_digit(10).ok_or(DecimalSignatureError::Digit { position, found })?;
            if multiply_add(&mut limbs, digit) != 0 {
                return Err(DecimalSignatureError::TooLarge);
            }
        }
        let mut bytes = [0; 64];
        for (slot, limb) in bytes.as_chunks_mut().0.iter_mut().zip(limbs) {
            *slot = limb.to_be_bytes();
        }
        Ok(Self(bytes))
    }
}

impl Default for Signature {
    fn default() -> Self {
        Self::ZERO
    }
}

hex_text!(Signature, 64, 128);

impl Account {
    /// Tells whether this account signed the message, by the rule of the network.
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        VerifyingKey::from_bytes(self.as_bytes())
            .is_ok_and(|key| raw_verify::<Blake2b512>(&key, message, &signature).is_ok())
    }
}

/// Why a text is not the decimal form of a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecimalSignatureError {
    /// No digits or too many.
    #[error("expected 1 to 155 decimal digits, found {found} characters")]
    Length {
        /// Characters of the text.
        found: usize,
    },
    /// Something that is not a digit.
    #[error("{found:?} at position {position} is not a decimal digit")]
    Digit {
        /// Byte offset in the text.
        position: usize,
        /// The character there.
        found: char,
    },
    /// 2^512 or more.
    #[error("the number has more than 512 bits")]
    TooLarge,
}

/// Divides a big-endian number in place by 10^9 and returns the remainder.
fn divide(limbs: &mut [u32; 16]) -> u64 {
    limbs.iter_mut().fold(0u64, |remainder, limb| {
        let dividend = (remainder << 32) | u64::from(*limb);
        *limb = u32::try_from(dividend / LIMB_DECIMAL).unwrap_or_default();
        dividend % LIMB_DECIMAL
    })
}

/// Multiplies a big-endian number in place by ten, adds a digit, and returns what flows over.
fn multiply_add(limbs: &mut [u32; 16], digit: u32) -> u64 {
    limbs.iter_mut().rev().fold(u64::from(digit), |carry, limb| {
        let product = u64::from(*limb).wrapping_mul(10).wrapping_add(carry);
        *limb = u32::try_from(product & 0xFFFF_FFFF).unwrap_or_default();
        product >> 32
    })
}
