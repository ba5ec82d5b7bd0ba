//! The key of a row: at most 64 bytes, kept in place, so that ordered tables need no allocation per key.
//!
//! Called by stores, rows and reads. Never longer than two 32-byte values.

use std::fmt;

use banano_primitives::{Account, BlockHash, QualifiedRoot};

/// A row's key, ordered as its bytes are. Keys of one table have the same length (except in `meta`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Padded with zeros, so that the derived order is the order of the bytes.
    bytes: [u8; Self::MAX_LENGTH],
    length: u8,
}

impl Key {
    /// The longest key, in bytes: an account and a hash.
    pub const MAX_LENGTH: usize = 64;

    /// A key of these bytes; `None` when they are too many.
    pub fn from_slice(from: &[u8]) -> Option<Self> {
        let mut bytes = [0; Self::MAX_LENGTH];
        bytes.get_mut(..from.len())?.copy_from_slice(from);
        Some(Self { bytes, length: u8::try_from(from.len()).ok()? })
    }

    /// A key of two 32-byte values.
    pub fn pair(first: &[u8; 32], second: &[u8; 32]) -> Self {
        let mut bytes = [0; Self::MAX_LENGTH];
        let (left, right) = bytes.split_at_mut(32);
        left.copy_from_slice(first);
        right.copy_from_slice(second);
        Self { bytes, length: 64 }
    }

    /// A key of a number, ordered as numbers are.
    pub fn from_number(number: u64) -> Self {
        let mut bytes = [0; Self::MAX_LENGTH];
        let (front, _) = bytes.split_at_mut(8);
        front.copy_from_slice(&number.to_be_bytes());
        Self { bytes, length: 8 }
    }

    /// The bytes, without padding.
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or(&self.bytes)
    }

    /// The smallest key of the same length that is larger; `None` after the largest.
    pub fn next(mut self) -> Option<Self> {
        let length = usize::from(self.length);
        for byte in self.bytes.iter_mut().take(length).rev() {
            let (sum, carried) = byte.overflowing_add(1);
            *byte = sum;
            if !carried {
                return Some(self);
            }
        }
        None
    }

    /// The first 32 bytes.
    pub(crate) fn first(&self) -> [u8; 32] {
        std::array::from_fn(|i| self.bytes.get(i).copied().unwrap_or_default())
    }

    /// The last 32 bytes of a pair.
    pub(crate) fn second(&self) -> [u8; 32] {
        std::array::from_fn(|i| self.bytes.get(i + 32).copied().unwrap_or_default())
    }
}

impl From<&[u8; 32]> for Key {
    fn from(from: &[u8; 32]) -> Self {
        let mut key = Self::pair(from, &[0; 32]);
        key.length = 32;
        key
    }
}

impl From<&BlockHash> for Key {
    fn from(hash: &BlockHash) -> Self {
        Self::from(hash.as_bytes())
    }
}

impl From<&Account> for Key {
    fn from(account: &Account) -> Self {
        Self::from(account.as_bytes())
    }
}

impl From<&QualifiedRoot> for Key {
    fn from(root: &QualifiedRoot) -> Self {
        Self::pair(root.root.as_bytes(), root.previous.as_bytes())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_ordered_as_their_bytes() {
        let texts: [&[u8]; 6] = [b"", b"a", b"a\0", b"ab", b"b", &[0xff; 64]];
        for pair in texts.windows(2) {
            let [low, high] = pair else { unreachable!() };
            assert!(Key::from_slice(low).unwrap() < Key::from_slice(high).unwrap());
        }
        assert_eq!(Key::from_slice(&[0; 65]), None);
    }

    #[test]
    fn the_next_key_carries_and_ends() {
        let mut low = [7; 32];
        low[31] = 0xff;
        low[30] = 0xff;
        let next = Key::from(&low).next().unwrap();
        assert_eq!(next.as_slice()[29..], [8, 0, 0]);
        assert_eq!(next.as_slice().len(), 32);
        assert_eq!(Key::from(&[0xff; 32]).next(), None);
    }

    #[test]
    fn a_pair_comes_apart_again() {
        let key = Key::pair(&[1; 32], &[2; 32]);
        assert_eq!((key.first(), key.second()), ([1; 32], [2; 32]));
        assert!(key.to_string().starts_with("0101"));
    }
}
