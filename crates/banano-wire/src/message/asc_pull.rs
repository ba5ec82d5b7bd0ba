//! Ascending bootstrap: requests and answers (`node.md §7.2`, `§8.3`).
//!
//! Called by [`Message`](super::Message) and by whoever fetches or serves a ledger.

use std::sync::Arc;

use banano_primitives::{Account, Block, BlockHash};

/// A request, with a number that the answer repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AscPullReq {
    /// Chosen by the asker.
    pub id: u64,
    /// What is asked.
    pub request: Request,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Blocks of a chain, upward.
    Blocks {
        /// Where to begin.
        start: AscPullStart,
        /// How many at most; an answer never has more than [`AscPullAck::BLOCKS_MAX`].
        count: u8,
    },
    /// State of an account.
    AccountInfo {
        /// The account, or a block in its chain.
        target: AscPullStart,
    },
    /// Heads of accounts, in order of their keys.
    Frontiers {
        /// Where to begin.
        start: Account,
        /// How many at most; an answer never has more than [`AscPullAck::FRONTIERS_MAX`].
        count: u16,
    },
}

/// A place in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AscPullStart {
    /// The first block of an account.
    Account(Account),
    /// A block, itself included.
    Block(BlockHash),
}

/// The answer to the request with the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AscPullAck {
    /// Repeated from the request.
    pub id: u64,
    /// What was asked for.
    pub pulled: Pulled,
}

impl AscPullAck {
    /// Most blocks in an answer.
    pub const BLOCKS_MAX: usize = 128;
    /// Most heads in an answer.
    pub const FRONTIERS_MAX: usize = 1000;
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pulled {
    /// Blocks of one chain, upward; none when the start is unknown.
    Blocks(Vec<Arc<Block>>),
    /// State of an account.
    AccountInfo(Box<AccountInfoAnswer>),
    /// Heads of accounts.
    Frontiers(Frontiers),
}

/// Accounts with their newest blocks.
pub type Frontiers = Vec<(Account, BlockHash)>;

/// State of an account; zeros when it is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountInfoAnswer {
    /// The account.
    pub account: Account,
    /// Its first block.
    pub open: BlockHash,
    /// Its newest block.
    pub head: BlockHash,
    /// How many it has.
    pub block_count: u64,
    /// Its newest irreversibly confirmed block.
    pub confirmed_frontier: BlockHash,
    /// How many of them it has.
    pub confirmed_height: u64,
}
