//! Sets of accounts, and the account filter of `confirmation`.

use banano_primitives::Account;

use crate::Confirmation;

/// A set of accounts, in 32 bytes each. Sorted, so that no choice of accounts by a client makes it
/// slow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountSet(Vec<Account>);

impl AccountSet {
    /// Whether it holds `account`.
    pub fn contains(&self, account: &Account) -> bool {
        self.0.binary_search(account).is_ok()
    }

    /// How many it holds.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it holds none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in ascending order.
    pub fn iter(&self) -> std::slice::Iter<'_, Account> {
        self.0.iter()
    }

    /// Takes in all of `accounts`. One at a time goes to its place; more are sorted in.
    pub fn insert_all(&mut self, accounts: &[Account]) {
        if let [account] = accounts {
            if let Err(place) = self.0.binary_search(account) {
                self.0.insert(place, *account);
            }
            return;
        }
        self.0.extend_from_slice(accounts);
        self.0.sort_unstable();
        self.0.dedup();
    }

    /// Leaves out all of `accounts`; those that it does not hold do not matter.
    pub fn remove_all(&mut self, accounts: &[Account]) {
        if accounts.is_empty() {
            return;
        }
        let gone: Self = accounts.iter().copied().collect();
        self.0.retain(|account| !gone.contains(account));
    }
}

impl FromIterator<Account> for AccountSet {
    fn from_iter<I: IntoIterator<Item = Account>>(accounts: I) -> Self {
        let mut sorted: Vec<_> = accounts.into_iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        sorted.shrink_to_fit();
        Self(sorted)
    }
}

impl<'a> IntoIterator for &'a AccountSet {
    type Item = &'a Account;
    type IntoIter = std::slice::Iter<'a, Account>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

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

    /// How many accounts it names.
    pub const fn len(&self) -> usize {
        match self {
            Self::Any => 0,
            Self::Only { accounts, .. } => accounts.len(),
        }
    }

    /// Whether nothing can pass.
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Only { accounts, local: false } if accounts.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(n: u8) -> Account {
        Account::from_bytes([n; 32])
    }

    #[test]
    fn a_set_is_a_set() {
        let mut set: AccountSet = [3, 1, 2, 3].map(account).into_iter().collect();
        assert_eq!(set.len(), 3);
        set.insert_all(&[account(2)]);
        set.insert_all(&[account(0)]);
        set.insert_all(&[]);
        set.insert_all(&[account(5), account(4), account(5), account(1)]);
        assert!(set.iter().copied().eq((0..6).map(account)));
        set.remove_all(&[account(9), account(0), account(3)]);
        assert!(set.iter().copied().eq([1, 2, 4, 5].map(account)));
        assert!(set.contains(&account(4)) && !set.contains(&account(3)));
    }

    #[test]
    fn only_a_filter_without_accounts_and_wallets_is_empty() {
        let only = |accounts: &[u8], local| AccountFilter::Only {
            accounts: accounts.iter().copied().map(account).collect(),
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
