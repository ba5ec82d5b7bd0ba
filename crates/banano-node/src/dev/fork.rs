//! Two blocks for one place, made on purpose.
//!
//! Called by RPC through [`Dev`]. Signs with the keys of funded accounts and hands both blocks to
//! nodes as any client could. Never forces anything: the network decides who wins.

use std::sync::Arc;

use banano_ledger::{LedgerRead as _, ProcessResult, StoreError};
use banano_primitives::{
    Account, Amount, Block, BlockDetails, BlockHash, Body, DetailKind, KeyPair, Link, StateBlock,
};
use banano_work::{Request, WorkError};

use super::control::Dev;
use crate::node::Node;
use crate::stopped::Stopped;

/// Why no fork was made.
#[derive(Debug, thiserror::Error)]
pub enum ForkError {
    /// Only the owner can sign a rival.
    #[error("account {0} is none of the funded accounts, so its key is not known here")]
    UnknownKey(Account),
    /// The ledger does not hold the block.
    #[error("block {0} is not in the ledger")]
    UnknownBlock(BlockHash),
    /// The network decided already.
    #[error("block {0} is confirmed: no rival can run against it any more")]
    Confirmed(BlockHash),
    /// Old blocks and epoch blocks have other rules.
    #[error("block {0} is no send, receive or change: only these get a rival")]
    Kind(BlockHash),
    /// Nothing to send.
    #[error("account {0} has nothing to send: pay it first")]
    Empty(Account),
    /// The ledger did not take the first block.
    #[error("the ledger refused block {hash}: {result}")]
    Refused {
        /// The block.
        hash: BlockHash,
        /// Why.
        result: ProcessResult,
    },
    /// No work was found.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// The ledger cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A node is gone.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// Where the rival goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Publication {
    /// To the other nodes before they hear of the first block, so that they vote against it.
    #[default]
    OthersFirst,
    /// To every node behind the first block, so that all hold the first one.
    All,
}

/// A fork that is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fork {
    /// The block that the first node holds.
    pub first: BlockHash,
    /// Its rival: the same, but for the representative.
    pub rival: BlockHash,
}

impl Dev {
    /// Sends 1 raw from a funded account to itself, twice: with its representative and with another.
    ///
    /// # Errors
    /// When the account is not the network's or has nothing, or a node stops.
    pub async fn fork_account(
        &self,
        account: Account,
        publication: Publication,
    ) -> Result<Fork, ForkError> {
        let key = self.key(account).ok_or(ForkError::UnknownKey(account))?;
        let node = self.first()?;
        let info = node.ledger().account(&account)?.ok_or(ForkError::Empty(account))?;
        let balance = info.balance.checked_sub(Amount::from_raw(1));
        let state = StateBlock {
            account,
            previous: info.head,
            representative: info.representative,
            balance: balance.ok_or(ForkError::Empty(account))?,
            link: Link::from(account),
        };
        let details = BlockDetails { epoch: info.epoch, kind: DetailKind::Send };
        let first = finish(node, state.clone(), details, &key).await?;
        let rival = finish(node, self.rival(&state), details, &key).await?;
        let fork = Fork { first: first.hash(), rival: rival.hash() };
        // Nobody hears of the first block before its rival came, and nobody votes before both are out: else
        // the network could decide for one before the other is there.
        let to_others = |block: &Arc<Block>| {
            let others = self.nodes().iter().skip(1);
            others.map(|other| (other.clone(), Arc::clone(block))).collect::<Vec<_>>()
        };
        let mut copies = Vec::new();
        if publication == Publication::OthersFirst {
            copies.extend(to_others(&rival));
        }
        let place = copies.len();
        copies.push((node.clone(), Arc::clone(&first)));
        if publication == Publication::All {
            copies.extend(to_others(&first));
            copies.extend(to_others(&rival));
        }
        copies.push((node.clone(), rival));
        let results = self.silence.during(hand_out(copies)).await?;
        // One result a copy. Of the others, progress or fork as each node has it: that is the fork.
        let result = results.get(place).copied().ok_or(Stopped)?;
        match result {
            ProcessResult::Progress | ProcessResult::Old | ProcessResult::Fork => Ok(fork),
            result => Err(ForkError::Refused { hash: fork.first, result }),
        }
    }

    /// Makes a rival of an unconfirmed block of a funded account and gives it to every node.
    ///
    /// # Errors
    /// When the block cannot have one, or a node stops.
    pub async fn fork_block(&self, hash: BlockHash) -> Result<Fork, ForkError> {
        let node = self.first()?;
        let saved = node.ledger().block(&hash)?.ok_or(ForkError::UnknownBlock(hash))?;
        let account = saved.account();
        let key = self.key(account).ok_or(ForkError::UnknownKey(account))?;
        let details = saved.sideband.details;
        let Body::State(state) = saved.block.body() else { return Err(ForkError::Kind(hash)) };
        if details.kind == DetailKind::Epoch {
            return Err(ForkError::Kind(hash));
        }
        if node.ledger().is_cemented(&hash)? {
            return Err(ForkError::Confirmed(hash));
        }
        let rival = finish(node, self.rival(state), details, &key).await?;
        let fork = Fork { first: hash, rival: rival.hash() };
        let copies = self.nodes().iter().map(|node| (node.clone(), Arc::clone(&rival))).collect();
        self.silence.during(hand_out(copies)).await?;
        Ok(fork)
    }

    fn first(&self) -> Result<&Node, Stopped> {
        self.nodes().first().ok_or(Stopped)
    }

    /// The same block for another representative.
    fn rival(&self, state: &StateBlock) -> StateBlock {
        let mut others = self.representatives().iter().filter(|one| **one != state.representative);
        // With a single representative, its owner stands.
        let representative = others.next().copied().unwrap_or(state.account);
        StateBlock { representative, ..state.clone() }
    }
}

/// Gives each node its block, in this order, and waits for all results.
async fn hand_out(copies: Vec<(Node, Arc<Block>)>) -> Result<Vec<ProcessResult>, Stopped> {
    let mut submitted = Vec::new();
    for (node, block) in copies {
        submitted.push(node.submit(block, false).await?);
    }
    let mut results = Vec::new();
    for one in submitted {
        results.push(one.result().await?);
    }
    Ok(results)
}

async fn finish(
    node: &Node,
    state: StateBlock,
    details: BlockDetails,
    key: &KeyPair,
) -> Result<Arc<Block>, ForkError> {
    let body = Body::State(state);
    let needed = node.network().thresholds.required(details);
    let request = Request { account: Some(key.account()), ..Request::new(body.root(), needed) };
    let work = node.work().generate(request).await?;
    Ok(Arc::new(Block::signed(body, key, work)))
}
