//! Forks that join an election, and blocks that a fork's victory took out of the ledger (node.md §3.10).

use std::sync::Arc;

use banano_ledger::{LedgerRead, StoreError};
use banano_primitives::{Amount, Block, SavedBlock};

use super::Consensus;
use crate::Now;
use crate::election::Joined;

impl Consensus {
    /// Takes in a block that the ledger refused as a fork: it joins the running election of its root, if there
    /// is one.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn on_fork(
        &mut self,
        block: &Arc<Block>,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<(), StoreError> {
        let hash = block.hash();
        let Some(id) = self.elections.of_root(&block.qualified_root()) else { return Ok(()) };
        let backing = self.vote_cache.tally(&hash).map_or(Amount::ZERO, |tally| tally.total);
        let Some(election) = self.elections.get_mut(id) else { return Ok(()) };
        match election.join(block, backing) {
            Joined::Refused => return Ok(()),
            Joined::Added => {}
            Joined::Replaced(other) => self.elections.unlink(&other),
        }
        self.elections.link(hash, id);
        self.apply_cached_votes(id, &hash, ledger, now)?;
        // Votes for it may stand in the election already, from when it was no candidate.
        self.count(id, ledger, now)?;
        self.plan(id);
        Ok(())
    }

    /// Takes in what a rollback removed, newest first. Elections for these blocks end, except where another
    /// block is the winner: that election asked for the rollback.
    pub fn on_rolled_back(&mut self, blocks: &[SavedBlock]) {
        for block in blocks {
            let hash = block.hash();
            let Some(id) = self.elections.of_root(&block.block.qualified_root()) else { continue };
            let Some(election) = self.elections.get_mut(id) else { continue };
            election.set_votable(&hash, false);
            if election.winner().hash() == hash && !election.is_confirmed() {
                self.remove(id);
            }
        }
    }
}
