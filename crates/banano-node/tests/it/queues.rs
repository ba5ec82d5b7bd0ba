//! Queues that are full, and senders that mean harm.

use std::sync::Arc;

use banano_ledger::ProcessResult;
use banano_node::{DevConfig, Limits, Stopped};
use banano_primitives::{Block, Signature, Work};

use crate::support::{PATIENCE, Wallet, assert_agreed, cemented_everywhere, key, process, start};

#[tokio::test]
async fn what_full_queues_drop_is_fetched_later() {
    let limits = Limits { requests: 4, blocks: 4, messages: 2, batch: 4 };
    let (net, _witness) = start(&DevConfig { limits, ..DevConfig::default() });
    let mut wallets: Vec<Wallet> = (0..10).map(|index| Wallet::funded(&net, index)).collect();
    let mut dropped = false;
    // Until something was dropped, and at least a few hundred blocks.
    for round in 0.. {
        let mut answers = Vec::new();
        for wallet in &mut wallets {
            let block = wallet.send(key(1).account(), 1);
            answers.push(net.node().submit(block, false).await.unwrap());
        }
        for answer in answers {
            assert_eq!(answer.result().await.unwrap(), ProcessResult::Progress);
        }
        for node in net.nodes() {
            dropped |= !node.stats().await.unwrap().dropped.is_zero();
        }
        if dropped && round >= 30 {
            break;
        }
    }
    for wallet in &wallets {
        cemented_everywhere(&net, wallet.head).await;
    }
    assert_agreed(&net);
    net.stop().await.unwrap();
}

#[tokio::test]
async fn bad_blocks_are_refused_and_harm_nobody() {
    let (net, witness) = start(&DevConfig::default());
    let mut wallet = Wallet::funded(&net, 0);
    let good = wallet.clone().send(key(1).account(), 1);
    let rows: [(&str, Arc<Block>, ProcessResult); 4] = [
        (
            "another's signature",
            Arc::new(Block::new(good.body().clone(), Signature::ZERO, good.work())),
            ProcessResult::BadSignature,
        ),
        (
            "no work",
            Arc::new(Block::new(good.body().clone(), *good.signature(), Work::new(1))),
            ProcessResult::InsufficientWork,
        ),
        ("money from nowhere", wallet.clone().receive(good.hash(), 1), ProcessResult::GapSource),
        (
            "a block after an unknown one",
            {
                let mut ahead = wallet.clone();
                ahead.send(key(1).account(), 1);
                ahead.send(key(1).account(), 1)
            },
            ProcessResult::GapPrevious,
        ),
    ];
    for (name, block, wanted) in rows {
        let result = net.node().process(block, false).await.unwrap();
        assert_eq!(result, wanted, "{name}");
    }
    let block = wallet.send(key(3).account(), 1);
    process(net.node(), &block).await;
    witness.confirmation(block.hash()).await;
    assert_eq!(net.node().process(block, false).await.unwrap(), ProcessResult::Old);
    net.stop().await.unwrap();
}

#[tokio::test]
async fn callers_of_a_stopped_node_are_told() {
    let (net, _witness) = start(&DevConfig { nodes: 2, ..DevConfig::default() });
    let node = net.node().clone();
    let block = Wallet::funded(&net, 0).send(key(1).account(), 1);
    let waiting = tokio::time::timeout(PATIENCE, net.stop());
    waiting.await.expect("a stop ends").unwrap();
    assert_eq!(node.process(block, false).await, Err(Stopped));
    assert_eq!(node.quorum().await, Err(Stopped));
}
