//! Votes that are new, final, or for no election: C112 to C119.

use std::time::Duration;

use banano_node::{DevConfig, LedgerRead as _, VotePolicy};
use serde_json::{Value, json};

use crate::network::Network;
use crate::wallet::{Wallet, key};

/// The timestamp of a final vote.
const FINAL: &str = "18446744073709551615";

/// Every type of vote.
fn all() -> Value {
    json!({"include_replays": true, "include_indeterminate": true})
}

fn is_about(vote: &Value, hash: &str) -> bool {
    vote["message"]["blocks"].as_array().unwrap().iter().any(|it| it == hash)
}

fn kind(vote: &Value) -> &str {
    vote["message"]["type"].as_str().unwrap()
}

#[test]
fn c112_c113_normal_votes_then_final_ones() {
    let network = Network::start();
    let mut client = network.subscriber("vote", &Value::Null);
    let block = Wallet::funded(&network, 0).send(key(1).account(), 1);
    network.process(&block);
    let hash = block.hash().to_string();
    let is_final = |vote: &Value| vote["message"]["timestamp"] == FINAL;
    let votes = client.until(|vote| is_final(vote) && is_about(vote, &hash));
    assert!(!is_final(&votes[0]), "{votes:?}");
    let representatives: Vec<String> =
        network.node().dev().unwrap().representatives().iter().map(ToString::to_string).collect();
    for vote in &votes {
        let message = &vote["message"];
        let members: Vec<_> = message.as_object().unwrap().keys().map(String::as_str).collect();
        let mut want =
            ["account", "signature", "sequence", "timestamp", "duration", "blocks", "type"];
        want.sort_unstable();
        assert_eq!(members, want);
        assert!(representatives.iter().any(|it| message["account"] == **it), "{vote}");
        assert_eq!(message["sequence"], message["timestamp"]);
        let timestamp: u64 = message["timestamp"].as_str().unwrap().parse().unwrap();
        let duration: u64 = message["duration"].as_str().unwrap().parse().unwrap();
        assert!(
            if is_final(vote) { duration == 15 } else { timestamp.is_multiple_of(16) },
            "{vote}"
        );
        let signature = message["signature"].as_str().unwrap();
        let is_decimal = signature.bytes().all(|byte| byte.is_ascii_digit());
        assert!(is_decimal && signature.len() <= 155 && !signature.starts_with('0'), "{vote}");
        assert_eq!(kind(vote), "vote");
    }
}

#[test]
fn c114_c116_a_vote_for_what_is_in_no_election_is_indeterminate() {
    let network = Network::with(&DevConfig {
        confirm: VotePolicy::Manual,
        election_life: Some(Duration::from_millis(200)),
        ..DevConfig::default()
    });
    let mut stopped = network.subscriber("stopped_election", &Value::Null);
    let mut client = network.subscriber("vote", &all());
    let block = Wallet::funded(&network, 0).send(key(1).account(), 1);
    network.process(&block);
    stopped.until_told("stopped_election", &block.hash());
    // Nobody voted in time. Another node begins anew, alone, and its representative votes.
    let [ours, other, ..] = network.net().nodes() else { panic!("four nodes") };
    let vote = network.wait(async {
        other.release(Some(block.hash())).await.unwrap();
        loop {
            for node in [ours, other] {
                while !node.active_elections().await.unwrap().is_empty() {
                    tokio::task::yield_now().await;
                }
            }
            other.block_confirm(block.hash()).await.unwrap();
            let vote = client.json();
            // Both nodes also begin anew by themselves, now and then, and ask how others voted for old blocks.
            if kind(&vote) != "vote" && is_about(&vote, &block.hash().to_string()) {
                break vote;
            }
        }
    });
    assert_eq!(kind(&vote), "indeterminate", "{vote}");
}

#[test]
fn c118_c119_votes_of_chosen_representatives() {
    let network = Network::start();
    let chosen = network.node().dev().unwrap().representatives()[2].to_string();
    let mut one = network.subscriber("vote", &json!({"representatives": [chosen]}));
    let mut all = network.subscriber("vote", &json!({"representatives": ["xrb_invalid"]}));
    let block = Wallet::funded(&network, 0).send(key(1).account(), 1);
    network.process(&block);
    let vote = one.json();
    assert_eq!(vote["message"]["account"], chosen);
    let votes = all.until(|other| other["message"] == vote["message"]);
    assert!(votes.iter().any(|vote| vote["message"]["account"] != chosen), "{votes:?}");
}

fn assert_is_of_a_representative(network: &Network, vote: &Value) {
    let representatives = network.node().dev().unwrap().representatives();
    let mut texts = representatives.iter().map(ToString::to_string);
    assert!(texts.any(|text| vote["message"]["account"] == text), "{vote}");
}

/// Pays until a vote of that type is told to a client with these options, and returns it.
fn until_told(network: &Network, options: &Value, wanted: &str) -> Value {
    let mut client = network.subscriber("vote", options);
    let mut payer = Wallet::funded(network, 0);
    loop {
        let block = payer.send(key(1).account(), 1);
        network.process(&block);
        network.cemented_by_all(block.hash());
        // The end of this payment's votes that came in time.
        let is_final = |vote: &Value| vote["message"]["timestamp"] == FINAL;
        let votes =
            client.until(|vote| is_final(vote) && is_about(vote, &block.hash().to_string()));
        if let Some(vote) = votes.into_iter().find(|vote| kind(vote) == wanted) {
            return vote;
        }
    }
}

#[test]
fn c114_a_vote_that_comes_after_the_quorum_is_late() {
    // Three of four representatives confirm; the fourth is often a moment later.
    let network = Network::start();
    let vote = until_told(&network, &json!({}), "late");
    assert_is_of_a_representative(&network, &vote);
}

#[test]
fn c116_a_vote_that_another_node_passed_on_is_a_replay() {
    let network = Network::start();
    // It has no representative, so it passes on what it takes, also to where that came from.
    let dev = network.node().dev().unwrap();
    let (_, joined) = network.wait(dev.join()).unwrap();
    network.wait(async {
        while joined.ledger().counts() != network.node().ledger().counts() {
            joined.stats().await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    let vote = until_told(&network, &json!({"include_replays": true}), "replay");
    assert_is_of_a_representative(&network, &vote);
}
