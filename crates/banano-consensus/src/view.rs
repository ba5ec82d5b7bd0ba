//! Snapshots of what goes on, for RPC and pages.
//!
//! Made by `consensus` on request. Copies, so that they may leave the processing task.

use std::sync::Arc;

use banano_primitives::{Amount, Block, BlockHash, QualifiedRoot};

use crate::{Behavior, ElectionVote};

/// One line about a running election.
#[derive(Debug, Clone)]
pub struct ActiveElection {
    /// Which root is contested.
    pub root: QualifiedRoot,
    /// The winner so far.
    pub winner: Arc<Block>,
    /// Which scheduler started it.
    pub behavior: Behavior,
    /// Quorum of final votes was reached; it leaves at the next loop.
    pub is_confirmed: bool,
    /// Rounds of `confirm_req` so far.
    pub request_count: u32,
    /// Milliseconds since its start (or until its confirmation).
    pub duration_ms: u64,
}

/// Everything about a running election (RPC `confirmation_info`).
#[derive(Debug, Clone)]
pub struct ElectionView {
    /// The one-line part.
    pub summary: ActiveElection,
    /// Weight for the winner at the last count.
    pub tally: Amount,
    /// Weight of final votes for the winner at the last count.
    pub final_tally: Amount,
    /// All candidates, the strongest first.
    pub candidates: Vec<CandidateView>,
    /// The last vote of each representative, highest weight first.
    pub votes: Vec<ElectionVote>,
}

/// A candidate of an election.
#[derive(Debug, Clone)]
pub struct CandidateView {
    /// The block.
    pub block: Arc<Block>,
    /// Weight of the votes for it.
    pub tally: Amount,
    /// Weight of the final votes for it.
    pub final_tally: Amount,
}

impl CandidateView {
    /// The block's hash.
    pub fn hash(&self) -> BlockHash {
        self.block.hash()
    }
}

/// What is needed to confirm, and what that rests on (RPC `confirmation_quorum`, node.md §4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quorum {
    /// The weight that confirms, raw.
    pub delta: Amount,
    /// Weight of the representatives heard lately, raw.
    pub online: Amount,
    /// Median of past samples, raw.
    pub trended: Amount,
    /// The configured minimum, raw.
    pub minimum: Amount,
    /// Percent of the largest of the three.
    pub percent: u8,
}
