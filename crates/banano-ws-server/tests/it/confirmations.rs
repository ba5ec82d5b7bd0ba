//! How confirmations look: C060 to C078, byte for byte.

use std::sync::Arc;

use banano_primitives::Amount;
use banano_testkit::fixtures::{
    A, B, BlockFixture, CHANGE, EPOCH, L_SEND, OPEN, SEND, active_difficulty, bootstrap_exited,
    bootstrap_started, conf, messages, started_election, stopped_election, telemetry, unconfirmed,
    v1, v2, vote, work_cancelled, work_success,
};
use banano_ws_protocol::{
    Confirmation,
    ConfirmationKind::{self, ActiveConfirmationHeight, ActiveQuorum, Inactive},
    Event, Topic, VoteCode,
};
use serde_json::{Value, json};

use crate::host::Host;

/// What a client with these options gets when `block` is confirmed.
fn text(options: &Value, block: BlockFixture, kind: ConfirmationKind) -> String {
    let host = Host::start();
    let mut client = host.subscriber_with("confirmation", options);
    host.confirm_as(block, kind);
    client.raw_text()
}

fn message(options: &Value, block: BlockFixture) -> Value {
    let text = text(options, block, ActiveQuorum);
    serde_json::from_str::<Value>(&text).unwrap()["message"].take()
}

#[test]
fn c060_without_options_exactly_the_example() {
    let host = Host::start();
    let mut client = host.subscriber("confirmation");
    host.confirm(SEND);
    assert_eq!(client.raw_text(), messages::CONFIRMATION);
}

#[test]
fn c061_with_all_options_exactly_the_example() {
    let options = json!({
        "confirmation_type": "active",
        "accounts": [B.text()],
        "include_election_info_with_votes": "true",
        "include_sideband_info": "true",
        "include_linked_account": "true",
    });
    assert_eq!(text(&options, SEND, ActiveQuorum), messages::CONFIRMATION_FULL);
}

#[test]
fn c062_subtypes_and_amounts() {
    for (block, subtype, amount) in [
        (OPEN, "receive", "1900000000000000000000000000000"),
        (CHANGE, "change", "0"),
        (EPOCH, "epoch", "0"),
    ] {
        let message = message(&json!({}), block);
        assert_eq!(message["block"]["subtype"], subtype);
        assert_eq!(message["amount"], amount, "{subtype}");
    }
}

