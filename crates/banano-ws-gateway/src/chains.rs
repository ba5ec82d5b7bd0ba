//! The order of each account's chain: a block never before its previous, with a bounded wait.
//!
//! Knows the newest block that was passed on of each account, and holds what came too early. A wait
//! that is over leaves a hole. Bounded: the account that was silent longest is forgotten, and its next block is taken
//! as it comes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use banano_primitives::{Account, Amount, BlockHash};
use banano_ws_protocol::Confirmation;
use rustc_hash::FxHashMap;

use crate::agreement::Claim;
use crate::confirmed::Confirmed;
use crate::holes::Holes;

/// Where a block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It follows what was passed on, or belongs into a hole, or nothing is known of its account.
    Ready,
    /// The same, but nothing is known of its account and upstreams have only just come.
    Unsure,
    /// Its previous was not passed on.
    Ahead {
        /// What was, last.
        head: BlockHash,
    },
    /// Its place in the chain is taken: said long ago, or by one that lies.
    Past,
}

/// A confirmation that waits for its previous.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) claim: Claim,
    /// Whether the missing block was asked for.
    pub(crate) asked: bool,
}

#[derive(Debug, Clone, Copy)]
struct Head {
    hash: BlockHash,
    height: Option<u64>,
    /// Whether two blocks in a row agree on the height, or it is the first one.
    is_sure: bool,
    balance: Option<Amount>,
    touched: u64,
}

#[derive(Debug)]
struct Waiting {
    until_ms: u64,
    /// Which of all waits it is.
    number: u64,
    held: Held,
}

/// The chains of all accounts.
#[derive(Debug)]
pub(crate) struct Chains {
    heads: FxHashMap<Account, Head>,
    /// Accounts by the time of their last block, oldest first.
    order: VecDeque<(u64, Account)>,
    touch: u64,
    accounts_max: usize,
    /// By the hash that they wait for.
    held: FxHashMap<BlockHash, Waiting>,
    /// What each block that waits is waiting for.
    waits_for: FxHashMap<BlockHash, BlockHash>,
    /// When each wait is over; those that end together in the order in which they began.
    deadlines: BTreeSet<(u64, u64, BlockHash)>,
    waits: u64,
    pub(crate) holes: Holes,
}

/// Most confirmations that wait for another at once.
pub(crate) const HELD_MAX: usize = 16_384;

impl Chains {
    pub(crate) fn new(accounts_max: usize) -> Self {
        Self {
            heads: FxHashMap::default(),
            order: VecDeque::new(),
            touch: 0,
            accounts_max: accounts_max.max(1),
            held: FxHashMap::default(),
            waits_for: FxHashMap::default(),
            deadlines: BTreeSet::new(),
            waits: 0,
            holes: Holes::default(),
        }
    }

    /// Where a block stands that was not passed on yet.
    pub(crate) fn place(&self, it: &Confirmation, confirmed: &Confirmed, now_ms: u64) -> Place {
        let (hash, previous) = (it.block.hash(), it.block.previous());
        if self.holes.fits(&hash, &previous, now_ms) {
            return Place::Ready;
        }
        let Some(head) = self.heads.get(&it.account) else {
            let is_linked = previous.is_zero() || confirmed.contains(&previous);
            return if is_linked { Place::Ready } else { Place::Unsure };
        };
        if previous == head.hash {
            return Place::Ready;
        }
        let height = it.sideband.map(|sideband| sideband.height);
        let is_taken = match (height, head.height) {
            (Some(height), Some(top)) => height <= top,
            _ => previous.is_zero() || confirmed.contains(&previous),
        };
        if is_taken { Place::Past } else { Place::Ahead { head: head.hash } }
    }

    /// The amount by the balances, if they are known.
    pub(crate) fn amount_of(&self, it: &Confirmation) -> Option<Amount> {
        let head = self.heads.get(&it.account).filter(|head| head.hash == it.block.previous());
        let before = match head {
            Some(head) => head.balance,
            None if it.block.previous().is_zero() => Some(Amount::ZERO),
            None => None,
        };
        Some(before?.abs_diff(it.block.balance()?))
    }

    /// Whether the height told is one more than that of its previous, as far as that is known.
    pub(crate) fn height_fits(&self, it: &Confirmation) -> bool {
        let Some(told) = it.sideband.map(|sideband| sideband.height) else { return true };
        let previous = it.block.previous();
        if previous.is_zero() {
            return told == 1;
        }
        let head = self.heads.get(&it.account).filter(|head| head.hash == previous);
        let sure = head.filter(|head| head.is_sure).and_then(|head| head.height);
        sure.is_none_or(|height| told == height.saturating_add(1))
    }

