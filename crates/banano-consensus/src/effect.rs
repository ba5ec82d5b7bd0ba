//! What the state machine wants done.
//!
//! Collected by `consensus`, taken by the node with [`crate::Consensus::take_effects`] and carried out in
//! order. An effect that isn't carried out (a lost message, a refused final vote) is asked for again later.

use std::sync::Arc;

use banano_primitives::{Account, Amount, Block, BlockHash, QualifiedRoot, Root, Vote};

use crate::VoteCode;

/// The largest number of hashes in one vote, and of pairs in one request (node.md §4.8, §4.10).
pub(crate) const PAIRS_MAX: usize = 255;

/// One thing for the node to do or to tell, in causal order.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Tell: an election was inserted for this block (node.md §4.2).
    ElectionStarted {
        /// The block that started it.
        hash: BlockHash,
    },
    /// Tell: an election left, and this candidate of it isn't a confirmed winner (node.md §4.3).
    ElectionStopped {
        /// The candidate.
        hash: BlockHash,
    },
    /// Tell: a received or own vote was taken (node.md §4.4).
    VoteHandled {
        /// The vote.
        vote: Arc<Vote>,
        /// The code of the whole vote.
        code: VoteCode,
        /// At least one hash was taken as [`VoteCode::Vote`]: the vote is worth passing on (node.md §4.8).
        counted: bool,
    },
    /// Do: vote with every own representative, and hand the votes back with [`crate::VoteSource::Own`].
    ///
    /// Before a final vote is signed, each pair is recorded in the ledger's table of final votes; a pair that
    /// the table refuses (another hash was voted for that root) is left out.
    Vote {
        /// Normal or final.
        kind: VoteKind,
        /// 1–255 roots, and the block to vote for.
        pairs: Vec<(QualifiedRoot, BlockHash)>,
    },
    /// Do: cement this winner of an election, then call [`crate::Consensus::on_cemented`]. Unknown to the
    /// ledger: do nothing, it is asked for again.
    Cement {
        /// The winner.
        hash: BlockHash,
    },
    /// Do: the winner changed. Unless the ledger holds this block already, roll back what it holds for this
    /// block's root, call [`crate::Consensus::on_rolled_back`], and process this block.
    Force {
        /// The new winner.
        block: Arc<Block>,
    },
    /// Do: send `confirm_req` to these representatives (node.md §4.10). Unknown or own ones are left out.
    RequestVotes {
        /// 1–255 pairs.
        pairs: Vec<(BlockHash, Root)>,
        /// Principal representatives that haven't voted as wanted.
        representatives: Vec<Account>,
    },
    /// Do: store this sample of the online weight, so that the trend outlives a restart.
    WeightSampled {
        /// Weight online now, raw.
        weight: Amount,
    },
    /// Do: flood this block again, the winner so far of an election that takes long.
    Flood {
        /// The block.
        block: Arc<Block>,
    },
}

/// Whether a vote can still be changed by its voter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VoteKind {
    /// A later vote of the same representative replaces it.
    Normal,
    /// Binding for ever; only these confirm.
    Final,
}
