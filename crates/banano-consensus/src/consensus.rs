//! The state machine as a whole: its parts, and its front door.
//!
//! Called by the node's one processing task, which passes in what happened and then carries out what
//! [`Consensus::take_effects`] returns, until there is nothing more. The ledger is read as it is at the moment
//! of each call; the caller makes sure that what it has processed can be read.

mod cementing;
mod counting;
mod forks;
mod insertion;
mod own_votes;
mod scheduling;
mod snapshots;
mod ticking;
mod voting;

use banano_ledger::{LedgerRead, StoreError};
use banano_primitives::BlockHash;
use rustc_hash::FxHashSet;

use crate::Config;
use crate::buckets::Buckets;
use crate::effect::{Effect, VoteKind};
use crate::elections::Elections;
use crate::generator::Generator;
use crate::hinted::Hints;
use crate::history::History;
use crate::online::OnlineWeight;
use crate::optimistic::Laggards;
use crate::permission::Permission;
use crate::recently_confirmed::RecentlyConfirmed;
use crate::representatives::Principals;
use crate::requests::Requests;
use crate::scan::Scan;
use crate::spacing::Spacing;
use crate::timers::Timers;
use crate::vote_cache::VoteCache;
use crate::winners::Winners;
use ticking::Floods;

/// Elections, votes and quorum of one node.
///
/// Every method that reads the ledger fails when the ledger can't be read; the node should then stop, as part
/// of the input may not have been taken in.
#[derive(Debug)]
pub struct Consensus {
    config: Config,
    elections: Elections,
    recently_confirmed: RecentlyConfirmed,
    winners: Winners,
    history: History,
    vote_cache: VoteCache,
    online: OnlineWeight,
    principals: Principals,
    buckets: Buckets,
    hints: Hints,
    laggards: Laggards,
    scan: Scan,
    permission: Permission,
    spacing: Spacing,
    normal_votes: Generator,
    final_votes: Generator,
    requests: Requests,
    timers: Timers,
    floods: Floods,
    effects: Vec<Effect>,
    /// Hashes of the vote in hand that were seen already; kept for its memory only.
    seen: FxHashSet<BlockHash>,
}

impl Consensus {
    /// Starts with nothing but the ledger's samples of online weight. The first call of [`Consensus::tick`]
    /// looks for what is uncemented.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn new(config: Config, ledger: &impl LedgerRead) -> Result<Self, StoreError> {
        let samples = ledger.online_weight_samples(config.online_samples)?;
        let samples = samples.into_iter().map(|(_, weight)| weight);
        let delay = config.bundle_delay_ms;
        Ok(Self {
            elections: Elections::default(),
            recently_confirmed: RecentlyConfirmed::default(),
            winners: Winners::default(),
            history: History::default(),
            vote_cache: VoteCache::new(&config),
            online: OnlineWeight::new(&config, samples),
            principals: Principals::default(),
            buckets: Buckets::new(config.active_elections),
            hints: Hints::new(config.hinted_delay_ms),
            laggards: Laggards::new(config.optimistic_delay_ms),
            scan: Scan::new(),
            permission: Permission::new(config.policy),
            spacing: Spacing::new(config.vote_spacing_ms),
            normal_votes: Generator::new(delay),
            final_votes: Generator::new(delay),
            requests: Requests::default(),
            timers: Timers::default(),
            floods: Floods::default(),
            effects: Vec::new(),
            seen: FxHashSet::default(),
            config,
        })
    }

    /// Ends the pass: takes all effects, in causal order. Carrying them out leads to new input, so the node
    /// takes again until nothing comes.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        let (pairs, pass_ms) = self.normal_votes.end_pass();
        self.give_votes(VoteKind::Normal, pairs, pass_ms);
        let (pairs, pass_ms) = self.final_votes.end_pass();
        self.give_votes(VoteKind::Final, pairs, pass_ms);
        self.requests.flush(&mut self.effects);
        std::mem::take(&mut self.effects)
    }

    /// When [`Consensus::tick`] wants to be called, on the monotonic clock. May be early, never late; `None`:
    /// not before other input.
    pub fn next_wakeup(&self) -> Option<u64> {
        [
            self.timers.next_due(),
            self.normal_votes.due(),
            self.final_votes.due(),
            self.hints.due(),
            self.laggards.due(),
            self.scan.due(),
            Some(self.online.due().unwrap_or(0)),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}
