//! Unsigned blocks without work, for ledgers that are told not to check either.
//!
//! Thousands of blocks per second, so that a simulation can afford hundreds of runs. A fork is built on a
//! clone.

use std::collections::BTreeMap;
use std::sync::Arc;

use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, Difficulty, Link, Network, Signature, StateBlock,
    Thresholds, Work,
};

/// The dev network without work, where quorum is taken of the whole supply.
pub(crate) fn network() -> Network {
    let free = Difficulty::new(0);
    Network {
        thresholds: Thresholds::new(free, free, free),
        online_weight_minimum: Amount::MAX,
        ..Network::dev()
    }
}

/// An account of the tests' own.
pub(crate) fn account(number: u8) -> Account {
    Account::from_bytes([number; 32])
}

/// Where each account stands, and the blocks that led there.
#[derive(Debug, Clone)]
pub(crate) struct Chains {
    heads: BTreeMap<Account, Head>,
    pub(crate) blocks: Vec<Arc<Block>>,
}

#[derive(Debug, Clone, Copy)]
struct Head {
    hash: BlockHash,
    balance: Amount,
    representative: Account,
}

impl Chains {
    /// Only the genesis block.
    pub(crate) fn new(network: &Network) -> Self {
        let account = network.genesis_account();
        let hash = network.genesis.hash();
        let genesis = Head { hash, balance: Amount::MAX, representative: account };
        Self { heads: BTreeMap::from([(account, genesis)]), blocks: Vec::new() }
    }

    pub(crate) fn send(&mut self, from: Account, to: Account, raw: u128) -> Arc<Block> {
        let head = self.heads[&from];
        let balance = head.balance.checked_sub(Amount::from_raw(raw)).expect("enough to send");
        self.append(from, Head { balance, ..head }, to.into())
    }

    /// Receives a send; the first block of an account names the account itself as representative.
    pub(crate) fn receive(&mut self, to: Account, send: BlockHash, raw: u128) -> Arc<Block> {
        let new = Head { hash: BlockHash::ZERO, balance: Amount::ZERO, representative: to };
        let head = self.heads.get(&to).copied().unwrap_or(new);
        let balance = head.balance.checked_add(Amount::from_raw(raw)).expect("fits the supply");
        self.append(to, Head { balance, ..head }, send.into())
    }

    pub(crate) fn change(&mut self, of: Account, representative: Account) -> Arc<Block> {
        let head = self.heads[&of];
        self.append(of, Head { representative, ..head }, Link::ZERO)
    }

    /// Sends from genesis and receives at once.
    pub(crate) fn fund(&mut self, genesis: Account, to: Account, raw: u128) {
        let send = self.send(genesis, to, raw);
        self.receive(to, send.hash(), raw);
    }

    pub(crate) fn balance(&self, account: &Account) -> u128 {
        self.heads.get(account).map_or(0, |head| head.balance.raw())
    }

    fn append(&mut self, account: Account, after: Head, link: Link) -> Arc<Block> {
        let body = Body::State(StateBlock {
            account,
            previous: after.hash,
            representative: after.representative,
            balance: after.balance,
            link,
        });
        let block = Arc::new(Block::new(body, Signature::ZERO, Work::new(0)));
        self.heads.insert(account, Head { hash: block.hash(), ..after });
        self.blocks.push(Arc::clone(&block));
        block
    }
}
