//! What an operator can set, in one place.
//!
//! Read by the binary from its file, environment and flags, and handed to [`start`](crate::start).
//! `Default` is the only place that knows defaults. Never holds a value that silently means
//! "off" or "unlimited". What all of it may cost in memory is in `budget`.

mod budget;
mod check;

use std::{num::NonZeroUsize, path::PathBuf, time::Duration};

use banano_ws_protocol::{ErrorReplies, VoteWithoutOptions};
use serde::{Deserialize, Serialize};

pub use check::Problem;

use crate::admission::AddressRange;

/// Settings of the WebSocket server.
///
/// In the worst case its clients hold [`Config::memory_bytes_max`] of memory: what everyone has
/// sent and not finished, plus what everyone was sent and has not read. A configuration under which
/// that could be more than `max_memory_bytes` has a [`Problem`].
///
/// A limit of one client counts for those without a token, and for a token whose class does not say
/// otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Threads that serve clients. Each client belongs to one of them. 1 to 1,024; default: absent,
    /// which is one for each core.
    pub shards: Option<NonZeroUsize>,
    /// Threads that read the journal again for clients that resume or were too slow: so many are
    /// served at a time, a small piece each, in turn. 1 to 256; default: absent, which is half as
    /// many as there are cores.
    pub replay_threads: Option<NonZeroUsize>,
    /// Memory that clients may make the server hold in the worst case, in bytes; the limits below are
    /// checked against it. The journal and the network have theirs beside it. 67,108,864 to
    /// 1,099,511,627,776; default 12,884,901,888 (12 GiB), enough for the
    /// other defaults with TLS and compression.
    pub max_memory_bytes: u64,
    /// Open connections, plain HTTP included. One more is refused with HTTP 503. The process needs
    /// one file descriptor for each. 1 to 1,000,000; default 50,000.
    pub max_connections: usize,
    /// Open connections of one address (IPv4) or of one /64 (IPv6), for those without a token. One more
    /// is refused with HTTP 429. 1 to 1,000,000; default 256.
    pub max_connections_per_address: usize,
    /// Addresses whose connections are not counted one by one: a list of addresses, ranges such as
    /// `10.0.0.0/8`, and `unix` for the Unix socket. Default: this machine, `127.0.0.0/8`, `::1` and
    /// `unix`, so that a local network or a proxy that is not in `trusted_proxies` is not held up.
    pub exempt_addresses: Vec<AddressRange>,
    /// Proxies that are believed when they say for whom they connect, by `X-Forwarded-For` or by the
    /// PROXY protocol: a list like `exempt_addresses`. Default: none.
    pub trusted_proxies: Vec<AddressRange>,
    /// Whether connections begin with a header of the PROXY protocol, version 1 or 2: `off`, or
    /// `required`, of every connection; one without, or from an address that is not in
    /// `trusted_proxies`, is dropped. Default `off`.
    pub proxy_protocol: ProxyProtocol,
    /// Who may connect: `open` everyone, `token` only who shows a token of the file `tokens`. Default
    /// `open`.
    pub access: Access,
    /// File with the tokens and their classes of limits. Default: absent, there are none.
    pub tokens: Option<PathBuf>,
    /// File with the certificate and its chain, PEM. With it, TCP connections are TLS only, and
    /// Unix sockets remain as they are. Default: absent.
    pub tls_cert: Option<PathBuf>,
    /// File with the certificate's private key, PEM. Default: absent.
    pub tls_key: Option<PathBuf>,
    /// Messages of one client a second, pings included. A message beyond it and `message_burst` is
    /// refused with `limit_exceeded` and has no effect; who goes on is closed with 1008. 1 to
    /// 1,000,000; default 200.
    pub max_messages_per_second: u32,
    /// Messages that one client may send at once, after a pause. 1 to 1,000,000; default 2,000.
    pub message_burst: u32,
    /// Length of the longest message that a client may send, in bytes. A longer one is answered
    /// with `message_too_large` and close 1009. 1,024 to 1,073,741,824; default 1,048,576 (1 MiB).
    pub max_message_bytes: usize,
    /// Bytes of unfinished messages of all clients together. A client that would go beyond is closed
    /// with 1013. `max_message_bytes` to 1,099,511,627,776; default 134,217,728 (128 MiB).
    pub max_total_message_bytes: usize,
    /// Topics that one session may be subscribed to. One more is refused with `limit_exceeded`. 1 to
    /// 100; default 100, which is all of them.
    pub max_topics_per_session: usize,
    /// Accounts, representatives and hashes that the filters of one session may list, over all its
    /// subscriptions. A request that would go beyond is refused with `limit_exceeded` and has no
    /// effect. 1 to 10,000,000; default 100,000.
    pub max_accounts_per_session: usize,
    /// The same of all sessions together. `max_accounts_per_session` to 1,000,000,000; default
    /// 2,000,000.
    pub max_total_accounts: usize,
    /// Whether a subscription must name accounts, representatives or hashes: one to everything that
    /// happens in the network is refused with `limit_exceeded`. Default false.
    pub require_filter: bool,
    /// Topics of one session that may be replayed at once, because it asked with `since`. One more is
    /// refused with `limit_exceeded`. 1 to 100; default 100.
    pub max_replays_per_session: usize,
    /// Sessions that may get at once what they asked of the past. One more is refused with
    /// `unavailable`. 1 to 1,000,000; default 50,000.
    pub max_total_replays: usize,
    /// Messages that may wait for one client that reads slower than it is sent to. A client that
    /// falls further behind gets what it has missed from the journal, at its own speed; if that no
    /// longer holds it, the client is closed with 4000. 1 to 1,000,000; default 4,096.
    pub max_outbox_messages: usize,
    /// The same in bytes. 1,048,576 to 1,073,741,824; default 4,194,304 (4 MiB).
    pub max_outbox_bytes: usize,
    /// The same of all clients together. Where it is reached, clients fall behind earlier, and those
    /// that read nothing are dropped after seconds. `max_outbox_bytes` to 1,099,511,627,776; default
    /// 536,870,912 (512 MiB).
    pub max_total_outbox_bytes: usize,
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
    /// After a stop was asked for, the time in which clients are closed one after the other, in
    /// milliseconds; meanwhile `/health/ready` answers 503 and new clients are still served. 100 to
    /// 600,000; default: absent, which is all at once.
    pub drain_ms: Option<u64>,
    /// Where `/metrics` is told: `main` beside the WebSocket, `admin` on the admin listener only, or
    /// `off`. Default `main`.
    pub metrics: Metrics,
    /// How many sources of events must be up before `/health/ready` says so. Not an operator's to set: the
    /// program knows, before any of them is told of. Default 0; once there are sources, one of them.
    #[serde(skip)]
    pub required_sources: usize,
    /// Who gets an error message: `always` everyone whose request failed, `asked` only who asked
    /// for replies by `ack` or `id` or sent no valid JSON, `never` nobody, as with a node.
    /// Default `always`.
    pub error_replies: ErrorReplies,
    /// What a subscription to `vote` without `options` lets through: `document` neither replays nor
    /// indeterminate votes, `node` everything, as nodes do. Default `document`.
    pub vote_without_options: VoteWithoutOptions,
    /// How events are written to sockets: `uring` many by one system call, `epoll` one by one, `auto`
    /// by the first if the system allows it. Default `auto`.
    pub io: Io,
    /// Whether messages are compressed for clients that offer `permessage-deflate` (RFC 7692): once
    /// for all who get the same. Default: false, as with a node, which leaves offers unanswered.
    pub compression: bool,
    /// Origins whose web pages may connect, such as `https://example.org`. Others are refused with
    /// HTTP 403; programs that name no origin may always connect. Default: absent, which is all.
    pub allowed_origins: Option<Vec<String>>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            shards: None,
            replay_threads: None,
            max_memory_bytes: 12 << 30,
            max_connections: 50_000,
            max_connections_per_address: 256,
            exempt_addresses: AddressRange::this_machine(),
            trusted_proxies: Vec::new(),
            proxy_protocol: ProxyProtocol::Off,
            access: Access::Open,
            tokens: None,
            tls_cert: None,
            tls_key: None,
            max_messages_per_second: 200,
            message_burst: 2_000,
            max_message_bytes: 1 << 20,
            max_total_message_bytes: 128 << 20,
            max_topics_per_session: 100,
            max_accounts_per_session: 100_000,
            max_total_accounts: 2_000_000,
            require_filter: false,
            max_replays_per_session: 100,
            max_total_replays: 50_000,
            max_outbox_messages: 4_096,
            max_outbox_bytes: 4 << 20,
            max_total_outbox_bytes: 512 << 20,
            handshake_timeout_ms: 10_000,
            ping_interval_ms: 25_000,
            idle_timeout_ms: 75_000,
            write_timeout_ms: 30_000,
            close_timeout_ms: 3_000,
            drain_ms: None,
            metrics: Metrics::Main,
            required_sources: 0,
            error_replies: ErrorReplies::Always,
            vote_without_options: VoteWithoutOptions::Document,
            io: Io::Auto,
            compression: false,
            allowed_origins: None,
        }
    }
}

