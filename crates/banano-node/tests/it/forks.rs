//! Two blocks for one place.

use std::sync::Arc;

use banano_ledger::{LedgerRead as _, ProcessResult};
use banano_node::{ConfirmStart, DevConfig, DevNet, Publication, VotePolicy};
use banano_primitives::{Block, BlockHash, Work};
use banano_ws_protocol::{ConfirmationKind, Event};

use crate::support::{PATIENCE, Wallet, assert_agreed, confirmations, key, process, start};

/// Two sends of one account that name the same previous block.
fn fork(wallet: &Wallet) -> (Arc<Block>, Arc<Block>) {
    let mut other = wallet.clone();
    (wallet.clone().send(key(1).account(), 1), other.send(key(2).account(), 2))
}

/// Waits until the place is taken for good on every node, and returns by whom.
async fn winner_everywhere(net: &DevNet, block: &Block) -> BlockHash {
    let root = block.qualified_root();
    let wait = async {
        let mut winners = Vec::new();
        for node in net.nodes() {
            loop {
                let holder = node.ledger().successor(&root).unwrap();
                if let Some(hash) = holder
                    && node.ledger().is_cemented(&hash).unwrap()
                {
                    winners.push(hash);
                    break;
                }
                node.stats().await.unwrap();
                tokio::task::yield_now().await;
            }
        }
        winners
    };
    let winners = tokio::time::timeout(PATIENCE, wait).await.expect("a fork is decided");
    assert!(winners.iter().all(|winner| *winner == winners[0]), "{winners:?}");
    winners[0]
}

