//! The account filter of `confirmation`.

use banano_primitives::Account;

use super::{ListChange, SortedSet};
use crate::Confirmation;

/// A set of accounts.
pub type AccountSet = SortedSet<Account>;

/// Whose confirmations a subscriber wants (protocol.md §6.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AccountFilter {
    /// No account option was given: everyone's.
    #[default]
    Any,
    /// An account option was given: only these, and nothing while there are none.
    Only {
        /// `accounts`.
        accounts: AccountSet,
        /// `all_local_accounts`: those of wallets here as well.
        local: bool,
    },
}

impl AccountFilter {
    /// Whether one of the two parties of a state block is wanted. Legacy blocks have no parties.
    pub fn matches(&self, confirmation: &Confirmation) -> bool {
        match self {
            Self::Any => true,
            Self::Only { accounts, local } => confirmation
                .parties()
                .any(|party| accounts.contains(&party) || (*local && confirmation.local)),
        }
    }

    /// The accounts of `accounts`, if there is a filter.
    pub const fn accounts(&self) -> Option<&AccountSet> {
        match self {
            Self::Any => None,
            Self::Only { accounts, .. } => Some(accounts),
        }
    }

    /// How many accounts it names.
    pub fn len(&self) -> usize {
        self.accounts().map_or(0, AccountSet::len)
    }

    /// Whether nothing can pass.
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Only { accounts, local: false } if accounts.is_empty())
    }

    /// Adds and removes accounts. From then on there is a filter, if `change` names a list at all
    /// (protocol.md §6.1.5).
    pub(super) fn apply(&mut self, change: &ListChange<Account>) {
        if !change.is_present() {
            return;
        }
        if let Self::Any = self {
            *self = Self::Only { accounts: AccountSet::default(), local: false };
        }
        if let Self::Only { accounts, .. } = self {
            change.apply(accounts);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_filter_without_accounts_and_wallets_is_empty() {
        let only = |accounts: &[u8], local| AccountFilter::Only {
            accounts: accounts.iter().map(|n| Account::from_bytes([*n; 32])).collect(),
            local,
        };
        let cases = [
            (AccountFilter::Any, false),
            (only(&[], false), true),
            (only(&[], true), false),
            (only(&[1], false), false),
        ];
        for (filter, want) in cases {
            assert_eq!(filter.is_empty(), want, "{filter:?}");
        }
    }
}
