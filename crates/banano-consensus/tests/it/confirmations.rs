//! What is told of each cemented block (node.md §3.8, protocol.md §6.1.6).

use banano_consensus::{ConfirmationKind, ElectionStatus, VoteCode};
use banano_ledger::LedgerRead;
use banano_ledger::ProcessResult::{Fork, Progress};
use banano_primitives::{Amount, Block};

use crate::shell::Told;
use crate::stage::{ALICE, BOB, CAROL, Stage};

/// Starts an election as RPC `block_confirm` does.
pub(crate) fn confirm(stage: &mut Stage, block: &Block) -> bool {
    let mut started = false;
    stage.shell.pass(|shell, writer| {
        let saved = writer.block(&block.hash()).unwrap().expect("stored");
        started = shell.consensus.start_manual(&saved, writer, shell.now).unwrap();
    });
    started
}

#[test]
fn a_chain_confirmed_by_its_last_block_is_told_oldest_first() {
    let mut stage = Stage::new(&[400, 400], 0);
    let first = stage.send("first", ALICE, BOB, 5);
    let second = stage.send("second", ALICE, BOB, 5);
    let third = stage.send("third", ALICE, BOB, 5);
    for block in [&first, &second, &third] {
        stage.publish(block, Progress);
    }
    assert!(confirm(&mut stage, &third));
    assert_eq!(stage.told(), ["started first", "started third"], "the second has no election");
    stage.vote_finally(0, &[&third]);
    stage.vote_finally(1, &[&third]);
    let want =
        ["confirmed first by height", "confirmed second by inactive", "confirmed third by quorum"];
    let statuses: Vec<_> = stage.shell.told.clone();
    assert_eq!(stage.told_of_elections(), want);
    for told in statuses {
        let Told::Confirmed(cemented) = told else { continue };
        let zeros = ElectionStatus::without_election(cemented.block.hash(), stage.shell.now);
        let is_zero = cemented.election == zeros;
        assert_eq!(is_zero, cemented.kind != ConfirmationKind::Quorum, "{:?}", cemented.kind);
        assert_eq!((zeros.blocks, zeros.voters, zeros.tally), (0, 0, Amount::ZERO));
    }
    stage.shell.advance(1_000);
    assert_eq!(stage.told_of_elections(), [""; 0], "the first one's election ended in silence");
    assert_eq!(stage.vote_finally(0, &[&first]), VoteCode::Late, "it was confirmed on the spot");
    assert_eq!(stage.vote_finally(0, &[&second]), VoteCode::Indeterminate, "never elected");
}

#[test]
fn the_send_is_told_before_the_receive_that_confirmed_it() {
    let mut stage = Stage::new(&[400, 400], 0);
    let send = stage.send("send", ALICE, BOB, 5);
    let receive = stage.receive("receive", BOB, &send, 5);
    stage.publish(&send, Progress);
    stage.publish(&receive, Progress);
    confirm(&mut stage, &receive);
    stage.vote_finally(0, &[&receive]);
    stage.vote_finally(1, &[&receive]);
    let want = [
        "started send",
        "started receive",
        "confirmed send by height",
        "confirmed receive by quorum",
    ];
    assert_eq!(stage.told_of_elections(), want);
}

#[test]
fn blocks_that_win_in_one_vote_are_told_once_each() {
    let mut stage = Stage::new(&[400, 400], 0);
    let first = stage.send("first", ALICE, BOB, 5);
    let second = stage.send("second", ALICE, BOB, 5);
    stage.publish(&first, Progress);
    stage.publish(&second, Progress);
    confirm(&mut stage, &second);
    stage.vote_finally(0, &[&second, &first]);
    stage.vote_finally(1, &[&second, &first]);
    let told = stage.told_of_elections();
    // The second is cemented first, and takes the first along before its own turn comes.
    let want = [
        "started first",
        "started second",
        "confirmed first by height",
        "confirmed second by quorum",
    ];
    assert_eq!(told, want);
    stage.shell.advance(10_000);
    assert_eq!(stage.told_of_elections(), [""; 0]);
}

#[test]
fn a_winner_that_the_ledger_lacks_is_cemented_when_it_comes() {
    let mut stage = Stage::new(&[400, 400], 0);
    let mut other = stage.chains.clone();
    let missing = stage.send("missing", CAROL, ALICE, 7);
    let ours = other.send(ours_account(), crate::chains::account(BOB), 5);
    stage.name("ours", &ours);
    let theirs = stage.receive("theirs", ALICE, &missing, 7);
    stage.publish(&ours, Progress);
    stage.publish(&theirs, Fork);
    stage.vote_finally(0, &[&theirs]);
    stage.vote_finally(1, &[&theirs]);
    assert!(!stage.shell.ledger.block_exists(&ours.hash()).unwrap(), "rolled back");
    stage.shell.advance(120);
    assert_eq!(stage.told_of_elections(), ["started ours", "stopped ours"]);
    stage.publish(&missing, Progress);
    let want = ["started missing", "confirmed missing by height", "confirmed theirs by quorum"];
    assert_eq!(stage.told_of_elections(), want);
    assert!(stage.shell.ledger.is_cemented(&theirs.hash()).unwrap());
}

#[test]
fn a_root_whose_winner_never_comes_may_be_contested_again() {
    let mut stage = Stage::new(&[400, 400], 0);
    let mut other = stage.chains.clone();
    let missing = stage.send("missing", CAROL, ALICE, 7);
    let ours = other.send(ours_account(), crate::chains::account(BOB), 5);
    stage.name("ours", &ours);
    let theirs = stage.receive("theirs", ALICE, &missing, 7);
    stage.publish(&ours, Progress);
    stage.publish(&theirs, Fork);
    stage.vote_finally(0, &[&theirs]);
    stage.vote_finally(1, &[&theirs]);
    stage.shell.advance(1_000);
    stage.publish(&ours, Progress);
    assert_eq!(stage.told_of_elections(), ["started ours", "stopped ours"], "decided lately");
    stage.shell.advance(20_000);
    assert_eq!(stage.told_of_elections(), ["started ours"], "found by the scan, once set free");
}

#[test]
fn a_block_is_not_confirmed_again_by_request() {
    let mut stage = Stage::new(&[900], 1);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.publish(&send, Progress);
    stage.told();
    assert!(!confirm(&mut stage, &send));
    assert_eq!(stage.told(), [""; 0], "the node itself tells of it once more");
}

fn ours_account() -> banano_primitives::Account {
    crate::chains::account(ALICE)
}
