//! Settings of the RPC.
//!
//! Read by the binary from its file and environment, used by the server. Values only; `Default` is the
//! one list of defaults.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::SCANS;
use crate::answers::{BUDGET_KIB, SHORT_BYTES};
use crate::request::VALUES_MAX;
use crate::server::{LARGE_BODIES, SMALL_BODY};

/// Bounds of the RPC, and what it answers.
///
/// In the worst case its clients hold [`Config::memory_bytes_max`] of memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Whether commands that change something or cost much are answered; if not, they are refused with
    /// `RPC control is disabled`. Default true.
    pub enable_control: bool,
    /// Longest request body in bytes, 1,024 to 1,073,741,824. Default 33,554,432 (32 MiB).
    pub body_bytes_max: usize,
    /// Deepest nesting of a request, 2 to 100. Default 20.
    pub nesting_max: usize,
    /// Connections at once, 1 to 100,000; more wait to be accepted. Default 1,024.
    pub connections_max: usize,
    /// Longest list in an answer, 1 to 10,000,000; a client asks for the rest by its options. Default 100,000.
    pub entries_max: usize,
    /// How long a connection may send nothing, or take in nothing of its answer, in milliseconds, 100 to 3,600,000. Default 60,000.
    pub idle_timeout_ms: u64,
    /// How long an answer may take, in milliseconds, 100 to 3,600,000. Default 30,000.
    pub request_timeout_ms: u64,
    /// How long an answer that needs work may take, in milliseconds, 100 to 3,600,000. Default 300,000.
    pub work_timeout_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            enable_control: true,
            body_bytes_max: 32 * 1024 * 1024,
            nesting_max: 20,
            connections_max: 1024,
            entries_max: 100_000,
            idle_timeout_ms: 60_000,
            request_timeout_ms: 30_000,
            work_timeout_ms: 300_000,
        }
    }
}

/// A setting that cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {given} is not possible, it must be {min} to {max}")]
pub struct Problem {
    /// The setting.
    pub field: &'static str,
    /// Its value.
    pub given: u64,
    /// The smallest value allowed.
    pub min: u64,
    /// The largest value allowed.
    pub max: u64,
}

impl Config {
    /// Everything that is wrong with it.
    pub fn check(&self) -> Vec<Problem> {
        const HOUR: u64 = 3_600_000;
        let rows = [
            ("body_bytes_max", self.body_bytes_max as u64, 1024, 1 << 30),
            ("nesting_max", self.nesting_max as u64, 2, 100),
            ("connections_max", self.connections_max as u64, 1, 100_000),
            ("entries_max", self.entries_max as u64, 1, 10_000_000),
            ("idle_timeout_ms", self.idle_timeout_ms, 100, HOUR),
            ("request_timeout_ms", self.request_timeout_ms, 100, HOUR),
            ("work_timeout_ms", self.work_timeout_ms, 100, HOUR),
        ];
        rows.into_iter()
            .filter(|(_, given, min, max)| !(min..=max).contains(&given))
            .map(|(field, given, min, max)| Problem { field, given, min, max })
            .collect()
    }

    /// Memory that clients can make the RPC hold, in bytes: for each connection a small body, its values and a
    /// short answer; some large bodies; some answers that are being made; and the long ones on their way.
    pub fn memory_bytes_max(&self) -> usize {
        /// A value and its text, at least 2 bytes of the body.
        const VALUE_BYTES: usize = 64;
        /// An entry of an answer, as values and as text: a block with everything around it.
        const ENTRY_BYTES: usize = 4096;
        let small = usize::try_from(SMALL_BODY).unwrap_or(usize::MAX);
        let connection = small + small / 2 * VALUE_BYTES + SHORT_BYTES;
        let large = self.body_bytes_max.saturating_add(VALUES_MAX * VALUE_BYTES);
        let made = self.entries_max.saturating_mul(ENTRY_BYTES);
        connection
            .saturating_mul(self.connections_max)
            .saturating_add(large.saturating_mul(LARGE_BODIES))
            .saturating_add(made.saturating_mul(SCANS))
            .saturating_add(BUDGET_KIB as usize * 1024)
    }

    pub(crate) fn idle_timeout(&self) -> Duration {
        Duration::from_millis(self.idle_timeout_ms)
    }

    /// How long an answer may take.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_millis(self.request_timeout_ms)
    }

    /// How long an answer that needs work may take.
    pub fn work_timeout(&self) -> Duration {
        Duration::from_millis(self.work_timeout_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_possible() {
        assert_eq!(Config::default().check(), []);
    }

    #[test]
    fn worst_case_memory_is_the_sum_of_the_bounds() {
        let config = Config {
            connections_max: 2,
            body_bytes_max: 1024,
            entries_max: 10,
            ..Config::default()
        };
        let connections = 2 * (16_384 + 8192 * 64 + 65_536);
        let large = 4 * (1024 + 600_000 * 64);
        assert_eq!(config.memory_bytes_max(), connections + large + 8 * 10 * 4096 + (256 << 20));
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let config =
            Config { nesting_max: 1, entries_max: 0, idle_timeout_ms: 99, ..Config::default() };
        let texts: Vec<String> = config.check().iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "nesting_max: 1 is not possible, it must be 2 to 100",
                "entries_max: 0 is not possible, it must be 1 to 10000000",
                "idle_timeout_ms: 99 is not possible, it must be 100 to 3600000",
            ]
        );
    }
}
