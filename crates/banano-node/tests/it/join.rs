//! Nodes that come later, go, and come back.

use banano_ledger::LedgerRead as _;
use banano_node::{DevConfig, DevNet, JoinError, Node};

use crate::support::{PATIENCE, Wallet, cemented_everywhere, key, process, start};

/// Waits until a node has cemented all that the first one has. Each look is a round trip through the
/// node.
async fn caught_up(net: &DevNet, node: &Node) {
    let wait = async {
        loop {
            node.stats().await.unwrap();
            let (own, first) = (node.ledger().counts(), net.node().ledger().counts());
            if (own.blocks, own.cemented) == (first.blocks, first.cemented) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    if tokio::time::timeout(PATIENCE, wait).await.is_err() {
        let counts = [net.node(), node].map(|node| node.ledger().counts());
        panic!("never caught up: {counts:?}, {:?}", node.stats().await);
    }
}

async fn pay(net: &DevNet, count: u32) {
    let mut wallet = Wallet::funded(net, 0);
    for index in 0..count {
        process(net.node(), &wallet.send(key(index).account(), 1)).await;
    }
    cemented_everywhere(net, wallet.head).await;
}

#[tokio::test]
async fn a_node_that_joins_fetches_everything_and_follows() {
    let (net, _witness) = start(&DevConfig::default());
    pay(&net, 50).await;
    let dev = net.node().dev().unwrap();
    let (index, node) = dev.join().await.unwrap();
    assert_eq!(index, 4);
    caught_up(&net, &node).await;
    pay(&net, 5).await;
    caught_up(&net, &node).await;
    // It was told of the others, and connected to them by itself.
    let wait = async {
        while node.peer_count() < 4 {
            node.stats().await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it finds the others");
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_node_that_left_comes_back_and_catches_up() {
    let (net, _witness) = start(&DevConfig { nodes: 1, ..DevConfig::default() });
    let dev = net.node().dev().unwrap();
    let (index, node) = dev.join().await.unwrap();
    caught_up(&net, &node).await;
    assert!(matches!(dev.rejoin(index).await, Err(JoinError::Running(1))));
    dev.leave(index).await.unwrap();
    assert!(node.stats().await.is_err(), "it is stopped");
    let before = node.ledger().counts();
    pay(&net, 20).await;
    assert_eq!(node.ledger().counts(), before);
    let again = dev.rejoin(index).await.unwrap();
    assert_eq!((again.id(), again.peering()), (node.id(), node.peering()));
    caught_up(&net, &again).await;
    assert!(matches!(dev.leave(7).await, Err(JoinError::Unknown(7))));
    net.stop().await.unwrap();
}
