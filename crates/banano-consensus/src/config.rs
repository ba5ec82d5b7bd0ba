//! Every number that elections depend on.
//!
//! Built from a network by the node and handed to `Consensus::new`. Bounds on memory live here too; nothing
//! else in this crate has a constant that a network could want different.

use std::time::Duration;

use banano_primitives::{Amount, Network};

/// When this node's representatives vote. The rules of node.md §4.8 come on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VotePolicy {
    /// As soon as the rules allow.
    Instant,
    /// A while after the election started.
    After {
        /// How long, milliseconds.
        ms: u64,
    },
    /// Only for blocks that were released by [`crate::Consensus::release`].
    Manual,
    /// Never: an observer.
    Never,
}

/// Timings in milliseconds, weights in raw, bounds in entries.
#[derive(Debug, Clone)]
pub struct Config {
    /// When this node votes.
    pub policy: VotePolicy,
    /// How long own votes collect before they go out together. 0: until the end of the pass.
    pub bundle_delay_ms: u64,
    /// How long a vote for another hash waits after a vote for the same root (node.md §4.8).
    pub vote_spacing_ms: u64,
    /// Grid on which running elections are looked after, so that their requests go out together.
    pub loop_interval_ms: u64,
    /// Unit of the phases: passive 5 ×, requests 5 × (optimistic elections 2 ×) (node.md §4.1, §2.7).
    pub base_latency_ms: u64,
    /// Life of an unconfirmed priority or manual election.
    pub time_to_live_ms: u64,
    /// Life of an unconfirmed hinted or optimistic election.
    pub short_time_to_live_ms: u64,
    /// How often an election repeats the own vote.
    pub vote_broadcast_ms: u64,
    /// How often an election floods its winner again.
    pub block_broadcast_ms: u64,
    /// How long cached votes point at a block before an election is started for it.
    pub hinted_delay_ms: u64,
    /// How long an account far behind waits before an election for its head is started (node.md §4.2).
    pub optimistic_delay_ms: u64,
    /// Wait between two attempts to cement a winner that the ledger doesn't hold yet.
    pub cement_retry_ms: u64,
    /// How many such attempts are made.
    pub cement_retries: u32,
    /// Votes of representatives at or below `principal_divisor` don't count. Off on the dev network (node.md
    /// §4.4).
    pub principal_votes_only: bool,
    /// A principal representative has more than trended weight / this.
    pub principal_divisor: u32,
    /// Percent of online weight that confirms.
    pub quorum_percent: u8,
    /// Least online weight that quorum is taken of.
    pub online_weight_minimum: Amount,
    /// How long a representative counts as online after a vote.
    pub online_window_ms: u64,
    /// How often a sample of the online weight is taken.
    pub online_sample_ms: u64,
    /// How many samples are kept.
    pub online_samples: usize,
    /// How many elections run at once.
    pub active_elections: usize,
    /// How many blocks without election the vote cache knows.
    pub vote_cache_hashes: usize,
    /// How many votes it keeps for each.
    pub vote_cache_voters: usize,
    /// How long it keeps them.
    pub vote_cache_age_ms: u64,
}

impl Config {
    /// The numbers of a network (node.md §2.4, §2.7), voting at once and bundling as the network does.
    pub fn for_network(network: &Network) -> Self {
        let timings = &network.timings;
        // Whoever changes its mind must be heard: the cooldown of a large representative (1 s, node.md §4.4)
        // begins anew wherever its last vote came late. Matters on the dev network alone, whose pause is no
        // longer than that cooldown.
        let shortest_spacing_ms =
            millis(timings.base_latency).saturating_mul(10).saturating_add(1_000);
        let is_dev = is_dev(network);
        Self {
            policy: VotePolicy::Instant,
            bundle_delay_ms: millis(timings.vote_bundling),
            vote_spacing_ms: millis(timings.vote_spacing).max(shortest_spacing_ms),
            loop_interval_ms: millis(timings.election_loop),
            base_latency_ms: millis(timings.base_latency),
            time_to_live_ms: millis(timings.election_lifetime),
            short_time_to_live_ms: millis(timings.hinted_lifetime),
            vote_broadcast_ms: millis(timings.vote_rebroadcast),
            block_broadcast_ms: millis(timings.block_rebroadcast),
            hinted_delay_ms: 1_000,
            optimistic_delay_ms: millis(timings.optimistic_delay),
            cement_retry_ms: millis(timings.confirmed_retry),
            cement_retries: 40,
            principal_votes_only: !is_dev,
            principal_divisor: network.principal_divisor,
            quorum_percent: network.quorum_percent,
            // The nodes of our dev network hold all its weight. Less than the supply, and one node could confirm
            // alone while it hasn't heard the others yet, and so could another node a rival. On that of Nano's
            // nodes the weight may be anywhere.
            online_weight_minimum: match network.name.as_str() {
                "dev" => Amount::MAX,
                _ => network.online_weight_minimum,
            },
            online_window_ms: millis(timings.online_window),
            online_sample_ms: millis(timings.online_sample_interval),
            online_samples: usize::try_from(timings.online_samples_max).unwrap_or(usize::MAX),
            active_elections: 5_000,
            vote_cache_hashes: 65_536,
            vote_cache_voters: 64,
            vote_cache_age_ms: 15 * 60 * 1_000,
        }
    }
}

/// Whether the network is one for tests, which decides at once and by few votes.
pub(crate) fn is_dev(network: &Network) -> bool {
    matches!(network.name.as_str(), "dev" | "nano-dev")
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
