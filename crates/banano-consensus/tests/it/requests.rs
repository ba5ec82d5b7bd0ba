//! Asking for votes, and flooding what is asked for (node.md §4.1, §4.10).

use std::sync::Arc;

use banano_consensus::VotePolicy;
use banano_ledger::ProcessResult::{Fork, Progress};
use banano_primitives::Account;

use crate::confirmations::confirm;
use crate::shell::Sent;
use crate::stage::{ALICE, BOB, CAROL, PERMILLE, Stage};

#[test]
fn an_election_is_passive_first_and_then_asks_whoever_lacks() {
    let mut stage = Stage::new(&[300, 300, 300], 0);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.publish(&send, Progress);
    stage.shell.advance(124);
    assert_eq!(stage.sent(), [""; 0], "passive for five base latencies");
    stage.shell.advance(1 + 20);
    assert_eq!(stage.sent(), ["flood send", "ask r0 r1 r2 for send"], "on the grid of the loop");
    stage.vote(1, &[&send]);
    stage.shell.advance(140);
    assert_eq!(stage.sent(), ["ask r0 r2 for send"], "five base latencies later");
    stage.vote(0, &[&send]);
    stage.vote_finally(2, &[&send]);
    stage.shell.advance(140);
    assert_eq!(stage.sent(), ["ask r0 r1 for send"], "quorum was seen: now finally");
    stage.vote_finally(0, &[&send]);
    stage.vote_finally(1, &[&send]);
    stage.shell.advance(10_000);
    assert_eq!(stage.sent(), [""; 0]);
}

#[test]
fn who_voted_for_another_block_is_asked_again() {
    let mut stage = Stage::new(&[300, 300, 300], 0);
    let mut chains = stage.chains.clone();
    let send = stage.send("send", ALICE, BOB, 5);
    let rival = chains.send(send.account().unwrap(), send.account().unwrap(), 6);
    stage.name("rival", &rival);
    stage.publish(&send, Progress);
    stage.publish(&rival, Fork);
    stage.vote(0, &[&rival]);
    stage.vote(1, &[&send]);
    stage.shell.advance(140);
    assert_eq!(stage.sent(), ["flood send", "ask r0 r2 for send"]);
}

#[test]
fn a_vote_that_has_grown_old_is_asked_for_again() {
    let mut stage = Stage::new(&[300, 300, 300], 0);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.publish(&send, Progress);
    stage.vote(0, &[&send]);
    stage.shell.advance(1_250);
    let asked = |sent: Vec<String>| sent.into_iter().filter(|line| line.contains("r0")).count();
    assert_eq!(asked(stage.sent()), 0);
    stage.shell.advance(140);
    assert_eq!(asked(stage.sent()), 1);
    stage.vote(0, &[&send]);
    stage.shell.advance(1_000);
    assert_eq!(asked(stage.sent()), 0, "it said so again");
}

#[test]
fn the_winner_is_flooded_again_and_at_once_when_it_changes() {
    let mut stage = Stage::new(&[400, 400], 0);
    let mut chains = stage.chains.clone();
    let send = stage.send("send", ALICE, BOB, 5);
    let rival = chains.send(send.account().unwrap(), send.account().unwrap(), 6);
    stage.name("rival", &rival);
    stage.publish(&send, Progress);
    stage.publish(&rival, Fork);
    let floods = |stage: &mut Stage, ms| {
        stage.shell.advance(ms);
        let mut sent = stage.sent();
        sent.retain(|line| line.starts_with("flood"));
        sent
    };
    assert_eq!(floods(&mut stage, 140), ["flood send"]);
    assert_eq!(floods(&mut stage, 499), [""; 0]);
    assert_eq!(floods(&mut stage, 1), ["flood send"]);
    stage.vote(0, &[&rival]);
    stage.vote(1, &[&rival]);
    assert_eq!(floods(&mut stage, 20), ["flood rival"]);
}

#[test]
fn rounds_are_counted_when_somebody_was_asked() {
    let mut stage = Stage::new(&[400, 200], 0);
    let send = stage.send("send", ALICE, BOB, 5);
    stage.publish(&send, Progress);
    let count = |stage: &Stage| stage.shell.consensus.active(stage.shell.now)[0].request_count;
    stage.shell.advance(300);
    assert_eq!(count(&stage), 2);
    stage.vote(0, &[&send]);
    stage.vote(1, &[&send]);
    stage.shell.advance(600);
    assert_eq!(count(&stage), 2, "all have said what they have to say");
}

#[test]
fn a_manual_election_is_active_at_once() {
    let mut stage = Stage::new(&[400, 400], 0);
    let first = stage.send("first", ALICE, BOB, 5);
    let second = stage.send("second", ALICE, BOB, 5);
    stage.publish(&first, Progress);
    stage.publish(&second, Progress);
    stage.shell.advance(40);
    confirm(&mut stage, &second);
    stage.shell.advance(0);
    assert_eq!(stage.sent(), ["flood second", "ask r0 r1 for second"]);
    confirm(&mut stage, &first);
    stage.shell.advance(0);
    assert_eq!(stage.sent(), ["flood first", "ask r0 r1 for first"], "one that ran already too");
}

#[test]
fn elections_that_lack_the_same_votes_share_messages_of_at_most_255() {
    let mut stage = Stage::with(&[400, 400], 0, |config| config.policy = VotePolicy::Never);
    let opens = open_accounts(&mut stage, 600);
    for open in &opens {
        stage.publish(open, Progress);
    }
    stage.shell.advance(140);
    let sizes: Vec<_> = stage
        .shell
        .sent
        .iter()
        .filter_map(|sent| match sent {
            Sent::Request(pairs, asked) => Some((pairs.len(), asked.len())),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [(255, 2), (255, 2), (90, 2)]);
}

#[test]
fn representatives_are_known_by_weight_and_small_ones_not_asked() {
    let mut stage = Stage::new(&[400, 400, 1], 0);
    let send = stage.send("send", ALICE, CAROL, 5);
    stage.publish(&send, Progress);
    stage.shell.advance(140);
    assert_eq!(stage.sent(), ["flood send", "ask r0 r1 for send"]);
}

/// First blocks of so many accounts, of sends that are cemented already.
pub(crate) fn open_accounts(stage: &mut Stage, count: u16) -> Vec<Arc<banano_primitives::Block>> {
    let alice = crate::chains::account(ALICE);
    let number = |number: u16| {
        let mut bytes = [0xEE; 32];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        Account::from_bytes(bytes)
    };
    let sends: Vec<_> =
        (0..count).map(|n| stage.chains.send(alice, number(n), PERMILLE / 10_000)).collect();
    stage.shell.preload(&sends);
    let open = |(n, send): (u16, &Arc<banano_primitives::Block>)| {
        stage.chains.receive(number(n), send.hash(), PERMILLE / 10_000)
    };
    (0..).zip(&sends).map(open).collect()
}
