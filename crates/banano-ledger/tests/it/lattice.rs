//! Blocks by hand for tests that need certain ones, many of them and quickly.
//!
//! Called by the tests of chains, pruning, failures and readers. Work is real, on the world's low thresholds; blocks are not
//! signed, and the ledger is told that their signatures were checked.

use std::sync::Arc;

use banano_ledger::{LedgerRead, ProcessResult, Writer};
use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, Link, SavedBlock, Signature, StateBlock,
};

use crate::world::enough_work;

pub(crate) fn account(number: u8) -> Account {
    Account::from_bytes([number; 32])
}

pub(crate) fn genesis(writer: &Writer) -> Account {
    writer.block_account(&writer.genesis()).unwrap().unwrap()
}

/// Stores a state block on the head of an account.
pub(crate) fn step(
    writer: &mut Writer,
    account: Account,
    representative: Option<Account>,
    balance: Amount,
    link: Link,
) -> SavedBlock {
    let info = writer.account(&account).unwrap();
    let previous = info.map_or(BlockHash::ZERO, |info| info.head);
    let representative = representative.or(info.map(|info| info.representative)).unwrap_or(account);
    let body = Body::State(StateBlock { account, previous, representative, balance, link });
    let work = enough_work(&body.root());
    let block = Arc::new(Block::new(body, Signature::ZERO, work));
    let outcome = writer.process(&block, Some(account), 1).unwrap();
    assert_eq!(outcome.result, ProcessResult::Progress);
    outcome.saved.unwrap()
}

pub(crate) fn send(writer: &mut Writer, from: Account, to: Account, raw: u128) -> SavedBlock {
    let balance = writer.account(&from).unwrap().unwrap().balance;
    let left = balance.checked_sub(Amount::from_raw(raw)).unwrap();
    step(writer, from, None, left, to.into())
}

pub(crate) fn receive(writer: &mut Writer, by: Account, send: &SavedBlock) -> SavedBlock {
    let amount = writer.receivable(&by, &send.hash()).unwrap().unwrap().amount;
    let balance = writer.account(&by).unwrap().map_or(Amount::ZERO, |info| info.balance);
    step(writer, by, None, balance.checked_add(amount).unwrap(), send.hash().into())
}

pub(crate) fn change(writer: &mut Writer, by: Account, representative: Account) -> SavedBlock {
    let balance = writer.account(&by).unwrap().unwrap().balance;
    step(writer, by, Some(representative), balance, Link::ZERO)
}
