//! `process`: a block's way into the ledger, and every way in which it does not get there.

use banano_primitives::{Amount, BlockHash, Signature};
use serde_json::{Value, json};

use crate::network::{BAN, Network, process, text};

#[test]
fn a_payment_goes_out_and_comes_in() {
    let network = Network::start();
    let key = network.key(1);
    let send = network.pay(0, key.account(), BAN);
    let receive = network.receive_block(&key, send, BAN);
    let answer = network.ask(&process(&receive, json!({"subtype": "receive"})));
    assert_eq!(answer, json!({"hash": receive.hash()}));
    network.wait_confirmed(receive.hash());
    let balance = json!({"action": "account_balance", "account": key.account()});
    assert_eq!(network.ask(&balance)["balance_decimal"], "1001.0");
}

#[test]
fn a_block_may_come_with_work_in_a_string_with_any_prefix() {
    let network = Network::start();
    let block = network.send_block(0, network.account(1), 1);
    let work = network.ask(&json!({"action": "work_generate", "hash": block.previous()}));
    let mut json = serde_json::to_value(&block).unwrap();
    json["work"] = work["work"].clone();
    for member in ["account", "representative"] {
        json[member] = json!(text(&json[member]).replace("ban_", "nano_"));
    }
    let request = json!({"action": "process", "block": json.to_string(), "subtype": "send"});
    assert_eq!(network.ask(&request), json!({"hash": block.hash()}));
}

#[test]
fn work_is_done_only_for_who_asks() {
    let network = Network::start();
    let block = network.send_block(0, network.account(1), 1);
    for do_work in [json!(false), json!("false"), json!(null), json!("please")] {
        let request = process(&block, json!({"do_work": do_work}));
        assert_eq!(network.error(&request), "Block is invalid", "{do_work}");
    }
    let mut poor = process(&block, json!({"do_work": false}));
    poor["block"]["work"] = json!("0000000000000000");
    assert_eq!(network.error(&poor), "Block work is less than threshold");
    for do_work in [json!(true), json!("true"), json!(1), json!("1")] {
        let block = network.send_block(0, network.account(1), 1);
        let mut request = process(&block, json!({"do_work": do_work}));
        request["block"]["work"] = json!("0000000000000000");
        assert_eq!(network.ask(&request), json!({"hash": block.hash()}), "{do_work}");
    }
}

#[test]
fn the_subtype_is_compared_with_the_account_as_it_is() {
    let network = Network::start();
    let (to, representative) = (network.account(1), network.account(2));
    let send = network.send_block(0, to, BAN);
    let more = network.next(&network.key(0), |state| {
        state.balance = state.balance.checked_add(Amount::from_raw(1)).unwrap();
    });
    let change = network.next(&network.key(0), |state| state.representative = representative);
    let orphan =
        network.next(&network.key(0), |state| state.previous = BlockHash::from_bytes([7; 32]));
    let first = network.next(&network.key(0), |state| state.previous = BlockHash::ZERO);
    let rows = [
        (&send, "receive", "Invalid block balance for given subtype"),
        (&send, "change", "Invalid block balance for given subtype"),
        (&send, "epoch", "Invalid block balance for given subtype"),
        (&send, "open", "Invalid previous block for given subtype"),
        (&send, "sent", "Invalid block subtype"),
        (&more, "send", "Invalid block balance for given subtype"),
        (&change, "send", "Invalid block balance for given subtype"),
        (&change, "epoch", "Invalid epoch link"),
        (&first, "change", "Invalid previous block for given subtype"),
        (&orphan, "send", "Gap previous block"),
    ];
    for (block, subtype, want) in rows {
        let request = process(block, json!({"subtype": subtype}));
        assert_eq!(network.error(&request), want, "{subtype}: {block:?}");
    }
    assert_eq!(
        network.error(&process(&send, json!({"subtype": ""}))),
        json!({"hash": send.hash()}).to_string()
    );
    // The late copy of a send fails here, before the ledger can call it old.
    let late = process(&send, json!({"subtype": "send"}));
    assert_eq!(network.error(&late), "Invalid block balance for given subtype");
    assert_eq!(network.error(&process(&send, json!({}))), "Old block");
}

