//! What of a configuration cannot work.

use std::{num::NonZeroUsize, path::PathBuf};

use super::{Access, Config};

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
    /// Two settings that do not go together.
    #[error("`{field}` is {value}: {why}")]
    Clash {
        /// The setting that is named first.
        field: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it, and what would be right.
        why: String,
    },
}

impl Config {
    /// Checks all settings. Returns every problem, not only the first.
    pub fn check(&self) -> Vec<Problem> {
        let outside =
            self.ranges().into_iter().filter(|(_, value, min, max)| value < min || value > max);
        let mut problems: Vec<_> = outside
            .map(|(field, value, min, max)| Problem::Range { field, value, min, max })
            .collect();
        problems.extend(self.clashes());
        problems
    }

    fn ranges(&self) -> Vec<(&'static str, u64, u64, u64)> {
        const HOUR: u64 = 3_600_000;
        const TIB: u64 = 1 << 40;
        const MILLION: u64 = 1_000_000;
        let shards = self.shards.map_or(1, NonZeroUsize::get);
        let replay_threads = self.replay_threads.map_or(1, NonZeroUsize::get);
        let (message, outbox) = (self.max_message_bytes as u64, self.max_outbox_bytes as u64);
        let accounts = self.max_accounts_per_session as u64;
        vec![
            ("shards", shards as u64, 1, 1_024),
            ("replay_threads", replay_threads as u64, 1, 256),
            ("max_memory_bytes", self.max_memory_bytes, 64 << 20, TIB),
            ("max_connections", self.max_connections as u64, 1, MILLION),
            ("max_connections_per_address", self.max_connections_per_address as u64, 1, MILLION),
            ("max_messages_per_second", self.max_messages_per_second.into(), 1, MILLION),
            ("message_burst", self.message_burst.into(), 1, MILLION),
            ("max_message_bytes", message, 1_024, 1 << 30),
            ("max_total_message_bytes", self.max_total_message_bytes as u64, message, TIB),
            ("max_topics_per_session", self.max_topics_per_session as u64, 1, 100),
            ("max_accounts_per_session", accounts, 1, 10 * MILLION),
            ("max_total_accounts", self.max_total_accounts as u64, accounts, 1_000 * MILLION),
            ("max_replays_per_session", self.max_replays_per_session as u64, 1, 100),
            ("max_total_replays", self.max_total_replays as u64, 1, MILLION),
            ("max_outbox_messages", self.max_outbox_messages as u64, 1, MILLION),
            ("max_outbox_bytes", outbox, 1 << 20, 1 << 30),
            ("max_total_outbox_bytes", self.max_total_outbox_bytes as u64, outbox, TIB),
            ("handshake_timeout_ms", self.handshake_timeout_ms, 10, HOUR),
            ("ping_interval_ms", self.ping_interval_ms, 10, HOUR),
            ("idle_timeout_ms", self.idle_timeout_ms, 10, 24 * HOUR),
            ("write_timeout_ms", self.write_timeout_ms, 10, HOUR),
            ("close_timeout_ms", self.close_timeout_ms, 10, 60_000),
            ("drain_ms", self.drain_ms.unwrap_or(100), 100, 600_000),
        ]
    }

    fn clashes(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut clash = |field, value: String, why: String| {
            problems.push(Problem::Clash { field, value, why });
        };
        if self.ping_interval_ms >= self.idle_timeout_ms {
            let why = format!("it must be less than `idle_timeout_ms`, {}", self.idle_timeout_ms);
            clash("ping_interval_ms", self.ping_interval_ms.to_string(), why);
        }
        for origin in self.allowed_origins.iter().flatten().filter(|origin| !is_origin(origin)) {
            let why =
                "it is no origin; give scheme, host and port alone, as in https://example.org";
            clash("allowed_origins", format!("{origin:?}"), why.to_owned());
        }
        if self.access == Access::Token && self.tokens.is_none() {
            let why = "nobody could connect; name a file of tokens in `tokens`".to_owned();
            clash("access", "token".to_owned(), why);
        }
        let shown = |path: &PathBuf| path.display().to_string();
        match (&self.tls_cert, &self.tls_key) {
            (Some(cert), None) => {
                clash("tls_cert", shown(cert), "it needs its private key, `tls_key`".to_owned());
            }
            (None, Some(key)) => {
                clash("tls_key", shown(key), "it needs a certificate, `tls_cert`".to_owned());
            }
            _ => {}
        }
        let (needed, allowed) = (self.memory_bytes_max(), self.max_memory_bytes);
        if needed > allowed {
            let why = format!(
                "clients could make the server hold {needed} bytes; allow that much, or lower {}",
                self.dearest()
            );
            clash("max_memory_bytes", allowed.to_string(), why);
        }
        problems
    }
}

/// Whether a browser could name this as where a page is from (RFC 6454 §6.2).
fn is_origin(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && !part.contains(|it: char| it.is_whitespace() || "/?#@*".contains(it))
    };
    text == "null"
        || text.split_once("://").is_some_and(|(scheme, host)| is_part(scheme) && is_part(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_origins() {
        for text in ["https://example.org", "http://[::1]:8080", "null", "capacitor://localhost"] {
            assert!(is_origin(text), "{text:?}");
        }
        for text in ["", "*", "example.org", "https://", "https://a/", "https://a b", "https://*.a"]
        {
            assert!(!is_origin(text), "{text:?}");
        }
    }

    fn problems(config: &Config) -> Vec<String> {
        config.check().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn defaults_have_no_problem() {
        assert_eq!(problems(&Config::default()), [""; 0]);
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let config = Config {
            max_connections: 0,
            max_message_bytes: 10,
            ping_interval_ms: 5_000,
            idle_timeout_ms: 5_000,
            access: Access::Token,
            tls_key: Some("key.pem".into()),
            ..Config::default()
        };
        assert_eq!(
            problems(&config),
            [
                "`max_connections` is 0: it must be 1 to 1000000",
                "`max_message_bytes` is 10: it must be 1024 to 1073741824",
                "`ping_interval_ms` is 5000: it must be less than `idle_timeout_ms`, 5000",
                "`access` is token: nobody could connect; name a file of tokens in `tokens`",
                "`tls_key` is key.pem: it needs a certificate, `tls_cert`",
            ]
        );
    }

    #[test]
    fn what_all_may_have_is_no_less_than_what_one_may() {
        let config = Config {
            max_total_accounts: 10,
            max_total_outbox_bytes: 1 << 20,
            max_total_message_bytes: 1_024,
            ..Config::default()
        };
        assert_eq!(
            problems(&config),
            [
                "`max_total_message_bytes` is 1024: it must be 1048576 to 1099511627776",
                "`max_total_accounts` is 10: it must be 100000 to 1000000000",
                "`max_total_outbox_bytes` is 1048576: it must be 4194304 to 1099511627776",
            ]
        );
    }

    #[test]
    fn a_configuration_beyond_the_memory_budget_is_refused_with_what_to_lower() {
        let config = Config { max_connections: 1_000_000, ..Config::default() };
        let found = problems(&config);
        assert_eq!(found.len(), 1, "{found:?}");
        let needed = config.memory_bytes_max().to_string();
        for part in ["`max_memory_bytes` is 12884901888", &needed, "lower `max_connections`"] {
            assert!(found[0].contains(part), "{part}: {found:?}");
        }
        let allowed = Config { max_memory_bytes: config.memory_bytes_max(), ..config };
        assert_eq!(problems(&allowed), [""; 0]);
    }
}
