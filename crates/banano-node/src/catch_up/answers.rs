//! What peers answer: checked against the question, and followed up.
//!
//! Called by the processing task for each answer. An answer that nobody asked for, or that does not
//! fit the question, is worth nothing (`node.md` §7.2).

use std::sync::Arc;

use banano_ledger::{LedgerRead, StoreError};
use banano_primitives::{Account, Block, BlockHash};
use banano_wire::{AccountInfoAnswer, AscPullAck, AscPullStart, Pulled};

use super::line::{From, Wish};
use super::walk::last_of_full;
use super::{BLOCKS_ASKED, CatchUp, What};
use crate::peers::PeerId;

impl CatchUp {
    /// Takes an answer and returns the blocks in it.
    pub(crate) fn answered(
        &mut self,
        peer: PeerId,
        answer: AscPullAck,
        ledger: &impl LedgerRead,
    ) -> Result<Vec<Arc<Block>>, StoreError> {
        if self.asked.get(&answer.id).is_none_or(|asked| asked.peer != peer) {
            return Ok(Vec::new());
        }
        let Some(asked) = self.asked.remove(&answer.id) else { return Ok(Vec::new()) };
        let blocks = match (asked.what, answer.pulled) {
            (What::Frontiers, Pulled::Frontiers(frontiers)) => {
                self.walked(peer, &frontiers, ledger)?;
                Vec::new()
            }
            (What::Frontiers, _) => {
                self.walks.fail();
                Vec::new()
            }
            (What::Chain { wish, start }, Pulled::Blocks(blocks)) => {
                self.pulled(wish, start, blocks, ledger)?
            }
            (What::Owner, Pulled::AccountInfo(info)) => {
                self.owner_told(peer, &info);
                Vec::new()
            }
            _ => Vec::new(),
        };
        self.attempts.fetched(blocks.len());
        Ok(blocks)
    }

    /// Blocks of one account, those that the ledger lacks. A full answer has a sequel; an empty one to
    /// our head may mean that the peer is on the other side of a fork.
    fn pulled(
        &mut self,
        wish: Wish,
        start: AscPullStart,
        mut blocks: Vec<Arc<Block>>,
        ledger: &impl LedgerRead,
    ) -> Result<Vec<Arc<Block>>, StoreError> {
        let fits = match (blocks.first(), start) {
            (None, AscPullStart::Block(_)) if wish.from == From::Head => {
                self.line.want(Wish { from: From::Cemented, ..wish });
                false
            }
            (None, _) => false,
            (Some(first), AscPullStart::Block(hash)) => first.hash() == hash,
            (Some(first), AscPullStart::Account(account)) => {
                first.account() == Some(account) && first.previous().is_zero()
            }
        };
        if !fits || !is_chain(&blocks) {
            return Ok(Vec::new());
        }
        if let Some(last) = blocks.last()
            && blocks.len() >= usize::from(BLOCKS_ASKED)
            && wish.from == From::Head
        {
            if ledger.block_exists(&last.hash())? {
                self.line.want(wish);
            } else {
                self.line.goes_on(wish.account, last.hash());
            }
        }
        let mut known = 0;
        for block in &blocks {
            if !ledger.block_exists(&block.hash())? {
                break;
            }
            known += 1;
        }
        blocks.drain(..known);
        Ok(blocks)
    }

    /// One page of a walk: what the ledger lacks gets in line.
    fn walked(
        &mut self,
        peer: PeerId,
        frontiers: &[(Account, BlockHash)],
        ledger: &impl LedgerRead,
    ) -> Result<(), StoreError> {
        for (account, head) in frontiers {
            if self.line.is_long() {
                self.walks.pause_at(*account);
                return Ok(());
            }
            if !ledger.block_exists(head)? {
                self.line.want(Wish { account: *account, from: From::Head, peer: Some(peer) });
            }
        }
        self.walks.page(last_of_full(frontiers));
        Ok(())
    }

    /// Whose chain holds a block that is wanted.
    fn owner_told(&mut self, peer: PeerId, info: &AccountInfoAnswer) {
        if !info.head.is_zero() {
            self.line.want(Wish { account: info.account, from: From::Head, peer: Some(peer) });
        }
    }
}

/// Whether each block names the one before it.
fn is_chain(blocks: &[Arc<Block>]) -> bool {
    blocks.len() <= usize::from(BLOCKS_ASKED)
        && blocks.windows(2).all(|pair| match pair {
            [before, after] => after.previous() == before.hash(),
            _ => true,
        })
}
