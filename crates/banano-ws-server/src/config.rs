//! What an operator can set, in one place.
//!
//! Read by the binary from its file, environment and flags, and handed to [`start`](crate::start).
//! `Default` is the only place that knows defaults. Never holds a value that silently means
//! "off" or "unlimited".

use std::{num::NonZeroUsize, time::Duration};

use banano_ws_protocol::{ErrorReplies, VoteWithoutOptions};
use serde::{Deserialize, Serialize};

/// Settings of the WebSocket server.
///
/// In the worst case its clients hold [`Config::memory_bytes_max`] of memory: what everyone has
/// sent and not finished, plus what everyone was sent and has not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Threads that serve clients. Each client belongs to one of them. 1 to 1,024; default: absent,
    /// which is one for each core.
    pub shards: Option<NonZeroUsize>,
    /// Open connections, plain HTTP included. One more is refused with HTTP 503. The process needs
    /// one file descriptor for each. 1 to 1,000,000; default 50,000.
    pub max_connections: usize,
    /// Accounts and representatives that the filters of one session may list, over all its
    /// subscriptions. A request that would go beyond is refused with `limit_exceeded` and has no
    /// effect. 1 to 10,000,000; default 100,000.
    pub max_accounts_per_session: usize,
    /// Length of the longest message that a client may send, in bytes. A longer one is answered
    /// with `message_too_large` and close 1009. 1,024 to 1,073,741,824; default 1,048,576 (1 MiB).
    pub max_message_bytes: usize,
    /// Messages that may wait for one client that reads slower than it is sent to. A client that
    /// falls further behind is closed with 4000. 1 to 1,000,000; default 4,096.
    pub max_outbox_messages: usize,
    /// The same in bytes. 1,048,576 to 1,073,741,824; default 4,194,304 (4 MiB).
    pub max_outbox_bytes: usize,
    /// From accepting a connection to the end of its WebSocket handshake, in milliseconds; also
    /// how long a connection may be used for plain HTTP. 10 to 3,600,000; default 10,000.
    pub handshake_timeout_ms: u64,
    /// Silence of a client after which it is sent a WebSocket ping, in milliseconds. 10 to
    /// 3,600,000 and less than `idle_timeout_ms`; default 25,000.
    pub ping_interval_ms: u64,
    /// Silence of a client after which its connection is dropped, in milliseconds. 10 to
    /// 86,400,000; default 75,000.
    pub idle_timeout_ms: u64,
    /// How long a client may take in nothing at all of what waits for it, before its connection is
    /// dropped, in milliseconds; also how long the last words of a close may wait for it.
    /// 10 to 3,600,000; default 30,000.
    pub write_timeout_ms: u64,
    /// After a close was sent, how long the client has to close its side, in milliseconds; also how
    /// long a stop of the server waits for all of them. 10 to 60,000; default 3,000.
    pub close_timeout_ms: u64,
    /// Who gets an error message: `always` everyone whose request failed, `asked` only who asked
    /// for replies by `ack` or `id` or sent no valid JSON, `never` nobody, as with a node.
    /// Default `always`.
    pub error_replies: ErrorReplies,
    /// What a subscription to `vote` without `options` lets through: `document` neither replays nor
    /// indeterminate votes, `node` everything, as nodes do. Default `document`.
    pub vote_without_options: VoteWithoutOptions,
    /// Origins whose web pages may connect, such as `https://example.org`. Others are refused with
    /// HTTP 403; programs that name no origin may always connect. Default: absent, which is all.
    pub allowed_origins: Option<Vec<String>>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            shards: None,
            max_connections: 50_000,
            max_accounts_per_session: 100_000,
            max_message_bytes: 1 << 20,
            max_outbox_messages: 4_096,
            max_outbox_bytes: 4 << 20,
            handshake_timeout_ms: 10_000,
            ping_interval_ms: 25_000,
            idle_timeout_ms: 75_000,
            write_timeout_ms: 30_000,
            close_timeout_ms: 3_000,
            error_replies: ErrorReplies::Always,
            vote_without_options: VoteWithoutOptions::Document,
            allowed_origins: None,
        }
    }
}

/// A setting that can't work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A number that is too small or too large.
    #[error("`{field}` is {value}: it must be {min} to {max}")]
    Range {
        /// The setting.
        field: &'static str,
        /// Its value.
        value: u64,
        /// The smallest value allowed.
        min: u64,
        /// The largest value allowed.
        max: u64,
    },
    /// A client would be dropped before it was asked whether it lives.
    #[error(
        "`ping_interval_ms` is {ping_ms} and `idle_timeout_ms` is {idle_ms}: the ping must come \
         before the timeout"
    )]
    PingAfterIdle {
        /// `ping_interval_ms`.
        ping_ms: u64,
        /// `idle_timeout_ms`.
        idle_ms: u64,
    },
}

