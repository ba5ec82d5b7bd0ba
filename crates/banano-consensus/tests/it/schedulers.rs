//! Which blocks get an election, and when (node.md §4.2).

use banano_consensus::{Behavior, VotePolicy};
use banano_ledger::LedgerRead;
use banano_ledger::ProcessResult::{GapPrevious, Progress};

use crate::chains::account;
use crate::confirmations::confirm;
use crate::requests::open_accounts;
use crate::stage::{ALICE, BOB, CAROL, Stage};

fn behaviors(stage: &Stage) -> Vec<Behavior> {
    stage.shell.consensus.active(stage.shell.now).iter().map(|it| it.behavior).collect()
}

#[test]
fn a_block_waits_for_what_it_builds_on() {
    let mut stage = Stage::new(&[900], 0);
    let first = stage.send("first", ALICE, BOB, 5);
    let second = stage.send("second", ALICE, CAROL, 5);
    let receive = stage.receive("receive", BOB, &first, 5);
    for block in [&first, &second, &receive] {
        stage.publish(block, Progress);
    }
    assert_eq!(stage.told(), ["started first"]);
    stage.vote_finally(0, &[&first]);
    let want = ["confirmed first by quorum", "started second", "started receive"];
    assert_eq!(stage.told_of_elections(), want, "the same account, and the destination's");
}

#[test]
fn a_block_without_predecessor_waits_for_nothing_else() {
    let mut stage = Stage::new(&[900], 0);
    let opens = open_accounts(&mut stage, 3);
    for open in &opens {
        stage.publish(open, Progress);
    }
    assert_eq!(stage.told().len(), 3);
}

#[test]
fn no_more_elections_run_than_may_and_the_next_starts_when_one_leaves() {
    let mut stage = Stage::with(&[900], 0, |config| config.active_elections = 2);
    let opens = open_accounts(&mut stage, 4);
    for (number, open) in opens.iter().enumerate() {
        stage.name(&format!("open{number}"), open);
        stage.publish(open, Progress);
        stage.shell.advance(1_000); // accounts are modified one after the other
    }
    assert_eq!(stage.told(), ["started open0", "started open1"]);
    stage.vote_finally(0, &[&opens[1]]);
    assert_eq!(stage.told_of_elections(), ["confirmed open1 by quorum"]);
    stage.shell.advance(20);
    assert_eq!(stage.told_of_elections(), ["started open2"], "who has waited longest");
}

#[test]
fn a_flood_of_small_accounts_makes_room_for_a_large_one() {
    // One bucket each would be a share of one.
    let mut stage = Stage::with(&[900], 0, |config| config.active_elections = 63);
    let opens = open_accounts(&mut stage, 70);
    for open in &opens {
        stage.name("small", open);
        stage.publish(open, Progress);
    }
    assert_eq!(stage.told().len(), 63);
    let send = stage.send("large", CAROL, BOB, 5);
    stage.publish(&send, Progress);
    assert_eq!(stage.told_of_elections(), ["stopped small", "started large"]);
}

#[test]
fn votes_point_at_the_first_block_that_can_be_decided() {
    // Shares in thousandths; ten percent of the weight is a hint.
    for (name, share, want) in [("enough", 101, true), ("too little", 99, false)] {
        let mut stage = Stage::new(&[share, 400], 0);
        let first = stage.send("first", ALICE, BOB, 5);
        let receive = stage.receive("receive", BOB, &first, 5);
        let after = stage.send("after", BOB, CAROL, 5);
        stage.publish(&first, Progress);
        stage.publish(&receive, Progress);
        stage.publish(&after, Progress);
        // Its election is lost on the way, so that only the hint can bring it back.
        stage.shell.pass(|shell, _| shell.consensus.erase(&first.qualified_root()));
        stage.told();
        stage.vote(0, &[&after]);
        stage.shell.advance(999);
        assert_eq!(stage.told_of_elections(), [""; 0], "{name}");
        stage.shell.advance(1);
        let told = stage.told_of_elections();
        assert_eq!(told == ["started first"], want, "{name}: {told:?}");
        if want {
            assert_eq!(behaviors(&stage), [Behavior::Hinted]);
            stage.shell.consensus.set_policy(VotePolicy::Never, stage.shell.now);
            stage.shell.advance(29_999);
            assert_eq!(stage.told_of_elections(), [""; 0], "it lives for thirty seconds");
            stage.shell.advance(1);
            assert_eq!(stage.told_of_elections(), ["stopped first"]);
        }
    }
}

