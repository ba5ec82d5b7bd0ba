//! Commands about accounts: shapes, options, errors.

use banano_primitives::{Account, Seed};
use serde_json::{Value, json};

use crate::network::{BAN, Network, check_habits, keys, merged, text};

const NOBODY: &str = "ban_1burnbabyburndiscoinferno111111111111111111111111111aj49sw3w";

#[test]
fn rows_of_refusals() {
    let network = Network::start();
    let rows = [
        (json!({"action": "account_info"}), "Unable to parse JSON"),
        (json!({"action": "account_info", "account": ""}), "Bad account number"),
        (json!({"action": "account_info", "account": "ban_1"}), "Bad account number"),
        (json!({"action": "account_info", "account": 7}), "Bad account number"),
        (json!({"action": "account_info", "account": {}}), "Bad account number"),
        (json!({"action": "account_info", "account": NOBODY}), "Account not found"),
        (json!({"action": "account_balance", "account": "x"}), "Bad account number"),
        (json!({"action": "account_representative", "account": NOBODY}), "Account not found"),
        (json!({"action": "account_block_count", "account": NOBODY}), "Account not found"),
        (json!({"action": "account_get", "key": "xyz"}), "Bad public key"),
        (json!({"action": "account_get", "key": "0".repeat(65)}), "Bad public key"),
        (json!({"action": "accounts_balances"}), "Unable to parse JSON"),
        (json!({"action": "accounts_balances", "accounts": []}), "Empty response"),
        (json!({"action": "frontiers", "account": NOBODY}), "Unable to parse JSON"),
        (json!({"action": "frontiers", "account": NOBODY, "count": 0}), "Invalid count"),
        (json!({"action": "frontiers", "account": NOBODY, "count": "ten"}), "Invalid count"),
        (
            json!({"action": "delegators", "account": NOBODY, "threshold": "-1"}),
            "Bad threshold number",
        ),
        (json!({"action": "ledger", "modified_since": "x"}), "Invalid timestamp"),
    ];
    for (request, want) in rows {
        assert_eq!(network.error(&request), want, "{request}");
    }
}

