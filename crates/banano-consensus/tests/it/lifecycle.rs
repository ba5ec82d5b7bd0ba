//! An election from start to end (node.md §4.2, §4.3, §4.6, §4.11).

use banano_consensus::{Behavior, VotePolicy};
use banano_ledger::ProcessResult::{Fork, GapPrevious, Progress};
use banano_primitives::{Amount, VoteTimestamp};

use crate::shell::Told;
use crate::stage::{ALICE, BOB, PERMILLE, Stage};

#[test]
fn one_representative_confirms_in_the_pass_in_which_the_block_comes() {
    let mut stage = Stage::new(&[900], 1);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.publish(&send, Progress);
    let want = [
        "started send",
        "r0 votes send = Vote",
        "r0 votes finally send = Vote",
        "confirmed send by quorum",
    ];
    assert_eq!(stage.told(), want, "without any time passing");
    assert_eq!(stage.sent(), ["r0 votes send", "r0 votes finally send"]);
    stage.shell.advance(10_000);
    assert_eq!(stage.told(), [""; 0], "a winner leaves in silence");
    assert_eq!(stage.sent(), [""; 0], "and nothing is left to be done");
}

#[test]
fn a_confirmation_carries_the_numbers_of_its_election() {
    let mut stage = Stage::new(&[400, 300, 200], 1);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.publish(&send, Progress);
    stage.shell.advance(70);
    stage.vote(1, &[&send]);
    stage.vote_finally(2, &[&send]);
    stage.shell.advance(7);
    stage.vote_finally(1, &[&send]);
    let confirmed = stage.shell.told.iter().find_map(|told| match told {
        Told::Confirmed(cemented) => Some(cemented),
        _ => None,
    });
    let election = &confirmed.unwrap().election;
    assert_eq!(election.winner, send.hash());
    assert_eq!((election.duration_ms, election.end_unix_ms), (77, stage.shell.now.unix_ms));
    assert_eq!(election.tally, Amount::from_raw(900 * PERMILLE));
    assert_eq!(election.final_tally, Amount::from_raw(900 * PERMILLE), "r0's own is final too");
    assert_eq!((election.blocks, election.voters, election.request_count), (1, 3, 0));
    let weights: Vec<u128> = election.votes.iter().map(|vote| vote.weight.raw()).collect();
    assert_eq!(weights, [400 * PERMILLE, 300 * PERMILLE, 200 * PERMILLE], "highest first");
    assert!(election.votes.iter().all(|vote| vote.timestamp == VoteTimestamp::FINAL));
    let history: Vec<_> = stage.shell.consensus.history().collect();
    assert_eq!(history.len(), 1);
    assert_eq!((history[0].winner, history[0].voters), (send.hash(), 3));
    assert!(history[0].votes.is_empty());
}

#[test]
fn votes_that_are_not_final_never_confirm() {
    let mut stage = Stage::with(&[500, 400], 0, |config| config.policy = VotePolicy::Never);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.publish(&send, Progress);
    stage.vote(0, &[&send]);
    stage.vote(1, &[&send]);
    assert_eq!(stage.told_of_elections(), ["started send"]);
    stage.vote_finally(0, &[&send]);
    assert_eq!(stage.told_of_elections(), [""; 0], "half of the weight is final");
    stage.vote_finally(1, &[&send]);
    assert_eq!(stage.told_of_elections(), ["confirmed send by quorum"]);
}

#[test]
fn an_undecided_election_expires_after_five_minutes_and_says_so() {
    let mut stage = Stage::with(&[400, 400], 0, |config| config.policy = VotePolicy::Never);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.shell.advance(1); // so that the scan doesn't come at the same moment
    stage.publish(&send, Progress);
    stage.shell.advance(299_999);
    assert_eq!(stage.told_of_elections(), ["started send"]);
    stage.shell.advance(20);
    assert_eq!(stage.told_of_elections(), ["stopped send"]);
}

#[test]
fn an_expired_block_gets_another_election_by_the_background_scan() {
    let mut stage = Stage::new(&[400, 400], 1);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.publish(&send, Progress);
    stage.shell.advance(310_000);
    assert_eq!(stage.told_of_elections(), ["started send", "stopped send", "started send"]);
    stage.vote_finally(1, &[&send]);
    assert_eq!(stage.told_of_elections(), ["confirmed send by quorum"]);
}

#[test]
fn an_erased_election_is_stopped_for_every_candidate() {
    let mut stage = Stage::new(&[400, 400], 1);
    let mut other = stage.chains.clone();
    let send = stage.send("send", ALICE, BOB, 5);
    let rival = other.send(send.account().unwrap(), send.account().unwrap(), 6);
    stage.name("rival", &rival);
    stage.publish(&send, Progress);
    stage.publish(&rival, Fork);
    stage.shell.pass(|shell, _| shell.consensus.erase(&send.qualified_root()));
    let mut told = stage.told_of_elections();
    told.sort();
    assert_eq!(told, ["started send", "stopped rival", "stopped send"]);
    assert!(stage.shell.consensus.active(stage.shell.now).is_empty());
}

#[test]
fn a_chain_of_five_hundred_needs_no_time_at_all() {
    let mut stage = Stage::new(&[900], 1);
    let blocks: Vec<_> = (0..500).map(|_| stage.send("send", ALICE, BOB, 5)).collect();
    for block in blocks.iter().skip(1) {
        stage.publish(block, GapPrevious);
    }
    stage.publish(&blocks[0], Progress);
    let confirmed = stage.told().iter().filter(|line| *line == "confirmed send by quorum").count();
    assert_eq!((confirmed, stage.shell.now.mono_ms), (500, 0));
}

#[test]
fn an_idle_node_is_woken_once_a_minute_at_most() {
    let mut stage = Stage::new(&[900], 1);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.publish(&send, Progress);
    stage.shell.advance(10_000);
    let next = stage.shell.consensus.next_wakeup().unwrap();
    assert!(next >= 60_000, "woken at {next}");
}

#[test]
fn a_running_election_can_be_looked_at() {
    let mut stage = Stage::new(&[400, 200, 200], 1);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.publish(&send, Progress);
    stage.vote_finally(1, &[&send]);
    stage.shell.advance(50);
    let now = stage.shell.now;
    let active = stage.shell.consensus.active(now);
    assert_eq!(active.len(), 1);
    assert_eq!((active[0].root, active[0].behavior), (send.qualified_root(), Behavior::Priority));
    assert_eq!((active[0].duration_ms, active[0].is_confirmed), (50, false));
    let view = stage.shell.consensus.election(&send.qualified_root(), now).unwrap();
    assert_eq!(view.tally.raw(), 600 * PERMILLE);
    assert_eq!(view.final_tally.raw(), 200 * PERMILLE);
    assert_eq!((view.candidates.len(), view.votes.len()), (1, 2));
    assert_eq!(view.candidates[0].hash(), send.hash());
    let quorum = stage.shell.consensus.quorum();
    assert_eq!((quorum.percent, quorum.minimum), (67, Amount::MAX));
    assert_eq!(quorum.online.raw(), 600 * PERMILLE);
    assert_eq!(stage.shell.consensus.online_representatives().len(), 2);
}
