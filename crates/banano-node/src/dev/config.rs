//! What a dev network is made of, and what it refuses to be made of.
//!
//! Filled by the binary from its flags. Holds values only. `Default` is the one list of defaults.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use banano_consensus::VotePolicy;
use banano_primitives::{Amount, Seed};
use banano_work::{PEERS_MAX, WorkPeer};

use crate::inbox::Limits;

/// The seed of the dev network's keys unless another is asked for. Public on purpose, and it says
/// so to whoever reads its bytes as ASCII.
pub const DEFAULT_SEED: Seed = Seed::from_bytes(*b"banano-ws dev network: no secret");

/// Most nodes that one process runs: each is a thread and a ledger.
pub const NODES_MAX: u32 = 32;

/// Most accounts that the dev network funds: each costs two blocks at the first start.
pub const ACCOUNTS_MAX: u32 = 10_000;

/// Most blocks a second that may be asked of the traffic generator.
pub const ACTIVITY_MAX: f64 = 10_000.0;

/// Half of the supply: what the funded accounts may hold together. The other half stays with the
/// representatives, so that they can confirm blocks whatever the accounts do with their weight.
const FUNDS_MAX: u128 = u128::MAX / 2;

/// 100,000 BAN.
const DEFAULT_BALANCE: Amount = Amount::from_raw(100_000 * 10_u128.pow(29));

/// A dev network, as asked for.
#[derive(Clone, Debug)]
pub struct DevConfig {
    /// Voting nodes, 1 to [`NODES_MAX`]. Default 4.
    pub nodes: u32,
    /// Accounts that are opened and funded, 0 to [`ACCOUNTS_MAX`]. Default 10.
    pub accounts: u32,
    /// What each of them starts with. More than zero; all of them together at most half of the
    /// supply. Default 100,000 BAN.
    pub balance: Amount,
    /// Every key of the network comes from this seed. Default [`DEFAULT_SEED`].
    pub seed: Seed,
    /// Blocks a second of generated traffic, above 0 and up to [`ACTIVITY_MAX`]. Default: none.
    pub activity: Option<f64>,
    /// When the representatives vote. Default: at once.
    pub confirm: VotePolicy,
    /// How long an election lives that does not confirm. Default: five minutes, as on every network
    /// (`node.md` §2.7).
    pub election_life: Option<Duration>,
    /// How much work a block needs. Default [`WorkLevel::Dev`].
    pub work: WorkLevel,
    /// Who finds work for the nodes, as long as one of them does; at most [`PEERS_MAX`]. Default: nobody.
    pub work_peers: Vec<WorkPeer>,
    /// Folder that keeps the ledgers. Default: memory only.
    pub data: Option<PathBuf>,
    /// Whether what an earlier dev network left in `data` is deleted first. Default: no.
    pub reset: bool,
    /// Bounds of each node's queues.
    pub limits: Limits,
}

impl Default for DevConfig {
    fn default() -> Self {
        Self {
            nodes: 4,
            accounts: 10,
            balance: DEFAULT_BALANCE,
            seed: DEFAULT_SEED,
            activity: None,
            confirm: VotePolicy::Instant,
            election_life: None,
            work: WorkLevel::Dev,
            work_peers: Vec::new(),
            data: None,
            reset: false,
            limits: Limits::default(),
        }
    }
}

impl DevConfig {
    /// Everything that is wrong with it.
    pub fn check(&self) -> Vec<ConfigProblem> {
        let mut problems = Vec::new();
        if !(1..=NODES_MAX).contains(&self.nodes) {
            problems.push(ConfigProblem::Nodes { given: self.nodes });
        }
        if self.accounts > ACCOUNTS_MAX {
            problems.push(ConfigProblem::Accounts { given: self.accounts });
        }
        if self.balance == Amount::ZERO {
            problems.push(ConfigProblem::NoBalance);
        }
        let most = Amount::from_raw(FUNDS_MAX / u128::from(self.accounts.max(1)));
        if self.balance > most {
            problems.push(ConfigProblem::Balance {
                given: self.balance,
                accounts: self.accounts,
                most,
            });
        }
        if let Some(rate) = self.activity
            && !(rate > 0.0 && rate <= ACTIVITY_MAX)
        {
            problems.push(ConfigProblem::Activity { given: rate });
        }
        if self.work_peers.len() > PEERS_MAX {
            problems.push(ConfigProblem::WorkPeers { given: self.work_peers.len() });
        }
        for (name, limit) in [
            ("requests", self.limits.requests),
            ("blocks", self.limits.blocks),
            ("messages", self.limits.messages),
            ("batch", self.limits.batch),
        ] {
            if limit == 0 {
                problems.push(ConfigProblem::Limit { name });
            }
        }
        problems
    }
}

