//! Double spends (node.md §3.10, §4.1, §4.5, §4.8).

use std::sync::Arc;

use banano_consensus::VoteCode;
use banano_ledger::LedgerRead;
use banano_ledger::ProcessResult::{Fork, Progress};
use banano_primitives::Block;

use crate::chains::account;
use crate::confirmations::confirm;
use crate::stage::{ALICE, BOB, CAROL, Stage};

/// Another first block after the same one, named with its amount.
fn rivals(stage: &mut Stage, count: u128) -> Vec<Arc<Block>> {
    let chains = stage.chains.clone();
    (1..=count)
        .map(|raw| {
            let block = chains.clone().send(account(ALICE), account(CAROL), raw);
            stage.name(&format!("rival{raw}"), &block);
            block
        })
        .collect()
}

fn holds(stage: &Stage, block: &Block) -> bool {
    stage.shell.ledger.block_exists(&block.hash()).unwrap()
}

#[test]
fn a_fork_joins_in_silence_and_the_loser_is_told_when_the_election_leaves() {
    let mut stage = Stage::new(&[900], 0);
    let rivals = rivals(&mut stage, 2);
    stage.publish(&rivals[0], Progress);
    stage.publish(&rivals[1], Fork);
    assert_eq!(stage.told(), ["started rival1"]);
    stage.vote_finally(0, &[&rivals[0]]);
    assert_eq!(stage.told_of_elections(), ["confirmed rival1 by quorum"]);
    stage.shell.advance(20);
    assert_eq!(stage.told(), ["stopped rival2"]);
    stage.publish(&rivals[1], Fork);
    stage.shell.advance(10_000);
    assert_eq!(stage.told(), [""; 0], "a decided root isn't contested again");
}

#[test]
fn when_another_block_leads_it_takes_the_place_in_the_ledger() {
    let mut stage = Stage::new(&[200, 300, 400], 1);
    let rivals = rivals(&mut stage, 2);
    stage.publish(&rivals[0], Progress);
    stage.publish(&rivals[1], Fork);
    stage.vote(1, &[&rivals[1]]);
    assert!(holds(&stage, &rivals[0]), "half of the weight says nothing");
    stage.vote(2, &[&rivals[1]]);
    assert!(holds(&stage, &rivals[1]) && !holds(&stage, &rivals[0]));
    let want = [
        "started rival1",
        "r0 votes rival1 = Vote",
        "r1 votes rival2 = Vote",
        "r2 votes rival2 = Vote",
    ];
    assert_eq!(stage.told(), want, "the change itself is told to nobody");
    assert_eq!(stage.sent(), ["r0 votes rival1"], "and for now nothing is said");

    stage.vote_finally(1, &[&rivals[1]]);
    stage.vote_finally(2, &[&rivals[1]]);
    stage.shell.advance(1_249);
    assert_eq!(
        stage.told_of_elections(),
        [""; 0],
        "the lead isn't quorum while r0 stands by the other"
    );
    stage.shell.advance(1);
    let sent = stage.sent();
    assert!(sent.contains(&"r0 votes rival2".to_owned()), "{sent:?}");
    assert!(sent.contains(&"r0 votes finally rival2".to_owned()), "{sent:?}");
    assert_eq!(stage.told_of_elections(), ["confirmed rival2 by quorum"]);
    stage.shell.advance(20);
    assert_eq!(stage.told_of_elections(), ["stopped rival1"]);
}

#[test]
fn equal_weights_lean_to_the_higher_hash_whatever_came_first() {
    for first in [0, 1] {
        let mut stage = Stage::new(&[450, 450], 0);
        let mut rivals = rivals(&mut stage, 2);
        rivals.sort_by_key(|block| block.hash());
        stage.publish(&rivals[first], Progress);
        stage.publish(&rivals[1 - first], Fork);
        stage.vote(0, &[&rivals[0]]);
        stage.vote(1, &[&rivals[1]]);
        assert!(holds(&stage, &rivals[1]) && !holds(&stage, &rivals[0]));
    }
}

