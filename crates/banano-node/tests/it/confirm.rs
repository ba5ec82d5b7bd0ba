//! When a dev network votes.

use std::sync::Arc;

use banano_ledger::LedgerRead as _;
use banano_node::{DevConfig, DevNet, VotePolicy};
use banano_primitives::BlockHash;
use banano_ws_protocol::{Event, VoteCode};

use crate::support::{PATIENCE, Wallet, Witness, cemented_everywhere, key, process, start};

/// Waits until the election of a block has asked for votes, which it does only while it lacks them.
async fn lacks_votes(net: &DevNet, hash: BlockHash) {
    let wait = async {
        loop {
            let active = net.node().active_elections().await.unwrap();
            let election = active.iter().find(|election| election.winner.hash() == hash);
            if election.is_some_and(|election| election.request_count > 0) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("an election that asks for votes");
}

/// Votes for blocks in elections. The nodes also ask each other how they voted for old ones.
fn votes(witness: &Witness) -> usize {
    let is_new =
        |event: &&Event| matches!(event, Event::Vote(vote) if vote.code != VoteCode::Indeterminate);
    witness.events().iter().filter(is_new).count()
}

#[tokio::test]
async fn after_waits_that_long() {
    let confirm = VotePolicy::After { ms: 300 };
    let (net, witness) = start(&DevConfig { confirm, ..DevConfig::default() });
    let block = Wallet::funded(&net, 0).send(key(1).account(), 1);
    process(net.node(), &block).await;
    let confirmed = witness.confirmation(block.hash()).await;
    let duration = confirmed.election.unwrap().duration_ms;
    assert!((300..3_000).contains(&duration), "{duration} ms");
    net.stop().await.unwrap();
}

#[tokio::test]
async fn manual_waits_for_the_release_of_the_block() {
    let confirm = VotePolicy::Manual;
    let (net, witness) = start(&DevConfig { confirm, ..DevConfig::default() });
    let (mut one, mut other) = (Wallet::funded(&net, 0), Wallet::funded(&net, 1));
    let (one, other) = (one.send(key(1).account(), 1), other.send(key(1).account(), 1));
    process(net.node(), &one).await;
    process(net.node(), &other).await;
    lacks_votes(&net, one.hash()).await;
    assert_eq!(votes(&witness), 0);

    let dev = Arc::clone(net.node().dev().unwrap());
    dev.release(Some(one.hash())).await.unwrap();
    cemented_everywhere(&net, one.hash()).await;
    lacks_votes(&net, other.hash()).await;
    assert!(!net.node().ledger().is_cemented(&other.hash()).unwrap());

    dev.release(None).await.unwrap();
    cemented_everywhere(&net, other.hash()).await;
    net.stop().await.unwrap();
}

#[tokio::test]
async fn never_confirms_nothing() {
    let confirm = VotePolicy::Never;
    let (net, witness) = start(&DevConfig { confirm, ..DevConfig::default() });
    let block = Wallet::funded(&net, 0).send(key(1).account(), 1);
    process(net.node(), &block).await;
    lacks_votes(&net, block.hash()).await;
    assert_eq!(votes(&witness), 0);
    assert!(!net.node().ledger().is_cemented(&block.hash()).unwrap());
    net.stop().await.unwrap();
}
