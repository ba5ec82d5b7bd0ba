//! Accounts: public keys and their text form.
//!
//! Called wherever an account is read or written. All forms of one key are one [`Account`]; the
//! prefix is spelling, never identity (`node.md §1.2`, `protocol.md §5`).

use std::fmt;
use std::str::FromStr;

use blake2::digest::consts::U5;
use blake2::{Blake2b, Digest};

use crate::ascii_text::AsciiText;
use crate::hex::{self, HexError};
use crate::text_serde::text_serde;

/// The characters of account text, value 0 to 31 in order.
const ALPHABET: &[u8; 32] = b"13456789abcdefghijkmnopqrstuwxyz";
/// Characters after the prefix: 300 bits, of which the top 4 are zero.
const BODY_CHARACTERS: usize = 60;
/// 32 bytes of key and 5 of checksum.
const BODY_BYTES: usize = 37;
/// Marks a byte that is not in the alphabet.
const NO_VALUE: u8 = 0xFF;
/// Value of each byte as an account character.
const VALUES: [u8; 256] = values();

/// An account: its 32-byte Ed25519 public key. Any 32 bytes are accepted; not all are curve points.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Account(pub(crate) [u8; 32]);

impl Account {
    /// The all-zero key: burn account, and what "no account" looks like in bytes.
    pub const ZERO: Self = Self([0; 32]);

    /// Wraps a public key.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the public key.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Tells whether this is the all-zero key.
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// Returns the public key as upper-case hex digits on the stack.
    pub fn hex(&self) -> AsciiText<64> {
        hex::encode(&self.0, hex::Case::Upper)
    }

    /// Reads the 64 hex digits of a public key.
    ///
    /// # Errors
    ///
    /// When the text is not 64 hex digits.
    pub fn from_hex(text: &str) -> Result<Self, HexError> {
        hex::decode(text).map(Self)
    }

    /// Returns the text with the prefix `ban_` on the stack.
    pub fn text(&self) -> AsciiText<65> {
        self.with_prefix(Prefix::Ban)
    }

    /// Returns the text with the given prefix; it displays and reads as a `&str`.
    pub fn with_prefix(&self, prefix: Prefix) -> AsciiText<65> {
        AsciiText::concat(&[prefix.as_str().as_bytes(), b"_", &self.body()])
    }

    /// Reads any spelling of an account or node id that a node of Banano or Nano knows, and tells
    /// which it was. To read an account given by a client, use [`FromStr`].
    ///
    /// # Errors
    ///
    /// When the text is not an account; the error names the first thing that is wrong.
    pub fn decode(text: &str) -> Result<(Prefix, Self), AccountError> {
        let (prefix, body) = Prefix::split(text).ok_or(AccountError::Prefix)?;
        let found = body.chars().count();
        let body: &[u8; BODY_CHARACTERS] = body
            .as_bytes()
            .try_into()
            .map_err(|_| AccountError::Length { expected: BODY_CHARACTERS, found })?;
        Self::decode_body(body).map(|account| (prefix, account))
    }

    fn body(&self) -> [u8; BODY_CHARACTERS] {
        let checksum = self.checksum();
        let mut bytes = self.0.iter().chain(&checksum);
        let mut body = [0; BODY_CHARACTERS];
        let (mut bits, mut count) = (0u32, 4u32);
        for character in &mut body {
            if count < 5 {
                bits = (bits << 8) | u32::from(bytes.next().copied().unwrap_or_default());
                count = count.wrapping_add(8);
            }
            count = count.wrapping_sub(5);
            let value = (bits >> count) & 31;
            *character = ALPHABET.get(value as usize).copied().unwrap_or_default();
        }
        body
    }

