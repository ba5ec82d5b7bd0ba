//! Elections that begin, win, lose and run out: C126 to C129.

use std::time::Duration;

use banano_node::{DevConfig, ProcessResult, Publication, VotePolicy};
use serde_json::Value;

use crate::client::{Client, hashes};
use crate::network::Network;
use crate::wallet::{Wallet, key};

const TOPICS: [&str; 3] = ["started_election", "stopped_election", "confirmation"];

/// A client that sees the whole life of an election.
fn observer(network: &Network) -> Client {
    let mut client = network.subscriber(TOPICS[0], &Value::Null);
    client.subscribe(TOPICS[1], &Value::Null);
    client.subscribe(TOPICS[2], &Value::Null);
    client
}

/// Waits until no election runs any more, begins another, and returns all that came before it.
fn all_before_another(network: &Network, client: &mut Client) -> Vec<Value> {
    network.wait(async {
        while !network.node().active_elections().await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    });
    let mark = Wallet::funded(network, 9).send(key(9).account(), 1);
    network.process(&mark);
    let mut events = client.until_told("started_election", &mark.hash());
    events.pop();
    events
}

#[test]
fn c126_c128_a_fork_joins_the_election_and_the_loser_is_told() {
    let network = Network::with(&DevConfig { confirm: VotePolicy::Manual, ..DevConfig::default() });
    let mut client = observer(&network);
    let mut payer = Wallet::funded(&network, 0);
    let mut rival = payer.clone();
    let (one, other) = (payer.send(key(1).account(), 1), rival.send(key(2).account(), 2));
    network.process(&one);
    assert_eq!(network.offer(&other), ProcessResult::Fork);
    network.release(Some(one.hash()));
    let mut events = client.until_told("confirmation", &one.hash());
    events.extend(all_before_another(&network, &mut client));
    assert_eq!(hashes(&events, "started_election"), [one.hash().to_string()]);
    assert_eq!(hashes(&events, "stopped_election"), [other.hash().to_string()]);
    assert_eq!(hashes(&events, "confirmation"), [one.hash().to_string()]);
    let started = events.iter().find(|event| event["topic"] == "started_election").unwrap();
    assert_eq!(started["message"].as_object().unwrap().len(), 1, "a hash alone");
}

#[test]
fn c126_c128_a_fork_that_the_network_was_told_two_ways_has_one_winner() {
    let network = Network::start();
    let mut client = observer(&network);
    let account = network.net().accounts()[0].keypair.account();
    let dev = network.node().dev().unwrap();
    let fork = network.wait(dev.fork_account(account, Publication::default())).unwrap();
    let pair = [fork.first.to_string(), fork.rival.to_string()];
    let mut events = client.until(|event| event["topic"] == "confirmation");
    events.extend(all_before_another(&network, &mut client));
    let [winner] = &hashes(&events, "confirmation")[..] else { panic!("{events:?}") };
    let [started] = &hashes(&events, "started_election")[..] else { panic!("{events:?}") };
    assert!(pair.contains(winner) && pair.contains(started), "{events:?}");
    for loser in hashes(&events, "stopped_election") {
        assert!(pair.contains(&loser) && loser != *winner, "{events:?}");
    }
}

#[test]
fn c127_an_election_that_runs_out_is_told() {
    let network = Network::with(&DevConfig {
        nodes: 2,
        confirm: VotePolicy::Never,
        election_life: Some(Duration::from_millis(200)),
        ..DevConfig::default()
    });
    let mut client = observer(&network);
    let block = Wallet::funded(&network, 0).send(key(1).account(), 1);
    network.process(&block);
    let hash = block.hash().to_string();
    let events = client.until_told("stopped_election", &hash);
    assert_eq!(hashes(&events, "started_election"), [hash.as_str()]);
    assert_eq!(hashes(&events, "stopped_election"), [hash]);
    assert!(hashes(&events, "confirmation").is_empty());
}

#[test]
fn c127_a_forced_rival_ends_the_election() {
    let network =
        Network::with(&DevConfig { nodes: 1, confirm: VotePolicy::Manual, ..DevConfig::default() });
    let mut client = observer(&network);
    let mut payer = Wallet::funded(&network, 0);
    let mut rival = payer.clone();
    let (one, other) = (payer.send(key(1).account(), 1), rival.send(key(2).account(), 2));
    network.process(&one);
    let forced = network.wait(network.node().process(other.clone(), true)).unwrap();
    assert_eq!(forced, ProcessResult::Progress);
    network.release(Some(other.hash()));
    let events = client.until_told("confirmation", &other.hash());
    assert_eq!(
        hashes(&events, "stopped_election"),
        [one.hash().to_string()],
        "{events:?} {}",
        other.hash()
    );
    let started = hashes(&events, "started_election");
    assert_eq!(started, [one.hash().to_string(), other.hash().to_string()]);
}

#[test]
fn c129_the_winner_of_an_election_without_rival_does_not_stop() {
    let network = Network::start();
    let mut client = observer(&network);
    let block = Wallet::funded(&network, 0).send(key(1).account(), 1);
    network.process(&block);
    let mut events = client.until_told("confirmation", &block.hash());
    events.extend(all_before_another(&network, &mut client));
    let told: Vec<_> = events.iter().map(|event| event["topic"].as_str().unwrap()).collect();
    assert_eq!(told, ["started_election", "confirmation"]);
}
