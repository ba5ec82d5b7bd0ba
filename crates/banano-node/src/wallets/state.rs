//! What the wallets hold.
//!
//! Owned by the wallets, behind their lock. Changes only by [`State::apply`], which is also how a file
//! is read: so what is kept and what is held can't differ. No I/O, no clock.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use banano_primitives::{Account, Block, KeyPair, PrivateKey, Seed};

use super::change::{Change, WalletId};
use super::local::LocalAccounts;
use crate::spender::Spender;

/// Every wallet.
#[derive(Debug)]
pub(super) struct State {
    pub(super) wallets: BTreeMap<WalletId, Wallet>,
    /// One for each account with a key, whatever wallets hold it, so that they share its turns.
    spenders: HashMap<Account, Arc<Spender>>,
    pub(super) local: Arc<LocalAccounts>,
    /// Accounts of all wallets together.
    pub(super) account_count: usize,
    /// Ids that are remembered, of all wallets together.
    pub(super) sent_count: usize,
}

/// One wallet.
#[derive(Debug)]
pub(super) struct Wallet {
    pub(super) seed: Seed,
    /// Index of the seed that the next account takes, unless told otherwise.
    pub(super) next: u32,
    pub(super) representative: Account,
    pub(super) accounts: BTreeMap<Account, Key>,
    pub(super) sent: HashMap<String, Arc<Block>>,
}

/// Where the key of an account comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Index(u32),
    AdHoc(PrivateKey),
    /// There is none.
    Watched,
}

impl Key {
    pub(super) fn is_there(self) -> bool {
        self != Self::Watched
    }
}

impl State {
    pub(super) fn new(local: Arc<LocalAccounts>) -> Self {
        Self {
            wallets: BTreeMap::new(),
            spenders: HashMap::new(),
            local,
            account_count: 0,
            sent_count: 0,
        }
    }

    /// Who makes blocks of an account, if any wallet has its key.
    pub(super) fn spender(&self, account: &Account) -> Option<Arc<Spender>> {
        self.spenders.get(account).cloned()
    }

    /// Makes a change. Of a wallet that is not there, only `create` means something.
    pub(super) fn apply(&mut self, id: WalletId, change: Change) {
        if let Change::Create { seed, representative, next } = change {
            let (accounts, sent) = (BTreeMap::new(), HashMap::new());
            let wallet = Wallet { seed, next, representative, accounts, sent };
            self.wallets.insert(id, wallet);
            return;
        }
        let Some(wallet) = self.wallets.get_mut(&id) else { return };
        match change {
            Change::Create { .. } => {}
            Change::Index { index, next } => {
                wallet.next = next;
                let key = wallet.seed.key_pair(index);
                self.put(id, key.account(), Key::Index(index), Some(key));
            }
            Change::Key { key: private } => {
                let key = KeyPair::from(private);
                self.put(id, key.account(), Key::AdHoc(private), Some(key));
            }
            Change::Watch { account } => self.put(id, account, Key::Watched, None),
            Change::Remove { account } => self.take(id, account),
            Change::Representative { representative } => wallet.representative = representative,
            Change::Sent { id, block } => {
                if wallet.sent.insert(id, block).is_none() {
                    self.sent_count = self.sent_count.saturating_add(1);
                }
            }
            Change::Destroy => {
                let accounts: Vec<Account> = wallet.accounts.keys().copied().collect();
                self.sent_count = self.sent_count.saturating_sub(wallet.sent.len());
                for account in accounts {
                    self.take(id, account);
                }
                self.wallets.remove(&id);
            }
        }
    }

