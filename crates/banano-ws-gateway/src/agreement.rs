//! How many upstreams must say that a block is confirmed.
//!
//! A claim waits until enough upstreams have made it. Those who tell different amounts of a block make different
//! claims; the last word of each counts. One that waits too long is reported once and stays: an upstream that
//! lags by an hour still completes it. Bounded: the oldest claim is dropped.

use std::collections::VecDeque;
use std::sync::Arc;

use banano_primitives::BlockHash;
use banano_ws_protocol::Confirmation;
use rustc_hash::FxHashMap;

use crate::upstream::{UpstreamId, UpstreamSet};

/// A confirmation and who says so.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) confirmation: Confirmation,
    pub(crate) by: UpstreamSet,
    /// Whether the first to say it was asked for it by RPC.
    pub(crate) is_healed: bool,
    pub(crate) first_ms: u64,
}

impl Claim {
    /// One more says it, and may tell more of it.
    fn support(&mut self, by: UpstreamId, confirmation: Confirmation) {
        self.by.insert(by);
        if detail(&confirmation) > detail(&self.confirmation) {
            let Confirmation { block, account, amount, .. } = &self.confirmation;
            let (block, account) = (Arc::clone(block), *account);
            let amount = if amount.is_zero() { confirmation.amount } else { *amount };
            self.confirmation = Confirmation { block, account, amount, ..confirmation };
        } else if self.confirmation.amount.is_zero() {
            self.confirmation.amount = confirmation.amount;
        }
    }
}

/// Claims that not enough upstreams have made.
#[derive(Debug)]
pub(crate) struct Agreement {
    needed: usize,
    patience_ms: u64,
    capacity: usize,
    /// Of each block; nearly always one.
    claims: FxHashMap<BlockHash, Vec<Claim>>,
    /// Not reported yet, oldest first.
    fresh: VecDeque<(u64, BlockHash)>,
    /// Reported, oldest first.
    reported: VecDeque<BlockHash>,
}

impl Agreement {
    pub(crate) fn new(needed: usize, patience_ms: u64, capacity: usize) -> Self {
        Self {
            needed,
            patience_ms,
            capacity,
            claims: FxHashMap::default(),
            fresh: VecDeque::new(),
            reported: VecDeque::new(),
        }
    }

    pub(crate) fn needed(&self) -> usize {
        self.needed
    }

    /// Whether somebody has made this claim, so that its block needs no second check.
    pub(crate) fn knows(&self, hash: &BlockHash) -> bool {
        self.claims.contains_key(hash)
    }

    /// Counts a claim. Returns it once enough have made it.
    pub(crate) fn claim(
        &mut self,
        by: UpstreamId,
        confirmation: Confirmation,
        is_healed: bool,
        now_ms: u64,
    ) -> Option<Claim> {
        let hash = confirmation.block.hash();
        if self.needed <= 1 {
            let mut alone = UpstreamSet::default();
            alone.insert(by);
            return Some(Claim { confirmation, by: alone, is_healed, first_ms: now_ms });
        }
        let claims = self.claims.entry(hash).or_insert_with(|| {
            self.fresh.push_back((now_ms, hash));
            Vec::with_capacity(1)
        });
        let agrees = |claim: &Claim| {
            // Zero is also said by a node that has pruned what it would have to look at.
            let amounts = [claim.confirmation.amount, confirmation.amount];
            amounts[0] == amounts[1] || amounts.iter().any(|amount| amount.is_zero())
        };
        // Of the block itself only the first was checked.
        let checked = claims.first().map(|claim| &claim.confirmation);
        let checked = checked.map(|it| (Arc::clone(&it.block), it.account));
        for claim in claims.iter_mut().filter(|claim| !agrees(claim)) {
            claim.by.remove(by);
        }
        claims.retain(|claim| claim.by.len() > 0);
        if let Some(claim) = claims.iter_mut().find(|claim| agrees(claim)) {
            claim.support(by, confirmation);
        } else {
            let (block, account) =
                checked.unwrap_or_else(|| (Arc::clone(&confirmation.block), confirmation.account));
            let confirmation = Confirmation { block, account, ..confirmation };
            let mut alone = UpstreamSet::default();
            alone.insert(by);
            claims.push(Claim { confirmation, by: alone, is_healed, first_ms: now_ms });
        }
        if let Some(place) = claims.iter().position(|claim| claim.by.len() >= self.needed) {
            let claim = claims.swap_remove(place);
            self.claims.remove(&hash);
            return Some(claim);
        }
        self.bound();
        None
    }

    /// Claims that have waited too long, each once.
    pub(crate) fn overdue(&mut self, now_ms: u64) -> Vec<(BlockHash, UpstreamSet)> {
        let mut overdue = Vec::new();
        while let Some(&(since, hash)) = self.fresh.front() {
            let is_open = self.claims.contains_key(&hash);
            if is_open && now_ms.saturating_sub(since) < self.patience_ms {
                break;
            }
            self.fresh.pop_front();
            if let Some(claims) = self.claims.get(&hash) {
                overdue.extend(claims.iter().map(|claim| (hash, claim.by)));
                self.reported.push_back(hash);
            }
        }
        overdue
    }

    /// When the next claim has waited too long.
    pub(crate) fn deadline_ms(&self) -> Option<u64> {
        self.fresh.front().map(|(since, _)| since.saturating_add(self.patience_ms))
    }

    fn bound(&mut self) {
        while self.claims.len() > self.capacity {
            let oldest =
                self.reported.pop_front().or_else(|| self.fresh.pop_front().map(|it| it.1));
            let Some(oldest) = oldest else { break };
            self.claims.remove(&oldest);
        }
    }
}

/// How much a confirmation tells: nodes of different age tell differently much.
fn detail(it: &Confirmation) -> usize {
    let election = it.election.as_ref();
    usize::from(it.sideband.is_some())
        + usize::from(election.is_some())
        + usize::from(it.linked_account.is_some())
        + usize::from(election.is_some_and(|election| election.final_tally.is_some()))
        + usize::from(election.is_some_and(|election| !election.votes.is_empty()))
}
