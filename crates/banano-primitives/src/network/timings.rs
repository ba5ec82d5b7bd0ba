//! Clocks of consensus and networking (`node.md §2.7`).
//!
//! Called by the parts of a node that wait for something. In files every value is in milliseconds.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long the parts of a node wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timings {
    /// Pause between two passes over all elections.
    #[serde(rename = "election_loop_ms", with = "millis")]
    pub election_loop: Duration,
    /// What the phases of an election are multiples of.
    #[serde(rename = "base_latency_ms", with = "millis")]
    pub base_latency: Duration,
    /// Life of an election of kind priority or manual.
    #[serde(rename = "election_lifetime_ms", with = "millis")]
    pub election_lifetime: Duration,
    /// Life of an election of kind hinted or optimistic.
    #[serde(rename = "hinted_lifetime_ms", with = "millis")]
    pub hinted_lifetime: Duration,
    /// A node repeats its own vote in an election after this.
    #[serde(rename = "vote_rebroadcast_ms", with = "millis")]
    pub vote_rebroadcast: Duration,
    /// A node repeats the winner's block of an election after this.
    #[serde(rename = "block_rebroadcast_ms", with = "millis")]
    pub block_rebroadcast: Duration,
    /// How long votes are collected to share one signature.
    #[serde(rename = "vote_bundling_ms", with = "millis")]
    pub vote_bundling: Duration,
    /// Least time between two votes of one representative on one root.
    #[serde(rename = "vote_spacing_ms", with = "millis")]
    pub vote_spacing: Duration,
    /// Pause between keepalives to a peer.
    #[serde(rename = "keepalive_ms", with = "millis")]
    pub keepalive: Duration,
    /// Pause between two sweeps over dead peers; a peer is cut off after five of them.
    #[serde(rename = "cleanup_ms", with = "millis")]
    pub cleanup: Duration,
    /// A realtime connection without input or output is closed after this.
    #[serde(rename = "idle_timeout_ms", with = "millis")]
    pub idle_timeout: Duration,
    /// A connection that a peer opened and then left silent is closed after this.
    #[serde(rename = "silent_timeout_ms", with = "millis")]
    pub silent_timeout: Duration,
    /// One read or write may take this long.
    #[serde(rename = "io_timeout_ms", with = "millis")]
    pub io_timeout: Duration,
    /// Dialling a peer may take this long.
    #[serde(rename = "connect_timeout_ms", with = "millis")]
    pub connect_timeout: Duration,
    /// How long the answer to a handshake query is accepted.
    #[serde(rename = "cookie_lifetime_ms", with = "millis")]
    pub cookie_lifetime: Duration,
    /// Pause between telemetry requests, and between broadcasts.
    #[serde(rename = "telemetry_interval_ms", with = "millis")]
    pub telemetry_interval: Duration,
    /// A peer may ask for telemetry again after this.
    #[serde(rename = "telemetry_cooldown_ms", with = "millis")]
    pub telemetry_cooldown: Duration,
    /// How long a peer's telemetry is remembered.
    #[serde(rename = "telemetry_cache_ms", with = "millis")]
    pub telemetry_cache: Duration,
    /// Pause between searches for representatives while enough weight is known.
    #[serde(rename = "crawl_interval_ms", with = "millis")]
    pub crawl_interval: Duration,
    /// The same while too little weight is known.
    #[serde(rename = "crawl_warmup_interval_ms", with = "millis")]
    pub crawl_warmup_interval: Duration,
    /// A representative counts as online for this long after a vote.
    #[serde(rename = "online_window_ms", with = "millis")]
    pub online_window: Duration,
    /// Pause between samples of the online weight.
    #[serde(rename = "online_sample_interval_ms", with = "millis")]
    pub online_sample_interval: Duration,
    /// Samples of which the trended online weight is the median.
    pub online_samples_max: u32,
    /// Pause between runs of the legacy bootstrap.
    #[serde(rename = "bootstrap_interval_ms", with = "millis")]
    pub bootstrap_interval: Duration,
    /// An unconfirmed account waits this long for an optimistic election.
    #[serde(rename = "optimistic_delay_ms", with = "millis")]
    pub optimistic_delay: Duration,
    /// A winner that could not be cemented is tried again after this.
    #[serde(rename = "confirmed_retry_ms", with = "millis")]
    pub confirmed_retry: Duration,
    /// A block waits this long for the one it depends on.
    #[serde(rename = "unchecked_lifetime_ms", with = "millis")]
    pub unchecked_lifetime: Duration,
    /// Blocks that may wait so at once.
    pub unchecked_max: u32,
}

