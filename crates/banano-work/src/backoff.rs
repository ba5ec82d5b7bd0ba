//! The pauses between attempts.
//!
//! Called by the factory. Computes only.

use std::time::Duration;

/// Pauses that double up to a limit.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
}

impl Backoff {
    /// No pause is longer (`node.md` §6.1).
    const MAX: Duration = Duration::from_mins(5);

    /// `first`, then twice as long each time, up to 5 minutes.
    pub(crate) const fn starting_with(first: Duration) -> Self {
        Self { next: first }
    }

    /// The pause before the next attempt.
    pub(crate) fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = pause.saturating_mul(2).min(Self::MAX);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_five_minutes() {
        let mut backoff = Backoff::starting_with(Duration::from_secs(1));
        let pauses: Vec<_> = (0..11).map(|_| backoff.pause().as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    }
}
