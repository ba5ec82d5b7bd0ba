//! The node's wallets: accounts with keys that the node makes blocks for, and accounts that it watches.
//!
//! Held by handles of the node; RPC asks for everything here. Keys are kept as they are, in memory or in
//! the data folder: a dev network's keys are no secrets, and nothing here pretends to encrypt. Blocks
//! of one account are made one after the other by its one `Spender`, whoever asks, so that an account
//! never forks itself. What happens in wallets is seen by others through the ledger only.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use banano_ledger::{LedgerRead as _, StoreError};
use banano_primitives::{Account, Amount, BlockHash, KeyPair, PrivateKey, Seed};
use rand::TryRng as _;
use rand::rngs::SysRng;

use crate::node::Node;

mod change;
mod error;
mod local;
mod log;
mod receiving;
mod spending;
mod state;

use change::Change;
pub use change::WalletId;
pub use error::WalletError;
pub(crate) use local::LocalAccounts;
use log::Log;
pub use log::WalletFileError;
pub(crate) use receiving::Receiving;
pub use spending::SendOrder;
use state::{Key, State};

/// Most wallets.
const WALLETS_MAX: usize = 10_000;
/// Most accounts of all wallets together.
const ACCOUNTS_MAX: usize = 100_000;
/// How far a given seed is searched for accounts behind the last one in use
/// (nano-node:nano/node/wallet.cpp, `deterministic_check`).
const SEARCH: u32 = 64;
/// Locks for ids; two ids that share one wait for each other.
const ID_TURNS: usize = 64;

/// Every wallet of a node.
#[derive(Debug)]
pub struct Wallets {
    inner: Mutex<Inner>,
    local: Arc<LocalAccounts>,
    /// Whom new wallets may choose as representative.
    representatives: Vec<Account>,
    /// Whose turn it is to send under an id, by the id's hash.
    id_turns: Vec<tokio::sync::Mutex<()>>,
}

#[derive(Debug)]
struct Inner {
    state: State,
    log: Option<Log>,
    receive_minimum: Amount,
}

/// What a wallet is made of, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WalletInfo {
    /// Accounts from its seed.
    pub from_seed: usize,
    /// Accounts whose keys were added.
    pub ad_hoc: usize,
    /// Index of the seed that the next account takes.
    pub next_index: u32,
}

impl Wallets {
    /// Finds the wallets in the file at `path` again, or begins with none, in memory without a path.
    pub(crate) fn open(
        path: Option<&Path>,
        representatives: Vec<Account>,
        receive_minimum: Amount,
    ) -> Result<Self, WalletFileError> {
        let local = Arc::new(LocalAccounts::default());
        let mut state = State::new(Arc::clone(&local));
        let log = path.map(|path| Log::open(path, &mut state)).transpose()?;
        // What came while nobody was here.
        local.note_paid(state.wallets.values().flat_map(|wallet| wallet.accounts.keys().copied()));
        Ok(Self {
            inner: Mutex::new(Inner { state, log, receive_minimum }),
            local,
            representatives,
            id_turns: (0..ID_TURNS).map(|_| tokio::sync::Mutex::default()).collect(),
        })
    }

    /// The accounts of all wallets, for whoever only looks.
    pub(crate) fn local(&self) -> &Arc<LocalAccounts> {
        &self.local
    }

    /// Makes a wallet, of a random seed unless one is given. A given seed's accounts that the ledger
    /// knows are found again, at least the first one is made; it returns the last of them.
    ///
    /// # Errors
    /// When there are too many wallets, or it cannot be kept.
    pub fn create(
        &self,
        node: &Node,
        seed: Option<Seed>,
    ) -> Result<(WalletId, Option<Account>), WalletError> {
        let id = WalletId::from_bytes(random()?);
        let last = seed.map(|seed| last_in_use(node, seed)).transpose()?;
        let seed = seed.map_or_else(|| random().map(Seed::from_bytes), Ok)?;
        let mut inner = self.lock();
        bound("wallets", inner.state.wallets.len(), WALLETS_MAX)?;
        let representative = self.representative(id);
        inner.change(id, Change::Create { seed, representative, next: 0 })?;
        for index in last.map_or(0..0, |last| 0..last.saturating_add(1)) {
            inner.add(id, Change::Index { index, next: index.saturating_add(1) })?;
        }
        let found = last.map(|last| seed.key_pair(last).account());
        drop(inner);
        self.search(id)?;
        Ok((id, found))
    }