impl Timings {
    /// Returns how long an election stays passive.
    pub const fn passive(&self) -> Duration {
        self.base_latency.saturating_mul(5)
    }

    /// Returns the pause between vote requests of an election of kind priority, manual or hinted.
    pub const fn request_interval(&self) -> Duration {
        self.base_latency.saturating_mul(5)
    }

    /// Returns the pause between vote requests of an optimistic election.
    pub const fn optimistic_request_interval(&self) -> Duration {
        self.base_latency.saturating_mul(2)
    }

    /// Returns when a silent peer is given up.
    pub const fn peer_cutoff(&self) -> Duration {
        self.cleanup.saturating_mul(5)
    }

    /// Timings of public networks.
    pub(super) const fn live() -> Self {
        Self {
            election_loop: Duration::from_millis(300),
            base_latency: Duration::from_secs(1),
            election_lifetime: Duration::from_mins(5),
            hinted_lifetime: Duration::from_secs(30),
            vote_rebroadcast: Duration::from_secs(15),
            block_rebroadcast: Duration::from_secs(150),
            vote_bundling: Duration::from_millis(100),
            vote_spacing: Duration::from_secs(15),
            keepalive: Duration::from_secs(15),
            cleanup: Duration::from_mins(1),
            idle_timeout: Duration::from_mins(2),
            silent_timeout: Duration::from_mins(2),
            io_timeout: Duration::from_secs(15),
            connect_timeout: Duration::from_mins(1),
            cookie_lifetime: Duration::from_secs(5),
            telemetry_interval: Duration::from_mins(1),
            telemetry_cooldown: Duration::from_secs(15),
            telemetry_cache: Duration::from_secs(130),
            crawl_interval: Duration::from_secs(7),
            crawl_warmup_interval: Duration::from_secs(3),
            online_window: Duration::from_mins(5),
            online_sample_interval: Duration::from_mins(5),
            online_samples_max: 4032,
            bootstrap_interval: Duration::from_mins(15),
            optimistic_delay: Duration::from_secs(30),
            confirmed_retry: Duration::from_millis(500),
            unchecked_lifetime: Duration::from_hours(4),
            unchecked_max: 65536,
        }
    }

    /// Timings of development networks.
    pub(super) const fn dev() -> Self {
        Self {
            election_loop: Duration::from_millis(20),
            base_latency: Duration::from_millis(25),
            vote_rebroadcast: Duration::from_millis(500),
            block_rebroadcast: Duration::from_millis(500),
            vote_spacing: Duration::from_secs(1),
            keepalive: Duration::from_secs(1),
            cleanup: Duration::from_secs(1),
            idle_timeout: Duration::from_secs(15),
            io_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(5),
            telemetry_interval: Duration::from_millis(500),
            telemetry_cooldown: Duration::from_millis(500),
            telemetry_cache: Duration::from_secs(2),
            crawl_interval: Duration::from_millis(500),
            crawl_warmup_interval: Duration::from_millis(500),
            online_samples_max: 288,
            optimistic_delay: Duration::from_secs(2),
            confirmed_retry: Duration::from_millis(50),
            ..Self::live()
        }
    }
}

/// Durations as whole milliseconds.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