#[test]
fn c063_legacy_blocks_are_exactly_the_fixtures() {
    let host = Host::start();
    let mut client = host.subscriber("confirmation");
    for block in BlockFixture::ALL {
        host.confirm(block);
        let text = client.raw_text();
        let members = block.json.strip_suffix('}').unwrap();
        let subtype = block.subtype.map(|it| format!(r#","subtype":"{it}""#)).unwrap_or_default();
        let want = format!(r#","block":{members}{subtype}}}}}}}"#);
        assert!(text.ends_with(&want), "{}: {text}", block.name);
        assert!(
            text.contains(&format!(r#""message":{{"account":"{}","#, block.account())),
            "{}: {text}",
            block.name
        );
    }
    assert_eq!(message(&json!({}), L_SEND)["account"], A.text());
}

#[test]
fn c065_without_block() {
    let (before, _) = messages::CONFIRMATION.split_once(r#","block""#).unwrap();
    let options = json!({"include_block": "false"});
    assert_eq!(text(&options, SEND, ActiveQuorum), format!("{before}}}}}"));
}

/// `election_info` of the example with all options, as text.
fn election_info() -> &'static str {
    let (_, rest) = messages::CONFIRMATION_FULL.split_once(r#""election_info":"#).unwrap();
    rest.split_once(r#","block""#).unwrap().0
}

#[test]
fn c067_election_info_without_votes() {
    let options = json!({"confirmation_type": "active_quorum", "include_election_info": "true"});
    let text = text(&options, SEND, ActiveQuorum);
    let (without_votes, _) = election_info().split_once(r#","votes""#).unwrap();
    let want = format!(r#""active_quorum","election_info":{without_votes}}},"block""#);
    assert!(text.contains(&want), "{text}");
}

#[test]
fn c068_votes_without_block() {
    let options = json!({"include_election_info_with_votes": "true", "include_block": "false"});
    let text = text(&options, SEND, ActiveQuorum);
    let want = format!(r#""active_quorum","election_info":{}}}}}"#, election_info());
    assert!(text.ends_with(&want), "{text}");
}

#[test]
fn c070_without_quorum_election_info_is_zeros() {
    for kind in [ActiveConfirmationHeight, Inactive] {
        let text = text(&json!({"include_election_info_with_votes": true}), SEND, kind);
        let want = format!(
            r#""confirmation_type":"{}","election_info":{{"duration":"0","time":"1700000000700","tally":"0","tally_decimal":"0.0","final":"0","blocks":"0","voters":"0","request_count":"0","votes":""}},"block""#,
            kind.name()
        );
        assert!(text.contains(&want), "{text}");
    }
}

#[test]
fn c071_c072_sideband_stands_after_the_block() {
    let sideband = r#","sideband":{"height":"2","local_timestamp":"1700000000"}}}"#;
    let bare = json!({"include_block": "false", "include_sideband_info": "true"});
    let bare = text(&bare, SEND, ActiveQuorum);
    assert!(bare.ends_with(&format!(r#""active_quorum"{sideband}"#)), "{bare}");
    let full = text(&json!({"include_sideband_info": true}), SEND, ActiveQuorum);
    assert!(full.ends_with(&format!(r#""subtype":"send"}}{sideband}"#)), "{full}");
}

#[test]
fn c073_linked_account_stands_before_the_subtype() {
    let options = json!({"include_linked_account": "true"});
    for (block, linked) in [(SEND, B.text()), (OPEN, A.text()), (CHANGE, "0"), (EPOCH, "0")] {
        let text = text(&options, block, ActiveQuorum);
        let subtype = block.subtype.unwrap();
        let want = format!(r#","linked_account":"{linked}","subtype":"{subtype}"}}}}}}"#);
        assert!(text.ends_with(&want), "{text}");
    }
    let bare = json!({"include_linked_account": true, "include_block": false});
    assert!(!text(&bare, SEND, ActiveQuorum).contains("linked_account"));
}

#[test]
fn c076_amounts_in_ban() {
    let host = Host::start();
    let mut client = host.subscriber("confirmation");
    for (raw, ban) in [
        (0, "0.0"),
        (1, "0.00000000000000000000000000001"),
        (10_u128.pow(29), "1.0"),
        (u128::MAX, "3402823669.20938463463374607431768211455"),
    ] {
        let confirmation = conf(SEND, ActiveQuorum);
        let amount = Amount::from_raw(raw);
        host.append([Event::Confirmation(Confirmation { amount, ..confirmation })]);
        let message = client.json()["message"].take();
        assert_eq!(message["amount"], raw.to_string());
        assert_eq!(message["amount_decimal"], ban);
    }
}

/// One event of each topic at least, and of each form.
fn events() -> Vec<Event> {
    let kinds = ConfirmationKind::ALL.into_iter();
    let confirmations = BlockFixture::ALL
        .into_iter()
        .flat_map(|block| kinds.clone().map(move |kind| Event::Confirmation(conf(block, kind))));
    let blocks =
        BlockFixture::ALL.into_iter().map(|it| Event::NewUnconfirmedBlock(unconfirmed(it)));
    let votes = VoteCode::ALL
        .into_iter()
        .flat_map(|code| [v1(), v2()].map(|it| Event::Vote(vote(Arc::clone(&it), code))));
    let rest = [
        started_election(SEND),
        stopped_election(SEND),
        Event::ActiveDifficulty(active_difficulty()),
        Event::Work(work_success()),
        Event::Work(work_cancelled()),
        Event::Telemetry(telemetry()),
        Event::Bootstrap(bootstrap_started()),
        Event::Bootstrap(bootstrap_exited()),
    ];
    confirmations.chain(blocks).chain(votes).chain(rest).collect()
}

/// Subscribes to every topic, with every option that adds something, and returns all that comes.
fn everything(mut host: Host) -> Vec<String> {
    let mut client = host.connect();
    let options = json!({
        "include_election_info_with_votes": true, "include_sideband_info": true,
        "include_linked_account": true, "include_replays": true, "include_indeterminate": true,
    });
    for topic in Topic::ALL {
        let topic = topic.name();
        let mut request = json!({"action": "subscribe", "topic": topic, "ack": true});
        request["options"] = options.clone();
        client.ask(&request);
    }
    let events = events();
    let count = events.len();
    host.append(events);
    let heard = client.heard(&mut host);
    // The witness's mark is a bootstrap event, too.
    assert_eq!(heard.len(), count + 1);
    heard
}

#[test]
fn c077_without_decimals() {
    for text in everything(Host::start_without_decimals()) {
        assert!(!text.contains("_decimal\""), "{text}");
    }
}

#[test]
fn c078_every_scalar_is_a_string_and_no_list_is_empty() {
    fn check(value: &Value, text: &str) {
        match value {
            Value::String(_) => {}
            Value::Array(items) => {
                assert!(!items.is_empty(), "{text}");
                for item in items {
                    check(item, text);
                }
            }
            Value::Object(members) => {
                for member in members.values() {
                    check(member, text);
                }
            }
            other => panic!("{other} in {text}"),
        }
    }
    for text in everything(Host::start()) {
        check(&serde_json::from_str(&text).unwrap(), &text);
        let is_compact = !text.contains(": ") && !text.contains('\n') && !text.contains("\\/");
        assert!(is_compact, "{text}");
    }
}
