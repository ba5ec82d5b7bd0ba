//! How many bytes a node may send (`node.md` §8.5): a bucket that fills with time.
//!
//! Asked by every channel of a node. Is given the clock.

use std::sync::{Mutex, PoisonError};

use crate::clock::Clock;

/// A share of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BandwidthLimit {
    /// Bytes a second.
    pub rate: u64,
    /// Seconds of it that may be sent at once after a silence.
    pub burst: u64,
}

#[derive(Debug)]
pub(crate) struct Bandwidth {
    limit: Option<BandwidthLimit>,
    clock: Clock,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    bytes: u64,
    filled_ms: u64,
}

impl Bandwidth {
    pub(crate) fn new(limit: Option<BandwidthLimit>, clock: Clock) -> Self {
        let bytes = limit.map_or(0, BandwidthLimit::most);
        Self { limit, clock, bucket: Mutex::new(Bucket { bytes, filled_ms: clock.now().mono_ms }) }
    }

    /// Takes bytes out of the bucket; `false` if there are not enough in it, which empties it.
    pub(crate) fn take(&self, bytes: usize) -> bool {
        let Some(limit) = self.limit else { return true };
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.fill(limit, self.clock.now().mono_ms);
        let left = bucket.bytes.checked_sub(bytes as u64);
        bucket.bytes = left.unwrap_or(0);
        left.is_some()
    }
}

impl BandwidthLimit {
    fn most(self) -> u64 {
        self.rate.saturating_mul(self.burst)
    }
}

impl Bucket {
    fn fill(&mut self, limit: BandwidthLimit, mono_ms: u64) {
        let passed = mono_ms.saturating_sub(self.filled_ms);
        self.filled_ms = mono_ms;
        let more = limit.rate.saturating_mul(passed) / 1000;
        self.bytes = self.bytes.saturating_add(more).min(limit.most());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_fills_with_time_up_to_its_burst() {
        let limit = BandwidthLimit { rate: 1_000, burst: 3 };
        let mut bucket = Bucket { bytes: 0, filled_ms: 1_000 };
        for (mono_ms, want) in [(1_000, 0), (1_500, 500), (1_500, 500), (9_000, 3_000)] {
            bucket.fill(limit, mono_ms);
            assert_eq!(bucket.bytes, want, "{mono_ms}");
        }
    }

    #[test]
    fn what_is_not_limited_is_never_refused() {
        let free = Bandwidth::new(None, Clock::start());
        assert!(free.take(usize::MAX) && free.take(usize::MAX));
        let limit = BandwidthLimit { rate: 0, burst: 1 };
        assert!(!Bandwidth::new(Some(limit), Clock::start()).take(1));
    }
}
