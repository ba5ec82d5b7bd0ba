//! Hexadecimal text of fixed-size values.
//!
//! Called by every value that is written in hex. Strict: as many digits as the value has, either
//! case, nothing around them (`node.md §1.3`).

use crate::ascii_text::AsciiText;

/// Why a text is not the hex form of a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// The text has too few or too many characters.
    #[error("expected {expected} hex digits, found {found} characters")]
    Length {
        /// Digits of the value.
        expected: usize,
        /// Characters of the text.
        found: usize,
    },
    /// A character is not a hex digit.
    #[error("{found:?} at position {position} is not a hex digit")]
    Digit {
        /// Byte offset in the text.
        position: usize,
        /// The character found there.
        found: char,
    },
}

/// Letter case of written digits.
#[derive(Clone, Copy)]
pub(crate) enum Case {
    Upper,
    Lower,
}

/// Writes `bytes` as digits. `DIGITS` is twice `bytes.len()`.
pub(crate) fn encode<const DIGITS: usize>(bytes: &[u8], case: Case) -> AsciiText<DIGITS> {
    let alphabet = match case {
        Case::Upper => b"0123456789ABCDEF",
        Case::Lower => b"0123456789abcdef",
    };
    let digit = |nibble: u8| alphabet.get(usize::from(nibble)).copied().unwrap_or_default();
    let mut digits = [0; DIGITS];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    AsciiText::full(digits)
}

/// Reads exactly `N` bytes.
pub(crate) fn decode<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    let expected = N * 2;
    if text.len() != expected {
        return Err(HexError::Length { expected, found: text.chars().count() });
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        for &character in pair {
            *byte = (*byte << 4) | digit(character).ok_or_else(|| not_a_digit(text))?;
        }
    }
    Ok(bytes)
}

/// Reads a number of 1 to 16 digits, as nodes do with work and difficulties.
pub(crate) fn decode_u64(text: &str) -> Result<u64, HexError> {
    if text.is_empty() || text.len() > 16 {
        return Err(HexError::Length { expected: 16, found: text.chars().count() });
    }
    text.bytes().try_fold(0u64, |number, character| {
        Ok((number << 4) | u64::from(digit(character).ok_or_else(|| not_a_digit(text))?))
    })
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(character.wrapping_sub(b'a').wrapping_add(10)),
        b'A'..=b'F' => Some(character.wrapping_sub(b'A').wrapping_add(10)),
        _ => None,
    }
}

fn not_a_digit(text: &str) -> HexError {
    let (position, found) =
        text.char_indices().find(|(_, c)| !c.is_ascii_hexdigit()).unwrap_or_default();
    HexError::Digit { position, found }
}

/// Gives a newtype over bytes its hex text: `text`, `Display`, `Debug`, `FromStr` and serde.
macro_rules! hex_text {
    ($type:ident, $bytes:literal, $digits:literal) => {
        impl $type {
            /// Returns the upper-case hex digits on the stack.
            pub fn text(&self) -> $crate::AsciiText<$digits> {
                $crate::hex::encode(&self.0, $crate::hex::Case::Upper)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.text().fmt(f)
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::HexError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::hex::decode::<$bytes>(text).map(Self)
            }
        }

        $crate::text_serde::text_serde!($type);
    };
}
pub(crate) use hex_text;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_is_wrong() {
        let error = |text| decode::<2>(text).unwrap_err().to_string();
        assert_eq!(error("abc"), "expected 4 hex digits, found 3 characters");
        assert_eq!(error("ab0g"), "'g' at position 3 is not a hex digit");
        assert_eq!(error("aé0"), "'é' at position 1 is not a hex digit");
        assert_eq!(error("+123"), "'+' at position 0 is not a hex digit");
    }

    #[test]
    fn short_numbers_are_padded_on_the_left() {
        assert_eq!(decode_u64("1f"), Ok(0x1f));
        assert_eq!(decode_u64("FFFFFFFFFFFFFFFF"), Ok(u64::MAX));
        assert!(decode_u64("").is_err());
        assert!(decode_u64("00000000000000001").is_err());
    }
}