    /// Forgets a wallet and its keys.
    ///
    /// # Errors
    /// When there is none, or that cannot be kept.
    pub fn destroy(&self, id: WalletId) -> Result<(), WalletError> {
        let mut inner = self.lock();
        inner.wallet(id)?;
        inner.change(id, Change::Destroy)
    }

    /// Makes the account of `index` of the wallet's seed, or of the next index that it does not hold.
    ///
    /// # Errors
    /// When there is no such wallet, too many accounts, or it cannot be kept.
    pub fn create_account(&self, id: WalletId, index: Option<u32>) -> Result<Account, WalletError> {
        let mut inner = self.lock();
        let wallet = inner.wallet(id)?;
        let (seed, next) = (wallet.seed, wallet.next);
        let (account, change) = if let Some(index) = index {
            (seed.key_pair(index).account(), Change::Index { index, next })
        } else {
            let free = (next..u32::MAX).map(|index| (index, seed.key_pair(index).account())).find(
                |(_, account)| !wallet.accounts.get(account).is_some_and(|key| key.is_there()),
            );
            let (index, account) = free.ok_or(WalletError::NoIndex(id))?;
            (account, Change::Index { index, next: index.saturating_add(1) })
        };
        inner.add(id, change)?;
        drop(inner);
        self.local.note_paid([account]);
        Ok(account)
    }

    /// Adds a key that has nothing to do with the wallet's seed.
    ///
    /// # Errors
    /// When there is no such wallet, too many accounts, or it cannot be kept.
    pub fn add_key(&self, id: WalletId, key: PrivateKey) -> Result<Account, WalletError> {
        let account = KeyPair::from(key).account();
        self.lock().add(id, Change::Key { key })?;
        self.local.note_paid([account]);
        Ok(account)
    }

    /// Watches an account without a key: its blocks count as local, and it never receives by itself.
    ///
    /// # Errors
    /// When there is no such wallet, too many accounts, or it cannot be kept.
    pub fn watch(&self, id: WalletId, account: Account) -> Result<(), WalletError> {
        self.lock().add(id, Change::Watch { account })
    }

    /// Lets go of an account.
    ///
    /// # Errors
    /// When the wallet does not hold it, or that cannot be kept.
    pub fn remove(&self, id: WalletId, account: Account) -> Result<(), WalletError> {
        let mut inner = self.lock();
        inner.key_of(id, account)?;
        inner.change(id, Change::Remove { account })
    }

    /// Every account of a wallet, in the order of their public keys.
    ///
    /// # Errors
    /// When there is no such wallet.
    pub fn accounts(&self, id: WalletId) -> Result<Vec<Account>, WalletError> {
        Ok(self.lock().wallet(id)?.accounts.keys().copied().collect())
    }

    /// Whether a wallet holds an account, be it without a key.
    ///
    /// # Errors
    /// When there is no such wallet.
    pub fn contains(&self, id: WalletId, account: Account) -> Result<bool, WalletError> {
        Ok(self.lock().wallet(id)?.accounts.contains_key(&account))
    }

    /// What a wallet is made of.
    ///
    /// # Errors
    /// When there is no such wallet.
    pub fn info(&self, id: WalletId) -> Result<WalletInfo, WalletError> {
        let inner = self.lock();
        let wallet = inner.wallet(id)?;
        let mut info = WalletInfo { next_index: wallet.next, ..WalletInfo::default() };
        for key in wallet.accounts.values() {
            match key {
                Key::Index(_) => info.from_seed += 1,
                Key::AdHoc(_) => info.ad_hoc += 1,
                Key::Watched => {}
            }
        }
        Ok(info)
    }