    /// A block is passed on.
    pub(crate) fn advance(&mut self, it: &Confirmation) {
        let (hash, height) = (it.block.hash(), it.sideband.map(|sideband| sideband.height));
        if self.holes.fill(hash, it.block.previous()) {
            return;
        }
        self.touch += 1;
        let touched = self.touch;
        let old = self.heads.get(&it.account);
        let before = old.filter(|old| old.hash == it.block.previous());
        // A height may be a lie where nothing was known of the account; that a block follows another is
        // not.
        let is_older = before.is_none()
            && old.is_some_and(|old| match (height, old.height) {
                (Some(height), Some(top)) => height < top,
                _ => false,
            });
        if is_older {
            return;
        }
        let expected = match before {
            Some(before) => before.height.map(|height| height.saturating_add(1)),
            None => it.block.previous().is_zero().then_some(1),
        };
        let is_sure = height.is_some() && height == expected;
        let head = Head { hash, height, is_sure, balance: it.block.balance(), touched };
        self.heads.insert(it.account, head);
        self.order.push_back((touched, it.account));
        self.bound();
    }

    /// Tells what was passed on last of an account. If that is nothing, this block counts as it.
    pub(crate) fn know(
        &mut self,
        account: Account,
        hash: BlockHash,
        height: u64,
    ) -> Option<BlockHash> {
        if let Some(head) = self.heads.get(&account) {
            return Some(head.hash);
        }
        self.touch += 1;
        let (height, touched) = (Some(height), self.touch);
        let head = Head { hash, height, is_sure: false, balance: None, touched };
        self.heads.insert(account, head);
        self.order.push_back((self.touch, account));
        self.bound();
        None
    }

    /// Lets a confirmation wait for its previous. Gives it back if there is no room, or another
    /// waits for the same: then nobody can say which of both is true.
    pub(crate) fn hold(&mut self, held: Held, until_ms: u64) -> Result<(), Box<Held>> {
        let previous = held.claim.confirmation.block.previous();
        if self.held.len() >= HELD_MAX || self.held.contains_key(&previous) {
            return Err(Box::new(held));
        }
        self.waits += 1;
        let number = self.waits;
        self.deadlines.insert((until_ms, number, previous));
        self.waits_for.insert(held.claim.confirmation.block.hash(), previous);
        self.held.insert(previous, Waiting { until_ms, number, held });
        Ok(())
    }

    /// Whether the block itself waits here already.
    pub(crate) fn holds(&self, it: &Confirmation) -> bool {
        let waiting = self.held.get(&it.block.previous());
        let waiting = waiting.map(|waiting| waiting.held.claim.confirmation.block.hash());
        waiting == Some(it.block.hash())
    }

    /// Takes what waits for a block.
    pub(crate) fn release(&mut self, hash: &BlockHash) -> Option<Held> {
        self.take(hash).map(|waiting| waiting.held)
    }

    fn take(&mut self, hash: &BlockHash) -> Option<Waiting> {
        let waiting = self.held.remove(hash)?;
        self.deadlines.remove(&(waiting.until_ms, waiting.number, *hash));
        self.waits_for.remove(&waiting.held.claim.confirmation.block.hash());
        Some(waiting)
    }

    /// Until when the block itself waits, if it does.
    pub(crate) fn wait_of(&self, hash: &BlockHash) -> Option<u64> {
        self.held.get(self.waits_for.get(hash)?).map(|waiting| waiting.until_ms)
    }

    /// Takes those whose wait is over, in the order of arrival, but each after its previous.
    pub(crate) fn expired(&mut self, now_ms: u64) -> Vec<Held> {
        let mut due = BTreeMap::new();
        while let Some(&(until_ms, number, previous)) = self.deadlines.first()
            && until_ms <= now_ms
            && let Some(waiting) = self.take(&previous)
        {
            due.insert(number, waiting.held);
        }
        let hash = |held: &Held| held.claim.confirmation.block.hash();
        let numbers: FxHashMap<_, _> = due.iter().map(|(number, it)| (hash(it), *number)).collect();
        let mut in_order = Vec::with_capacity(due.len());
        while let Some((&oldest, _)) = due.first_key_value() {
            let mut row = vec![oldest];
            while let Some(held) = row.last().and_then(|number| due.get(number))
                && let Some(before) = numbers.get(&held.claim.confirmation.block.previous())
                && due.contains_key(before)
            {
                row.push(*before);
            }
            in_order.extend(row.iter().rev().filter_map(|number| due.remove(number)));
        }
        in_order
    }

    /// When the next wait is over.
    pub(crate) fn deadline_ms(&self) -> Option<u64> {
        self.deadlines.first().map(|(until_ms, ..)| *until_ms)
    }

    fn bound(&mut self) {
        // Entries of accounts that moved on since are passed by.
        while self.heads.len() > self.accounts_max || self.order.len() > 2 * self.accounts_max {
            let Some((touched, account)) = self.order.pop_front() else { break };
            let head = self.heads.get(&account);
            if head.is_none_or(|head| head.touched != touched) {
                continue;
            }
            if self.heads.len() > self.accounts_max {
                self.heads.remove(&account);
            } else {
                self.order.push_back((touched, account));
            }
        }
    }
}
