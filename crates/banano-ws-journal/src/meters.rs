//! What a journal tells an operator of itself.
//!
//! Kept in the core, added to by whoever appends and syncs. The only place of this crate that measures
//! how long something took; nothing depends on it.

use std::time::Instant;

use banano_ws_metrics::{Buckets, Histogram};

/// A journal at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JournalStats {
    /// Sequence of the newest event; 0 before the first.
    pub newest: u64,
    /// Sequence of the oldest event that is held in memory.
    pub oldest: u64,
    /// Events in memory.
    pub memory_events: usize,
    /// Memory that they take, estimated.
    pub memory_bytes: usize,
    /// What is kept on disk, in bytes, before it is packed.
    pub disk_bytes: u64,
    /// How long it took until a batch was visible, writing included.
    pub append: Buckets,
    /// How long it took to bring what was written to the disk.
    pub sync: Buckets,
}

/// Durations, as they come.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    pub(crate) append: Histogram,
    pub(crate) sync: Histogram,
}

/// Does something, and notes how long it took.
pub(crate) fn timed<T>(histogram: &Histogram, act: impl FnOnce() -> T) -> T {
    let begun = now();
    let done = act();
    histogram.observe(begun.elapsed());
    done
}

#[expect(
    clippy::disallowed_methods,
    reason = "only durations are told, nothing is decided by them"
)]
fn now() -> Instant {
    Instant::now()
}
