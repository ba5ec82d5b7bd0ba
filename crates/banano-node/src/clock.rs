//! The one place where a node reads the time.
//!
//! Called by the processing task, once per pass. Everything behind it takes time as a value.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use banano_consensus::Now;

/// Milliseconds since the node started, and of the wall clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

#[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
impl Clock {
    pub(crate) fn start() -> Self {
        Self { start: Instant::now() }
    }

    pub(crate) fn now(&self) -> Now {
        Now { mono_ms: whole_ms(self.uptime()), unix_ms: unix_ms() }
    }

    pub(crate) fn uptime(&self) -> Duration {
        self.start.elapsed()
    }

    /// How long it is until `mono_ms`; zero when that has passed.
    pub(crate) fn until(&self, mono_ms: u64) -> Duration {
        Duration::from_millis(mono_ms).saturating_sub(self.uptime())
    }
}

/// The wall clock. A clock before 1970 counts as 1970.
#[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
pub(crate) fn unix_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, whole_ms)
}

fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
