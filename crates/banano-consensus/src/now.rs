//! The two clocks that a decision may need.
//!
//! Made by the shell once per pass and passed in. Nothing in this crate reads a clock.

/// A moment, on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds on a clock that never goes back; its zero is arbitrary. All waiting is measured on it.
    pub mono_ms: u64,
    /// Milliseconds since 1970, for what clients are shown.
    pub unix_ms: u64,
}
