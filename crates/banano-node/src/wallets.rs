//! The node's wallets: accounts with keys that the node makes blocks for, and accounts that it watches.
//!
//! Held by handles of the node; RPC asks for everything here. Keys are kept as they are, in memory or in
//! the data folder: a dev network's keys are no secrets, and nothing here pretends to encrypt. Blocks
//! of one account are made one after the other by its one `Spender`, whoever asks, so that an account
//! never forks itself. What happens in wallets is seen by others through the ledger only.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use banano_ledger::{LedgerRead as _, StoreError};
use banano_primitives::{Account, Amount, BlockHash, KeyPair, PrivateKey, Seed, Work};
use rand::TryRng as _;
use rand::rngs::SysRng;

use crate::node::Node;
use crate::spender::{SpendError, Spender};

mod change;
mod local;
mod log;
mod receiving;
mod state;

use change::Change;
pub use change::WalletId;
pub(crate) use local::LocalAccounts;
use log::Log;
pub use log::WalletFileError;
pub(crate) use receiving::Receiving;
use state::{Key, State};

/// Most wallets.
const WALLETS_MAX: usize = 10_000;
/// Most accounts of all wallets together.
const ACCOUNTS_MAX: usize = 100_000;
/// Most ids of sends that all wallets remember together. None is ever forgotten: that could pay twice.
const IDS_MAX: usize = 250_000;
/// Longest id in bytes, as in the reference's store.
const ID_BYTES_MAX: usize = 511;
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

/// A send that a wallet is asked for.
#[derive(Clone, Debug)]
pub struct SendOrder {
    /// Whose money.
    pub source: Account,
    /// To whom.
    pub destination: Account,
    /// How much.
    pub amount: Amount,
    /// The caller's name for this payment: the same id is paid once.
    pub id: Option<String>,
    /// The caller's own work.
    pub work: Option<Work>,
}

/// Why a wallet did not do something.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    /// There is no such wallet.
    #[error("there is no wallet {0}")]
    NoWallet(WalletId),
    /// The wallet does not hold the account.
    #[error("wallet {wallet} does not hold account {account}")]
    NoAccount {
        /// Which wallet.
        wallet: WalletId,
        /// Which account.
        account: Account,
    },
    /// The wallet watches the account, and has no key to sign with.
    #[error("wallet {wallet} only watches account {account}: it has no key to sign with")]
    NoKey {
        /// Which wallet.
        wallet: WalletId,
        /// Which account.
        account: Account,
    },
    /// Every index of the seed was used.
    #[error("the seed of wallet {0} has no index left")]
    NoIndex(WalletId),
    /// A bound was reached.
    #[error("{what}: there are {max} already, and no more are kept")]
    Full {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        max: usize,
    },
    /// The id does not fit.
    #[error("id: {0} bytes are too long, it can have at most {ID_BYTES_MAX}")]
    LongId(usize),
    /// The change could not be written down, and was not made.
    #[error("the wallets' file cannot be written")]
    File(#[source] io::Error),
    /// The system has no randomness.
    #[error("the system gives no random numbers")]
    Random(#[source] rand::rngs::SysError),
    /// The block could not be made.
    #[error(transparent)]
    Spend(#[from] SpendError),
    /// The ledger cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
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

    /// Sends. With an `id` that was sent before, by this wallet, it returns that send's block and
    /// sends nothing; so do callers at the same time, and after a restart.
    ///
    /// # Errors
    /// When the wallet cannot sign for the account, there is too little, or the node stops.
    pub async fn send(
        &self,
        node: &Node,
        wallet: WalletId,
        order: SendOrder,
    ) -> Result<BlockHash, WalletError> {
        let SendOrder { source, destination, amount, id, work } = order;
        let spender = self.spender(wallet, source)?;
        let Some(id) = id else {
            let note = |_: &_| Ok(());
            return spender.send_noted(node, destination, amount, work, note).await;
        };
        if id.len() > ID_BYTES_MAX {
            return Err(WalletError::LongId(id.len()));
        }
        let _turn = match self.id_turn(wallet, &id) {
            Some(turn) => Some(turn.lock().await),
            None => None,
        };
        let sent = self.lock().wallet(wallet)?.sent.get(&id).cloned();
        if let Some(block) = sent {
            // It may have been written down a moment before the process was killed.
            let owner = block.account().and_then(|account| self.lock().state.spender(&account));
            if owner.unwrap_or_else(|| Arc::clone(&spender)).resend(node, &block).await? {
                return Ok(block.hash());
            }
        }
        // Written down before the ledger gets it: a kill in between sends it later, or never.
        let note = |block: &Arc<_>| {
            let mut inner = self.lock();
            bound("ids of sends", inner.state.sent_count, IDS_MAX)?;
            inner.change(wallet, Change::Sent { id, block: Arc::clone(block) })
        };
        spender.send_noted(node, destination, amount, work, note).await
    }

    /// Receives what `send` sent to `account`.
    ///
    /// # Errors
    /// When the wallet cannot sign for the account, there is nothing to receive, or the node stops.
    pub async fn receive(
        &self,
        node: &Node,
        wallet: WalletId,
        account: Account,
        send: BlockHash,
        work: Option<Work>,
    ) -> Result<BlockHash, WalletError> {
        let spender = self.spender(wallet, account)?;
        let representative = self.default_representative(wallet)?;
        Ok(spender.receive(node, send, representative, work).await?)
    }

    /// Names another representative for an account that has a block.
    ///
    /// # Errors
    /// When the wallet cannot sign for the account, it has no block, or the node stops.
    pub async fn change_representative(
        &self,
        node: &Node,
        wallet: WalletId,
        account: Account,
        representative: Account,
        work: Option<Work>,
    ) -> Result<BlockHash, WalletError> {
        Ok(self.spender(wallet, account)?.change(node, representative, work).await?)
    }

    /// Who signs for an account, and whom its first block names, if any wallet has its key.
    fn receiver(&self, account: &Account) -> Option<(Arc<Spender>, Account)> {
        let inner = self.lock();
        let holds = |key: &Key| key.is_there();
        let wallet = inner
            .state
            .wallets
            .values()
            .find(|wallet| wallet.accounts.get(account).is_some_and(holds))?;
        Some((inner.state.spender(account)?, wallet.representative))
    }

    fn spender(&self, wallet: WalletId, account: Account) -> Result<Arc<Spender>, WalletError> {
        let inner = self.lock();
        let key = inner.key_of(wallet, account)?;
        let spender = inner.state.spender(&account).filter(|_| key.is_there());
        spender.ok_or(WalletError::NoKey { wallet, account })
    }

    /// One of the network's own, so that new accounts never weaken its quorum.
    fn representative(&self, id: WalletId) -> Account {
        let [first, ..] = *id.as_bytes();
        let count = self.representatives.len().max(1);
        self.representatives.get(usize::from(first) % count).copied().unwrap_or_default()
    }

    fn id_turn(&self, wallet: WalletId, id: &str) -> Option<&tokio::sync::Mutex<()>> {
        let mut hasher = DefaultHasher::new();
        (wallet, id).hash(&mut hasher);
        let turns = self.id_turns.len().max(1) as u64;
        self.id_turns.get(usize::try_from(hasher.finish() % turns).ok()?)
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
