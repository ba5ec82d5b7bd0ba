//! Answers to other nodes' requests for votes (node.md §4.10).

use banano_consensus::VotePolicy;
use banano_ledger::ProcessResult::Progress;
use banano_primitives::{BlockHash, Root};

use crate::stage::{ALICE, BOB, CAROL, Stage};

#[test]
fn the_answer_is_what_this_node_stands_for() {
    struct Row {
        name: &'static str,
        hash: &'static str,
        root: &'static str,
        want: &'static [&'static str],
    }
    let rows = [
        Row { name: "cemented", hash: "done", root: "done", want: &["r0 votes finally done"] },
        Row { name: "votable", hash: "open", root: "open", want: &["r0 votes open"] },
        Row {
            name: "by root, the hash is unknown",
            hash: "rival",
            root: "open",
            want: &["r0 votes open", "open"],
        },
        Row {
            name: "the first block of an account, by root",
            hash: "rival",
            root: "receive",
            want: &["r0 votes finally receive", "receive"],
        },
        Row { name: "what it builds on isn't cemented", hash: "next", root: "next", want: &[] },
        Row { name: "nothing known", hash: "rival", root: "rival", want: &[] },
        Row { name: "zeros", hash: "zero", root: "zero", want: &[] },
    ];
    for Row { name, hash, root, want } in rows {
        let mut stage = Stage::with(&[900], 1, |config| config.policy = VotePolicy::Manual);
        let done = stage.chains.send(crate::chains::account(CAROL), stranger(), 5);
        let receive = stage.chains.receive(stranger(), done.hash(), 5);
        stage.shell.preload(&[done.clone(), receive.clone()]);
        stage.name("done", &done);
        stage.name("receive", &receive);
        let open = stage.send("open", ALICE, BOB, 5);
        let next = stage.send("next", ALICE, BOB, 5);
        let rival = stage.send("rival", BOB, ALICE, 1);
        stage.publish(&open, Progress);
        stage.publish(&next, Progress);
        stage.shell.pass(|shell, _| {
            // Releasing alone would vote; a policy that answers but hasn't voted is what the row is about.
            shell.consensus.set_policy(VotePolicy::Instant, shell.now);
        });
        let block = |name: &str| match name {
            "done" => done.clone(),
            "receive" => receive.clone(),
            "open" => open.clone(),
            "next" => next.clone(),
            _ => rival.clone(),
        };
        let pair = match hash {
            "zero" => (BlockHash::ZERO, Root::ZERO),
            _ => (block(hash).hash(), block(root).root()),
        };
        let (votes, blocks) = stage.shell.answer(&[pair]);
        let mut said: Vec<String> = votes.iter().map(|vote| stage.describe_vote(vote)).collect();
        said.extend(blocks.iter().map(|block| stage.named(&block.hash())));
        assert_eq!(said, want, "{name}");
    }
}

#[test]
fn a_final_vote_that_was_given_is_given_again_whatever_is_asked_for() {
    let mut stage = Stage::new(&[300, 300, 300], 1);
    let mut chains = stage.chains.clone();
    let send = stage.send("send", ALICE, BOB, 5);
    let rival = chains.send(send.account().unwrap(), send.account().unwrap(), 6);
    stage.publish(&send, Progress);
    stage.vote(1, &[&send]);
    stage.vote(2, &[&send]);
    let (votes, blocks) = stage.shell.answer(&[(rival.hash(), rival.root())]);
    let said: Vec<_> = votes.iter().map(|vote| stage.describe_vote(vote)).collect();
    assert_eq!(said, ["r0 votes finally send"]);
    assert_eq!(blocks.len(), 1, "with the block, which the asker may lack");
}

#[test]
fn pairs_of_one_request_share_votes() {
    let mut stage = Stage::new(&[900], 1);
    let blocks: Vec<_> = (0..300).map(|_| stage.send("send", ALICE, BOB, 5)).collect();
    stage.shell.preload(&blocks);
    let pairs: Vec<_> = blocks.iter().map(|block| (block.hash(), block.root())).collect();
    let (votes, _) = stage.shell.answer(&pairs);
    let sizes: Vec<_> = votes.iter().map(|vote| vote.hashes.len()).collect();
    assert_eq!(sizes, [255], "no more than a request can hold");
}

#[test]
fn an_answer_keeps_the_pause_between_two_forks() {
    let mut stage = Stage::new(&[200, 350, 350], 1);
    let mut chains = stage.chains.clone();
    let send = stage.send("send", ALICE, BOB, 5);
    let rival = chains.send(send.account().unwrap(), send.account().unwrap(), 6);
    stage.name("rival", &rival);
    stage.publish(&send, Progress);
    stage.publish(&rival, banano_ledger::ProcessResult::Fork);
    stage.vote(1, &[&rival]);
    stage.vote(2, &[&rival]);
    let asked = [(rival.hash(), rival.root())];
    stage.shell.advance(1_249);
    assert_eq!(stage.shell.answer(&asked).0.len(), 0);
    stage.shell.advance(1);
    assert_eq!(stage.shell.answer(&asked).0.len(), 1);
}

#[test]
fn who_does_not_vote_does_not_answer() {
    // (name, policy, answers)
    let rows = [
        ("never", VotePolicy::Never, 0),
        ("not released", VotePolicy::Manual, 0),
        ("too early", VotePolicy::After { ms: 50 }, 0),
        ("at once", VotePolicy::Instant, 1),
    ];
    for (name, policy, answers) in rows {
        let mut stage = Stage::with(&[300, 300], 1, |config| config.policy = policy);
        let send = stage.send("send", ALICE, BOB, 5);
        stage.publish(&send, Progress);
        let (votes, _) = stage.shell.answer(&[(send.hash(), send.root())]);
        assert_eq!(votes.len(), answers, "{name}");
    }
}

fn stranger() -> banano_primitives::Account {
    crate::chains::account(77)
}
