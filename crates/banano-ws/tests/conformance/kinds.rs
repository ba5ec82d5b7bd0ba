//! The three kinds of confirmation, by their causes: C070, C081, C099, and `block_confirm`.

use banano_node::{DevConfig, VotePolicy};
use banano_primitives::BlockHash;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Client, hash_of};
use crate::network::Network;
use crate::wallet::{Wallet, key};

/// A network whose first node lost its ledger: it fetches all blocks from the others, which have
/// confirmed them, and which vote only for what they are told to. Returns a chain of one account that
/// they confirmed.
fn late_joiner(topics: &[(&str, Value)]) -> (Network, Vec<Client>, Vec<BlockHash>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let config =
        DevConfig { accounts: 1, data: Some(folder.path().join("data")), ..DevConfig::default() };
    let network = Network::with(&config);
    let mut client = network.subscriber("confirmation", &Value::Null);
    let mut payer = Wallet::funded(&network, 0);
    let mut chain = vec![payer.head()];
    for raw in 1..=3 {
        let block = payer.send(key(1).account(), raw);
        network.process(&block);
        client.until_told("confirmation", &block.hash());
        chain.push(block.hash());
    }
    network.cemented_by_all(chain[3]);
    network.stop();
    std::fs::remove_dir_all(folder.path().join("data/node-1")).unwrap();
    let config = DevConfig { confirm: VotePolicy::Manual, ..config };
    let (network, clients) = Network::watched(&config, topics);
    (network, clients, chain, folder)
}

/// Hash and kind of each.
fn told(events: &[Value]) -> Vec<(&str, &str)> {
    let kind = |event: &'_ Value| -> &'static str {
        match event["message"]["confirmation_type"].as_str().unwrap() {
            "active_quorum" => "quorum",
            "active_confirmation_height" => "height",
            "inactive" => "inactive",
            other => panic!("{other}"),
        }
    };
    events.iter().map(|event| (hash_of(event), kind(event))).collect()
}

#[test]
fn c070_c081_c099_a_successor_confirms_what_it_stands_on() {
    let info = json!({"include_election_info_with_votes": true});
    let wishes = [
        info.clone(),
        json!({"confirmation_type": "active"}),
        json!({"confirmation_type": "ACTIVE_Quorum"}),
        json!({"confirmation_type": "active_confirmation_height"}),
        json!({"confirmation_type": "inactive"}),
        json!({"confirmation_type": "rubbish"}),
    ];
    let mut topics: Vec<_> = wishes.iter().map(|it| ("confirmation", it.clone())).collect();
    topics.push(("started_election", Value::Null));
    topics.push(("new_unconfirmed_block", Value::Null));
    let (network, mut clients, chain, _folder) = late_joiner(&topics);
    let [mut stored, mut elections] = [clients.pop().unwrap(), clients.pop().unwrap()];
    let head = chain[chain.len() - 1];
    stored.until_told("new_unconfirmed_block", &head);
    // The node is behind: it asks about the oldest block it has fetched. Now about the newest, too.
    let first = elections.json();
    network.block_confirm(head);
    elections.until_told("started_election", &head);
    network.release(Some(head));

    let events = clients[0].until_told("confirmation", &head);
    let told = told(&events);
    assert_eq!(told[told.len() - 1], (head.to_string().as_str(), "quorum"));
    let place = |hash: &str| told.iter().position(|(it, _)| *it == hash);
    assert_eq!(told[place(hash_of(&first)).unwrap()].1, "height", "it had an election");
    let places: Vec<_> = chain.iter().map(|hash| place(&hash.to_string()).unwrap()).collect();
    assert!(places.is_sorted(), "oldest first: {told:?}");
    for kind in ["quorum", "height", "inactive"] {
        assert!(told.iter().any(|(_, it)| *it == kind), "no {kind}: {told:?}");
    }
    for event in &events[..events.len() - 1] {
        let info = event["message"]["election_info"].as_object().unwrap();
        for name in ["duration", "tally", "final", "blocks", "voters", "request_count"] {
            assert_eq!(info[name], "0", "{name}");
        }
        assert_eq!(info["tally_decimal"], "0.0");
        assert_eq!(info["votes"], "");
        assert_eq!(info["time"].as_str().unwrap().len(), 13);
    }
    assert_ne!(events[events.len() - 1]["message"]["election_info"]["tally"], "0");

    let kinds: [&[&str]; 6] = [
        &[],
        &["quorum", "height"],
        &["quorum"],
        &["height"],
        &["inactive"],
        &["quorum", "height", "inactive"],
    ];
    for (client, kinds) in clients.iter_mut().zip(kinds) {
        for (hash, _) in told.iter().filter(|(_, kind)| kinds.contains(kind)) {
            assert_eq!(hash_of(&client.json()), *hash, "{kinds:?}");
        }
    }
}

#[test]
fn block_confirm_tells_a_confirmed_block_again() {
    let network = Network::start();
    let options = json!({"include_election_info_with_votes": true});
    let mut client = network.subscriber("confirmation", &options);
    let block = Wallet::funded(&network, 0).send(key(1).account(), 1);
    network.process(&block);
    client.until_told("confirmation", &block.hash());
    network.block_confirm(block.hash());
    let again = client.json();
    assert_eq!(told(std::slice::from_ref(&again)), [(block.hash().to_string().as_str(), "height")]);
    let info = &again["message"]["election_info"];
    assert_eq!((&info["blocks"], &info["tally"]), (&"1".into(), &"0".into()), "6.1.1");
}
