//! Builds blocks that a dev network accepts: signed, with work, each after the one before.
//!
//! ```
//! use banano_primitives::Amount;
//! use banano_testkit::Lattice;
//!
//! let mut lattice = Lattice::dev();
//! let (genesis, alice) = (lattice.genesis_key(), lattice.key(1));
//! let send = lattice.send(&genesis, alice.account(), Amount::from_raw(5));
//! let open = lattice.receive(&alice, send.hash());
//! assert!(open.is_signed_by(&alice.account()));
//! ```
//!
//! A fork is built on a clone. What no ledger would accept is made by [`Lattice::forge`].

mod legacy;
mod state;

use std::{collections::HashMap, sync::Arc};

use banano_primitives::{
    Account, Amount, Block, BlockDetails, BlockHash, Body, DEV_GENESIS_KEY, DetailKind, Difficulty,
    Epoch, KeyPair, Network, Seed, Work,
};

/// A growing set of chains. Panics if asked for a block that the rules do not allow.
#[derive(Debug, Clone)]
pub struct Lattice {
    network: Arc<Network>,
    chains: HashMap<Account, Chain>,
    receivables: HashMap<(Account, BlockHash), Receivable>,
    blocks: Vec<Arc<Block>>,
}

/// Where an account stands.
#[derive(Debug, Clone, Copy)]
pub struct Chain {
    /// Its newest block.
    pub head: BlockHash,
    /// Its balance.
    pub balance: Amount,
    /// Who votes for it.
    pub representative: Account,
    /// Its epoch.
    pub epoch: Epoch,
    /// How many blocks it has.
    pub height: u64,
}

#[derive(Debug, Clone, Copy)]
struct Receivable {
    amount: Amount,
    epoch: Epoch,
}

impl Lattice {
    /// Only the genesis block of the dev network.
    pub fn dev() -> Self {
        let network = Network::dev();
        let genesis = Chain {
            head: network.genesis.hash(),
            balance: Amount::MAX,
            representative: network.genesis_account(),
            epoch: Epoch::Zero,
            height: 1,
        };
        Self {
            chains: HashMap::from([(network.genesis_account(), genesis)]),
            receivables: HashMap::new(),
            blocks: Vec::new(),
            network: Arc::new(network),
        }
    }

    /// The network for which blocks are built.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The key that owns everything at first, and that signs epoch blocks.
    pub fn genesis_key(&self) -> KeyPair {
        DEV_GENESIS_KEY.into()
    }

    /// Key number `index` of a seed of the testkit's own. The same for the same index, always.
    pub fn key(&self, index: u32) -> KeyPair {
        Seed::from_bytes(*b"banano-testkit: for tests only! ").key_pair(index)
    }

    /// All blocks but genesis, in an order in which a ledger can take them.
    pub fn blocks(&self) -> &[Arc<Block>] {
        &self.blocks
    }

    /// Where `account` stands; `None` if it has no block.
    pub fn chain(&self, account: &Account) -> Option<&Chain> {
        self.chains.get(account)
    }

    /// The newest block of `account`; zero if it has none.
    pub fn head(&self, account: &Account) -> BlockHash {
        self.chain(account).map_or(BlockHash::ZERO, |chain| chain.head)
    }

    /// The balance of `account`.
    pub fn balance(&self, account: &Account) -> Amount {
        self.chain(account).map_or(Amount::ZERO, |chain| chain.balance)
    }

    /// Signs any body, right or wrong, and gives it work for the hardest threshold. The lattice does
    /// not take it in.
    pub fn forge(&self, key: &KeyPair, body: Body) -> Arc<Block> {
        sealed(key, body, self.network.thresholds.base)
    }

    fn known(&self, key: &KeyPair) -> Chain {
        let account = key.account();
        *self.chain(&account).unwrap_or_else(|| panic!("{account} has no block yet"))
    }

    fn take_receivable(&mut self, account: Account, source: BlockHash) -> Receivable {
        self.receivables
            .remove(&(account, source))
            .unwrap_or_else(|| panic!("{account} has nothing to receive from {source}"))
    }

    /// Signs `body`, with work for its `details` (`None` for a legacy block), and takes it in.
    fn append(
        &mut self,
        key: &KeyPair,
        account: Account,
        body: Body,
        details: Option<BlockDetails>,
        after: Chain,
    ) -> Arc<Block> {
        let thresholds = &self.network.thresholds;
        let threshold = details.map_or(thresholds.legacy(), |it| thresholds.required(it));
        let block = sealed(key, body, threshold);
        self.chains.insert(account, Chain { head: block.hash(), ..after });
        self.blocks.push(Arc::clone(&block));
        block
    }

    fn add_receivable(&mut self, destination: Account, send: &Block, amount: Amount, epoch: Epoch) {
        self.receivables.insert((destination, send.hash()), Receivable { amount, epoch });
    }
}

/// A block with the first work, counted from zero, that reaches `threshold`.
fn sealed(key: &KeyPair, body: Body, threshold: Difficulty) -> Arc<Block> {
    let root = body.root();
    let work = (0..u64::MAX)
        .map(Work::new)
        .find(|work| work.difficulty(&root) >= threshold)
        .expect("some number is enough work");
    Arc::new(Block::signed(body, key, work))
}

fn less(balance: Amount, amount: Amount) -> Amount {
    balance
        .checked_sub(amount)
        .unwrap_or_else(|| panic!("a balance of {balance} is not enough to send {amount}"))
}

const fn details(epoch: Epoch, kind: DetailKind) -> BlockDetails {
    BlockDetails { epoch, kind }
}

#[cfg(test)]
mod tests;
