//! Many blocks: in one chain, and over many accounts.

use std::sync::Arc;

use banano_ledger::ProcessResult;
use banano_node::DevConfig;
use banano_primitives::BlockHash;
use banano_ws_protocol::{ConfirmationKind, Event};
use rustc_hash::FxHashSet;

use crate::support::{
    Wallet, assert_agreed, cemented_everywhere, confirmations, key, process, start,
};

#[tokio::test]
async fn a_chain_of_500_is_confirmed_block_by_block_in_order() {
    let (net, witness) = start(&DevConfig::default());
    let mut wallet = Wallet::funded(&net, 0);
    let chain: Vec<_> = (0..500).map(|_| wallet.send(key(1).account(), 1)).collect();
    let mut answers = Vec::new();
    for block in &chain {
        answers.push(net.node().submit(Arc::clone(block), false).await.unwrap());
    }
    for answer in answers {
        assert_eq!(answer.result().await.unwrap(), ProcessResult::Progress);
    }
    witness.confirmed(chain.len()).await;
    let told: Vec<BlockHash> =
        confirmations(&witness.events()).map(|confirmed| confirmed.block.hash()).collect();
    let wanted: Vec<BlockHash> = chain.iter().map(|block| block.hash()).collect();
    assert_eq!(told, wanted);
    cemented_everywhere(&net, wallet.head).await;
    assert_agreed(&net);
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_chain_that_comes_backwards_is_put_in_order() {
    let (net, witness) = start(&DevConfig { nodes: 2, ..DevConfig::default() });
    let mut wallet = Wallet::funded(&net, 0);
    let chain: Vec<_> = (0..100).map(|_| wallet.send(key(1).account(), 1)).collect();
    for block in chain.iter().skip(1).rev() {
        let result = net.node().process(Arc::clone(block), false).await.unwrap();
        assert_eq!(result, ProcessResult::GapPrevious);
    }
    assert_eq!(net.node().unchecked_count().await.unwrap(), 99);
    process(net.node(), &chain[0]).await;
    assert_eq!(net.node().unchecked_count().await.unwrap(), 0);
    witness.confirmed(chain.len()).await;
    cemented_everywhere(&net, wallet.head).await;
    assert_agreed(&net);
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_storm_over_many_accounts_confirms_every_block_once() {
    let (net, witness) = start(&DevConfig { accounts: 100, ..DevConfig::default() });
    let mut wallets: Vec<Wallet> = (0..100).map(|index| Wallet::funded(&net, index)).collect();
    let mut hashes = Vec::new();
    let mut answers = Vec::new();
    for round in 0..20 {
        for index in 0..wallets.len() {
            let to = wallets[(index + round + 1) % wallets.len()].account();
            let block = wallets[index].send(to, 1);
            hashes.push(block.hash());
            // Callers of all nodes at once: each account stays with one, so that none forks.
            let node = &net.nodes()[index % 4];
            answers.push(node.submit(block, false).await.unwrap());
        }
    }
    for answer in answers {
        assert_eq!(answer.result().await.unwrap(), ProcessResult::Progress);
    }
    witness.confirmed(hashes.len()).await;
    for wallet in &wallets {
        cemented_everywhere(&net, wallet.head).await;
    }
    assert_agreed(&net);
    let events = witness.events();
    net.stop().await.unwrap();

    let told: Vec<BlockHash> =
        confirmations(&events).map(|confirmed| confirmed.block.hash()).collect();
    let distinct: FxHashSet<BlockHash> = told.iter().copied().collect();
    assert_eq!(told.len(), distinct.len(), "none is told twice");
    assert_eq!(distinct, hashes.iter().copied().collect());
    let inactive = confirmations(&events)
        .filter(|confirmed| confirmed.kind == ConfirmationKind::Inactive)
        .count();
    assert_eq!(inactive, 0, "every block had an election of its own");
    check_causes(&events);
}

/// Every confirmation comes after the block was stored and its election started.
fn check_causes(events: &[Event]) {
    let (mut stored, mut started) = (FxHashSet::default(), FxHashSet::default());
    for event in events {
        match event {
            Event::NewUnconfirmedBlock(block) => {
                assert!(stored.insert(block.block.hash()), "stored twice");
            }
            Event::StartedElection(election) => {
                assert!(stored.contains(&election.hash), "started before it was stored");
                started.insert(election.hash);
            }
            Event::Confirmation(confirmed) => {
                assert!(started.contains(&confirmed.block.hash()), "confirmed before started");
            }
            _ => {}
        }
    }
}
