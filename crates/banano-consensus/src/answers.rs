//! Answers to other nodes' requests for votes (node.md §4.10).

use std::sync::Arc;

use banano_ledger::{LedgerRead, StoreError};
use banano_primitives::{Block, BlockHash, QualifiedRoot, Root, SavedBlock};

use crate::effect::PAIRS_MAX;
use crate::{Consensus, Now};

/// What to send to the asker, and to nobody else.
#[derive(Debug, Default)]
pub struct VoteAnswer {
    /// To be voted for finally; recorded in the ledger's table of final votes first, as for
    /// [`crate::Effect::Vote`]. At most 255.
    pub finals: Vec<(QualifiedRoot, BlockHash)>,
    /// To be voted for. At most 255.
    pub normals: Vec<(QualifiedRoot, BlockHash)>,
    /// Blocks that are voted for although the asker named others: it may not have them, so publish them to it.
    pub blocks: Vec<Arc<Block>>,
}

impl Consensus {
    /// Says what to vote for when another node asks. The answer may name another block than was asked for.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn on_vote_request(
        &mut self,
        pairs: &[(BlockHash, Root)],
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<VoteAnswer, StoreError> {
        let mut answer = VoteAnswer::default();
        if !self.is_voter() {
            return Ok(answer);
        }
        for (hash, root) in pairs.iter().take(PAIRS_MAX) {
            if hash.is_zero() && root.is_zero() {
                continue;
            }
            let Some((block, is_final)) = find(hash, root, ledger)? else { continue };
            let (voted, qualified) = (block.hash(), block.block.qualified_root());
            if is_final || ledger.is_cemented(&voted)? {
                answer.finals.push((qualified, voted));
            } else if ledger.dependencies_cemented(&block.block)?
                && self.may_vote(qualified, voted, now)
            {
                answer.normals.push((qualified, voted));
            } else {
                continue;
            }
            if voted != *hash {
                answer.blocks.push(block.block);
            }
        }
        Ok(answer)
    }
}

/// The block that this node stands for at a root, and whether it said so finally: the block of a stored final
/// vote, else the named one, else the one that follows the root.
fn find(
    hash: &BlockHash,
    root: &Root,
    ledger: &impl LedgerRead,
) -> Result<Option<(SavedBlock, bool)>, StoreError> {
    let roots = qualified(root);
    for root in &roots {
        if let Some(voted) = ledger.final_vote(root)?
            && let Some(block) = ledger.block(&voted)?
        {
            return Ok(Some((block, true)));
        }
    }
    if let Some(block) = ledger.block(hash)? {
        return Ok(Some((block, false)));
    }
    for root in &roots {
        if let Some(successor) = ledger.successor(root)? {
            return Ok(ledger.block(&successor)?.map(|block| (block, false)));
        }
    }
    Ok(None)
}

/// A request names a root without saying whether it is a block's or an account's: it can be the one that
/// follows a block, or the first of an account.
fn qualified(root: &Root) -> [QualifiedRoot; 2] {
    let previous = BlockHash::from_bytes(*root.as_bytes());
    [
        QualifiedRoot { root: *root, previous },
        QualifiedRoot { root: *root, previous: BlockHash::ZERO },
    ]
}
