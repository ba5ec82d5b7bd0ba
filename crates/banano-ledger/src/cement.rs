//! Cementing: a block becomes irreversible, its dependencies before it (node.md §3.8).
//!
//! Called by the node when an election is confirmed. The order of the result is the order in which confirmations
//! are told. Never cements a block before what it builds on.

use std::collections::VecDeque;

use banano_primitives::{Account, BlockHash, SavedBlock};

use crate::read::{self, LedgerRead};
use crate::row::ConfirmationHeight;
use crate::store::{StoreError, Table};
use crate::writer::Writer;

/// The most blocks that one call cements. A target with more uncemented dependencies takes several calls, so that
/// neither the list nor the search for its beginning can outgrow memory (nano-node:nano/secure/ledger.cpp, confirm).
pub const CEMENT_BLOCKS_MAX: usize = 131_072;

/// Why nothing was cemented.
#[derive(Debug, thiserror::Error)]
pub enum CementError {
    /// The target is not in the ledger.
    #[error("block {0} is not in the ledger, so it cannot be cemented")]
    BlockNotFound(BlockHash),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Writer {
    /// Cements a block and before it whatever it builds on; lists what was cemented, in order. Empty when the block
    /// is cemented already. At most [`CEMENT_BLOCKS_MAX`] blocks a call: the last one is the target unless the
    /// limit was met.
    ///
    /// # Errors
    /// When the block is unknown or the store fails. Then nothing was cemented.
    pub fn cement(&mut self, target: &BlockHash) -> Result<Vec<SavedBlock>, CementError> {
        self.cement_some(target, CEMENT_BLOCKS_MAX)
    }

    /// Like `cement`, with another limit.
    ///
    /// # Errors
    /// As `cement`.
    pub fn cement_some(
        &mut self,
        target: &BlockHash,
        limit: usize,
    ) -> Result<Vec<SavedBlock>, CementError> {
        self.attempt(|writer| writer.cement_up_to(target, limit.max(1)))
    }

    fn cement_up_to(
        &mut self,
        target: &BlockHash,
        limit: usize,
    ) -> Result<Vec<SavedBlock>, CementError> {
        if self.is_cemented(target)? {
            return Ok(Vec::new());
        }
        let mut done = Vec::new();
        let mut stack = Stack::new(limit);
        stack.push(self.stored(target)?);
        while let Some(top) = stack.last() {
            let account = top.account();
            let cemented = self.confirmation_height(&account)?;
            if cemented.height >= top.height() {
                stack.pop();
                continue;
            }
            let (previous, source) = self.uncemented_dependencies(top, cemented)?;
            if previous.is_none() && source.is_none() {
                let Some(block) = stack.pop() else { break };
                self.cement_one(account, &block);
                done.push(block);
                if done.len() >= limit {
                    break;
                }
                continue;
            }
            for hash in [previous, source].into_iter().flatten() {
                stack.push(self.stored(&hash)?);
            }
        }
        Ok(done)
    }

    fn cement_one(&mut self, account: Account, block: &SavedBlock) {
        let height = ConfirmationHeight { height: block.height(), frontier: block.hash() };
        self.put(Table::ConfirmationHeight, (&account).into(), &height);
        let counts = self.counts_mut();
        counts.cemented = counts.cemented.saturating_add(1);
    }

    /// The previous block and the source of a stored block, each if it still has to be cemented.
    fn uncemented_dependencies(
        &self,
        block: &SavedBlock,
        cemented: ConfirmationHeight,
    ) -> Result<(Option<BlockHash>, Option<BlockHash>), StoreError> {
        let previous = block.block.previous();
        let is_next = cemented.height.checked_add(1) == Some(block.height());
        let previous = (!is_next && !previous.is_zero()).then_some(previous);
        let source = read::received(block, &self.genesis());
        let source = match source {
            Some(source) if !self.is_cemented(&source)? => Some(source),
            _ => None,
        };
        Ok((previous, source))
    }

    fn stored(&self, hash: &BlockHash) -> Result<SavedBlock, CementError> {
        self.block(hash)?.ok_or(CementError::BlockNotFound(*hash))
    }
}

/// What still has to be cemented, the next on top. Over its limit it forgets the bottom, which the next call finds
/// again from the target.
struct Stack {
    blocks: VecDeque<SavedBlock>,
    limit: usize,
}

impl Stack {
    fn new(limit: usize) -> Self {
        // A block and its two dependencies must fit, or the search would forget what it just found.
        Self { blocks: VecDeque::new(), limit: limit.max(3) }
    }

    fn push(&mut self, block: SavedBlock) {
        if self.blocks.len() >= self.limit {
            self.blocks.pop_front();
        }
        self.blocks.push_back(block);
    }

    fn pop(&mut self) -> Option<SavedBlock> {
        self.blocks.pop_back()
    }

    fn last(&self) -> Option<&SavedBlock> {
        self.blocks.back()
    }
}