/// Something about a [`DevConfig`] that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum ConfigProblem {
    /// Too few or too many nodes.
    #[error("nodes: {given} is not possible, a dev network has 1 to {NODES_MAX}")]
    Nodes {
        /// What was asked for.
        given: u32,
    },
    /// Too many accounts.
    #[error("accounts: {given} is not possible, a dev network funds 0 to {ACCOUNTS_MAX}")]
    Accounts {
        /// What was asked for.
        given: u32,
    },
    /// Accounts cannot be opened with nothing.
    #[error("balance: 0 is not possible, an account is opened by receiving at least 1 raw")]
    NoBalance,
    /// More than there is.
    #[error(
        "balance: {} BAN for each of {accounts} accounts is not possible, each can have at most \
         {} BAN",
        given.ban(), most.ban()
    )]
    Balance {
        /// What was asked for.
        given: Amount,
        /// For so many accounts.
        accounts: u32,
        /// What each of them could have.
        most: Amount,
    },
    /// No rate, or one out of reach.
    #[error(
        "activity: {given} blocks a second is not possible, it must be above 0 and at most \
         {ACTIVITY_MAX}"
    )]
    Activity {
        /// What was asked for.
        given: f64,
    },
    /// Too many to ask them all at once.
    #[error("work_peers: {given} are not possible, there can be at most {PEERS_MAX}")]
    WorkPeers {
        /// How many were given.
        given: usize,
    },
    /// A queue without room.
    #[error("limits: {name} must be at least 1")]
    Limit {
        /// Which one.
        name: &'static str,
    },
}

/// How much work the blocks of a dev network need (`node.md` §1.8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorkLevel {
    /// The thresholds of dev networks: a fraction of a millisecond.
    #[default]
    Dev,
    /// The thresholds of the live Banano network: seconds for each block.
    Live,
}

impl WorkLevel {
    /// The word that flags and folders use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Live => "live",
        }
    }

    /// Threads that look for work: one is enough at dev thresholds (`node.md` §6.2), where waking
    /// more takes longer than the search; at live thresholds every core.
    pub(crate) fn threads(self) -> NonZeroUsize {
        match self {
            Self::Dev => NonZeroUsize::MIN,
            Self::Live => std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_possible() {
        assert_eq!(DevConfig::default().check(), []);
    }

    #[test]
    fn every_problem_is_told_at_once_with_what_would_be_right() {
        let config = DevConfig {
            nodes: 0,
            accounts: ACCOUNTS_MAX + 1,
            balance: Amount::MAX,
            activity: Some(f64::NAN),
            limits: Limits { batch: 0, ..Limits::default() },
            ..DevConfig::default()
        };
        let texts: Vec<String> = config.check().iter().map(ToString::to_string).collect();
        for (text, part) in texts.iter().zip(["1 to 32", "0 to 10000", "at most", "10000", "batch"])
        {
            assert!(text.contains(part), "{text:?} does not say {part:?}");
        }
        assert_eq!(texts.len(), 5, "{texts:?}");
    }

    #[test]
    fn rows_of_what_is_possible() {
        let half = Amount::from_raw(FUNDS_MAX);
        let rows: [(&str, DevConfig, bool); 7] = [
            ("one node", DevConfig { nodes: 1, ..DevConfig::default() }, true),
            ("33 nodes", DevConfig { nodes: NODES_MAX + 1, ..DevConfig::default() }, false),
            ("no accounts", DevConfig { accounts: 0, ..DevConfig::default() }, true),
            ("no balance", DevConfig { balance: Amount::ZERO, ..DevConfig::default() }, false),
            ("half", DevConfig { accounts: 1, balance: half, ..DevConfig::default() }, true),
            ("no rate", DevConfig { activity: Some(0.0), ..DevConfig::default() }, false),
            ("a block a minute", DevConfig { activity: Some(0.016), ..DevConfig::default() }, true),
        ];
        for (name, config, possible) in rows {
            assert_eq!(config.check().is_empty(), possible, "{name}: {:?}", config.check());
        }
    }
}
