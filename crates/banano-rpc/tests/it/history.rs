//! `account_history`: what a wallet shows.

use banano_primitives::Account;
use serde_json::{Value, json};

use crate::network::{BAN, Network, check_habits, keys, merged, text};

/// Account 0: opened, paid 1 BAN to account 1, changed its representative, paid 2 BAN to account 2.
fn network() -> Network {
    let network = Network::start();
    network.pay(0, network.account(1), BAN);
    let change = network.next(&network.key(0), |state| {
        state.representative = network.account(1);
    });
    network.process(&change);
    network.pay(0, network.account(2), 2 * BAN);
    network
}

fn history(network: &Network, options: Value) -> Value {
    let mut request = json!({"action": "account_history", "count": -1});
    if options.get("head").is_none() {
        request["account"] = json!(network.account(0));
    }
    network.ask(&merged(request, &options))
}

fn types(answer: &Value, name: &str) -> Vec<String> {
    let entries = answer["history"].as_array().cloned().unwrap_or_default();
    entries.iter().map(|entry| text(&entry[name]).to_owned()).collect()
}

#[test]
fn a_wallet_sees_who_paid_whom_how_much() {
    let network = network();
    let answer = history(&network, json!({}));
    check_habits(&answer);
    assert_eq!(answer["account"], network.account(0).to_string());
    assert_eq!(types(&answer, "type"), ["send", "send", "receive"]);
    assert_eq!(types(&answer, "amount_decimal"), ["2.0", "1.0", "1000.0"]);
    assert_eq!(types(&answer, "height"), ["4", "2", "1"]);
    assert_eq!(types(&answer, "confirmed"), ["true", "true", "true"]);
    assert_eq!(answer["history"][0]["account"], network.account(2).to_string());
    assert!(answer.get("previous").is_none(), "{answer}");
    let first = serde_json::to_string(&answer["history"][0]).unwrap();
    let mut members = keys(&first);
    members.sort();
    let mut want: Vec<&str> =
        "type account amount amount_decimal local_timestamp height hash confirmed"
            .split(' ')
            .collect();
    want.sort_unstable();
    assert_eq!(members, want);
}

#[test]
fn raw_shows_every_block_with_its_fields() {
    let network = network();
    let answer = history(&network, json!({"raw": "true"}));
    check_habits(&answer);
    assert_eq!(types(&answer, "type"), ["state"; 4]);
    assert_eq!(types(&answer, "subtype"), ["send", "change", "send", "receive"]);
    let change = &answer["history"][1];
    assert_eq!(change["representative"], network.account(1).to_string());
    assert!(change.get("amount").is_none(), "{change}");
    for member in
        ["representative", "link", "balance", "balance_decimal", "previous", "work", "signature"]
    {
        assert!(change[member].is_string(), "{member}");
    }
}

#[test]
fn parts_tell_where_the_next_one_begins() {
    let network = network();
    let newest = history(&network, json!({"count": "1"}));
    assert_eq!(types(&newest, "height"), ["4"]);
    let older = history(&network, json!({"count": 1, "head": newest["previous"]}));
    assert_eq!(types(&older, "height"), ["2"], "the change is passed over");
    assert_eq!(older["account"], network.account(0).to_string());
    let oldest = history(&network, json!({"count": 1, "reverse": true}));
    assert_eq!(types(&oldest, "height"), ["1"]);
    let newer = history(&network, json!({"reverse": "true", "head": oldest["next"]}));
    assert_eq!(types(&newer, "height"), ["2", "4"]);
    assert!(newer.get("next").is_none(), "{newer}");
    assert_eq!(types(&history(&network, json!({"offset": 1})), "height"), ["2", "1"]);
    let past = history(&network, json!({"offset": 9}));
    assert_eq!(past["history"], "");
}

#[test]
fn a_filter_keeps_what_concerns_its_accounts() {
    let network = network();
    for raw in [false, true] {
        let only = json!({"account_filter": [network.account(2)], "raw": raw});
        assert_eq!(types(&history(&network, only), "height"), ["4"], "raw: {raw}");
    }
    let nobody = history(&network, json!({"account_filter": [Account::ZERO]}));
    assert_eq!(nobody["history"], "");
    let bad = json!({"action": "account_history", "account": network.account(0), "count": 1, "account_filter": ["x"]});
    assert_eq!(network.error(&bad), "Bad account number");
}

#[test]
fn the_genesis_block_is_shown_as_its_kind_is() {
    let network = Network::start();
    let genesis = network.ask(&json!({"action": "version"}))["network_identifier"].clone();
    let plain = history(&network, json!({"head": genesis}));
    assert_eq!(types(&plain, "type"), ["receive"]);
    assert_eq!(types(&plain, "amount"), [u128::MAX.to_string()]);
    let raw = history(&network, json!({"head": genesis, "raw": 1}));
    assert_eq!(types(&raw, "type"), ["open"]);
    assert_eq!(raw["history"][0]["opened"], raw["account"]);
}

#[test]
fn rows_of_refusals() {
    let network = Network::start();
    let account = network.account(0);
    let stranger = "ban_1burnbabyburndiscoinferno111111111111111111111111111aj49sw3w";
    for (options, want) in [
        (json!({"account": account}), "Unable to parse JSON"),
        (json!({"account": account, "count": "0"}), "Invalid count"),
        (json!({"account": account, "count": "x"}), "Invalid count"),
        (json!({"account": "x", "count": 1}), "Bad account number"),
        (json!({"count": 1}), "Unable to parse JSON"),
        (json!({"account": account, "count": 1, "head": "x"}), "Bad hash number"),
        (json!({"account": account, "count": 1, "head": "AB"}), "Block not found"),
        (json!({"account": account, "count": 1, "offset": "x"}), "Invalid offset"),
        (json!({"account": stranger, "count": 1, "reverse": true}), "Account not found"),
    ] {
        let mut request = options;
        request["action"] = json!("account_history");
        assert_eq!(network.error(&request), want, "{request}");
    }
    let unopened =
        network.ask(&json!({"action": "account_history", "account": stranger, "count": 1}));
    assert_eq!(unopened, json!({"account": stranger, "history": ""}));
}
