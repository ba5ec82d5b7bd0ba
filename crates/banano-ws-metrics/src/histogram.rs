//! How long something took, in buckets.
//!
//! Observed where it happens, from any thread. Never blocks and never allocates.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper ends of the buckets, in microseconds; one more takes what is longer.
const BOUNDS_US: [u64; 16] = [
    10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000,
    1_000_000, 5_000_000,
];

const BUCKETS: usize = BOUNDS_US.len() + 1;

/// Durations that were observed so far.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    sum_ns: AtomicU64,
}

impl Histogram {
    /// Adds one duration.
    pub fn observe(&self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS_US.partition_point(|bound| *bound < us);
        if let Some(bucket) = self.buckets.get(place) {
            bucket.fetch_add(1, Relaxed);
        }
        self.sum_ns.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Relaxed);
    }

    /// What was observed so far.
    pub fn read(&self) -> Buckets {
        let mut buckets = Buckets::default();
        buckets.add(self);
        buckets
    }
}

/// What one or several histograms observed, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Buckets {
    counts: [u64; BUCKETS],
    sum_ns: u64,
}

impl Buckets {
    /// Adds what `histogram` observed.
    pub fn add(&mut self, histogram: &Histogram) {
        for (sum, bucket) in self.counts.iter_mut().zip(&histogram.buckets) {
            *sum = sum.wrapping_add(bucket.load(Relaxed));
        }
        self.sum_ns = self.sum_ns.wrapping_add(histogram.sum_ns.load(Relaxed));
    }

    /// How many durations.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// All of them together, in seconds.
    pub(crate) fn sum_seconds(&self) -> f64 {
        Duration::from_nanos(self.sum_ns).as_secs_f64()
    }

    /// The upper end of each bucket in seconds, and how many were at most so long.
    pub(crate) fn cumulative(&self) -> impl Iterator<Item = (f64, u64)> {
        let ends = BOUNDS_US.iter().map(|us| Duration::from_micros(*us).as_secs_f64());
        ends.zip(self.counts.iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_in_the_bucket_whose_end_it_does_not_pass() {
        let histogram = Histogram::default();
        for us in [0, 10, 11, 25, 9_999_999] {
            histogram.observe(Duration::from_micros(us));
        }
        let buckets = histogram.read();
        let cumulative: Vec<_> = buckets.cumulative().map(|(_, count)| count).collect();
        assert_eq!(cumulative[..3], [2, 4, 4]);
        assert_eq!((cumulative.last(), buckets.count()), (Some(&4), 5));
        assert!((buckets.sum_seconds() - 10.000_045).abs() < 1e-9);
    }
}