/// Setting `io`: how events are written to sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Io {
    /// `uring` if it can be had.
    #[default]
    Auto,
    /// Many sockets by one system call of Linux's `io_uring`; the server does not start without it.
    Uring,
    /// A system call for each socket.
    Epoll,
}

/// Setting `proxy_protocol`: whether connections begin with a header of the PROXY protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProxyProtocol {
    /// None does.
    #[default]
    Off,
    /// All do.
    Required,
}

/// Setting `access`: who may connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everyone.
    #[default]
    Open,
    /// Only who shows a token.
    Token,
}

/// Setting `metrics`: where numbers for Prometheus are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metrics {
    /// Beside the WebSocket, and on the admin listener.
    #[default]
    Main,
    /// On the admin listener only.
    Admin,
    /// Nowhere.
    Off,
}

impl Config {
    /// Settings that are read once, at the start.
    pub const NEED_RESTART: [&str; 8] = [
        "shards",
        "replay_threads",
        "io",
        "ping_interval_ms",
        "idle_timeout_ms",
        "write_timeout_ms",
        "drain_ms",
        "metrics",
    ];

    pub(crate) fn shard_count(&self) -> NonZeroUsize {
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.shards.unwrap_or(cores)
    }

    pub(crate) fn replay_thread_count(&self) -> NonZeroUsize {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let half = NonZeroUsize::new(cores / 2).unwrap_or(NonZeroUsize::MIN);
        self.replay_threads.unwrap_or(half)
    }

