//! Commands that show blocks.

use serde_json::{Value, json};

use crate::network::{BAN, Network, check_habits, keys, merged, process, text};

#[test]
fn a_block_is_told_with_its_documented_members_in_their_order() {
    let network = Network::start();
    let receiver = network.account(1);
    let hash = network.pay(0, receiver, BAN);
    let answer = network.post(&json!({"action": "block_info", "hash": hash}).to_string());
    assert_eq!(
        keys(&answer).join(" "),
        "block_account amount amount_decimal balance balance_decimal height local_timestamp successor \
         confirmed contents subtype"
    );
    let answer: Value = serde_json::from_str(&answer).unwrap();
    check_habits(&answer);
    assert_eq!(answer["block_account"], network.account(0).to_string());
    assert_eq!(answer["amount_decimal"], "1.0");
    assert_eq!(answer["balance_decimal"], "999.0");
    assert_eq!(answer["height"], "2");
    assert_eq!(answer["successor"], "0".repeat(64));
    assert_eq!(answer["confirmed"], "true");
    assert_eq!(answer["subtype"], "send");
    let contents = text(&answer["contents"]);
    assert!(
        contents.starts_with("{\n    \"type\": \"state\",\n    \"account\": \"ban_"),
        "{contents}"
    );
    let as_object =
        network.ask(&json!({"action": "block_info", "hash": hash, "json_block": "true"}));
    let as_text: Value = serde_json::from_str(contents).unwrap();
    assert_eq!(as_object["contents"], as_text);
    assert_eq!(
        keys(contents).join(" "),
        "type account previous representative balance balance_decimal link link_as_account signature work"
    );
    assert_eq!(as_text["link_as_account"], receiver.to_string());
    // The block can be handed back as it was shown, and is the same block.
    let hashed = network.ask(&json!({"action": "block_hash", "block": contents}));
    assert_eq!(hashed, json!({"hash": hash}));
    let hashed =
        network.ask(&json!({"action": "block_hash", "json_block": true, "block": as_text}));
    assert_eq!(hashed, json!({"hash": hash}));
}

#[test]
fn many_blocks_are_told_at_once() {
    let network = Network::start();
    let key = network.key(1);
    let send = network.pay(0, key.account(), BAN);
    let ask = |more: Value| {
        let request = merged(json!({"action": "blocks_info", "hashes": [send]}), &more);
        network.ask(&request)
    };
    let entry = |answer: &Value| answer["blocks"][send.to_string()].clone();
    let plain = entry(&ask(json!({})));
    assert_eq!(plain, network.ask(&json!({"action": "block_info", "hash": send})));
    let waiting = entry(&ask(json!({"pending": "true", "source": true, "receive_hash": 1})));
    assert_eq!((&waiting["pending"], &waiting["receivable"]), (&json!("1"), &json!("1")));
    assert_eq!(waiting["source_account"], "0");
    assert_eq!(waiting["receive_hash"], "0".repeat(64));

    let receive = network.process(&network.receive_block(&key, send, BAN));
    let taken = entry(&ask(json!({"receivable": "true", "receive_hash": "true"})));
    assert_eq!((&taken["pending"], &taken["receivable"]), (&json!("0"), &json!("0")));
    assert_eq!(taken["receive_hash"], receive.to_string());
    let taker = network.ask(&json!({
        "action": "blocks_info", "hashes": [receive], "source": "true", "include_linked_account": true
    }));
    let taker = &taker["blocks"][receive.to_string()];
    assert_eq!(taker["source_account"], network.account(0).to_string());
    assert_eq!(taker["linked_account"], network.account(0).to_string());
    assert_eq!(taker["subtype"], "receive");
}