#[test]
fn rows_of_what_the_ledger_refuses() {
    let network = Network::start();
    let key = network.key(0);
    let to = network.account(1);
    let stranger = banano_primitives::Seed::from_bytes([9; 32]).key_pair(0);
    let mut forged = process(&network.send_block(0, to, 1), json!({}));
    forged["block"]["signature"] = json!(Signature::ZERO);
    let send = network.pay(0, to, 5);
    let add = |raw: u128| {
        move |state: &mut banano_primitives::StateBlock| {
            state.balance = state.balance.checked_add(Amount::from_raw(raw)).unwrap();
        }
    };
    let rows: Vec<(Value, &str)> = vec![
        (forged, "Bad signature"),
        (
            process(
                &network.next(&key, |state| state.previous = BlockHash::from_bytes([7; 32])),
                json!({}),
            ),
            "Gap previous block",
        ),
        (
            process(
                &network
                    .next(&stranger, |state| state.link = BlockHash::from_bytes([7; 32]).into()),
                json!({}),
            ),
            "Gap source block",
        ),
        (
            process(
                &network.next(&key, |state| {
                    add(5)(state);
                    state.link = send.into();
                }),
                json!({}),
            ),
            "Unreceivable",
        ),
        (
            process(
                &network.next(&network.key(1), |state| {
                    add(6)(state);
                    state.link = send.into();
                }),
                json!({}),
            ),
            "Balance and amount delta do not match",
        ),
        (process(&network.next(&key, add(1)), json!({})), "Balance and amount delta do not match"),
    ];
    for (request, want) in rows {
        assert_eq!(network.error(&request), want, "{request}");
    }
}

#[test]
fn rows_of_what_is_no_block() {
    let network = Network::start();
    let whole = process(&network.send_block(0, network.account(1), 1), json!({}));
    let without = |member: &str| {
        let mut request = whole.clone();
        request["block"].as_object_mut().unwrap().remove(member);
        request
    };
    for member in ["type", "account", "previous", "representative", "balance", "link", "signature"]
    {
        assert_eq!(network.error(&without(member)), "Block is invalid", "without {member}");
    }
    for block in [json!(""), json!("{"), json!("[]"), json!("x"), json!([]), json!({}), json!(7)] {
        let request = json!({"action": "process", "json_block": true, "block": block});
        assert_eq!(network.error(&request), "Block is invalid", "{block}");
    }
    assert_eq!(network.error(&json!({"action": "process"})), "Unable to parse JSON");
}

#[test]
fn a_fork_is_refused_unless_forced() {
    let network = Network::with(
        banano_node::DevConfig {
            confirm: banano_node::VotePolicy::Never,
            ..crate::network::small()
        },
        banano_rpc::Config::default(),
    );
    let one = network.send_block(0, network.account(1), 1);
    let other = network.send_block(0, network.account(2), 2);
    network.process(&one);
    assert_eq!(network.error(&process(&other, json!({}))), "Fork");
    let forced = process(&other, json!({"force": "true"}));
    assert_eq!(network.ask(&forced), json!({"hash": other.hash()}));
    network.until(&json!({"action": "block_info", "hash": other.hash()}), |answer| {
        answer["error"].is_null()
    });
    assert_eq!(
        network.error(&json!({"action": "block_info", "hash": one.hash()})),
        "Block not found"
    );
}

#[test]
fn an_asynchronous_block_is_answered_before_its_result() {
    let network = Network::start();
    let block = network.send_block(0, network.account(1), BAN);
    let answer = network.ask(&process(&block, json!({"async": "true"})));
    assert_eq!(answer, json!({"started": "1"}));
    network.wait_confirmed(block.hash());
    let legacy = json!({
        "action": "process", "async": true, "do_work": true, "json_block": true,
        "block": {"type": "change", "previous": block.hash(), "representative": network.account(1), "signature": "0"}
    });
    assert_eq!(network.error(&legacy), "Must be a state block");
}
