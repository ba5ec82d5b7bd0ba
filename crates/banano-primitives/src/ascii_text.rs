//! A short ASCII text on the stack.
//!
//! Called by every value with a fixed text form, so that writing one allocates nothing. Never holds
//! anything but ASCII: only this crate can make one.

use std::fmt;
use std::ops::Deref;

/// An ASCII text of at most `N` characters that lives on the stack; reads as a `&str`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AsciiText<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> AsciiText<N> {
    /// Takes over a full buffer.
    pub(crate) fn full(bytes: [u8; N]) -> Self {
        Self { bytes, length: N }
    }

    /// Copies pieces one after the other; what exceeds the buffer is left out.
    pub(crate) fn concat(pieces: &[&[u8]]) -> Self {
        let mut text = Self { bytes: [0; N], length: 0 };
        for (slot, byte) in text.bytes.iter_mut().zip(pieces.iter().copied().flatten()) {
            *slot = *byte;
            text.length = text.length.saturating_add(1);
        }
        text
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        let written = self.bytes.get(..self.length).unwrap_or_default();
        std::str::from_utf8(written).unwrap_or_default()
    }
}

impl<const N: usize> Deref for AsciiText<N> {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl<const N: usize> AsRef<str> for AsciiText<N> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl<const N: usize> fmt::Display for AsciiText<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for AsciiText<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