    pub(crate) fn close_timeout(&self) -> Duration {
        Duration::from_millis(self.close_timeout_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_setting_is_an_error_and_an_absent_one_is_its_default() {
        let parsed: Config = serde_json::from_str(r#"{"max_connections": 7}"#).unwrap();
        assert_eq!(parsed, Config { max_connections: 7, ..Config::default() });
        assert!(serde_json::from_str::<Config>(r#"{"max_conections": 7}"#).is_err());
    }

    #[test]
    fn the_table_of_limits_in_the_documentation_is_complete_and_has_the_defaults() {
        let text = include_str!("../../../docs/limits.md");
        let (_, table) = text.split_once("## All limits").unwrap();
        let (table, _) = table.split_once("\n## ").unwrap();
        let rows: std::collections::BTreeMap<&str, &str> = table
            .lines()
            .filter_map(|line| {
                let (name, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
                Some((name, rest.split(" |").next()?))
            })
            .collect();
        let config = serde_json::to_value(Config::default()).unwrap();
        let elsewhere = [
            "tokens",
            "tls_cert",
            "tls_key",
            "io",
            "error_replies",
            "vote_without_options",
            "metrics",
        ];
        let mut count = 0;
        for (name, value) in config.as_object().unwrap() {
            if elsewhere.contains(&name.as_str()) {
                continue;
            }
            let value = match value {
                serde_json::Value::Null => "not set".to_owned(),
                value => value.to_string().replace(',', ", "),
            };
            assert_eq!(rows.get(name.as_str()), Some(&value.as_str()), "docs/limits.md: `{name}`");
            count += 1;
        }
        assert_eq!(rows.len(), count, "docs/limits.md has rows of settings that do not exist");
    }
}
