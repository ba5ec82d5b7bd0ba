//! What only a dev network can do.

use banano_node::{DevConfig, LedgerRead as _, VotePolicy};
use banano_primitives::Account;
use banano_rpc::Config;
use serde_json::{Value, json};

use crate::network::{BAN, Network, merged, small, text};

#[test]
fn the_faucet_pays_in_raw_and_in_ban() {
    let network = Network::start();
    let account = network.account(1);
    for (more, raw) in [
        (json!({}), BAN),
        (json!({"amount": "7"}), 7),
        (json!({"amount": 7}), 7),
        (json!({"amount_decimal": "1.5"}), 15 * BAN / 10),
        (json!({"amount_decimal": 2}), 2 * BAN),
    ] {
        let request = merged(json!({"action": "dev_faucet", "account": account}), &more);
        let paid = network.ask(&request);
        assert_eq!(paid["amount"], raw.to_string(), "{more}");
        let hash = text(&paid["hash"]).to_owned();
        let exists = json!({"action": "receivable_exists", "hash": hash});
        network.until(&exists, |answer| answer["exists"] == "1");
    }
}

#[test]
fn rows_of_what_the_faucet_refuses() {
    let network = Network::start();
    let account = network.account(1);
    let ask = |more: Value| {
        let request = merged(json!({"action": "dev_faucet", "account": account}), &more);
        network.error(&request)
    };
    assert_eq!(ask(json!({"account": "x"})), "Bad account number");
    assert_eq!(ask(json!({"amount": "x"})), "Invalid amount number");
    assert_eq!(ask(json!({"amount": "0"})), "Invalid amount number");
    assert_eq!(ask(json!({"amount": u128::MAX.to_string()})), "Insufficient balance");
    assert!(ask(json!({"amount_decimal": "1,5"})).contains("amount_decimal \"1,5\""));
    assert!(ask(json!({"amount": 1, "amount_decimal": 1})).contains("not both"));
}

#[test]
fn held_back_votes_are_given_on_request() {
    let manual = DevConfig { confirm: VotePolicy::Manual, ..small() };
    let network = Network::with(manual, Config::default());
    let one = network.process(&network.send_block(0, network.account(1), 1));
    let two = network.process(&network.send_block(1, network.account(2), 1));
    let confirmed = |hash| {
        let info = network.ask(&json!({"action": "block_info", "hash": hash}));
        text(&info["confirmed"]).to_owned()
    };
    assert_eq!((confirmed(one), confirmed(two)), ("false".to_owned(), "false".to_owned()));
    let answer = network.ask(&json!({"action": "dev_confirm", "hash": one}));
    assert_eq!(answer, json!({"started": "1"}));
    network.wait_confirmed(one);
    assert_eq!(confirmed(two), "false");
    network.ask(&json!({"action": "dev_confirm"}));
    network.wait_confirmed(two);
    for (hash, want) in [("x", "Invalid block hash"), ("AB", "Block not found")] {
        assert_eq!(network.error(&json!({"action": "dev_confirm", "hash": hash})), want);
    }
    assert_eq!(
        network.error(&json!({"action": "dev_faucet", "account": Account::ZERO, "amount": "x"})),
        "Invalid amount number"
    );
    assert_eq!(
        network.error(&json!({"action": "dev_faucet", "amount": "1"})),
        "Give account: whom the faucet is to pay"
    );
}

/// Answers of a network that holds its votes back until it is told to give them.
fn paused() -> Network {
    let network = Network::start();
    assert_eq!(network.ask(&json!({"action": "dev_pause_votes"})), json!({"paused": "true"}));
    network
}

#[test]
fn paused_representatives_vote_when_they_go_on() {
    let network = paused();
    let hash = network.process(&network.send_block(0, network.account(1), 1));
    let info = json!({"action": "block_info", "hash": hash});
    // One of two representatives has too little weight to confirm alone.
    network.ask(&json!({"action": "dev_pause_votes", "paused": false, "index": 0}));
    assert_eq!(network.ask(&info)["confirmed"], "false");
    network.ask(&json!({"action": "dev_pause_votes", "paused": false}));
    network.wait_confirmed(hash);
}