#[tokio::test]
async fn forks_sent_to_two_nodes_at_once_end_alike_everywhere() {
    let (net, witness) = start(&DevConfig { accounts: 20, ..DevConfig::default() });
    let pairs: Vec<_> = (0..20).map(|index| fork(&Wallet::funded(&net, index))).collect();
    let mut answers = Vec::new();
    for (one, other) in &pairs {
        let one = net.nodes()[0].submit(Arc::clone(one), false).await.unwrap();
        let other = net.nodes()[1].submit(Arc::clone(other), false).await.unwrap();
        answers.push((one, other));
    }
    let mut open_forks = 0;
    for (one, other) in answers {
        let results = [one.result().await.unwrap(), other.result().await.unwrap()];
        match results {
            [ProcessResult::Progress, ProcessResult::Progress] => open_forks += 1,
            // One node had heard of the other's block already.
            [ProcessResult::Progress, ProcessResult::Fork]
            | [ProcessResult::Fork, ProcessResult::Progress] => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(open_forks > 0, "no two nodes held different blocks");
    for (one, other) in &pairs {
        let winner = winner_everywhere(&net, one).await;
        assert!(winner == one.hash() || winner == other.hash());
        witness.confirmation(winner).await;
    }
    assert_agreed(&net);
    let events = witness.events();
    net.stop().await.unwrap();
    for (one, other) in &pairs {
        let told = confirmations(&events)
            .filter(|told| [one.hash(), other.hash()].contains(&told.block.hash()))
            .count();
        assert_eq!(told, 1, "one of two forks is told, once");
    }
}

#[tokio::test]
async fn the_loser_of_an_election_is_told_as_stopped() {
    let config = DevConfig { confirm: VotePolicy::Manual, ..DevConfig::default() };
    let (net, witness) = start(&config);
    let (one, other) = fork(&Wallet::funded(&net, 0));
    process(net.node(), &one).await;
    let result = net.node().process(Arc::clone(&other), false).await.unwrap();
    assert_eq!(result, ProcessResult::Fork);
    net.node().dev().unwrap().release(Some(one.hash())).await.unwrap();
    let confirmed = witness.confirmation(one.hash()).await;
    assert_eq!(confirmed.election.unwrap().blocks, Some(2), "two candidates");
    let stopped = witness
        .until("stopped_election", |events| {
            events.iter().find_map(|event| match event {
                Event::StoppedElection(stopped) => Some(stopped.hash),
                _ => None,
            })
        })
        .await;
    assert_eq!(stopped, other.hash());
    net.stop().await.unwrap();
}

/// While nobody holds votes back: no block may win before its rival is everywhere.
#[tokio::test]
async fn a_fork_made_on_purpose_has_an_election_with_both_blocks() {
    let (net, witness) = start(&DevConfig::default());
    let dev = net.node().dev().unwrap();
    let account = net.accounts()[0].keypair.account();
    for publication in [Publication::OthersFirst, Publication::All].repeat(6) {
        let fork = dev.fork_account(account, publication).await.unwrap();
        let both = [fork.first, fork.rival];
        witness
            .until("stopped_election", |events| {
                events.iter().find_map(|event| match event {
                    Event::StoppedElection(stopped) => both.contains(&stopped.hash).then_some(()),
                    _ => None,
                })
            })
            .await;
    }
    net.stop().await.unwrap();
}

#[tokio::test]
async fn force_puts_a_fork_in_the_place_of_an_uncemented_block() {
    let config = DevConfig { nodes: 1, confirm: VotePolicy::Manual, ..DevConfig::default() };
    let (net, witness) = start(&config);
    let wallet = Wallet::funded(&net, 0);
    let (one, other) = fork(&wallet);
    process(net.node(), &one).await;
    assert_eq!(
        net.node().process(Arc::clone(&other), true).await.unwrap(),
        ProcessResult::Progress
    );
    assert!(net.node().ledger().block(&one.hash()).unwrap().is_none());
    assert!(net.node().ledger().block(&other.hash()).unwrap().is_some());
    witness
        .until("the end of the first election", |events| {
            events
                .iter()
                .any(|event| matches!(event, Event::StoppedElection(e) if e.hash == one.hash()))
                .then_some(())
        })
        .await;
    net.node().release(None).await.unwrap();
    witness.confirmation(other.hash()).await;
    // Now it is cemented: no force helps.
    assert_eq!(net.node().process(one, true).await.unwrap(), ProcessResult::Fork);
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_forced_block_that_is_unfit_leaves_everything_as_it_was() {
    let config = DevConfig { nodes: 1, confirm: VotePolicy::Manual, ..DevConfig::default() };
    let (net, witness) = start(&config);
    let mut wallet = Wallet::funded(&net, 0);
    let (one, other) = fork(&wallet);
    process(net.node(), &one).await;
    wallet.send(key(1).account(), 1);
    let next = wallet.send(key(1).account(), 1);
    process(net.node(), &next).await;
    let unfit = Block::new(other.body().clone(), *other.signature(), Work::new(1));
    assert_eq!(net.node().process(unfit, true).await.unwrap(), ProcessResult::InsufficientWork);
    for block in [&one, &next] {
        assert!(net.node().ledger().block(&block.hash()).unwrap().is_some());
    }
    net.node().release(None).await.unwrap();
    witness.confirmation(one.hash()).await;
    net.stop().await.unwrap();
}

#[tokio::test]
async fn block_confirm_starts_an_election_or_tells_again() {
    let (net, witness) = start(&DevConfig { nodes: 1, ..DevConfig::default() });
    let mut wallet = Wallet::funded(&net, 0);
    let block = wallet.send(key(1).account(), 1);
    let unknown = net.node().block_confirm(block.hash()).await.unwrap();
    assert_eq!(unknown, ConfirmStart::UnknownBlock);
    process(net.node(), &block).await;
    witness.confirmation(block.hash()).await;
    let again = net.node().block_confirm(block.hash()).await.unwrap();
    assert_eq!(again, ConfirmStart::AlreadyCemented);
    let events = witness.events();
    let told: Vec<_> = confirmations(&events).collect();
    assert_eq!(told.len(), 2);
    assert_eq!(told[1].kind, ConfirmationKind::ActiveConfirmationHeight);
    let election = told[1].election.clone().unwrap();
    assert_eq!((election.blocks, election.voters), (Some(1), Some(0)));
    assert!(election.tally.is_zero() && election.votes.is_empty());
    net.stop().await.unwrap();
}
