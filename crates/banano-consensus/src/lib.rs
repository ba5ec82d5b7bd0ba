//! Elections, votes and quorum as a pure state machine (node.md §4).
//!
//! Input and time go in, [`Effect`]s come out: no clock, no socket, no thread, no key. The node's one
//! processing task owns the [`Consensus`] and carries the effects out: it signs and sends votes, cements, rolls
//! back, asks representatives, and tells subscribers. The ledger is only read here.
//!
//! The way of a block: stored → `scheduler` (is everything it depends on cemented?) → `election` → votes →
//! `tally` → [`Effect::Cement`] → [`Consensus::on_cemented`] → its successors are scheduled in the same call.
//! Nothing on that way waits for a timer.

mod answers;
mod bounded_set;
mod buckets;
mod config;
mod consensus;
mod difficulty;
mod effect;
mod election;
mod elections;
mod generator;
mod hinted;
mod history;
mod now;
mod online;
mod optimistic;
mod permission;
mod recently_confirmed;
mod representatives;
mod requests;
mod scan;
mod spacing;
mod status;
mod timers;
mod view;
mod vote_cache;
mod vote_code;
mod winners;

pub use answers::VoteAnswer;
pub use config::{Config, VotePolicy};
pub use consensus::Consensus;
pub use difficulty::{DifficultyTrend, ElectionWork, NetworkDifficulty};
pub use effect::{Effect, VoteKind};
pub use election::Behavior;
pub use now::Now;
pub use status::{Cemented, ConfirmationKind, ElectionStatus, ElectionVote};
pub use view::{ActiveElection, CandidateView, ElectionView, Quorum};
pub use vote_code::{VoteCode, VoteSource};
