//! Random blocks and what they are made of.

use std::sync::Arc;

use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, ChangeBlock, Link, OpenBlock, ReceiveBlock, SendBlock,
    Signature, StateBlock, Work,
};
use proptest::prelude::*;

/// Any account; the burn account more often than chance.
pub fn account() -> impl Strategy<Value = Account> {
    prop_oneof![9 => any::<[u8; 32]>(), 1 => Just([0; 32])].prop_map(Account::from_bytes)
}

/// Any hash.
pub fn hash() -> impl Strategy<Value = BlockHash> {
    any::<[u8; 32]>().prop_map(BlockHash::from_bytes)
}

/// Any amount, short ones and the largest included.
pub fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        any::<u128>(),
        any::<u64>().prop_map(u128::from),
        (0..=38u32, 0..10u128).prop_map(|(zeros, digit)| digit.saturating_mul(10u128.pow(zeros))),
        Just(u128::MAX),
    ]
    .prop_map(Amount::from_raw)
}

/// Any 64 bytes; nobody signed anything with them.
pub fn signature() -> impl Strategy<Value = Signature> {
    any::<([u8; 32], [u8; 32])>().prop_map(|(r, s)| {
        let mut bytes = [0; 64];
        let (left, right) = bytes.split_at_mut(32);
        left.copy_from_slice(&r);
        right.copy_from_slice(&s);
        Signature::from_bytes(bytes)
    })
}

/// Any block of any kind.
pub fn block() -> impl Strategy<Value = Arc<Block>> {
    let state = (account(), hash(), account(), amount(), any::<[u8; 32]>()).prop_map(
        |(account, previous, representative, balance, link)| {
            let link = Link::from_bytes(link);
            Body::State(StateBlock { account, previous, representative, balance, link })
        },
    );
    let open = (hash(), account(), account()).prop_map(|(source, representative, account)| {
        Body::Open(OpenBlock { source, representative, account })
    });
    let send = (hash(), account(), amount()).prop_map(|(previous, destination, balance)| {
        Body::Send(SendBlock { previous, destination, balance })
    });
    let receive = (hash(), hash())
        .prop_map(|(previous, source)| Body::Receive(ReceiveBlock { previous, source }));
    let change = (hash(), account()).prop_map(|(previous, representative)| {
        Body::Change(ChangeBlock { previous, representative })
    });
    let body = prop_oneof![4 => state, 1 => open, 1 => send, 1 => receive, 1 => change];
    (body, signature(), any::<u64>())
        .prop_map(|(body, signature, work)| Arc::new(Block::new(body, signature, Work::new(work))))
}
