//! Cemented blocks: what is told of each, and what comes next (node.md §3.8, §4.2).

use banano_ledger::{LedgerRead, StoreError};
use banano_primitives::{Account, SavedBlock};
use rustc_hash::FxHashSet;

use super::Consensus;
use crate::{Cemented, ConfirmationKind, ElectionStatus, Now};

impl Consensus {
    /// Takes in what one call of the ledger's `cement` returned: dependencies first, and last the block that
    /// was asked for. Returns one confirmation to be told for each, in that order; the elections of what comes
    /// next are started.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn on_cemented(
        &mut self,
        blocks: &[SavedBlock],
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<Vec<Cemented>, StoreError> {
        let mut told = Vec::with_capacity(blocks.len());
        for (index, block) in blocks.iter().enumerate() {
            let is_target = index + 1 == blocks.len();
            let (kind, election) = self.settle(block, is_target, now);
            let cemented = Cemented { block: block.clone(), kind, election };
            self.history.push(&cemented);
            self.permission.forget(&block.hash());
            told.push(cemented);
        }
        for account in accounts_of(blocks) {
            self.activate(&account, ledger, now)?;
        }
        self.fill(ledger, now)?;
        Ok(told)
    }

    /// Ends whatever goes on about a cemented block, and says what is told of it.
    fn settle(
        &mut self,
        block: &SavedBlock,
        is_target: bool,
        now: Now,
    ) -> (ConfirmationKind, ElectionStatus) {
        let hash = block.hash();
        let winner = self.winners.take(&hash);
        let running = self.elections.of_root(&block.block.qualified_root());
        if let Some(id) = running {
            if let Some(election) = self.elections.get_mut(id).filter(|e| !e.is_confirmed()) {
                // Confirmed on the spot, in silence. Should the votes have favoured a rival, the ledger has
                // spoken.
                election.set_cemented(&block.block);
                self.elections.link(hash, id);
            }
            self.confirm(id, now);
        }
        match winner {
            Some(winner) if is_target => (ConfirmationKind::Quorum, winner.status),
            _ if running.is_some() => {
                (ConfirmationKind::ConfirmationHeight, ElectionStatus::without_election(hash, now))
            }
            _ => (ConfirmationKind::Inactive, ElectionStatus::without_election(hash, now)),
        }
    }
}

/// Whose next blocks may have become votable: the owners, and whom the sends pay. Each once, in order.
fn accounts_of(blocks: &[SavedBlock]) -> Vec<Account> {
    let mut seen = FxHashSet::default();
    let parties = blocks
        .iter()
        .flat_map(|block| [Some(block.account()), banano_ledger::destination(block)])
        .flatten();
    parties.filter(|account| seen.insert(*account)).collect()
}
