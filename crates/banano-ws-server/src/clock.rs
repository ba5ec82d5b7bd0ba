//! The time that replies carry.
//!
//! Called when a reply is made. The only place of this crate that reads the wall clock.

use std::time::SystemTime;

/// Milliseconds since the Unix epoch.
#[expect(clippy::disallowed_methods, reason = "the shell is where time comes in")]
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
