//! The node's wallets as tip bots use them.

use serde_json::{Value, json};

use crate::network::{BAN, Network, check_habits, keys, merged, text};

/// A wallet that holds the key of the funded account 0.
fn bank(network: &Network) -> (String, Value) {
    let wallet = network.ask(&json!({"action": "wallet_create"}));
    let id = text(&wallet["wallet"]).to_owned();
    let key = network.key(0).private_key().to_string();
    let added = network.ask(&json!({"action": "wallet_add", "wallet": id, "key": key}));
    assert_eq!(added["account"], network.account(0).to_string());
    (id, added["account"].clone())
}

#[test]
fn a_tip_bot_lives_on_the_wallet() {
    let network = Network::start();
    let (wallet, bank) = bank(&network);
    let of = |action: &str, more: Value| {
        network.ask(&merged(json!({"action": action, "wallet": wallet}), &more))
    };
    let user = of("account_create", json!({}))["account"].clone();
    let order =
        json!({"source": bank, "destination": user, "amount": BAN.to_string(), "id": "tip"});
    let sent = of("send", order.clone());
    assert_eq!(keys(&sent.to_string()), ["block"], "{sent}");
    assert_eq!(of("send", order), sent);
    let balances = json!({"action": "wallet_balances", "wallet": wallet});
    let balances = network
        .until(&balances, |answer| answer["balances"][text(&user)]["balance"] == BAN.to_string());
    check_habits(&balances);
    assert_eq!(balances["balances"][text(&user)]["balance_decimal"], "1.0");
    let list = of("account_list", json!({}));
    let mut accounts: Vec<&str> = list["accounts"].as_array().unwrap().iter().map(text).collect();
    accounts.sort_unstable();
    let mut want = [text(&bank), text(&user)];
    want.sort_unstable();
    assert_eq!(accounts, want);
    let set = of("account_representative_set", json!({"account": user, "representative": bank}));
    let chosen = network.ask(&json!({"action": "account_representative", "account": user}));
    assert_eq!(chosen["representative"], bank, "{set}");
    let info = of("wallet_info", json!({}));
    check_habits(&info);
    assert_eq!(info["accounts_count"], "2");
    assert_eq!((&info["deterministic_count"], &info["adhoc_count"]), (&json!("1"), &json!("1")));
    assert_eq!(of("wallet_contains", json!({"account": user})), json!({"exists": "1"}));
    let more = of("accounts_create", json!({"count": 3}));
    assert_eq!(more["accounts"].as_array().unwrap().len(), 3);
    assert_eq!(of("wallet_destroy", json!({})), json!({"destroyed": "1"}));
    let gone = json!({"action": "account_list", "wallet": wallet});
    assert_eq!(network.error(&gone), "Wallet not found");
}

#[test]
fn what_a_wallet_does_not_receive_by_itself_is_received_on_request() {
    let network = Network::start();
    let wallet = text(&network.ask(&json!({"action": "wallet_create"}))["wallet"]).to_owned();
    let ask = |action: &str, more: Value| {
        network.ask(&merged(json!({"action": action, "wallet": wallet}), &more))
    };
    assert_eq!(ask("receive_minimum_set", json!({"amount": (2 * BAN).to_string()}))["success"], "");
    let minimum = network.ask(&json!({"action": "receive_minimum"}));
    assert_eq!(minimum, json!({"amount": (2 * BAN).to_string(), "amount_decimal": "2.0"}));
    let user = ask("account_create", json!({}))["account"].clone();
    let hash = network.pay(1, text(&user).parse().unwrap(), BAN);
    let waiting = ask("wallet_receivable", json!({"threshold": "1"}));
    assert_eq!(waiting["blocks"][text(&user)][hash.to_string()], BAN.to_string(), "{waiting}");
    assert_eq!(ask("wallet_pending", json!({}))["deprecated"], "1");
    let received = ask("receive", json!({"account": user, "block": hash}));
    network.wait_confirmed(text(&received["block"]).parse().unwrap());
    let again = json!({"action": "receive", "wallet": wallet, "account": user, "block": hash});
    assert_eq!(network.error(&again), "Unreceivable");
    assert_eq!(ask("wallet_receivable", json!({}))["blocks"], "");
    assert_eq!(ask("search_receivable", json!({}))["started"], "true");
}

#[test]
fn a_given_seed_restores_its_accounts() {
    let network = Network::start();
    let seed = banano_node::DEFAULT_SEED.to_string();
    let restored = network.ask(&json!({"action": "wallet_create", "seed": seed}));
    assert_eq!(restored["last_restored_account"], network.account(2).to_string());
    assert_eq!(restored["restored_count"], "3");
}

#[test]
fn rows_of_what_wallets_refuse() {
    let network = Network::start();
    let (wallet, bank) = bank(&network);
    let user = network.account(1).to_string();
    let watch = json!({"action": "wallet_add_watch", "wallet": wallet, "accounts": [user]});
    assert_eq!(network.ask(&watch), json!({"success": ""}));
    let send = json!({"action": "send", "source": bank, "destination": user, "amount": "1"});
    let rows = [
        (json!({"action": "account_list"}), "Unable to parse JSON"),
        (json!({"action": "account_list", "wallet": "x"}), "Bad wallet number"),
        (json!({"action": "account_list", "wallet": "00"}), "Wallet not found"),
        (json!({"action": "wallet_create", "seed": "x"}), "Bad seed"),
        (json!({"action": "wallet_add", "key": "x"}), "Bad private key"),
        (json!({"action": "wallet_add_watch", "accounts": ["x"]}), "Bad account number"),
        (json!({"action": "account_create", "index": "x"}), "Invalid index"),
        (json!({"action": "accounts_create", "count": "0"}), "Invalid count"),
        (merged(send.clone(), &json!({"amount": "0"})), "Invalid amount number"),
        (merged(send.clone(), &json!({"amount": "x"})), "Invalid amount number"),
        (merged(send.clone(), &json!({"amount": u128::MAX.to_string()})), "Insufficient balance"),
        (merged(send.clone(), &json!({"source": "x"})), "Bad source"),
        (merged(send.clone(), &json!({"destination": "x"})), "Bad destination account"),
        (merged(send.clone(), &json!({"work": "x"})), "Bad work"),
        (
            merged(send.clone(), &json!({"source": network.account(2)})),
            "Account not found in wallet",
        ),
        (json!({"action": "receive", "account": bank, "block": "AB"}), "Block not found"),
        (
            json!({"action": "account_representative_set", "account": bank, "representative": "x"}),
            "Bad representative number",
        ),
        (json!({"action": "wallet_lock"}), "Unknown command"),
    ];
    for (request, want) in rows {
        let named = request.get("wallet").is_some() || want == "Unable to parse JSON";
        let request = if named { request } else { merged(request, &json!({"wallet": wallet})) };
        assert_eq!(network.error(&request), want, "{request}");
    }
    let watched = merged(send, &json!({"wallet": wallet, "source": user}));
    assert!(network.error(&watched).contains("only watches"), "{watched}");
}