    fn decode_body(body: &[u8; BODY_CHARACTERS]) -> Result<Self, AccountError> {
        let mut bytes = [0; BODY_BYTES];
        let mut slots = bytes.iter_mut();
        let (mut bits, mut count) = (0u32, 0u32);
        for (position, character) in body.iter().enumerate() {
            let value = VALUES.get(usize::from(*character)).copied().unwrap_or(NO_VALUE);
            if value == NO_VALUE {
                let found = char::from(*character);
                return Err(AccountError::Character { position, found });
            }
            if position == 0 {
                if value > 1 {
                    return Err(AccountError::First { found: char::from(*character) });
                }
                (bits, count) = (u32::from(value), 1);
                continue;
            }
            bits = (bits << 5) | u32::from(value);
            count = count.wrapping_add(5);
            if count >= 8 {
                count = count.wrapping_sub(8);
                if let Some(slot) = slots.next() {
                    *slot = u8::try_from((bits >> count) & 0xFF).unwrap_or_default();
                }
            }
        }
        let mut key = [0; 32];
        let (key_part, checksum) = bytes.split_at(32);
        key.copy_from_slice(key_part);
        let account = Self(key);
        if checksum == account.checksum() { Ok(account) } else { Err(AccountError::Checksum) }
    }

    /// Returns the checksum in the order in which it is written: the digest reversed.
    fn checksum(&self) -> [u8; 5] {
        let mut checksum: [u8; 5] = Blake2b::<U5>::digest(self.0).into();
        checksum.reverse();
        checksum
    }
}

/// Reads what a client may send: `ban_`, `ban-` and, as other spellings of the same key, `nano_`,
/// `nano-`, `xrb_`, `xrb-` (`protocol.md §5`).
impl FromStr for Account {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        match Self::decode(text)? {
            (Prefix::Ban | Prefix::Nano | Prefix::Xrb, account) => Ok(account),
            (Prefix::Bano | Prefix::Node, _) => Err(AccountError::Prefix),
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

text_serde!(Account);

/// What stands before the separator of an account text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// `ban`: accounts of Banano.
    Ban,
    /// `bano`: an accident in the history of Banano that its nodes still read.
    Bano,
    /// `nano`: accounts of Nano.
    Nano,
    /// `xrb`: the older spelling of Nano.
    Xrb,
    /// `node`: the identity of a node, on every network.
    Node,
}

impl Prefix {
    const ALL: [Self; 5] = [Self::Ban, Self::Bano, Self::Nano, Self::Xrb, Self::Node];

    /// Returns the letters without separator.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ban => "ban",
            Self::Bano => "bano",
            Self::Nano => "nano",
            Self::Xrb => "xrb",
            Self::Node => "node",
        }
    }

    fn split(text: &str) -> Option<(Self, &str)> {
        Self::ALL.into_iter().find_map(|prefix| {
            let rest = text.strip_prefix(prefix.as_str())?;
            let dash = if prefix == Self::Node { None } else { rest.strip_prefix('-') };
            rest.strip_prefix('_').or(dash).map(|body| (prefix, body))
        })
    }
}

/// Why a text is not an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The text does not begin with a known prefix.
    #[error("an account begins with ban_")]
    Prefix,
    /// Too few or too many characters after the prefix.
    #[error("expected {expected} characters after the prefix, found {found}")]
    Length {
        /// Characters of the body.
        expected: usize,
        /// Characters found.
        found: usize,
    },
    /// A character that no account contains.
    #[error("{found:?} at position {position} after the prefix does not occur in accounts")]
    Character {
        /// Offset after the prefix.
        position: usize,
        /// The character there.
        found: char,
    },
    /// The first character would make more than 256 bits.
    #[error("the first character after the prefix is 1 or 3, found {found:?}")]
    First {
        /// The character found.
        found: char,
    },
    /// The last eight characters do not fit the rest: most likely a typing mistake.
    #[error("the checksum does not match, so at least one character is wrong")]
    Checksum,
}

const fn values() -> [u8; 256] {
    let mut values = [NO_VALUE; 256];
    let mut value = 0u8;
    while value < 32 {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which checks it")]
        {
            values[ALPHABET[value as usize] as usize] = value;
        }
        value += 1;
    }
    values
}
