//! Legacy blocks. An account that has a state block cannot have any more of them.

use std::sync::Arc;

use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, ChangeBlock, Epoch, KeyPair, OpenBlock, ReceiveBlock,
    SendBlock,
};

use super::{Chain, Lattice, less};

impl Lattice {
    /// Sends `amount` to `destination` in a legacy send.
    pub fn legacy_send(
        &mut self,
        key: &KeyPair,
        destination: Account,
        amount: Amount,
    ) -> Arc<Block> {
        let chain = self.known(key);
        let balance = less(chain.balance, amount);
        let body = Body::Send(SendBlock { previous: chain.head, destination, balance });
        let after = Chain { balance, height: chain.height + 1, ..chain };
        let block = self.append(key, key.account(), body, None, after);
        self.add_receivable(destination, &block, amount, Epoch::Zero);
        block
    }

    /// Receives the send of that hash in a legacy open.
    pub fn legacy_open(
        &mut self,
        key: &KeyPair,
        source: BlockHash,
        representative: Account,
    ) -> Arc<Block> {
        let account = key.account();
        assert!(self.chain(&account).is_none(), "{account} is open already");
        let amount = self.take_receivable(account, source).amount;
        let body = Body::Open(OpenBlock { source, representative, account });
        let (head, epoch) = (BlockHash::ZERO, Epoch::Zero);
        let after = Chain { head, balance: amount, representative, epoch, height: 1 };
        self.append(key, account, body, None, after)
    }

    /// Receives the send of that hash in a legacy receive.
    pub fn legacy_receive(&mut self, key: &KeyPair, source: BlockHash) -> Arc<Block> {
        let chain = self.known(key);
        let amount = self.take_receivable(key.account(), source).amount;
        let balance = chain.balance.checked_add(amount).expect("within the supply");
        let body = Body::Receive(ReceiveBlock { previous: chain.head, source });
        let after = Chain { balance, height: chain.height + 1, ..chain };
        self.append(key, key.account(), body, None, after)
    }

    /// Changes the representative in a legacy change.
    pub fn legacy_change(&mut self, key: &KeyPair, representative: Account) -> Arc<Block> {
        let chain = self.known(key);
        let body = Body::Change(ChangeBlock { previous: chain.head, representative });
        let after = Chain { representative, height: chain.height + 1, ..chain };
        self.append(key, key.account(), body, None, after)
    }
}
