//! What is known about each upstream.
//!
//! Kept by the merge, shown as metrics and by topic `status`.

/// After so long without a word nobody knows how fast an upstream is.
const REST_MS: u64 = 30_000;

/// Counts since the start, and the latest measures, of one upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// Whether it is connected.
    pub is_up: bool,
    /// Messages heard.
    pub heard: u64,
    /// Of these, said before any other upstream.
    pub first: u64,
    /// Confirmations that went out and that it did not say, although it was connected.
    pub missed: u64,
    /// Messages that were dropped because they can't be true.
    pub lies: u64,
    /// Confirmations of blocks whose place in the chain was taken: said before, long ago, or a fork.
    pub stale: u64,
    /// Confirmations of it that not enough others repeated in time.
    pub alone: u64,
    /// How much later than the first it said what others had said, smoothed, in milliseconds.
    pub lag_ms: u64,
    /// Its clock minus ours, with the way of the message, in milliseconds: the largest seen
    /// lately.
    pub skew_ms: i64,
    /// When it last said anything.
    pub last_heard_ms: u64,
}

impl Report {
    /// It said what another had said so long before.
    pub(crate) fn lagged(&mut self, by_ms: u64) {
        self.lag_ms = (self.lag_ms.saturating_mul(7).saturating_add(by_ms)) / 8;
    }

    /// Who has had nothing to say for a while does not lag any more.
    pub(crate) fn rest(&mut self, now_ms: u64) {
        if now_ms.saturating_sub(self.last_heard_ms) > REST_MS {
            self.lag_ms = 0;
        }
    }

    /// It said something, at that time of its own clock.
    pub(crate) fn heard_at(&mut self, its_time_ms: Option<u64>, now_ms: u64) {
        let signed = |ms| i64::try_from(ms).unwrap_or(i64::MAX);
        if let Some(its_time_ms) = its_time_ms {
            let skew = signed(its_time_ms).saturating_sub(signed(now_ms));
            // Delay on the way only ever makes the difference smaller, so the largest is the best
            // guess; it is let go slowly, for clocks that drift.
            let is_first = self.heard == 0;
            self.skew_ms = if is_first { skew } else { skew.max(self.skew_ms.saturating_sub(1)) };
        }
        self.last_heard_ms = now_ms;
        self.heard = self.heard.saturating_add(1);
    }
}
