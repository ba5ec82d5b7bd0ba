//! A clock that stands still until a test moves it.
//!
//! Given to whatever takes the time as a value or as a closure. All clones show the same time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// A clock for tests: a Unix time that can be set, and a monotonic one that only moves forward.
#[derive(Debug, Clone)]
pub struct FakeClock(Arc<Hands>);

#[derive(Debug)]
struct Hands {
    unix_ms: AtomicU64,
    mono_ms: AtomicU64,
}

impl FakeClock {
    /// A clock that shows `unix_ms`, and a monotonic time of 0.
    pub fn at(unix_ms: u64) -> Self {
        Self(Arc::new(Hands { unix_ms: unix_ms.into(), mono_ms: 0.into() }))
    }

    /// Milliseconds since the Unix epoch.
    pub fn unix_ms(&self) -> u64 {
        self.0.unix_ms.load(Ordering::SeqCst)
    }

    /// Seconds since the Unix epoch.
    pub fn unix_s(&self) -> u64 {
        self.unix_ms() / 1000
    }

    /// Milliseconds since the clock was made.
    pub fn mono_ms(&self) -> u64 {
        self.0.mono_ms.load(Ordering::SeqCst)
    }

    /// Moves both times forward.
    pub fn advance(&self, by: Duration) {
        let ms = u64::try_from(by.as_millis()).expect("tests last less than 500 million years");
        self.0.unix_ms.fetch_add(ms, Ordering::SeqCst);
        self.0.mono_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets the Unix time, backwards as well, as an administrator does. The monotonic time stays.
    pub fn set_unix_ms(&self, unix_ms: u64) {
        self.0.unix_ms.store(unix_ms, Ordering::SeqCst);
    }

    /// The Unix time in milliseconds, for code that takes its clock as a closure.
    pub fn reader(&self) -> impl Fn() -> u64 + Send + Sync + 'static {
        let clock = self.clone();
        move || clock.unix_ms()
    }
}

impl Default for FakeClock {
    /// Shows 1700000000000, the time at which the fixtures happen.
    fn default() -> Self {
        Self::at(1_700_000_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_show_the_same_time_and_setting_back_keeps_the_monotonic_one() {
        let clock = FakeClock::default();
        let reader = clock.reader();
        clock.clone().advance(Duration::from_millis(1_500));
        assert_eq!(
            (reader(), clock.unix_s(), clock.mono_ms()),
            (1_700_000_001_500, 1_700_000_001, 1_500)
        );
        clock.set_unix_ms(5);
        assert_eq!((reader(), clock.mono_ms()), (5, 1_500));
    }
}