impl Config {
    /// Checks all settings. Returns every problem, not only the first.
    pub fn check(&self) -> Vec<Problem> {
        const HOUR: u64 = 3_600_000;
        let shards = self.shards.map_or(1, NonZeroUsize::get);
        let ranges = [
            ("shards", shards as u64, 1, 1_024),
            ("max_connections", self.max_connections as u64, 1, 1_000_000),
            ("max_accounts_per_session", self.max_accounts_per_session as u64, 1, 10_000_000),
            ("max_message_bytes", self.max_message_bytes as u64, 1_024, 1 << 30),
            ("max_outbox_messages", self.max_outbox_messages as u64, 1, 1_000_000),
            ("max_outbox_bytes", self.max_outbox_bytes as u64, 1 << 20, 1 << 30),
            ("handshake_timeout_ms", self.handshake_timeout_ms, 10, HOUR),
            ("ping_interval_ms", self.ping_interval_ms, 10, HOUR),
            ("idle_timeout_ms", self.idle_timeout_ms, 10, 24 * HOUR),
            ("write_timeout_ms", self.write_timeout_ms, 10, HOUR),
            ("close_timeout_ms", self.close_timeout_ms, 10, 60_000),
        ];
        let outside = ranges.into_iter().filter(|(_, value, min, max)| value < min || value > max);
        let mut problems: Vec<_> = outside
            .map(|(field, value, min, max)| Problem::Range { field, value, min, max })
            .collect();
        if self.ping_interval_ms >= self.idle_timeout_ms {
            let (ping_ms, idle_ms) = (self.ping_interval_ms, self.idle_timeout_ms);
            problems.push(Problem::PingAfterIdle { ping_ms, idle_ms });
        }
        problems
    }

    /// Memory that clients can make the server hold, in bytes: for each connection one unfinished
    /// message (three times its length, since the buffers it is read into grow by doubling), a full
    /// outbox and a full filter, and some 4 KiB of its own.
    pub fn memory_bytes_max(&self) -> usize {
        /// An account in a filter and in the index, with the tables around it.
        const ACCOUNT_BYTES: usize = 160;
        const CONNECTION_BYTES: usize = 4_096;
        let accounts = self.max_accounts_per_session.saturating_mul(ACCOUNT_BYTES);
        let message = self.max_message_bytes.saturating_mul(3);
        let one = [message, self.max_outbox_bytes, accounts, CONNECTION_BYTES];
        one.into_iter().fold(0, usize::saturating_add).saturating_mul(self.max_connections)
    }

    pub(crate) fn shard_count(&self) -> NonZeroUsize {
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.shards.unwrap_or(cores)
    }

    pub(crate) fn close_timeout(&self) -> Duration {
        Duration::from_millis(self.close_timeout_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_have_no_problem() {
        assert_eq!(Config::default().check(), []);
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let config = Config {
            max_connections: 0,
            max_message_bytes: 10,
            ping_interval_ms: 5_000,
            idle_timeout_ms: 5_000,
            ..Config::default()
        };
        let problems: Vec<_> = config.check().iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "`max_connections` is 0: it must be 1 to 1000000",
                "`max_message_bytes` is 10: it must be 1024 to 1073741824",
                "`ping_interval_ms` is 5000 and `idle_timeout_ms` is 5000: the ping must come \
                 before the timeout",
            ]
        );
    }

    #[test]
    fn a_misspelt_setting_is_an_error_and_an_absent_one_is_its_default() {
        let parsed: Config = serde_json::from_str(r#"{"max_connections": 7}"#).unwrap();
        assert_eq!(parsed, Config { max_connections: 7, ..Config::default() });
        assert!(serde_json::from_str::<Config>(r#"{"max_conections": 7}"#).is_err());
    }

    #[test]
    fn worst_case_memory_is_the_sum_of_the_bounds() {
        let config = Config {
            max_connections: 10,
            max_message_bytes: 1_000,
            max_outbox_bytes: 2_000,
            max_accounts_per_session: 10,
            ..Config::default()
        };
        assert_eq!(config.memory_bytes_max(), 10 * (3_000 + 2_000 + 1_600 + 4_096));
    }
}
