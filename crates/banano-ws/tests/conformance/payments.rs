//! Blocks of every kind on their way through a network, byte for byte: C060 to C073, C141.

use std::sync::Arc;

use banano_primitives::{Block, DEV_GENESIS_KEY, Epoch, KeyPair};
use serde_json::{Value, json};

use crate::network::Network;
use crate::wallet::{Wallet, key};

/// 19 BAN.
const AMOUNT: u128 = 19 * 10_u128.pow(29);

/// The timestamp of a final vote.
const FINAL: &str = "18446744073709551615";

/// A network, and a client of both topics that show blocks.
struct Shop {
    network: Network,
    confirmed: crate::client::Client,
    stored: crate::client::Client,
}

impl Shop {
    fn open() -> Self {
        let network = Network::start();
        let options = json!({"include_sideband_info": true});
        let confirmed = network.subscriber("confirmation", &options);
        let stored = network.subscriber("new_unconfirmed_block", &Value::Null);
        Self { network, confirmed, stored }
    }

    /// Processes a block and compares both messages with what they have to be, except for their times.
    fn check(&mut self, block: &Arc<Block>, owner: &Wallet, amount: u128, subtype: Option<&str>) {
        self.network.process(block);
        let hash = block.hash();
        let members = shown(block);
        let json = serde_json::to_value(&**block).unwrap();
        let told = self.stored.text();
        let want = format!(
            r#""hash":"{hash}","message":{{{members},"subtype":"{}"}}}}"#,
            subtype.unwrap_or_else(|| json["type"].as_str().unwrap())
        );
        assert_eq!(without_time(&told, "new_unconfirmed_block"), want);

        let told = self.confirmed.text();
        let event: Value = serde_json::from_str(&told).unwrap();
        let sideband = &event["message"]["sideband"];
        let subtype = subtype.map(|it| format!(r#","subtype":"{it}""#)).unwrap_or_default();
        let want = format!(
            r#""message":{{"account":"{}","amount":"{amount}","amount_decimal":"{}","hash":"{hash}","confirmation_type":"active_quorum","block":{{{members}{subtype}}},"sideband":{{"height":{},"local_timestamp":{}}}}}}}"#,
            owner.account(),
            ban(amount),
            sideband["height"],
            sideband["local_timestamp"],
        );
        assert_eq!(without_time(&told, "confirmation"), want);
        let seconds = sideband["local_timestamp"].as_str().unwrap();
        let millis = event["time"].as_str().unwrap();
        assert!(seconds.len() == 10 && millis.len() == 13, "{told}");
    }
}

/// The text behind `topic` and `time`.
fn without_time<'a>(text: &'a str, topic: &str) -> &'a str {
    let rest = text.strip_prefix(&format!(r#"{{"topic":"{topic}","time":""#)).expect("a topic");
    rest[13..].strip_prefix("\",").expect("thirteen digits")
}

/// What these tests move, in BAN.
fn ban(raw: u128) -> &'static str {
    match raw {
        0 => "0.0",
        AMOUNT => "19.0",
        1 => "0.00000000000000000000000000001",
        other => panic!("{other}"),
    }
}

/// A block's members as the protocol orders them, from the fields of the block alone.
fn shown(block: &Block) -> String {
    let text = serde_json::to_value(block).unwrap();
    let order: &[&str] = match text["type"].as_str().unwrap() {
        "state" => &[
            "type",
            "account",
            "previous",
            "representative",
            "balance",
            "balance_decimal",
            "link",
            "link_as_account",
            "signature",
            "work",
        ],
        "send" => {
            &["type", "previous", "destination", "balance", "balance_decimal", "work", "signature"]
        }
        "receive" => &["type", "previous", "source", "work", "signature"],
        "open" => &["type", "source", "representative", "account", "work", "signature"],
        _ => &["type", "previous", "representative", "work", "signature"],
    };
    let member = |name: &&str| {
        let value = if *name == "balance_decimal" {
            block.balance().unwrap().ban().to_string().into()
        } else {
            text[*name].clone()
        };
        format!(r#""{name}":{value}"#)
    };
    order.iter().map(member).collect::<Vec<_>>().join(",")
}

#[test]
fn c060_c062_c072_c141_state_blocks_of_every_kind() {
    let mut shop = Shop::open();
    let mut payer = Wallet::funded(&shop.network, 0);
    let mut payee = Wallet::unopened(&shop.network, 1);
    let other = shop.network.node().dev().unwrap().representatives()[1];

    let send = payer.send(payee.account(), AMOUNT);
    shop.check(&send, &payer, AMOUNT, Some("send"));
    let open = payee.receive(&send, AMOUNT);
    shop.check(&open, &payee, AMOUNT, Some("receive"));
    let change = payee.change(other);
    shop.check(&change, &payee, 0, Some("change"));
    let send = payer.send(payee.account(), 1);
    shop.check(&send, &payer, 1, Some("send"));
    let receive = payee.receive(&send, 1);
    shop.check(&receive, &payee, 1, Some("receive"));
    let epoch = payee.epoch(Epoch::One.link().unwrap(), &KeyPair::from(DEV_GENESIS_KEY));
    shop.check(&epoch, &payee, 0, Some("epoch"));
}

#[test]
fn c063_legacy_blocks_of_every_kind() {
    let mut shop = Shop::open();
    let mut payer = Wallet::funded(&shop.network, 0);
    let mut old = Wallet::unopened(&shop.network, 1);
    let representative = old.representative;

    let send = payer.send(old.account(), AMOUNT);
    shop.check(&send, &payer, AMOUNT, Some("send"));
    let open = old.legacy_open(&send, AMOUNT);
    shop.check(&open, &old, AMOUNT, None);
    let change = old.legacy_change(representative);
    shop.check(&change, &old, 0, None);
    let send = payer.send(old.account(), 1);
    shop.check(&send, &payer, 1, Some("send"));
    let receive = old.legacy_receive(&send, 1);
    shop.check(&receive, &old, 1, None);
    let send = old.legacy_send(key(9).account(), 1);
    shop.check(&send, &old, 1, None);
}

#[test]
fn c067_c068_election_info_is_that_of_the_election() {
    let network = Network::start();
    let options = json!({"include_election_info_with_votes": true, "include_block": "false"});
    let mut client = network.subscriber("confirmation", &options);
    let block = Wallet::funded(&network, 0).send(key(1).account(), 1);
    network.process(&block);
    let event = client.json();
    let message = event["message"].as_object().unwrap();
    assert!(!message.contains_key("block"));
    let info = &message["election_info"];
    let number = |value: &Value| value.as_str().unwrap().parse::<u128>().unwrap();
    let votes = info["votes"].as_array().unwrap();
    assert_eq!(number(&info["voters"]), votes.len() as u128);
    assert_eq!(info["blocks"], "1");
    assert!(number(&info["time"]) > 1_700_000_000_000 && number(&info["duration"]) < 60_000);
    let weights: Vec<u128> = votes.iter().map(|it| number(&it["weight"])).collect();
    assert!(weights.is_sorted_by(|one, next| one >= next), "{weights:?}");
    assert_eq!(number(&info["tally"]), weights.iter().sum::<u128>());
    let is_final = |vote: &&Value| vote["timestamp"] == FINAL;
    let of_final: u128 = votes.iter().filter(is_final).map(|it| number(&it["weight"])).sum();
    assert_eq!(number(&info["final"]), of_final);
    assert!(of_final > u128::MAX / 100 * 66, "quorum: {info}");
    let representatives = network.node().dev().unwrap().representatives();
    for vote in votes {
        assert_eq!(vote["hash"], block.hash().to_string());
        let name = vote["representative"].as_str().unwrap();
        assert!(representatives.iter().any(|it| it.to_string() == name), "{vote}");
    }
}

#[test]
fn c073_the_other_side_of_a_block() {
    let network = Network::start();
    let mut client = network.subscriber("confirmation", &json!({"include_linked_account": true}));
    let mut payer = Wallet::funded(&network, 0);
    let mut payee = Wallet::unopened(&network, 1);
    let send = payer.send(payee.account(), 1);
    let open = payee.receive(&send, 1);
    let change = payee.change(payer.account());
    for (block, other) in [
        (send, payee.account().to_string()),
        (open, payer.account().to_string()),
        (change, "0".to_owned()),
    ] {
        network.process(&block);
        assert_eq!(client.json()["message"]["block"]["linked_account"], other);
    }
}

#[test]
fn c143_a_block_is_announced_once_and_a_lost_fork_never() {
    let network = Network::start();
    let mut client = network.subscriber("new_unconfirmed_block", &Value::Null);
    let mut payer = Wallet::funded(&network, 0);
    let mut rival = payer.clone();
    let send = payer.send(key(1).account(), 1);
    let fork = rival.send(key(2).account(), 2);
    network.process(&send);
    assert_eq!(network.offer(&fork).to_string(), "fork");
    assert_eq!(network.offer(&send).to_string(), "old");
    let next = payer.send(key(3).account(), 3);
    network.process(&next);
    let told: Vec<String> =
        (0..2).map(|_| client.json()["hash"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, [send.hash().to_string(), next.hash().to_string()]);
}
