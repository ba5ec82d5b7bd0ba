//! How long to wait before the next attempt.
//!
//! Called by the connection after each failure. Draws no random number itself: it is handed one.

use std::time::Duration;

/// Exponential back-off with full jitter: the n-th wait is drawn evenly from zero to
/// `base · 2ⁿ`, and never from above the cap. Clients that lost the same server at the same moment
/// come back spread out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    base: Duration,
    cap: Duration,
    attempt: u32,
}

impl Backoff {
    /// Starts with waits up to `base`, which grow up to `cap`.
    pub const fn new(base: Duration, cap: Duration) -> Self {
        Self { base, cap, attempt: 0 }
    }

    /// The longest that the next wait can be.
    pub fn ceiling(&self) -> Duration {
        let factor = 1_u32.checked_shl(self.attempt).unwrap_or(u32::MAX);
        self.base.saturating_mul(factor).min(self.cap)
    }

    /// The next wait. `random` is drawn evenly from 0 to 1.
    pub fn next_wait(&mut self, random: f64) -> Duration {
        let wait = self.ceiling().mul_f64(random.clamp(0.0, 1.0));
        self.attempt = self.attempt.saturating_add(1);
        wait
    }

    /// Begins anew, after a connection that worked.
    pub const fn reset(&mut self) {
        self.attempt = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_and_begin_anew() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        let waits: Vec<_> = (0..6).map(|_| backoff.next_wait(1.0).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000]);
        backoff.reset();
        assert_eq!(backoff.ceiling(), Duration::from_millis(100));
    }

    #[test]
    fn a_wait_is_drawn_from_zero_to_the_ceiling() {
        let fresh = Backoff::new(Duration::from_secs(1), Duration::from_mins(1));
        for (random, want_ms) in [(0.0, 0), (0.25, 250), (1.0, 1000), (7.0, 1000), (-1.0, 0)] {
            assert_eq!(fresh.clone().next_wait(random).as_millis(), want_ms, "{random}");
        }
    }

    #[test]
    fn it_never_overflows() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
        for _ in 0..200 {
            assert!(backoff.next_wait(1.0) <= Duration::from_secs(30));
        }
    }
}
