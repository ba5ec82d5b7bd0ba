//! `receivable` in its three shapes, with all its options.

use banano_node::{DevConfig, VotePolicy};
use banano_rpc::Config;
use serde_json::{Value, json};

use crate::network::{BAN, Network, merged, small, text};

/// Account 2 has 3, 1 and 2 raw to receive, in the order of sending.
fn network() -> (Network, [String; 3]) {
    let network = Network::start();
    let to = network.account(2);
    let hashes = [3, 1, 2].map(|raw| network.pay(0, to, raw).to_string());
    (network, hashes)
}

fn blocks(network: &Network, options: Value) -> Value {
    let request = merged(json!({"action": "receivable", "account": network.account(2)}), &options);
    network.ask(&request)["blocks"].clone()
}

#[test]
fn the_shape_follows_the_options() {
    let (network, [three, one, two]) = network();
    let mut hashes = [&three, &one, &two];
    hashes.sort();
    assert_eq!(blocks(&network, json!({})), json!(hashes));
    assert_eq!(blocks(&network, json!({"count": "10", "threshold": 0})), json!(hashes));
    let amounts = json!({&three: "3", &one: "1", &two: "2"});
    assert_eq!(blocks(&network, json!({"threshold": 1})), amounts);
    assert_eq!(blocks(&network, json!({"threshold": "2"})), json!({&three: "3", &two: "2"}));
    assert_eq!(blocks(&network, json!({"sorting": "true"})), amounts);
    let source = network.account(0).to_string();
    let decimal = "0.00000000000000000000000000001";
    let entry = blocks(&network, json!({"source": true}))[&one].clone();
    assert_eq!(entry, json!({"amount": "1", "amount_decimal": decimal, "source": source}));
    let entry = blocks(&network, json!({"min_version": "1"}))[&one].clone();
    assert_eq!(entry, json!({"amount": "1", "amount_decimal": decimal, "min_version": "0"}));
}

#[test]
fn parts_are_taken_after_sorting() {
    let (network, [three, one, two]) = network();
    let ordered = |options: Value| {
        let request =
            merged(json!({"action": "receivable", "account": network.account(2)}), &options);
        let answer = network.post(&request.to_string());
        let mut found: Vec<(usize, &String)> = [&three, &one, &two]
            .into_iter()
            .filter_map(|hash| Some((answer.find(hash.as_str())?, hash)))
            .collect();
        found.sort();
        found.into_iter().map(|(_, hash)| hash.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ordered(json!({"sorting": true})), [three.clone(), two.clone(), one.clone()]);
    assert_eq!(ordered(json!({"sorting": true, "count": 2})), [three.clone(), two.clone()]);
    assert_eq!(
        ordered(json!({"sorting": true, "offset": 1, "count": 1})),
        std::slice::from_ref(&two)
    );
    let mut by_hash = [three.clone(), one.clone(), two.clone()];
    by_hash.sort();
    assert_eq!(ordered(json!({"count": 1})), by_hash[..1]);
    assert_eq!(ordered(json!({"count": 2, "offset": 1})), by_hash[1..]);
    assert_eq!(blocks(&network, json!({"offset": 3})), "");
    assert_eq!(blocks(&network, json!({"count": 0})), "");
}

#[test]
fn old_names_and_lists_answer_the_same() {
    let (network, [three, ..]) = network();
    let receiver = network.account(2).to_string();
    let new = network.ask(&json!({"action": "receivable", "account": receiver}));
    assert_eq!(network.ask(&json!({"action": "pending", "account": receiver})), new);
    for action in ["accounts_receivable", "accounts_pending"] {
        // A list that bananojs sends: numbers, and a threshold without source.
        let many = network.ask(&json!({
            "action": action, "accounts": [receiver, network.account(1)], "count": 10, "threshold": 1
        }));
        assert_eq!(many["blocks"][&receiver][&three], "3", "{many}");
        assert_eq!(
            many["blocks"].as_object().unwrap().len(),
            1,
            "accounts with nothing are left out"
        );
        let none = network.ask(&json!({"action": action, "accounts": [network.account(1)]}));
        assert_eq!(none["blocks"], "");
        let bad = json!({"action": action, "accounts": ["x"]});
        assert_eq!(network.error(&bad), "Bad account number");
    }
    for (hash, want) in [(three.as_str(), "1"), (text(&new["blocks"][0]), "1")] {
        for action in ["receivable_exists", "pending_exists"] {
            assert_eq!(
                network.ask(&json!({"action": action, "hash": hash})),
                json!({"exists": want})
            );
        }
    }
}

#[test]
fn what_was_received_is_gone() {
    let network = Network::start();
    let key = network.key(2);
    let send = network.pay(0, key.account(), BAN);
    network.process(&network.receive_block(&key, send, BAN));
    assert_eq!(blocks(&network, json!({})), "");
    let exists = network.ask(&json!({"action": "receivable_exists", "hash": send}));
    assert_eq!(exists, json!({"exists": "0"}));
    let unknown = json!({"action": "receivable_exists", "hash": "AB"});
    assert_eq!(network.error(&unknown), "Block not found");
}

#[test]
fn unconfirmed_sends_are_shown_only_on_request() {
    let never = DevConfig { confirm: VotePolicy::Never, ..small() };
    let network = Network::with(never, Config::default());
    let send = network.process(&network.send_block(0, network.account(2), 5));
    assert_eq!(blocks(&network, json!({})), "");
    let rows = [
        (json!({"include_only_confirmed": false, "include_active": true}), json!([send])),
        // An election decides about it.
        (json!({"include_only_confirmed": "0"}), json!("")),
        (json!({"include_active": true}), json!("")),
    ];
    network.until(&json!({"action": "confirmation_active"}), |answer| answer["unconfirmed"] == "1");
    for (options, want) in rows {
        assert_eq!(blocks(&network, options.clone()), want, "{options}");
    }
}

#[test]
fn rows_of_refusals() {
    let network = Network::start();
    let account = network.account(0);
    for (options, want) in [
        (json!({"account": "x"}), "Bad account number"),
        (json!({"account": account, "count": "x"}), "Invalid count"),
        (json!({"account": account, "count": 1.5}), "Invalid count"),
        (json!({"account": account, "offset": "x"}), "Invalid offset"),
        (json!({"account": account, "threshold": "x"}), "Bad threshold number"),
        (json!({"account": account, "threshold": "01"}), "Bad threshold number"),
    ] {
        let mut request = options;
        request["action"] = json!("receivable");
        assert_eq!(network.error(&request), want, "{request}");
    }
    // A count that is not given well enough to be one is no reason to refuse.
    let odd = json!({"action": "receivable", "account": account, "count": null, "source": "maybe"});
    assert_eq!(network.ask(&odd), json!({"blocks": ""}));
}