#[test]
fn an_election_has_ten_candidates_and_lets_an_eleventh_in_only_for_its_votes() {
    let mut stage = Stage::new(&[300, 301, 300], 0);
    let rivals = rivals(&mut stage, 12);
    stage.publish(&rivals[0], Progress);
    for rival in &rivals[1..10] {
        stage.publish(rival, Fork);
    }
    stage.vote_finally(0, &[&rivals[1]]);
    stage.publish(&rivals[10], Fork);
    assert_eq!(stage.vote(1, &[&rivals[10]]), VoteCode::Indeterminate, "not let in");
    stage.publish(&rivals[10], Fork);
    assert_eq!(
        stage.vote(1, &[&rivals[10]]),
        VoteCode::Replay,
        "let in, with the vote that spoke for it"
    );
    stage.publish(&rivals[11], Fork);
    let root = rivals[0].qualified_root();
    let view = stage.shell.consensus.election(&root, stage.shell.now).unwrap();
    assert_eq!(view.candidates.len(), 10);
    assert_eq!(view.candidates[0].hash(), rivals[10].hash(), "no longer the weakest");
    assert!(view.candidates.iter().any(|c| c.hash() == rivals[0].hash()), "the winner stays");
}

#[test]
fn votes_that_came_before_the_fork_are_counted_when_it_joins() {
    let mut stage = Stage::new(&[900], 0);
    let rivals = rivals(&mut stage, 2);
    stage.publish(&rivals[0], Progress);
    stage.vote_finally(0, &[&rivals[1]]);
    stage.publish(&rivals[1], Fork);
    let want =
        ["started rival1", "r0 votes finally rival2 = Indeterminate", "confirmed rival2 by quorum"];
    assert_eq!(stage.told(), want);
}

#[test]
fn a_fork_without_an_election_changes_nothing() {
    let mut stage = Stage::new(&[900], 1);
    let rivals = rivals(&mut stage, 2);
    stage.publish(&rivals[0], Progress);
    stage.shell.advance(1_000);
    stage.told();
    stage.publish(&rivals[1], Fork);
    stage.shell.advance(1_000);
    assert_eq!(stage.told(), [""; 0]);
    assert!(holds(&stage, &rivals[0]));
}

#[test]
fn what_is_rolled_back_with_the_loser_loses_its_election() {
    let mut stage = Stage::new(&[900], 0);
    let rival = rivals(&mut stage, 1).remove(0);
    let send = stage.send("send", ALICE, BOB, 5);
    let receive = stage.receive("receive", BOB, &send, 5);
    stage.publish(&send, Progress);
    stage.publish(&receive, Progress);
    confirm(&mut stage, &receive);
    stage.publish(&rival, Fork);
    stage.told();
    stage.vote(0, &[&rival]);
    assert!(!holds(&stage, &send) && !holds(&stage, &receive) && holds(&stage, &rival));
    assert_eq!(stage.told_of_elections(), ["stopped receive"], "but not the contested one");
    stage.vote_finally(0, &[&rival]);
    assert_eq!(stage.told_of_elections(), ["confirmed rival1 by quorum"]);
    stage.shell.advance(20);
    assert_eq!(stage.told_of_elections(), ["stopped send"]);
}

#[test]
fn a_final_vote_is_never_given_to_two_blocks_of_a_root_even_after_a_restart() {
    let mut stage = Stage::new(&[300, 300, 300], 1);
    let rivals = rivals(&mut stage, 2);
    stage.publish(&rivals[0], Progress);
    stage.vote(1, &[&rivals[0]]);
    stage.vote(2, &[&rivals[0]]);
    assert!(stage.sent().contains(&"r0 votes finally rival1".to_owned()));
    // A new state machine on the same ledger; now everybody else is for the rival.
    stage.restart();
    stage.shell.tick();
    stage.publish(&rivals[1], Fork);
    stage.shell.advance(2_000);
    stage.vote_finally(1, &[&rivals[1]]);
    stage.vote_finally(2, &[&rivals[1]]);
    stage.shell.advance(20_000);
    assert!(holds(&stage, &rivals[1]), "it gives way");
    let sent = stage.sent();
    assert!(sent.contains(&"r0 votes rival2".to_owned()), "{sent:?}");
    assert!(!sent.contains(&"r0 votes finally rival2".to_owned()), "{sent:?}");
}
