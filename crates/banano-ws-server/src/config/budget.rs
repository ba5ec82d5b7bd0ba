//! What clients can make the server hold, as a sum of which every term is explained.
//!
//! Compared with `max_memory_bytes` when a configuration is checked. Computes only. A buffer that a
//! client can fill and that is in no term here is a mistake.

use super::Config;

/// The terms of the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Budget {
    /// Tasks, tables and buffers of every connection: in a handshake the 16 KiB that HTTP keeps of a
    /// request and as much for its answer, afterwards less.
    pub(super) connections: u64,
    /// With TLS, what rustls keeps: a record of 16 KiB each way, and as much that is not sent.
    pub(super) tls: u64,
    /// With compression, what a message is inflated with: a window, what finds the way in it, and
    /// buffers on both sides.
    pub(super) inflate: u64,
    /// Unfinished messages, three times their length, since the buffers they are read into grow by
    /// doubling.
    pub(super) messages: u64,
    /// What waits for sockets, and what is on its way there from the journal.
    pub(super) outboxes: u64,
    /// Filters and the index of them.
    pub(super) accounts: u64,
}

const CONNECTION_BYTES: u64 = 40 << 10;
const TLS_BYTES: u64 = 64 << 10;
const INFLATE_BYTES: u64 = 96 << 10;
const MESSAGE_FACTOR: u64 = 3;
/// An account in a filter and in the index, with the tables around it.
const ACCOUNT_BYTES: u64 = 160;
/// Connections that are told that there are too many, and pieces in the hands of replay threads.
const SLACK_BYTES: u64 = 16 << 20;

impl Budget {
    pub(super) fn of(config: &Config) -> Self {
        let connections = config.max_connections as u64;
        let inflate = if config.compression { INFLATE_BYTES } else { 0 };
        let tls = if config.tls_cert.is_some() { TLS_BYTES } else { 0 };
        Self {
            connections: connections.saturating_mul(CONNECTION_BYTES),
            tls: connections.saturating_mul(tls),
            inflate: connections.saturating_mul(inflate),
            messages: (config.max_total_message_bytes as u64).saturating_mul(MESSAGE_FACTOR),
            outboxes: config.max_total_outbox_bytes as u64,
            accounts: (config.max_total_accounts as u64).saturating_mul(ACCOUNT_BYTES),
        }
    }

    /// Each term with the setting that makes it.
    fn terms(self) -> [(&'static str, u64); 4] {
        [
            (
                "`max_connections`",
                [self.tls, self.inflate].into_iter().fold(self.connections, u64::saturating_add),
            ),
            ("`max_total_message_bytes`", self.messages),
            ("`max_total_outbox_bytes`", self.outboxes),
            ("`max_total_accounts`", self.accounts),
        ]
    }
}

impl Config {
    /// Memory that clients can make the server hold, in bytes: for each connection its own 40 KiB,
    /// with TLS 64 KiB more, with compression 96 KiB more; three times the unfinished messages of all; what waits for all; 160 bytes
    /// for each account in a filter; and 16 MiB beside.
    pub fn memory_bytes_max(&self) -> u64 {
        let terms = Budget::of(self).terms().into_iter().map(|(_, bytes)| bytes);
        terms.fold(SLACK_BYTES, u64::saturating_add)
    }

    /// The setting that costs most.
    pub(super) fn dearest(&self) -> &'static str {
        let terms = Budget::of(self).terms().into_iter();
        terms.max_by_key(|(_, bytes)| *bytes).map_or("`max_connections`", |(setting, _)| setting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worst_case_memory_is_the_sum_of_the_bounds() {
        let config = Config {
            max_connections: 10,
            max_total_message_bytes: 1_000,
            max_total_outbox_bytes: 2_000,
            max_total_accounts: 100,
            ..Config::default()
        };
        let rest = 3 * 1_000 + 2_000 + 100 * 160 + (16 << 20);
        assert_eq!(config.memory_bytes_max(), 10 * (40 << 10) + rest);
        let compressed = Config { compression: true, ..config.clone() };
        assert_eq!(compressed.memory_bytes_max(), 10 * (136 << 10) + rest);
        let with_tls = Config { tls_cert: Some("cert.pem".into()), ..config };
        assert_eq!(with_tls.memory_bytes_max(), 10 * (104 << 10) + rest);
    }

    #[test]
    fn the_default_fits_into_its_own_budget_with_the_figures_that_the_documentation_names() {
        let config = Config::default();
        assert_eq!(config.memory_bytes_max(), 3_324_301_312);
        let all = Config { compression: true, tls_cert: Some("c".into()), ..config.clone() };
        assert!(all.memory_bytes_max() <= all.max_memory_bytes);
        let vast = Config { max_connections: usize::MAX, ..config };
        assert_eq!(vast.memory_bytes_max(), u64::MAX);
    }
}
