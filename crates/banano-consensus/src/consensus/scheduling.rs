//! Which blocks get an election, and when (node.md §4.2).

use banano_ledger::{LedgerRead, StoreError, Uncemented};
use banano_primitives::{Account, Amount, BlockHash, SavedBlock};

use super::Consensus;
use crate::{Behavior, Now, hinted, optimistic, scan};

/// How many blocks a hint is followed down before it is given up until the next one.
const HINT_STEPS_MAX: usize = 256;

impl Consensus {
    /// Takes in a block that the ledger has just stored.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn on_stored(
        &mut self,
        block: &SavedBlock,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<(), StoreError> {
        let hash = block.hash();
        self.permission.hold(hash);
        self.scan.wake(now.mono_ms);
        if self.winners.contains(&hash) {
            // It won before it came.
            self.effects.push(crate::Effect::Cement { hash });
        }
        self.hint(hash, now);
        self.activate(&block.account(), ledger, now)?;
        self.fill(ledger, now)
    }

    /// Starts an election for a block whatever it builds on (RPC `block_confirm`), active at once. False if
    /// none runs: the block is cemented or was decided lately, or twice as many elections run as should.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn start_manual(
        &mut self,
        block: &SavedBlock,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<bool, StoreError> {
        let has_room = self.elections.len() < self.config.active_elections.saturating_mul(2);
        if !has_room || ledger.is_cemented(&block.hash())? {
            return Ok(false);
        }
        let Some(id) = self.insert(block, Behavior::Manual, None, ledger, now)? else {
            return Ok(false);
        };
        if let Some(election) = self.elections.get_mut(id) {
            election.activate();
        }
        self.plan(id);
        Ok(true)
    }

    /// Looks at an account: its first uncemented block gets in line for an election if all it builds on is
    /// cemented.
    pub(super) fn activate(
        &mut self,
        account: &Account,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<(), StoreError> {
        let Some(block) = ledger.first_uncemented(account)? else { return Ok(()) };
        let root = block.block.qualified_root();
        if let Some(id) = self.elections.of_root(&root) {
            self.step_own_vote(id, ledger, now)?;
            self.plan(id);
            return Ok(());
        }
        if self.recently_confirmed.contains_root(&root)
            || !ledger.dependencies_cemented(&block.block)?
        {
            return Ok(());
        }
        let modified = ledger.account(account)?.map_or(0, |info| info.modified);
        let balance = block.sideband.balance;
        let moved = ledger.amount(&block)?.unwrap_or(Amount::ZERO);
        // Only a send lowers the balance, so the larger of both is the one before it.
        let larger = match banano_ledger::destination(&block) {
            Some(_) => balance.saturating_add(moved),
            None => balance,
        };
        let place = self.buckets.place(larger, modified);
        if self.buckets.is_empty() && self.elections.len() < self.config.active_elections {
            self.insert(&block, Behavior::Priority, Some(place), ledger, now)?;
        } else {
            self.buckets.push(place, block);
        }
        Ok(())
    }

    /// Starts elections from the line while there is room, or while room can be made for a bucket below its
    /// share.
    pub(super) fn fill(&mut self, ledger: &impl LedgerRead, now: Now) -> Result<(), StoreError> {
        while !self.buckets.is_empty() {
            let next = if self.elections.len() < self.config.active_elections {
                self.buckets.pop()
            } else if let Some((starved, dropped)) = self.buckets.room_for_the_starved() {
                self.drop_for_room(dropped, now);
                self.buckets.pop_from(starved)
            } else {
                None
            };
            let Some((place, block)) = next else { break };
            // It may have waited long: cemented through a successor, or rolled back.
            let hash = block.hash();
            if ledger.block_exists(&hash)? && !ledger.is_cemented(&hash)? {
                self.insert(&block, Behavior::Priority, Some(place), ledger, now)?;
            }
        }
        Ok(())
    }

    /// Follows the hints that are due.
    pub(super) fn follow_hints(
        &mut self,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<(), StoreError> {
        let room = self.config.active_elections / 100 * hinted::SHARE_PERCENT;
        while let Some(hash) = self.hints.pop_due(now.mono_ms) {
            // No votes left: an election has taken them, or they are too old.
            let Some(tally) = self.vote_cache.tally(&hash) else { continue };
            if self.elections.hinted() >= room || self.elections.of_candidate(&hash).is_some() {
                continue;
            }
            let Some(block) = ledger.block(&hash)? else { continue };
            // Final votes of a quorum decide a block whatever it builds on.
            let target = if tally.final_total >= self.online.delta() {
                (!ledger.is_cemented(&hash)?).then_some(block)
            } else {
                first_uncemented_dependency(block, ledger)?
            };
            if let Some(target) = target {
                self.insert(&target, Behavior::Hinted, None, ledger, now)?;
            }
        }
        Ok(())
    }

    /// Starts elections for the heads of accounts that are still far behind.
    pub(super) fn follow_laggards(
        &mut self,
        ledger: &impl LedgerRead,
        now: Now,
    ) -> Result<(), StoreError> {
        let room = self.config.active_elections / 100 * optimistic::SHARE_PERCENT;
        while let Some(account) = self.laggards.pop_due(now.mono_ms) {
            if self.elections.optimistic() >= room {
                continue;
            }
            let Some(info) = ledger.account(&account)? else { continue };
            let cemented = ledger.confirmation_height(&account)?.height;
            if !optimistic::is_behind(info.block_count, cemented) {
                continue;
            }
            if let Some(head) = ledger.block(&info.head)? {
                self.insert(&head, Behavior::Optimistic, None, ledger, now)?;
            }
        }
        Ok(())
    }

    /// One step of the background scan.
    pub(super) fn scan(&mut self, ledger: &impl LedgerRead, now: Now) -> Result<(), StoreError> {
        if self.scan.due().is_none_or(|due| due > now.mono_ms) {
            return Ok(());
        }
        let counts = ledger.counts();
        if counts.cemented >= counts.blocks {
            self.scan.rest();
            return Ok(());
        }
        let page = ledger.uncemented(&self.scan.from(), scan::STEP_ACCOUNTS)?;
        for Uncemented { account, info, cemented } in page.entries {
            self.activate(&account, ledger, now)?;
            self.laggards.consider(account, info.block_count, cemented.height, now.mono_ms);
        }
        self.scan.end_step(page.next, now.mono_ms);
        self.fill(ledger, now)
    }
}

/// Walks down from a block to the first one that isn't cemented while all it builds on is.
fn first_uncemented_dependency(
    mut block: SavedBlock,
    ledger: &impl LedgerRead,
) -> Result<Option<SavedBlock>, StoreError> {
    for _ in 0..HINT_STEPS_MAX {
        // Down the chain in one step …
        let Some(first) = ledger.first_uncemented(&block.account())? else { return Ok(None) };
        if first.height() > block.height() {
            return Ok(None); // cemented by now
        }
        // … then over to the send that the block receives.
        match uncemented_source(&first, ledger)? {
            None => return Ok(Some(first)),
            Some(source) => match ledger.block(&source)? {
                Some(send) => block = send,
                None => return Ok(None),
            },
        }
    }
    Ok(None)
}

fn uncemented_source(
    block: &SavedBlock,
    ledger: &impl LedgerRead,
) -> Result<Option<BlockHash>, StoreError> {
    match ledger.source(&block.block)? {
        Some(source) if !ledger.is_cemented(&source)? => Ok(Some(source)),
        _ => Ok(None),
    }
}
