//! A payment, from `process` to its confirmation.

use banano_ledger::LedgerRead as _;
use banano_node::DevConfig;
use banano_primitives::{Amount, Subtype, VoteTimestamp};
use banano_ws_protocol::{ConfirmationKind, Event, VoteCode};

use crate::support::{Wallet, cemented_everywhere, key, process, start};

/// One line per event, for comparison.
fn line(event: &Event) -> String {
    match event {
        Event::NewUnconfirmedBlock(block) => format!("new {}", block.block.hash()),
        Event::StartedElection(election) => format!("started {}", election.hash),
        Event::StoppedElection(election) => format!("stopped {}", election.hash),
        Event::Vote(vote) => {
            let kind = if vote.vote.timestamp.is_final() { "final" } else { "normal" };
            format!("{kind} vote {} {}", vote.code.name(), vote.vote.hashes[0])
        }
        Event::Confirmation(confirmed) => {
            format!("{} {}", confirmed.kind.name(), confirmed.block.hash())
        }
        other => format!("{:?}", other.topic()),
    }
}

#[tokio::test]
async fn one_representative_gives_the_exact_sequence() {
    let (net, witness) = start(&DevConfig { nodes: 1, ..DevConfig::default() });
    let mut sender = Wallet::funded(&net, 0);
    let block = sender.send(key(1).account(), 5);
    let hash = block.hash();
    process(net.node(), &block).await;
    witness.confirmation(hash).await;
    // The network's difficulty is told by the clock, whatever comes.
    let events = witness.events();
    let caused = events.iter().filter(|event| !matches!(event, Event::ActiveDifficulty(_)));
    let lines: Vec<String> = caused.map(line).collect();
    let expected = ["new", "started", "normal vote vote", "final vote vote", "active_quorum"];
    assert_eq!(lines, expected.map(|event| format!("{event} {hash}")));
    net.stop().await.unwrap();
}

#[tokio::test]
async fn four_nodes_confirm_a_send_and_its_receive() {
    let (net, witness) = start(&DevConfig::default());
    let mut sender = Wallet::funded(&net, 3);
    let mut receiver = Wallet::unopened(&net, key(1));
    let raw = 19 * 10_u128.pow(29);

    let send = sender.send(receiver.account(), raw);
    process(net.node(), &send).await;
    let confirmed = witness.confirmation(send.hash()).await;
    assert_eq!(confirmed.kind, ConfirmationKind::ActiveQuorum);
    assert_eq!(confirmed.account, sender.account());
    assert_eq!(confirmed.amount, Amount::from_raw(raw));
    assert_eq!(confirmed.subtype, Some(Subtype::Send));
    assert_eq!(confirmed.linked_account, Some(receiver.account()));
    assert_eq!(confirmed.sideband.unwrap().height, 2);
    let election = confirmed.election.unwrap();
    assert!(election.final_tally.unwrap() <= election.tally);
    assert!(election.voters.unwrap() >= 3, "67 % of four equal representatives are three");
    assert_eq!(election.voters.unwrap(), u64::try_from(election.votes.len()).unwrap());
    cemented_everywhere(&net, send.hash()).await;

    let receive = receiver.receive(send.hash(), raw);
    process(net.node(), &receive).await;
    let confirmed = witness.confirmation(receive.hash()).await;
    assert_eq!(confirmed.subtype, Some(Subtype::Receive));
    assert_eq!(confirmed.linked_account, Some(sender.account()));
    assert_eq!(confirmed.sideband.unwrap().height, 1);
    cemented_everywhere(&net, receive.hash()).await;
    let balance = net.node().ledger().account(&receiver.account()).unwrap().unwrap().balance;
    assert_eq!(balance, Amount::from_raw(raw));
    net.stop().await.unwrap();

    check_order(&witness.events(), &[send.hash(), receive.hash()]);
    for (block, other) in [(&send, receiver.account()), (&receive, sender.account())] {
        let events = witness.events();
        let stored = events.iter().find_map(|event| match event {
            Event::NewUnconfirmedBlock(stored) if stored.block.hash() == block.hash() => {
                Some(stored)
            }
            _ => None,
        });
        let stored = stored.unwrap();
        assert_eq!(stored.linked_account, Some(other));
        assert_eq!(stored.amount, Some(Amount::from_raw(raw)));
    }
}

/// Stored, then elected, then enough final votes, then confirmed: each exactly once for each block.
fn check_order(events: &[Event], hashes: &[banano_primitives::BlockHash]) {
    let lines: Vec<String> = events.iter().map(line).collect();
    for hash in hashes {
        let place = |word: &str| {
            let wanted = format!("{word} {hash}");
            let places: Vec<usize> =
                (0..lines.len()).filter(|place| lines[*place] == wanted).collect();
            assert_eq!(places.len(), 1, "{word}: {lines:#?}");
            places[0]
        };
        let (stored, started, confirmed) = (place("new"), place("started"), place("active_quorum"));
        assert!(stored < started && started < confirmed, "{lines:#?}");
        let is_final = |event: &&Event| {
            matches!(event, Event::Vote(vote) if vote.vote.hashes == [*hash]
                && vote.vote.timestamp == VoteTimestamp::FINAL && vote.code == VoteCode::Vote)
        };
        assert!(
            events[started..confirmed].iter().filter(is_final).count() >= 3,
            "three final votes come before: {lines:#?}"
        );
    }
    let stopped = lines.iter().filter(|line| line.starts_with("stopped")).count();
    assert_eq!(stopped, 0, "a winner is never told of as stopped: {lines:#?}");
}
