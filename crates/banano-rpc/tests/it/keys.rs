//! Keys, blocks made from parts, units.

use serde_json::{Value, json};

use crate::network::{BAN, Network, text};

#[test]
fn keys_are_made_expanded_and_derived() {
    let network = Network::start();
    let made = network.ask(&json!({"action": "key_create"}));
    let other = network.ask(&json!({"action": "key_create"}));
    assert_ne!(made, other);
    let expanded = network.ask(&json!({"action": "key_expand", "key": made["private"]}));
    assert_eq!(expanded, made);
    // node.md §1.7: the all-zero private key has this account.
    let zero = network.ask(&json!({"action": "key_expand", "key": "0"}));
    assert_eq!(zero["account"], "ban_18gmu6engqhgtjnppqam181o5nfhj4sdtgyhy36dan3jr9spt84rzwmktafc");
    let seed = "0".repeat(64);
    let derived = network.ask(&json!({"action": "deterministic_key", "seed": seed, "index": 0}));
    assert_eq!(
        derived["private"],
        "9F0E444C69F77A49BD0BE89DB92C38FE713E0963165CCA12FAF5712D7657120F"
    );
    for (request, want) in [
        (json!({"action": "key_expand", "key": "x"}), "Bad private key"),
        (json!({"action": "deterministic_key", "seed": "x", "index": 0}), "Bad seed"),
        (json!({"action": "deterministic_key", "seed": seed, "index": "x"}), "Invalid index"),
        (
            json!({"action": "deterministic_key", "seed": seed, "index": 1_u64 << 32}),
            "Invalid index",
        ),
    ] {
        assert_eq!(network.error(&request), want, "{request}");
    }
}

#[test]
fn a_block_made_from_its_parts_is_taken() {
    let network = Network::start();
    let key = network.key(0);
    let info = network
        .ask(&json!({"action": "account_info", "account": key.account(), "representative": true}));
    let parts = json!({
        "action": "block_create", "type": "state", "json_block": "true", "key": key.private_key().to_string(),
        "previous": info["frontier"], "representative": info["representative"],
        "balance": (999 * BAN).to_string(), "link": network.account(1),
    });
    let made = network.ask(&parts);
    assert!(text(&made["difficulty"]) >= "fe00000000000000", "{made}");
    let request =
        json!({"action": "process", "json_block": true, "subtype": "send", "block": made["block"]});
    assert_eq!(network.ask(&request), json!({"hash": made["hash"]}));

    let change = |member: &str, value: Value| {
        let mut parts = parts.clone();
        parts[member] = value;
        network.error(&parts)
    };
    let missing =
        "Previous, representative, final balance and link (source or destination) are required";
    let rows = [
        ("representative", json!(null), missing),
        ("link", json!(null), missing),
        ("previous", json!(null), missing),
        ("previous", json!("x"), "Bad previous"),
        ("representative", json!("x"), "Bad representative number"),
        ("balance", json!("x"), "Invalid balance number"),
        ("link", json!("x"), "Bad link number"),
        ("destination", json!("x"), "Bad destination account"),
        ("source", json!("x"), "Bad source"),
        ("amount", json!("x"), "Invalid amount number"),
        ("key", json!("x"), "Bad private key"),
        ("key", json!(null), "Private key or local wallet and account required"),
        ("account", json!(network.account(1)), "Incorrect key for given account"),
        ("work", json!("x"), "Bad work"),
        ("difficulty", json!("x"), "Bad difficulty"),
        ("type", json!("x"), "Invalid block type"),
        ("type", json!("open"), "Representative account and source hash required"),
        ("type", json!("receive"), "Previous hash and source hash required"),
        ("type", json!("send"), "Balance mismatch for previous block"),
        ("type", json!(null), "Unable to parse JSON"),
    ];
    for (member, value, want) in rows {
        assert_eq!(change(member, value.clone()), want, "{member} = {value}");
    }
}

#[test]
fn a_block_without_signature_is_signed() {
    let network = Network::start();
    let key = network.key(0);
    let block = network.send_block(0, network.account(1), 1);
    let mut json = serde_json::to_value(&block).unwrap();
    json["signature"] = json!("");
    let request = json!({
        "action": "sign", "key": key.private_key().to_string(), "json_block": "true", "block": json
    });
    let signed = network.ask(&request);
    assert_eq!(signed["signature"], block.signature().to_string());
    assert_eq!(signed["block"]["signature"], signed["signature"]);
    let hash =
        json!({"action": "sign", "key": key.private_key().to_string(), "hash": block.hash()});
    assert_eq!(network.ask(&hash), json!({"signature": block.signature()}));
    assert_eq!(network.error(&json!({"action": "sign", "key": "0"})), "Block is invalid");
    let keyless = json!({"action": "sign", "hash": block.hash()});
    assert_eq!(network.error(&keyless), "Private key or local wallet and account required");
}

#[test]
fn rows_of_conversions() {
    let network = Network::start();
    let raw = |count: u32| format!("1{}", "0".repeat(count as usize));
    let rows = [
        ("ban_to_raw", "1".to_owned(), "amount", raw(29)),
        ("ban_from_raw", raw(30), "amount", "10".to_owned()),
        ("ban_from_raw", raw(28), "amount", "0".to_owned()),
        ("banoshi_to_raw", "1".to_owned(), "amount", raw(27)),
        ("banoshi_from_raw", raw(29), "amount", "100".to_owned()),
        ("raw_to_dec", raw(28), "amount_decimal", "0.1".to_owned()),
    ];
    for (action, amount, member, want) in rows {
        let answer = network.ask(&json!({"action": action, "amount": amount}));
        assert_eq!(answer[member], want, "{action} {amount}");
        assert_eq!(answer.get("deprecated").is_some(), action != "raw_to_dec");
        assert_eq!(
            network.error(&json!({"action": action, "amount": "x"})),
            "Invalid amount number"
        );
    }
    let much = json!({"action": "ban_to_raw", "amount": raw(38)});
    assert_eq!(network.error(&much), "Amount too big");
}
