//! A cemented block, and how it came to be cemented.

use std::sync::Arc;

use banano_primitives::{Account, Amount, Block, BlockHash, Body, Subtype, VoteTimestamp};

use crate::Extra;

/// A block was cemented (protocol.md §6.1, §7).
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmation {
    /// The block.
    pub block: Arc<Block>,
    /// Owner of the block.
    pub account: Account,
    /// Raw moved by the block; zero for change and epoch, and where unknown (pruned).
    pub amount: Amount,
    /// How it was confirmed.
    pub kind: ConfirmationKind,
    /// What a state block does. `None` for a legacy block, whose `type` says it.
    pub subtype: Option<Subtype>,
    /// The other side: destination of a send, sender of a receive. `None` if there is none or its
    /// block is not at hand; rendered as `"0"`.
    pub linked_account: Option<Account>,
    /// Where the block stands in its account's chain. `None` only behind an upstream node that does
    /// not tell (before V24).
    pub sideband: Option<ConfirmationSideband>,
    /// The election. `None` only behind an upstream node that does not tell (V19).
    pub election: Option<ElectionInfo>,
    /// Whether `account` or the link of the block is an account of a wallet here
    /// (`all_local_accounts`). Never rendered.
    pub local: bool,
    /// Whether a gateway had missed it and asked for it later. Told beside a cursor only (`healed`).
    pub healed: bool,
    /// Members that a newer node added.
    pub extra: Extra,
}

impl Confirmation {
    /// The accounts that an account filter looks at: owner and link of a state block, **none of a
    /// legacy block**, which therefore passes no account filter (protocol.md §6.1.3, §6.1.4 no. 5).
    pub fn parties(&self) -> impl Iterator<Item = Account> {
        let parties = match self.block.body() {
            Body::State(block) => [Some(self.account), Some(block.link.as_account())],
            _ => [None, None],
        };
        parties.into_iter().flatten()
    }
}

/// How a block was confirmed (protocol.md §6.1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfirmationKind {
    /// Its own election reached quorum.
    ActiveQuorum,
    /// It had an election, but was cemented because a successor was confirmed.
    ActiveConfirmationHeight,
    /// Cemented through a successor, without an election of its own.
    Inactive,
}

impl ConfirmationKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::ActiveQuorum, Self::ActiveConfirmationHeight, Self::Inactive];

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ActiveQuorum => "active_quorum",
            Self::ActiveConfirmationHeight => "active_confirmation_height",
            Self::Inactive => "inactive",
        }
    }
}

/// `sideband` of a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfirmationSideband {
    /// Position in the account's chain, from 1.
    pub height: u64,
    /// When this node stored the block, in **seconds** since the Unix epoch.
    pub local_timestamp: u64,
}

/// `election_info` of a confirmation. What is `None` an upstream node did not tell, because it is
/// too old (protocol.md §8); our own nodes tell everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElectionInfo {
    /// From start to confirmation.
    pub duration_ms: u64,
    /// End of the election, milliseconds since the Unix epoch.
    pub time_ms: u64,
    /// Weight of the votes for the winner.
    pub tally: Amount,
    /// Weight of the final votes for it (V22+).
    pub final_tally: Option<Amount>,
    /// Candidate blocks (V21+).
    pub blocks: Option<u64>,
    /// Representatives that voted (V21+).
    pub voters: Option<u64>,
    /// Rounds of requests for votes (V20+).
    pub request_count: Option<u64>,
    /// The votes, highest weight first.
    pub votes: Vec<ElectionVote>,
}

impl ElectionInfo {
    /// What a confirmation without a quorum of its own tells: zeros, and now as the time
    /// (protocol.md §6.1.1, table "What `election_info` holds").
    pub fn without_quorum(now_ms: u64) -> Self {
        Self {
            duration_ms: 0,
            time_ms: now_ms,
            tally: Amount::ZERO,
            final_tally: Some(Amount::ZERO),
            blocks: Some(0),
            voters: Some(0),
            request_count: Some(0),
            votes: Vec::new(),
        }
    }
}

/// One representative's last word in an election.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElectionVote {
    /// Who voted.
    pub representative: Account,
    /// When, or final.
    pub timestamp: VoteTimestamp,
    /// For which block.
    pub hash: BlockHash,
    /// With what weight.
    pub weight: Amount,
}
