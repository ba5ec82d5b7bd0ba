//! How long the program has been running.
//!
//! Called once, for the ready line. Counts from `main`: by the kernel's account a program that cargo has
//! compiled and started began when cargo did.

use std::time::{Duration, Instant};

/// The start of `main`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Age(Instant);

impl Age {
    #[expect(clippy::disallowed_methods, reason = "this is where the start is noted")]
    pub(crate) fn begin() -> Self {
        Self(Instant::now())
    }

    /// Time since then.
    pub(crate) fn get(self) -> Duration {
        self.0.elapsed()
    }
}
