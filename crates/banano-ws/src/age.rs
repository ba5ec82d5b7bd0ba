//! How long ago the process began, which is earlier than `main`.
//!
//! Called once, for the ready line. Asks the kernel where it can tell (Linux, to a hundredth of a second)
//! and falls back to the time since `main`.

use std::time::{Duration, Instant};

/// A moment near the start of `main`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Age(Instant);

impl Age {
    #[expect(clippy::disallowed_methods, reason = "this is where the start is noted")]
    pub(crate) fn begin() -> Self {
        Self(Instant::now())
    }

    /// Time since the process began.
    pub(crate) fn get(self) -> Duration {
        of_process().unwrap_or_else(|| self.0.elapsed()).max(self.0.elapsed())
    }
}

/// Uptime of the machine minus the process's start, both counted from boot.
fn of_process() -> Option<Duration> {
    /// Unit of the kernel's clock as it shows it to programs, on every architecture.
    const TICKS_PER_SECOND: f64 = 100.0;
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    let uptime: f64 = uptime.split_whitespace().next()?.parse().ok()?;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program may hold blanks, so fields are counted behind its parenthesis: the
    // start is field 22, and the first one behind is field 3.
    let (_, fields) = stat.rsplit_once(')')?;
    let start: f64 = fields.split_whitespace().nth(22 - 3)?.parse().ok()?;
    Duration::try_from_secs_f64(uptime - start / TICKS_PER_SECOND).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_at_least_as_old_as_its_main() {
        let age = Age::begin();
        let first = age.get();
        assert!(first < Duration::from_hours(1), "{first:?}");
        assert!(age.get() >= first.saturating_sub(Duration::from_millis(20)));
    }
}