#[test]
fn final_votes_of_a_quorum_decide_a_block_with_all_it_builds_on() {
    let mut stage = Stage::new(&[400, 400], 0);
    let first = stage.send("first", ALICE, BOB, 5);
    let second = stage.send("second", ALICE, BOB, 5);
    let third = stage.send("third", ALICE, BOB, 5);
    for block in [&first, &second, &third] {
        stage.publish(block, Progress);
    }
    stage.vote_finally(0, &[&third]);
    stage.vote_finally(1, &[&third]);
    stage.shell.advance(1_000);
    let want = [
        "started first",
        "started third",
        "confirmed first by height",
        "confirmed second by inactive",
        "confirmed third by quorum",
    ];
    assert_eq!(stage.told_of_elections(), want);
}

#[test]
fn a_hint_that_came_before_its_block_is_remembered() {
    let mut stage = Stage::new(&[400, 400], 0);
    let first = stage.send("first", ALICE, BOB, 5);
    let second = stage.send("second", ALICE, BOB, 5);
    stage.vote_finally(0, &[&second]);
    stage.vote_finally(1, &[&second]);
    stage.shell.advance(5_000);
    stage.publish(&second, GapPrevious);
    stage.publish(&first, Progress);
    stage.shell.advance(1_000);
    let want = [
        "started first",
        "started second",
        "confirmed first by height",
        "confirmed second by quorum",
    ];
    assert_eq!(stage.told_of_elections(), want);
}

#[test]
fn the_head_of_an_account_far_behind_gets_an_election_after_a_while() {
    for (count, want) in [(32, false), (33, true)] {
        let mut stage = Stage::new(&[400, 400], 0);
        let blocks: Vec<_> = (0..count).map(|_| stage.send("block", ALICE, BOB, 5)).collect();
        stage.name("head", blocks.last().unwrap());
        for block in &blocks {
            stage.publish(block, Progress);
        }
        stage.shell.advance(6_000);
        assert_eq!(stage.told(), ["started block"], "the scan, and then two seconds");
        stage.shell.advance(2_000);
        let told = stage.told();
        assert_eq!(told == ["started head"], want, "{count} blocks: {told:?}");
        assert_eq!(behaviors(&stage).contains(&Behavior::Optimistic), want);
    }
}

#[test]
fn what_was_not_cemented_before_a_restart_is_found() {
    let mut stage = Stage::new(&[900], 0);
    let first = stage.send("first", ALICE, BOB, 5);
    let second = stage.send("second", ALICE, BOB, 5);
    let other = stage.send("other", CAROL, BOB, 5);
    for block in [&first, &second, &other] {
        stage.publish(block, Progress);
    }
    stage.told();
    stage.restart();
    stage.shell.advance(0);
    let mut told = stage.told();
    told.sort();
    assert_eq!(told, ["started first", "started other"]);
}

#[test]
fn an_election_by_request_waits_for_nothing_but_is_not_voted_for_before_its_time() {
    let mut stage = Stage::new(&[300, 300, 300], 1);
    let first = stage.send("first", ALICE, BOB, 5);
    let second = stage.send("second", ALICE, BOB, 5);
    stage.publish(&first, Progress);
    stage.publish(&second, Progress);
    assert!(confirm(&mut stage, &second));
    assert!(confirm(&mut stage, &second), "again, and it is still running");
    assert_eq!(stage.told_of_elections(), ["started first", "started second"]);
    let mut sent = stage.sent();
    sent.retain(|line| line.contains("votes"));
    assert_eq!(sent, ["r0 votes first"]);
    stage.vote_finally(1, &[&first]);
    stage.vote_finally(2, &[&first]);
    let mut sent = stage.sent();
    sent.retain(|line| line.contains("votes"));
    assert_eq!(sent, ["r0 votes finally first", "r0 votes second"], "now it may");
}

#[test]
fn a_cemented_block_that_waited_in_line_gets_no_election() {
    let mut stage = Stage::with(&[900], 0, |config| config.active_elections = 1);
    let blocking = stage.send("blocking", CAROL, BOB, 5);
    let first = stage.send("first", ALICE, BOB, 5);
    let second = stage.send("second", ALICE, BOB, 5);
    for block in [&blocking, &first, &second] {
        stage.publish(block, Progress);
    }
    confirm(&mut stage, &second);
    stage.vote_finally(0, &[&second]);
    stage.vote_finally(0, &[&blocking]);
    stage.shell.advance(1_000);
    let want = [
        "started blocking",
        "started second",
        "confirmed first by inactive",
        "confirmed second by quorum",
        "confirmed blocking by quorum",
    ];
    assert_eq!(stage.told_of_elections(), want);
    assert!(stage.shell.ledger.is_cemented(&first.hash()).unwrap());
    assert_eq!(stage.shell.ledger.account(&account(ALICE)).unwrap().unwrap().block_count, 3);
}
