//! What only a dev network can do.

use banano_node::{DevConfig, VotePolicy};
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
}