#[test]
fn an_account_is_told_with_its_documented_members_in_their_order() {
    let network = Network::start();
    let account = network.account(0);
    let rows = [
        (
            json!({}),
            "frontier open_block representative_block balance balance_decimal modified_timestamp block_count \
             account_version confirmation_height confirmation_height_frontier",
        ),
        (
            json!({"representative": "true", "weight": 1, "pending": true}),
            "frontier open_block representative_block balance balance_decimal modified_timestamp block_count \
             account_version confirmation_height confirmation_height_frontier representative weight weight_decimal \
             weight_decimal_millions pending pending_decimal receivable receivable_decimal",
        ),
        (
            json!({"include_confirmed": "1", "representative": true, "receivable": "true"}),
            "frontier open_block representative_block balance balance_decimal confirmed_balance \
             confirmed_balance_decimal modified_timestamp block_count account_version confirmed_height \
             confirmed_frontier representative confirmed_representative pending pending_decimal receivable \
             receivable_decimal confirmed_pending confirmed_pending_decimal confirmed_receivable \
             confirmed_receivable_decimal",
        ),
    ];
    for (options, want) in rows {
        let request = merged(json!({"action": "account_info", "account": account}), &options);
        let answer = network.post(&request.to_string());
        assert_eq!(keys(&answer).join(" "), want, "{options}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        check_habits(&answer);
        assert_eq!(answer["balance"], (1000 * BAN).to_string());
        assert_eq!(answer["balance_decimal"], "1000.0");
        assert_eq!(answer["block_count"], "1");
        assert_eq!(answer["frontier"], answer["open_block"]);
    }
}

#[test]
fn balances_count_what_is_confirmed_unless_told_otherwise() {
    let network = Network::with(
        banano_node::DevConfig {
            confirm: banano_node::VotePolicy::Never,
            ..crate::network::small()
        },
        banano_rpc::Config::default(),
    );
    let (sender, receiver) = (network.account(0), network.account(1));
    network.process(&network.send_block(0, receiver, BAN / 2));
    let balance = |account: Account, options: Value| {
        let request = merged(json!({"action": "account_balance", "account": account}), &options);
        let answer = network.ask(&request);
        assert_eq!(answer["pending"], answer["receivable"]);
        let part = |name: &str| text(&answer[name]).to_owned();
        (part("balance_decimal"), part("receivable_decimal"))
    };
    let row = |balance: &str, receivable: &str| (balance.to_owned(), receivable.to_owned());
    assert_eq!(balance(sender, json!({})), row("1000.0", "0.0"));
    assert_eq!(balance(receiver, json!({})), row("1000.0", "0.0"));
    let all = json!({"include_only_confirmed": "false"});
    assert_eq!(balance(sender, all.clone()), row("999.5", "0.0"));
    assert_eq!(balance(receiver, all), row("1000.0", "0.5"));
    let both = network.ask(&json!({
        "action": "accounts_balances", "accounts": [receiver], "include_only_confirmed": false
    }));
    assert_eq!(both["balances"][receiver.to_string()]["receivable_decimal"], "0.5");
    let info = network.ask(&json!({
        "action": "account_info", "account": sender, "include_confirmed": true
    }));
    assert_eq!(info["balance_decimal"], "999.5");
    assert_eq!(info["confirmed_balance_decimal"], "1000.0");
    assert_eq!((text(&info["block_count"]), text(&info["confirmed_height"])), ("2", "1"));
}

#[test]
fn an_unopened_account_has_a_balance_of_nothing() {
    let network = Network::start();
    let answer = network.post(&json!({"action": "account_balance", "account": NOBODY}).to_string());
    assert_eq!(
        answer,
        r#"{"balance":"0","balance_decimal":"0.0","pending":"0","pending_decimal":"0.0","receivable":"0","receivable_decimal":"0.0"}"#
    );
}

#[test]
fn lists_answer_what_they_can_and_name_what_they_cannot() {
    let network = Network::start();
    let account = network.account(0).to_string();
    for (action, name) in
        [("accounts_frontiers", "frontiers"), ("accounts_representatives", "representatives")]
    {
        let mixed = network.ask(&json!({"action": action, "accounts": [account, "bad", NOBODY]}));
        assert!(mixed[name][&account].is_string(), "{mixed}");
        assert_eq!(
            mixed["errors"],
            json!({"bad": "Bad account number", NOBODY: "Account not found"})
        );
        let fine = network.ask(&json!({"action": action, "accounts": [account]}));
        assert!(fine.get("errors").is_none(), "{fine}");
        let none = network.ask(&json!({"action": action, "accounts": ["bad"]}));
        assert_eq!(none, json!({"errors": {"bad": "Bad account number"}}));
    }
    let balances =
        network.ask(&json!({"action": "accounts_balances", "accounts": [account, NOBODY, "bad"]}));
    assert_eq!(balances["balances"][&account]["balance_decimal"], "1000.0");
    assert_eq!(balances["balances"][NOBODY]["balance"], "0");
    assert_eq!(balances["errors"], json!({"bad": "Bad account number"}));
}

#[test]
fn every_prefix_is_read_and_the_networks_own_is_written() {
    let network = Network::start();
    let body = network.account(0).to_string()["ban_".len()..].to_owned();
    for prefix in ["ban_", "nano_", "xrb_", "ban-", "nano-", "xrb-"] {
        let request =
            json!({"action": "account_representative", "account": format!("{prefix}{body}")});
        let answer = network.ask(&request);
        assert!(text(&answer["representative"]).starts_with("ban_"), "{answer}");
        let dash = prefix.ends_with('-');
        assert_eq!(answer.get("deprecated_account_format").is_some(), dash, "{prefix}");
    }
}

#[test]
fn keys_and_accounts_are_two_writings_of_one_thing() {
    let network = Network::start();
    let account = Seed::from_bytes([7; 32]).key_pair(0).account();
    let key = network.ask(&json!({"action": "account_key", "account": account}));
    let back = network.ask(&json!({"action": "account_get", "key": key["key"]}));
    assert_eq!(back, json!({"account": account}));
    for (account, valid) in [(account.to_string(), "1"), ("ban_1".to_owned(), "0")] {
        let answer = network.ask(&json!({"action": "validate_account_number", "account": account}));
        assert_eq!(answer, json!({"valid": valid}));
    }
}

#[test]
fn delegators_are_found_by_balance_and_page_by_page() {
    let network = Network::start();
    let info = network.ask(&json!({
        "action": "account_info", "account": network.account(0), "representative": true
    }));
    let representative = text(&info["representative"]).to_owned();
    let ask = |more: Value| {
        let request = merged(json!({"action": "delegators", "account": representative}), &more);
        let answer = network.post(&request.to_string());
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["delegators"].as_object().cloned().unwrap_or_default()
    };
    let all = ask(json!({}));
    assert_eq!(all[&network.account(0).to_string()], (1000 * BAN).to_string());
    let count = network.ask(&json!({"action": "delegators_count", "account": representative}));
    assert_eq!(count["count"], all.len().to_string());
    // The representative itself holds far more than the funded accounts.
    let rich = ask(json!({"threshold": (1001 * BAN).to_string()}));
    assert!(!rich.is_empty() && rich.len() < all.len(), "{rich:?}");
    let mut paged = Vec::new();
    let mut start = json!({"count": 1});
    loop {
        let page = ask(start.clone());
        let Some(account) = page.keys().next().cloned() else { break };
        start["start"] = json!(account);
        paged.push(account);
    }
    assert_eq!(paged.len(), all.len());
    assert_eq!(ask(json!({"count": 0})).len(), 0);
}

#[test]
fn the_ledger_is_listed_whole_or_in_parts() {
    let network = Network::start();
    let count: usize =
        text(&network.ask(&json!({"action": "frontier_count"}))["count"]).parse().unwrap();
    let zero = Account::ZERO;
    let frontiers = network.ask(&json!({"action": "frontiers", "account": zero, "count": "-1"}));
    assert_eq!(frontiers["frontiers"].as_object().unwrap().len(), count);
    let one = network.ask(&json!({"action": "frontiers", "account": zero, "count": 1}));
    assert_eq!(one["frontiers"].as_object().unwrap().len(), 1);
    let ledger = network
        .ask(&json!({"action": "ledger", "pending": true, "weight": true, "representative": true}));
    let ledger = ledger["accounts"].as_object().unwrap();
    assert_eq!(ledger.len(), count);
    assert_eq!(ledger[&network.account(0).to_string()]["balance_decimal"], "1000.0");
    let richest =
        network.post(&json!({"action": "ledger", "sorting": true, "count": 2}).to_string());
    let richest: Value = serde_json::from_str(&richest).unwrap();
    assert_eq!(richest["accounts"].as_object().unwrap().len(), 2);
    let none = network.ask(&json!({"action": "ledger", "modified_since": u64::MAX}));
    assert_eq!(none["accounts"], "");
}