#[test]
fn unknown_blocks_are_errors_or_listed() {
    let network = Network::start();
    let known = network.ask(&json!({"action": "version"}))["network_identifier"].clone();
    let unknown = "AB".repeat(32);
    let hashes = json!([known, unknown]);
    for action in ["blocks_info", "blocks"] {
        let request = json!({"action": action, "hashes": hashes});
        assert_eq!(network.error(&request), "Block not found");
        assert_eq!(network.error(&json!({"action": action, "hashes": ["x"]})), "Bad hash number");
        assert_eq!(network.error(&json!({"action": action})), "Unable to parse JSON");
    }
    let listed = json!({"action": "blocks_info", "hashes": hashes, "include_not_found": "true"});
    let listed = network.ask(&listed);
    assert_eq!(listed["blocks_not_found"], json!([unknown]));
    assert_eq!(listed["blocks"].as_object().unwrap().len(), 1);
    assert!(listed["blocks"][text(&known)].get("subtype").is_none(), "legacy blocks have none");
    let all_known =
        json!({"action": "blocks_info", "hashes": [known], "include_not_found": "true"});
    assert_eq!(network.ask(&all_known)["blocks_not_found"], "");
    let contents = network.ask(&json!({"action": "blocks", "hashes": [known], "json_block": true}));
    assert_eq!(contents["blocks"][text(&known)]["type"], "open");
    for action in ["block_info", "block_account", "block_confirm", "receivable_exists"] {
        assert_eq!(network.error(&json!({"action": action, "hash": unknown})), "Block not found");
        assert_eq!(network.error(&json!({"action": action, "hash": "x"})), "Invalid block hash");
        assert_eq!(network.error(&json!({"action": action, "hash": ""})), "Invalid block hash");
    }
}

#[test]
fn chains_are_walked_both_ways() {
    let network = Network::start();
    let hashes: Vec<String> =
        (0..3).map(|_| network.pay(0, network.account(1), 1).to_string()).collect();
    let open = network.ask(&json!({"action": "account_info", "account": network.account(0)}));
    let open = text(&open["open_block"]).to_owned();
    let walk = |request: Value| network.ask(&request)["blocks"].clone();
    let head = &hashes[2];
    let down = json!([hashes[2], hashes[1], hashes[0], open]);
    let up = json!([open, hashes[0], hashes[1], hashes[2]]);
    assert_eq!(walk(json!({"action": "chain", "block": head, "count": -1})), down);
    assert_eq!(
        walk(json!({"action": "successors", "block": head, "count": 9, "reverse": true})),
        down
    );
    assert_eq!(walk(json!({"action": "successors", "block": open, "count": "9"})), up);
    assert_eq!(walk(json!({"action": "chain", "block": open, "count": 9, "reverse": "1"})), up);
    let part = json!({"action": "chain", "block": head, "count": 1, "offset": 1});
    assert_eq!(walk(part), json!([hashes[1]]));
    assert_eq!(walk(json!({"action": "chain", "block": "AB", "count": 1})), "");
    assert_eq!(
        network.error(&json!({"action": "chain", "block": head, "count": 0})),
        "Invalid count"
    );
    let account = network.ask(&json!({"action": "block_account", "hash": head}));
    assert_eq!(account, json!({"account": network.account(0)}));
}

#[test]
fn a_block_that_waits_for_another_is_unchecked() {
    let network = Network::start();
    let mut orphan = process(&network.send_block(0, network.account(1), 1), json!({}));
    orphan["block"]["previous"] = json!("AB".repeat(32));
    assert_eq!(network.error(&orphan), "Bad signature", "what nobody signed waits for nothing");
    let key = network.key(0);
    let waiting = network.next(&key, |state| {
        state.previous = "AB".repeat(32).parse().unwrap();
    });
    assert_eq!(network.error(&process(&waiting, json!({}))), "Gap previous block");
    let unchecked = network.ask(&json!({"action": "unchecked", "json_block": true}));
    assert_eq!(unchecked["blocks"][waiting.hash().to_string()]["type"], "state");
    let count = network.ask(&json!({"action": "block_count"}));
    assert_eq!(count["unchecked"], "1");
}
