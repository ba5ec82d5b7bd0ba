//! What became of a block.
//!
//! Returned by `Writer::process`; shown by RPC and counted by the node. The names are those of node.md §3.2.

use std::fmt;

use banano_primitives::{Amount, SavedBlock};

/// The verdict on a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProcessResult {
    /// Stored.
    Progress,
    /// Already there, or pruned.
    Old,
    /// The key that has to sign did not.
    BadSignature,
    /// Another block already follows that previous, or has opened the account.
    Fork,
    /// The previous block is unknown.
    GapPrevious,
    /// The send that would be received is unknown.
    GapSource,
    /// An epoch block would open an account that has nothing to receive.
    GapEpochOpenPending,
    /// The send is known, but not (or no longer) for this account to receive.
    Unreceivable,
    /// The balance does not fit the amount that is moved.
    BalanceMismatch,
    /// A legacy send that raises the balance.
    NegativeSpend,
    /// An epoch block that names another representative.
    RepresentativeMismatch,
    /// This block cannot follow that one: legacy after state, or epochs out of order.
    BlockPosition,
    /// The account is the all-zero one.
    OpenedBurnAccount,
    /// The work is below what this block needs.
    InsufficientWork,
}

impl ProcessResult {
    /// Every result.
    pub const ALL: [Self; 14] = [
        Self::Progress,
        Self::Old,
        Self::BadSignature,
        Self::Fork,
        Self::GapPrevious,
        Self::GapSource,
        Self::GapEpochOpenPending,
        Self::Unreceivable,
        Self::BalanceMismatch,
        Self::NegativeSpend,
        Self::RepresentativeMismatch,
        Self::BlockPosition,
        Self::OpenedBurnAccount,
        Self::InsufficientWork,
    ];

    /// The reference's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Progress => "progress",
            Self::Old => "old",
            Self::BadSignature => "bad_signature",
            Self::Fork => "fork",
            Self::GapPrevious => "gap_previous",
            Self::GapSource => "gap_source",
            Self::GapEpochOpenPending => "gap_epoch_open_pending",
            Self::Unreceivable => "unreceivable",
            Self::BalanceMismatch => "balance_mismatch",
            Self::NegativeSpend => "negative_spend",
            Self::RepresentativeMismatch => "representative_mismatch",
            Self::BlockPosition => "block_position",
            Self::OpenedBurnAccount => "opened_burn_account",
            Self::InsufficientWork => "insufficient_work",
        }
    }
}

impl fmt::Display for ProcessResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The verdict, and for a block that made progress what was stored.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The verdict.
    pub result: ProcessResult,
    /// The stored block, when it made progress.
    pub saved: Option<SavedBlock>,
    /// How much it moved, when it made progress.
    pub amount: Option<Amount>,
}

impl Outcome {
    pub(crate) fn refused(result: ProcessResult) -> Self {
        Self { result, saved: None, amount: None }
    }
}
