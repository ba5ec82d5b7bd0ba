//! Filters that nodes do not have, on the topics whose events are blocks.

use banano_primitives::{Account, Amount, BlockHash};

use super::{AccountSet, Direction, SortedSet, SubtypeWord, Update};
use crate::BlockFacts;

/// The extension filters of one subscription (protocol.md §11.1). An event passes if **all** that
/// are there let it through; a list that is there and empty lets nothing through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BlockFilter {
    /// `min_amount` and `max_amount`.
    pub amounts: AmountRange,
    /// `subtypes`: what the block does.
    pub subtypes: Option<SortedSet<SubtypeWord>>,
    /// `direction`, seen from `accounts`.
    pub direction: Option<Direction>,
    /// `counterparties`: the other side of the block.
    pub counterparties: Option<AccountSet>,
    /// `representatives`: whom the block names.
    pub representatives: Option<AccountSet>,
    /// `hashes`: which blocks.
    pub hashes: Option<SortedSet<BlockHash>>,
}

impl BlockFilter {
    /// Whether a block passes. `seen_from` are the accounts of the subscription's account filter;
    /// without them no block has a direction.
    pub fn matches(&self, facts: &BlockFacts<'_>, seen_from: Option<&AccountSet>) -> bool {
        self.amounts.matches(facts.amount())
            && self.hashes.as_ref().is_none_or(|set| set.contains(&facts.block.hash()))
            && self.subtypes.as_ref().is_none_or(|set| set.iter().any(|it| it.matches(facts)))
            && self.direction.is_none_or(|direction| {
                seen_from.is_some_and(|accounts| direction.matches(facts, accounts))
            })
            && lists(self.counterparties.as_ref(), || facts.counterparty())
            && lists(self.representatives.as_ref(), || facts.block.representative())
    }

    /// How many accounts and hashes it names.
    pub fn entries(&self) -> usize {
        let accounts = [&self.counterparties, &self.representatives];
        accounts.into_iter().flatten().map(AccountSet::len).sum::<usize>()
            + self.hashes.as_ref().map_or(0, SortedSet::len)
    }

    /// Whether it names accounts or hashes to which it keeps, be they none.
    pub const fn has_lists(&self) -> bool {
        self.counterparties.is_some() || self.representatives.is_some() || self.hashes.is_some()
    }

    /// Adds to each list, then removes from it. A list that `update` names is a filter from then on.
    pub(super) fn apply(&mut self, update: &Update) {
        update.subtypes.apply_to(&mut self.subtypes);
        update.counterparties.apply_to(&mut self.counterparties);
        update.representatives.apply_to(&mut self.representatives);
        update.hashes.apply_to(&mut self.hashes);
    }
}

/// Whether there is no list, or one with that account.
fn lists(list: Option<&AccountSet>, account: impl FnOnce() -> Option<Account>) -> bool {
    list.is_none_or(|set| account().is_some_and(|account| set.contains(&account)))
}

/// Which amounts pass: from `min` to `max`, both included. Without either, unknown ones as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AmountRange {
    /// `min_amount`.
    pub min: Option<Amount>,
    /// `max_amount`.
    pub max: Option<Amount>,
}

impl AmountRange {
    /// Whether `amount` passes. One that is not known is in no range.
    pub fn matches(self, amount: Option<Amount>) -> bool {
        let Self { min, max } = self;
        match amount {
            Some(amount) => {
                min.is_none_or(|min| amount >= min) && max.is_none_or(|max| amount <= max)
            }
            None => min.is_none() && max.is_none(),
        }
    }
}
