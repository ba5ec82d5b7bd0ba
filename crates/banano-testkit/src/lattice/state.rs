//! State and epoch blocks.

use std::sync::Arc;

use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, DetailKind, Epoch, KeyPair, Link, StateBlock,
};

use super::{Chain, Lattice, details, less};

impl Lattice {
    /// Sends `amount` to `destination`.
    pub fn send(&mut self, key: &KeyPair, destination: Account, amount: Amount) -> Arc<Block> {
        assert!(!amount.is_zero(), "a send of nothing is a receive");
        let chain = self.known(key);
        let after = Chain { balance: less(chain.balance, amount), ..chain };
        let block = self.state(key, destination.into(), DetailKind::Send, after);
        self.add_receivable(destination, &block, amount, chain.epoch);
        block
    }

    /// Receives the send of that hash; the first block of an account names itself as
    /// representative.
    pub fn receive(&mut self, key: &KeyPair, send: BlockHash) -> Arc<Block> {
        let representative =
            self.chain(&key.account()).map_or(key.account(), |chain| chain.representative);
        self.receive_for(key, send, representative)
    }

    /// Receives the send of that hash and names a representative in the same block.
    pub fn receive_for(
        &mut self,
        key: &KeyPair,
        send: BlockHash,
        representative: Account,
    ) -> Arc<Block> {
        let chain = self.chain_or_new(key.account());
        let receivable = self.take_receivable(key.account(), send);
        let after = Chain {
            balance: chain.balance.checked_add(receivable.amount).expect("within the supply"),
            representative,
            epoch: chain.epoch.max(receivable.epoch),
            ..chain
        };
        self.state(key, send.into(), DetailKind::Receive, after)
    }

    /// Sends `amount` from the genesis account to `key` and receives it: one more account with a
    /// balance. Returns its first block.
    pub fn fund(&mut self, key: &KeyPair, amount: Amount) -> Arc<Block> {
        let send = self.send(&self.genesis_key(), key.account(), amount);
        self.receive(key, send.hash())
    }

    /// Changes the representative.
    pub fn change(&mut self, key: &KeyPair, representative: Account) -> Arc<Block> {
        let after = Chain { representative, ..self.known(key) };
        self.state(key, Link::ZERO, DetailKind::None, after)
    }

    /// Upgrades `account` to `epoch`, signed by the genesis key as the dev network's epoch signer.
    /// An account without a block needs something receivable.
    pub fn epoch(&mut self, account: Account, epoch: Epoch) -> Arc<Block> {
        let chain = self.chain_or_new(account);
        let link = epoch.link().expect("nothing upgrades to epoch 0");
        let after = Chain { epoch, ..chain };
        let body = state_body(account, link, after);
        let details = details(epoch, DetailKind::Epoch);
        let next = Chain { height: chain.height + 1, ..after };
        self.append(&self.genesis_key(), account, body, Some(details), next)
    }

    /// Appends a state block to the chain of `key`, with `after` as what it says; `after.head` is
    /// still the block before.
    fn state(&mut self, key: &KeyPair, link: Link, kind: DetailKind, after: Chain) -> Arc<Block> {
        let account = key.account();
        let body = state_body(account, link, after);
        let next = Chain { height: after.height + 1, ..after };
        self.append(key, account, body, Some(details(after.epoch, kind)), next)
    }

    fn chain_or_new(&self, account: Account) -> Chain {
        self.chain(&account).copied().unwrap_or(Chain {
            head: BlockHash::ZERO,
            balance: Amount::ZERO,
            representative: Account::ZERO,
            epoch: Epoch::Zero,
            height: 0,
        })
    }
}

const fn state_body(account: Account, link: Link, after: Chain) -> Body {
    let Chain { head: previous, balance, representative, .. } = after;
    Body::State(StateBlock { account, previous, representative, balance, link })
}
