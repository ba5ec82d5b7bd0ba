//! Waiting blocks come back with what they wait for, once, and never too many.

use banano_primitives::{
    Amount, Body, KeyPair, Link, OpenBlock, PrivateKey, SavedBlock, SendBlock, Signature,
    StateBlock, Work,
};

use super::*;
use crate::ledger::Ledger;
use crate::read::LedgerRead;

fn account(number: u8) -> Account {
    Account::from_bytes([number; 32])
}

fn hash(number: u8) -> BlockHash {
    BlockHash::from_bytes([number; 32])
}

fn state(previous: u8, link: u8) -> Arc<Block> {
    let (account, representative) = (account(1), account(2));
    let (previous, balance) = (hash(previous), Amount::from_raw(3));
    let link = Link::from_bytes([link; 32]);
    let body = Body::State(StateBlock { account, previous, representative, balance, link });
    Arc::new(Block::new(body, Signature::ZERO, Work::new(0)))
}

#[test]
fn blocks_come_back_with_what_they_wait_for_and_once() {
    let mut unchecked = Unchecked::default();
    unchecked.put(hash(1), state(1, 5));
    unchecked.put(hash(1), state(1, 6));
    unchecked.put(hash(1), state(1, 6));
    unchecked.put(account(2), state(2, 7));
    assert_eq!((unchecked.len(), unchecked.iter().count()), (3, 3));
    assert!(unchecked.take(hash(3)).is_empty());
    let mut taken = unchecked.take(hash(1));
    taken.sort_by_key(|block| block.link());
    assert_eq!(taken, [state(1, 5), state(1, 6)]);
    assert!(unchecked.take(hash(1)).is_empty());
    assert_eq!(unchecked.take(account(2)), [state(2, 7)]);
    assert!(unchecked.is_empty());
}

#[test]
fn a_block_that_waits_for_either_is_held() {
    let mut unchecked = Unchecked::default();
    assert!(!unchecked.holds(&state(1, 5)));
    unchecked.put(hash(1), state(1, 5));
    unchecked.put(hash(6), state(2, 6));
    assert!(unchecked.holds(&state(1, 5)) && unchecked.holds(&state(2, 6)));
    assert!(!unchecked.holds(&state(1, 6)), "another block that waits for the same");
    unchecked.take(hash(1));
    assert!(!unchecked.holds(&state(1, 5)));
}

#[test]
fn the_oldest_goes_when_the_table_is_full() {
    let mut unchecked = Unchecked::new(2);
    unchecked.put(hash(1), state(1, 1));
    unchecked.put(hash(2), state(2, 2));
    unchecked.put(hash(1), state(1, 1));
    unchecked.put(hash(3), state(3, 3));
    assert_eq!(unchecked.len(), 2);
    assert!(unchecked.take(hash(1)).is_empty());
    assert_eq!(unchecked.take(hash(2)).len(), 1);
    unchecked.put(hash(4), state(4, 4));
    assert_eq!(unchecked.take(hash(3)).len(), 1);
    let mut none = Unchecked::new(0);
    none.put(hash(1), state(1, 1));
    assert!(none.is_empty());
}

#[test]
fn what_a_block_waits_for_follows_from_its_result() {
    let block = state(4, 5);
    let open = OpenBlock { source: hash(6), representative: account(2), account: account(1) };
    let open = Block::new(Body::Open(open), Signature::ZERO, Work::new(0));
    let rows = [
        (&*block, ProcessResult::GapPrevious, Some(hash(4).into())),
        (&block, ProcessResult::GapSource, Some(hash(5).into())),
        (&open, ProcessResult::GapSource, Some(hash(6).into())),
        (&block, ProcessResult::GapEpochOpenPending, Some(account(1).into())),
        (&block, ProcessResult::Fork, None),
        (&block, ProcessResult::Progress, None),
    ];
    for (block, result, want) in rows {
        assert_eq!(Dependency::of(block, result), want, "{result}");
    }
}

#[test]
fn a_stored_send_is_waited_for_by_hash_and_by_destination_below_the_newest_epoch() {
    let network = banano_primitives::Network::dev();
    let ledger = Ledger::memory(&network).unwrap();
    let genesis = ledger.block(&ledger.genesis()).unwrap().unwrap();
    let met = |saved: &SavedBlock| Dependency::met_by(saved).collect::<Vec<_>>();
    assert_eq!(met(&genesis), [genesis.hash().into()]);
    let key = KeyPair::from(PrivateKey::from_bytes([1; 32]));
    let send =
        SendBlock { previous: genesis.hash(), destination: account(9), balance: Amount::ZERO };
    let block = Arc::new(Block::signed(Body::Send(send), &key, Work::new(0)));
    let mut saved = SavedBlock { block, ..genesis };
    assert_eq!(met(&saved), [saved.hash().into(), account(9).into()]);
    saved.sideband.details.epoch = Epoch::Two;
    assert_eq!(met(&saved), [saved.hash().into()]);
}
