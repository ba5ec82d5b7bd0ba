//! The time that replies carry, and the time that passes between a client's messages.
//!
//! Called when a reply is made, when messages come, and when something is measured. The only place of this crate that reads a clock.

use std::{
    sync::LazyLock,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

/// When somebody first asked.
static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// How long the program has been running, roughly: for differences only.
pub(crate) fn running() -> Duration {
    BEGIN.elapsed()
}

/// Milliseconds since the Unix epoch.
#[expect(clippy::disallowed_methods, reason = "the shell is where time comes in")]
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
