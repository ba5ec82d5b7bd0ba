//! Legacy bootstrap: the requests that older nodes send (`node.md §7.3`, `§8.3`).
//!
//! Called by [`Message`](super::Message). The answers are streams, not messages.

use banano_primitives::{Account, Amount, BlockHash, Link};

/// Asks for a chain of blocks, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkPull {
    /// An account, meaning its head, or a block: the network does not say which.
    pub start: Link,
    /// Where to stop, itself excluded.
    pub end: BlockHash,
    /// How many at most.
    pub count: Option<u32>,
    /// Oldest first instead.
    pub ascending: bool,
}

/// Asks for heads of accounts, in order of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontierReq {
    /// Where to begin.
    pub start: Account,
    /// Only accounts that changed within so many seconds; `u32::MAX` for all.
    pub age: u32,
    /// How many at most; `u32::MAX` for all.
    pub count: u32,
    /// Confirmed heads only.
    pub only_confirmed: bool,
}

/// Asks for what an account can receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkPullAccount {
    /// The account.
    pub account: Account,
    /// Leave out smaller amounts.
    pub minimum: Amount,
    /// What to tell about each.
    pub wanted: WantedReceivables,
}

/// What to tell about what an account can receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedReceivables {
    /// Hash and amount of each send.
    HashAndAmount,
    /// Each sender once.
    Sender,
    /// Hash, amount and sender of each send.
    HashAmountAndSender,
}
