//! What an election ended with, and what a cemented block is told with.
//!
//! Made by `consensus` at confirmation, read by the node that turns it into notifications. Values only.

use banano_primitives::{Account, Amount, BlockHash, SavedBlock, VoteTimestamp};

use crate::Now;

/// The numbers of an election, frozen when it was confirmed (node.md §4.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElectionStatus {
    /// The block that won.
    pub winner: BlockHash,
    /// Milliseconds from start to confirmation.
    pub duration_ms: u64,
    /// End of the election, milliseconds since 1970.
    pub end_unix_ms: u64,
    /// Weight of the votes for the winner, raw.
    pub tally: Amount,
    /// Weight of the final votes for the winner, raw.
    pub final_tally: Amount,
    /// How many candidate blocks there were.
    pub blocks: u32,
    /// How many representatives had voted: the length of `votes`, without the reference's placeholder
    /// (protocol.md §6.1.1).
    pub voters: u32,
    /// Rounds of `confirm_req` that were sent.
    pub request_count: u32,
    /// The last vote of each representative, highest weight first. Left out (empty) in
    /// [`crate::Consensus::history`].
    pub votes: Vec<ElectionVote>,
}

impl ElectionStatus {
    /// What is told of a block that was cemented without winning the election that asked for it: zeros, and the
    /// time.
    ///
    /// Source: node.md §3.8, protocol.md §6.1.1.
    pub fn without_election(hash: BlockHash, now: Now) -> Self {
        Self {
            winner: hash,
            duration_ms: 0,
            end_unix_ms: now.unix_ms,
            tally: Amount::ZERO,
            final_tally: Amount::ZERO,
            blocks: 0,
            voters: 0,
            request_count: 0,
            votes: Vec::new(),
        }
    }

    /// The numbers alone.
    pub(crate) fn without_votes(&self) -> Self {
        let Self { winner, duration_ms, end_unix_ms, tally, final_tally, .. } = *self;
        let Self { blocks, voters, request_count, .. } = *self;
        Self {
            winner,
            duration_ms,
            end_unix_ms,
            tally,
            final_tally,
            blocks,
            voters,
            request_count,
            votes: Vec::new(),
        }
    }
}

/// The last vote of one representative in an election.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElectionVote {
    /// Who voted.
    pub representative: Account,
    /// When, by the voter's clock; or final.
    pub timestamp: VoteTimestamp,
    /// What for.
    pub hash: BlockHash,
    /// Its weight at the last count, raw.
    pub weight: Amount,
}

/// Why a block was cemented (`confirmation_type`, node.md §3.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfirmationKind {
    /// It won the election that asked for the cementing.
    Quorum,
    /// It was cemented through a successor while an election for it was running.
    ConfirmationHeight,
    /// It was cemented through a successor and had no election.
    Inactive,
}

/// A cemented block and what is to be told of it: exactly one confirmation each.
#[derive(Debug, Clone)]
pub struct Cemented {
    /// The block as stored.
    pub block: SavedBlock,
    /// Why.
    pub kind: ConfirmationKind,
    /// The election's numbers; zeros unless `kind` is [`ConfirmationKind::Quorum`].
    pub election: ElectionStatus,
}
