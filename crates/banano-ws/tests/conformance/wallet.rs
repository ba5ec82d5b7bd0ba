//! An account as its owner sees it: makes blocks of every kind without asking anybody.

use std::sync::Arc;

use banano_node::LedgerRead as _;
use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, ChangeBlock, Difficulty, KeyPair, Link, OpenBlock,
    ReceiveBlock, Seed, SendBlock, StateBlock, Work,
};

use crate::network::Network;

/// A key of the tests' own.
pub(crate) fn key(index: u32) -> KeyPair {
    Seed::from_bytes([0x77; 32]).key_pair(index)
}

#[derive(Clone)]
pub(crate) struct Wallet {
    pub(crate) key: KeyPair,
    head: BlockHash,
    pub(crate) balance: u128,
    pub(crate) representative: Account,
}

impl Wallet {
    /// Funded account number `index`.
    pub(crate) fn funded(network: &Network, index: usize) -> Self {
        let key = network.net().accounts()[index].keypair.clone();
        let info = network.node().ledger().account(&key.account()).unwrap().unwrap();
        let (balance, representative) = (info.balance.raw(), info.representative);
        Self { key, head: info.head, balance, representative }
    }

    /// An account that has no block yet.
    pub(crate) fn unopened(network: &Network, index: u32) -> Self {
        let representative = network.node().dev().unwrap().representatives()[0];
        Self { key: key(index), head: BlockHash::ZERO, balance: 0, representative }
    }

    pub(crate) fn head(&self) -> BlockHash {
        self.head
    }

    pub(crate) fn account(&self) -> Account {
        self.key.account()
    }

    pub(crate) fn send(&mut self, to: Account, raw: u128) -> Arc<Block> {
        self.balance -= raw;
        self.state(Link::from(to))
    }

    pub(crate) fn receive(&mut self, send: &Block, raw: u128) -> Arc<Block> {
        self.balance += raw;
        self.state(Link::from(send.hash()))
    }

    pub(crate) fn change(&mut self, representative: Account) -> Arc<Block> {
        self.representative = representative;
        self.state(Link::ZERO)
    }

    /// An upgrade of this account, signed by `signer`.
    pub(crate) fn epoch(&mut self, link: Link, signer: &KeyPair) -> Arc<Block> {
        let body = Body::State(self.state_body(link));
        self.append(body, signer)
    }

    pub(crate) fn legacy_open(&mut self, send: &Block, raw: u128) -> Arc<Block> {
        self.balance += raw;
        let (source, representative) = (send.hash(), self.representative);
        let account = self.account();
        self.own(Body::Open(OpenBlock { source, representative, account }))
    }

    pub(crate) fn legacy_receive(&mut self, send: &Block, raw: u128) -> Arc<Block> {
        self.balance += raw;
        self.own(Body::Receive(ReceiveBlock { previous: self.head, source: send.hash() }))
    }

    pub(crate) fn legacy_change(&mut self, representative: Account) -> Arc<Block> {
        self.own(Body::Change(ChangeBlock { previous: self.head, representative }))
    }

    pub(crate) fn legacy_send(&mut self, destination: Account, raw: u128) -> Arc<Block> {
        self.balance -= raw;
        let balance = Amount::from_raw(self.balance);
        self.own(Body::Send(SendBlock { previous: self.head, destination, balance }))
    }

    fn state(&mut self, link: Link) -> Arc<Block> {
        let body = Body::State(self.state_body(link));
        self.own(body)
    }

    fn state_body(&self, link: Link) -> StateBlock {
        StateBlock {
            account: self.account(),
            previous: self.head,
            representative: self.representative,
            balance: Amount::from_raw(self.balance),
            link,
        }
    }

    fn own(&mut self, body: Body) -> Arc<Block> {
        let key = self.key.clone();
        self.append(body, &key)
    }

    /// With the first work that reaches the hardest threshold of a dev network.
    fn append(&mut self, body: Body, signer: &KeyPair) -> Arc<Block> {
        const HARDEST: Difficulty = Difficulty::new(0xffc0_0000_0000_0000);
        let root = body.root();
        let work = (0..u64::MAX).map(Work::new).find(|it| it.difficulty(&root) >= HARDEST).unwrap();
        let block = Arc::new(Block::signed(body, signer, work));
        self.head = block.hash();
        block
    }
}
