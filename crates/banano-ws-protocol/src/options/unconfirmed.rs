//! Options of a `new_unconfirmed_block` subscription, all of them ours.

use super::{AccountSet, BlockFilter, Held, Update};
use crate::{BlockFacts, UnconfirmedBlock};

/// Options of a `new_unconfirmed_block` subscription (protocol.md §11.1). The default is what a
/// subscription without `options` has, or with none of ours: everything passes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnconfirmedOptions {
    /// What passes.
    pub filter: UnconfirmedFilter,
    /// Whether an `update` may change it: it was made **with** `options`, of any value.
    pub updatable: bool,
}

impl UnconfirmedOptions {
    /// What an `update` finds here.
    pub const fn held(&self) -> Held {
        match (self.updatable, &self.filter.blocks) {
            (false, _) => Held::Fixed,
            (true, None) => Held::Extensible,
            (true, Some(_)) => Held::Updatable,
        }
    }

    /// Adds to each list, then removes from it. A list that `update` names is a filter from then on.
    pub fn apply(&mut self, update: &Update) {
        update.accounts.apply_to(&mut self.filter.accounts);
        if update.is_extension() {
            self.filter.blocks.get_or_insert_default().apply(update);
        }
    }
}

/// Which stored blocks pass.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnconfirmedFilter {
    /// `accounts`, which counts only beside an extension filter: nodes ignore it on this topic.
    pub accounts: Option<AccountSet>,
    /// The extension filters, if one was ever used.
    pub blocks: Option<Box<BlockFilter>>,
}

impl UnconfirmedFilter {
    /// Whether `stored` passes.
    pub fn matches(&self, stored: &UnconfirmedBlock) -> bool {
        self.accounts
            .as_ref()
            .is_none_or(|accounts| stored.parties().any(|party| accounts.contains(&party)))
            && self.blocks.as_ref().is_none_or(|filter| {
                filter.matches(&BlockFacts::from(stored), self.accounts.as_ref())
            })
    }

    /// Whether it keeps to accounts or hashes that it names.
    pub fn is_narrow(&self) -> bool {
        self.accounts.is_some() || self.blocks.as_ref().is_some_and(|filter| filter.has_lists())
    }

    /// How many accounts and hashes it names.
    pub fn entries(&self) -> usize {
        self.accounts.as_ref().map_or(0, AccountSet::len)
            + self.blocks.as_ref().map_or(0, |filter| filter.entries())
    }
}