#[test]
fn a_fork_of_a_block_joins_its_election() {
    let network = paused();
    let block = network.send_block(0, network.account(1), 1);
    let hash = network.process(&block);
    let forked = network.ask(&json!({"action": "dev_fork", "hash": hash}));
    assert_eq!(forked["hash"], hash.to_string(), "{forked}");
    let rival = text(&forked["fork"]);
    let info = json!({"action": "confirmation_info", "root": block.qualified_root()});
    let blocks = network.ask(&info)["blocks"].clone();
    let candidates: Vec<&String> = blocks.as_object().unwrap().keys().collect();
    assert_eq!(candidates.len(), 2, "{candidates:?}");
    assert!(candidates.contains(&&rival.to_owned()), "{candidates:?}");
    network.ask(&json!({"action": "dev_pause_votes", "paused": false}));
    network.wait_confirmed(hash);
    let late = network.error(&json!({"action": "dev_fork", "hash": hash}));
    assert!(late.contains("confirmed"), "{late}");
}

#[test]
fn a_fork_of_an_account_has_two_blocks_for_one_place() {
    for publish in ["others", "all"] {
        let network = paused();
        let account = network.account(2);
        let fork = json!({"action": "dev_fork", "account": account, "publish": publish});
        let forked = network.ask(&fork);
        let rival = text(&forked["fork"]).to_owned();
        assert_ne!(forked["hash"], rival.as_str(), "{forked}");
        let active = network.ask(&json!({"action": "confirmation_active"}));
        assert_eq!(active["unconfirmed"], "1");
        let info = json!({"action": "confirmation_info", "root": active["confirmations"][0]});
        let blocks = network.ask(&info)["blocks"].clone();
        assert_eq!(blocks.as_object().unwrap().len(), 2, "{publish}: {blocks}");
        // Node 1 holds the first block; the other node holds what it heard first.
        let net = network.net.as_ref().unwrap();
        let other: Vec<bool> = ["hash", "fork"]
            .into_iter()
            .map(|name| text(&forked[name]).parse().unwrap())
            .map(|hash| net.nodes()[1].ledger().block(&hash).unwrap().is_some())
            .collect();
        assert_eq!(other, [publish == "all", publish == "others"]);
    }
}

#[test]
fn rows_of_what_has_no_fork() {
    let network = Network::start();
    let stranger = Account::from_bytes([9; 32]);
    for (more, want) in [
        (json!({}), "only one of them"),
        (json!({"account": network.account(0), "hash": "AB"}), "only one of them"),
        (json!({"account": stranger}), "none of the funded accounts"),
        (json!({"hash": "AB"}), "Block not found"),
        (json!({"account": network.account(0), "publish": "x"}), "give others"),
    ] {
        let error = network.error(&merged(json!({"action": "dev_fork"}), &more));
        assert!(error.contains(want), "{more}: {error}");
    }
    for (more, want) in [
        (json!({"paused": "maybe"}), "give true or false"),
        (json!({"index": 2}), "there are 2"),
        (json!({"index": "x"}), "Invalid index"),
    ] {
        let error = network.error(&merged(json!({"action": "dev_pause_votes"}), &more));
        assert!(error.contains(want), "{more}: {error}");
    }
    for (more, want) in [
        (json!({}), "No WebSocket server"),
        (json!({"address": "x"}), "Invalid IP address"),
        (json!({"port": "x"}), "Invalid port"),
        (json!({"count": "x"}), "Invalid count"),
    ] {
        for action in ["dev_disconnect", "dev_delay"] {
            let error = network.error(&merged(json!({"action": action}), &more));
            assert!(error.contains(want), "{action} {more}: {error}");
        }
    }
    for ms in ["0", "600001", "x"] {
        let error = network.error(&json!({"action": "dev_delay", "ms": ms}));
        assert!(error.contains("Invalid ms"), "{ms}: {error}");
    }
}

#[test]
fn a_network_without_an_owner_who_can_begin_it_anew_says_so() {
    let network = Network::start();
    let error = network.error(&json!({"action": "dev_reset"}));
    assert!(error.contains("begin the network anew"), "{error}");
}