    /// Puts an account into a wallet. A key takes the place of a watch; a key that is there stays.
    fn put(&mut self, id: WalletId, account: Account, key: Key, pair: Option<KeyPair>) {
        let Some(wallet) = self.wallets.get_mut(&id) else { return };
        match wallet.accounts.get(&account) {
            Some(known) if known.is_there() || !key.is_there() => return,
            Some(_) => self.local.remove(account, false),
            None => self.account_count = self.account_count.saturating_add(1),
        }
        wallet.accounts.insert(account, key);
        self.local.add(account, key.is_there());
        if let Some(pair) = pair {
            self.spenders.entry(account).or_insert_with(|| Arc::new(Spender::new(pair)));
        }
    }

    fn take(&mut self, id: WalletId, account: Account) {
        let Some(wallet) = self.wallets.get_mut(&id) else { return };
        let Some(key) = wallet.accounts.remove(&account) else { return };
        self.account_count = self.account_count.saturating_sub(1);
        self.local.remove(account, key.is_there());
        if !self.local.has_key(&account) {
            self.spenders.remove(&account);
        }
    }

    /// The shortest way to this state, wallet by wallet.
    pub(super) fn changes(&self) -> impl Iterator<Item = (WalletId, Change)> {
        self.wallets.iter().flat_map(|(id, wallet)| {
            let Wallet { seed, next, representative, accounts, sent } = wallet;
            let create =
                Change::Create { seed: *seed, representative: *representative, next: *next };
            let accounts = accounts.iter().map(|(account, key)| match *key {
                Key::Index(index) => Change::Index { index, next: *next },
                Key::AdHoc(key) => Change::Key { key },
                Key::Watched => Change::Watch { account: *account },
            });
            let sent = sent
                .iter()
                .map(|(id, block)| Change::Sent { id: id.clone(), block: Arc::clone(block) });
            std::iter::once(create).chain(accounts).chain(sent).map(|change| (*id, change))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(changes: impl IntoIterator<Item = (WalletId, Change)>) -> State {
        let mut state = State::new(Arc::default());
        changes.into_iter().for_each(|(id, change)| state.apply(id, change));
        state
    }

    #[test]
    fn a_state_is_found_again_by_its_own_changes() {
        let [one, two] = [1, 2].map(|byte| WalletId::from_bytes([byte; 32]));
        let seed = Seed::from_bytes([9; 32]);
        let watched = Account::from_bytes([4; 32]);
        let create = || Change::Create { seed, representative: Account::ZERO, next: 0 };
        let first = state([
            (one, create()),
            (two, create()),
            (one, Change::Index { index: 0, next: 1 }),
            (one, Change::Index { index: 7, next: 1 }),
            (one, Change::Key { key: PrivateKey::from_bytes([3; 32]) }),
            (one, Change::Watch { account: watched }),
            (two, Change::Watch { account: seed.key_pair(0).account() }),
            (one, Change::Representative { representative: watched }),
            (two, Change::Destroy),
        ]);
        let again = state(first.changes());
        assert_eq!(first.changes().collect::<Vec<_>>(), again.changes().collect::<Vec<_>>());
        assert_eq!((again.wallets.len(), again.account_count), (1, 4));
        assert_eq!(again.wallets[&one].next, 1);
        assert_eq!(again.wallets[&one].representative, watched);
        assert!(again.spender(&seed.key_pair(7).account()).is_some());
        assert!(again.spender(&watched).is_none());
    }

    #[test]
    fn a_key_replaces_a_watch_and_is_not_replaced() {
        let id = WalletId::from_bytes([1; 32]);
        let seed = Seed::from_bytes([9; 32]);
        let account = seed.key_pair(0).account();
        let state = state([
            (id, Change::Create { seed, representative: Account::ZERO, next: 0 }),
            (id, Change::Watch { account }),
            (id, Change::Index { index: 0, next: 1 }),
            (id, Change::Watch { account }),
            (id, Change::Key { key: seed.private_key(0) }),
        ]);
        assert_eq!(state.wallets[&id].accounts[&account], Key::Index(0));
        assert_eq!(state.account_count, 1);
        assert!(state.local.has_key(&account));
    }
}