    /// The key of an account.
    ///
    /// # Errors
    /// When the wallet does not hold the account, or only watches it.
    pub fn key(&self, id: WalletId, account: Account) -> Result<KeyPair, WalletError> {
        Ok(self.spender(id, account)?.key().clone())
    }

    /// Whom the first blocks of a wallet's accounts name.
    ///
    /// # Errors
    /// When there is no such wallet.
    pub fn default_representative(&self, id: WalletId) -> Result<Account, WalletError> {
        Ok(self.lock().wallet(id)?.representative)
    }

    /// Names another representative in blocks that open accounts from now on.
    ///
    /// # Errors
    /// When there is no such wallet, or it cannot be kept.
    pub fn set_default_representative(
        &self,
        id: WalletId,
        representative: Account,
    ) -> Result<(), WalletError> {
        let mut inner = self.lock();
        inner.wallet(id)?;
        inner.change(id, Change::Representative { representative })
    }

    /// The smallest amount that wallets receive by themselves.
    pub fn receive_minimum(&self) -> Amount {
        self.lock().receive_minimum
    }

    /// Receives from another amount on, until the node stops; also what waits already.
    pub fn set_receive_minimum(&self, amount: Amount) {
        let mut inner = self.lock();
        inner.receive_minimum = amount;
        let all: Vec<Account> = inner
            .state
            .wallets
            .values()
            .flat_map(|wallet| wallet.accounts.keys().copied())
            .collect();
        drop(inner);
        self.local.note_paid(all);
    }

    /// Looks for everything that the accounts of a wallet can receive, and receives it.
    ///
    /// # Errors
    /// When there is no such wallet.
    pub fn search(&self, id: WalletId) -> Result<(), WalletError> {
        let accounts = self.accounts(id)?;
        self.local.note_paid(accounts);
        Ok(())
    }

    /// One of the network's own, so that new accounts never weaken its quorum.
    fn representative(&self, id: WalletId) -> Account {
        let [first, ..] = *id.as_bytes();
        let count = self.representatives.len().max(1);
        self.representatives.get(usize::from(first) % count).copied().unwrap_or_default()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn wallet(&self, id: WalletId) -> Result<&state::Wallet, WalletError> {
        self.state.wallets.get(&id).ok_or(WalletError::NoWallet(id))
    }

    fn key_of(&self, wallet: WalletId, account: Account) -> Result<Key, WalletError> {
        let key = self.wallet(wallet)?.accounts.get(&account).copied();
        key.ok_or(WalletError::NoAccount { wallet, account })
    }

    /// A change that adds an account.
    fn add(&mut self, id: WalletId, change: Change) -> Result<(), WalletError> {
        self.wallet(id)?;
        bound("accounts of wallets", self.state.account_count, ACCOUNTS_MAX)?;
        self.change(id, change)
    }

    /// Writes a change down, then makes it.
    fn change(&mut self, id: WalletId, change: Change) -> Result<(), WalletError> {
        if let Some(log) = &mut self.log {
            log.append(id, &change).map_err(WalletError::File)?;
        }
        self.state.apply(id, change);
        Ok(())
    }
}

fn bound(what: &'static str, count: usize, max: usize) -> Result<(), WalletError> {
    if count < max { Ok(()) } else { Err(WalletError::Full { what, max }) }
}

fn random() -> Result<[u8; 32], WalletError> {
    let mut bytes = [0; 32];
    SysRng.try_fill_bytes(&mut bytes).map_err(WalletError::Random)?;
    Ok(bytes)
}

/// The last index of a seed whose account has a block or something to receive; 0 if none has.
fn last_in_use(node: &Node, seed: Seed) -> Result<u32, StoreError> {
    let (mut last, mut index) = (0, 0);
    while index <= last + SEARCH && (index as usize) < ACCOUNTS_MAX {
        let account = seed.key_pair(index).account();
        let ledger = node.ledger();
        if ledger.account(&account)?.is_some()
            || !ledger.receivables(&account, &BlockHash::ZERO, 1)?.is_empty()
        {
            last = index;
        }
        index += 1;
    }
    Ok(last)
}
