//! When the operator lets the node vote.

use banano_consensus::VotePolicy;
use banano_ledger::ProcessResult::Progress;

use crate::stage::{ALICE, BOB, CAROL, Stage};

fn stage(policy: VotePolicy) -> Stage {
    Stage::with(&[900], 1, |config| config.policy = policy)
}

#[test]
fn after_a_while_each_election_is_voted_for() {
    let mut stage = stage(VotePolicy::After { ms: 250 });
    let first = stage.send("first", ALICE, BOB, 5);
    let second = stage.send("second", ALICE, BOB, 5);
    stage.publish(&first, Progress);
    stage.publish(&second, Progress);
    stage.shell.advance(249);
    assert_eq!(stage.told(), ["started first"]);
    stage.shell.advance(1);
    assert_eq!(stage.told_of_elections(), ["confirmed first by quorum", "started second"]);
    stage.shell.advance(250);
    assert_eq!(stage.told_of_elections(), ["confirmed second by quorum"]);
}

#[test]
fn what_is_not_released_waits() {
    let mut stage = stage(VotePolicy::Manual);
    let first = stage.send("first", ALICE, BOB, 5);
    let second = stage.send("second", ALICE, BOB, 5);
    stage.publish(&first, Progress);
    stage.publish(&second, Progress);
    stage.shell.advance(60_000);
    assert_eq!(stage.told_of_elections()[0], "started first");
    release(&mut stage, |shell, writer| {
        shell.consensus.release(&second.hash(), writer, shell.now).unwrap();
    });
    assert!(!stage.told_of_elections().iter().any(|line| line.starts_with("confirmed")));
    release(&mut stage, |shell, writer| {
        shell.consensus.release(&first.hash(), writer, shell.now).unwrap();
    });
    let told = stage.told_of_elections();
    assert!(told.contains(&"confirmed first by quorum".to_owned()), "{told:?}");
    assert!(told.contains(&"confirmed second by quorum".to_owned()), "its turn has come: {told:?}");
}

#[test]
fn releasing_all_releases_what_is_stored_and_nothing_later() {
    let mut stage = stage(VotePolicy::Manual);
    let first = stage.send("first", ALICE, BOB, 5);
    let second = stage.send("second", ALICE, BOB, 5);
    let later = stage.send("later", ALICE, BOB, 5);
    let other = stage.send("other", CAROL, BOB, 5);
    for block in [&first, &second, &other] {
        stage.publish(block, Progress);
    }
    stage.told();
    release(&mut stage, |shell, writer| {
        shell.consensus.release_all(writer, shell.now).unwrap();
    });
    let mut confirmed = stage.told_of_elections();
    confirmed.retain(|line| line.starts_with("confirmed"));
    confirmed.sort();
    let want =
        ["confirmed first by quorum", "confirmed other by quorum", "confirmed second by quorum"];
    assert_eq!(confirmed, want);
    stage.publish(&later, Progress);
    stage.shell.advance(1_000);
    assert_eq!(stage.told_of_elections(), ["started later"]);
}

#[test]
fn an_observer_says_nothing_and_confirms_with_the_others() {
    let mut stage = Stage::with(&[100, 800], 1, |config| config.policy = VotePolicy::Never);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.publish(&send, Progress);
    stage.vote_finally(1, &[&send]);
    assert_eq!(stage.told_of_elections(), ["started send", "confirmed send by quorum"]);
    assert_eq!(stage.sent(), [""; 0]);
}

#[test]
fn a_change_of_policy_holds_for_elections_that_run() {
    let mut stage = stage(VotePolicy::Never);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.publish(&send, Progress);
    stage.shell.advance(1_000);
    assert_eq!(stage.told_of_elections(), ["started send"]);
    stage.shell.consensus.set_policy(VotePolicy::Instant, stage.shell.now);
    stage.shell.advance(0);
    assert_eq!(stage.told_of_elections(), ["confirmed send by quorum"]);
}

fn release(
    stage: &mut Stage,
    act: impl FnOnce(&mut crate::shell::Shell, &mut banano_ledger::Writer),
) {
    stage.shell.pass(act);
}
