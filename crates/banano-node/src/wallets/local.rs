//! Which accounts are wallets' accounts, and which of them were paid.
//!
//! Written by the wallets when an account comes or goes. Read by the processing task for every cemented
//! block, so a look is one hash and a lock that is never held for long. What was paid is a set of
//! accounts and not a queue: it can't grow beyond the wallets, and nothing is lost when much comes.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError, RwLock};

use banano_primitives::{Account, Block};
use rustc_hash::FxHashMap;
use tokio::sync::Notify;

/// The accounts of all wallets.
#[derive(Debug, Default)]
pub(crate) struct LocalAccounts {
    accounts: RwLock<FxHashMap<Account, Holders>>,
    paid: Mutex<BTreeSet<Account>>,
    changed: Notify,
}

/// How many wallets hold an account.
#[derive(Clone, Copy, Debug, Default)]
struct Holders {
    with_key: u32,
    watching: u32,
}

impl LocalAccounts {
    /// Whether a wallet holds the block's account or the one that its link names, watched ones
    /// included (`protocol.md` §6.1.3).
    pub(crate) fn concern(&self, account: Account, block: &Block) -> bool {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        if accounts.is_empty() {
            return false;
        }
        let linked = block.link().map(|link| link.as_account()).or_else(|| block.destination());
        accounts.contains_key(&account) || linked.is_some_and(|it| accounts.contains_key(&it))
    }

    /// Whether a wallet has the account's key.
    pub(crate) fn has_key(&self, account: &Account) -> bool {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        accounts.get(account).is_some_and(|holders| holders.with_key > 0)
    }

    pub(super) fn add(&self, account: Account, with_key: bool) {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        let count = accounts.entry(account).or_default().count(with_key);
        *count = count.saturating_add(1);
    }

    pub(super) fn remove(&self, account: Account, with_key: bool) {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(holders) = accounts.get_mut(&account) {
            let count = holders.count(with_key);
            *count = count.saturating_sub(1);
            if holders.with_key == 0 && holders.watching == 0 {
                accounts.remove(&account);
            }
        }
    }

    /// Notes that there may be something to receive. Accounts without a key here are passed over.
    pub(crate) fn note_paid(&self, accounts: impl IntoIterator<Item = Account>) {
        let mut paid = self.paid.lock().unwrap_or_else(PoisonError::into_inner);
        paid.extend(accounts.into_iter().filter(|account| self.has_key(account)));
        if !paid.is_empty() {
            self.changed.notify_one();
        }
    }

    /// Waits for paid accounts and takes them.
    pub(super) async fn paid(&self) -> BTreeSet<Account> {
        loop {
            let paid = {
                let mut paid = self.paid.lock().unwrap_or_else(PoisonError::into_inner);
                std::mem::take(&mut *paid)
            };
            if !paid.is_empty() {
                return paid;
            }
            self.changed.notified().await;
        }
    }
}

impl Holders {
    fn count(&mut self, with_key: bool) -> &mut u32 {
        if with_key { &mut self.with_key } else { &mut self.watching }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_local_until_its_last_wallet_lets_it_go() {
        let (local, account) = (LocalAccounts::default(), Account::from_bytes([1; 32]));
        let is_local = || local.accounts.read().unwrap().contains_key(&account);
        local.add(account, false);
        assert!(is_local() && !local.has_key(&account));
        local.add(account, true);
        assert!(local.has_key(&account));
        local.remove(account, true);
        assert!(is_local() && !local.has_key(&account));
        local.remove(account, false);
        assert!(!is_local());
    }

    #[test]
    fn only_accounts_with_a_key_wait_to_receive() {
        let local = LocalAccounts::default();
        let [watched, keyed] = [1, 2].map(|byte| Account::from_bytes([byte; 32]));
        local.add(watched, false);
        local.add(keyed, true);
        local.note_paid([watched, keyed, keyed]);
        assert_eq!(*local.paid.lock().unwrap(), BTreeSet::from([keyed]));
    }
}
