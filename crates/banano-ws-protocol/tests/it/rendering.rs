//! Rendering of confirmations: C060 to C078. Amounts in BAN (C076) are tested beside their writer.

use banano_primitives::Prefix;
use banano_testkit::fixtures::{
    A, B, BlockFixture, CHANGE, EPOCH, L_CHANGE, L_OPEN, L_RECEIVE, L_SEND, OPEN, SEND, conf,
    stamped,
};
use banano_ws_protocol::{
    ConfirmationKind::{self, ActiveConfirmationHeight, ActiveQuorum, Inactive},
    Event, RenderSettings,
};
use serde_json::{Value, json};

use crate::{client::Client, golden};

const TIME_MS: u64 = 1_700_000_000_700;

/// What a client with these options gets when `block` is confirmed.
fn text(options: &str, block: BlockFixture, kind: ConfirmationKind) -> String {
    told(&Client::with_options(options), block, kind)
}

fn told(client: &Client, block: BlockFixture, kind: ConfirmationKind) -> String {
    client.event(&stamped(Event::Confirmation(conf(block, kind)), TIME_MS)).unwrap()
}

fn message(options: &str, block: BlockFixture) -> Value {
    serde_json::from_str::<Value>(&text(options, block, ActiveQuorum)).unwrap()["message"].take()
}

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn c060_without_options() {
    let client = Client::after(r#"{"action":"subscribe","topic":"confirmation"}"#);
    assert_eq!(told(&client, SEND, ActiveQuorum), golden::CONFIRMATION);
    assert_eq!(text("{}", SEND, ActiveQuorum), golden::CONFIRMATION);
    assert_eq!(golden::CONFIRMATION.len(), 993); // protocol.md §2.1
}

#[test]
fn c061_with_all_options() {
    let options = format!(
        r#"{{"confirmation_type":"active","accounts":["{}"],"include_election_info_with_votes":"true","include_sideband_info":"true","include_linked_account":"true"}}"#,
        B.text()
    );
    assert_eq!(text(&options, SEND, ActiveQuorum), golden::CONFIRMATION_FULL);
}

#[test]
fn c062_subtypes() {
    for (block, subtype, amount) in [
        (OPEN, "receive", "1900000000000000000000000000000"),
        (CHANGE, "change", "0"),
        (EPOCH, "epoch", "0"),
    ] {
        let message = message("{}", block);
        assert_eq!(message["block"]["subtype"], subtype);
        assert_eq!(message["amount"], amount, "{subtype}");
    }
}

#[test]
fn c063_blocks_are_exactly_the_fixtures() {
    for block in BlockFixture::ALL {
        let text = text("{}", block, ActiveQuorum);
        let members = block.json.strip_suffix('}').unwrap();
        let subtype =
            block.subtype.map(|subtype| format!(r#","subtype":"{subtype}""#)).unwrap_or_default();
        let want = format!(r#","block":{members}{subtype}}}}}}}"#);
        assert!(text.ends_with(&want), "{}: {text}", block.name);
        let owner = format!(r#""message":{{"account":"{}","#, block.account());
        assert!(text.contains(&owner), "{}: {text}", block.name);
    }
    assert_eq!(message("{}", L_SEND)["account"], A.text());
}

#[test]
fn c065_without_block() {
    let text = text(r#"{"include_block":"false"}"#, SEND, ActiveQuorum);
    let (before, _) = golden::CONFIRMATION.split_once(r#","block""#).unwrap();
    assert_eq!(text, format!("{before}}}}}"));
}

#[test]
fn c067_election_info() {
    let options = r#"{"confirmation_type":"active_quorum","include_election_info":"true"}"#;
    let message = message(options, SEND);
    let want = [
        "blocks",
        "duration",
        "final",
        "request_count",
        "tally",
        "tally_decimal",
        "time",
        "voters",
    ];
    assert_eq!(keys(&message["election_info"]), want); // this reader sorts; C061 checks the order
}

#[test]
fn c068_votes_without_block() {
    let options = r#"{"include_election_info_with_votes":"true","include_block":"false"}"#;
    let message = message(options, SEND);
    assert!(message.get("block").is_none());
    let full: Value = serde_json::from_str(golden::CONFIRMATION_FULL).unwrap();
    assert_eq!(message["election_info"], full["message"]["election_info"]);
}

#[test]
fn c070_without_quorum_election_info_is_zeros() {
    for kind in [ActiveConfirmationHeight, Inactive] {
        let text = text(r#"{"include_election_info_with_votes":true}"#, SEND, kind);
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
    let bare = r#"{"include_block":"false","include_sideband_info":"true"}"#;
    let bare = text(bare, SEND, ActiveQuorum);
    assert!(bare.ends_with(&format!(r#""active_quorum"{sideband}"#)), "{bare}");
    let full = text(r#"{"include_sideband_info":true}"#, SEND, ActiveQuorum);
    assert!(full.ends_with(&format!(r#""subtype":"send"}}{sideband}"#)), "{full}");
}

#[test]
fn c073_linked_account_stands_before_the_subtype() {
    let options = r#"{"include_linked_account":"true"}"#;
    for (block, linked) in [(SEND, B.text()), (OPEN, A.text()), (CHANGE, "0"), (EPOCH, "0")] {
        let text = text(options, block, ActiveQuorum);
        let subtype = block.subtype.unwrap();
        let want = format!(r#","linked_account":"{linked}","subtype":"{subtype}"}}}}}}"#);
        assert!(text.ends_with(&want), "{text}");
    }
    for legacy in [L_SEND, L_OPEN, L_RECEIVE, L_CHANGE] {
        let linked = legacy.linked.map_or("0", |key| key.text());
        assert_eq!(message(options, legacy)["block"]["linked_account"], linked, "{}", legacy.name);
    }
    let bare = r#"{"include_linked_account":true,"include_block":false}"#;
    assert!(!text(bare, SEND, ActiveQuorum).contains("linked_account"));
}

#[test]
fn c075_every_client_gets_what_it_asked_for() {
    let wishes = [
        ("{}", &["block"][..]),
        (r#"{"include_sideband_info":true}"#, &["block", "sideband"]),
        (r#"{"include_election_info":true}"#, &["block", "election_info"]),
        (r#"{"include_election_info_with_votes":true,"include_block":false}"#, &["election_info"]),
        (r#"{"include_linked_account":true}"#, &["block"]),
    ];
    let always = ["account", "amount", "amount_decimal", "hash", "confirmation_type"];
    for (options, optional) in wishes.into_iter().chain(wishes.into_iter().rev()) {
        let message = message(options, SEND);
        let mut want = [&always, optional].concat();
        want.sort_unstable();
        assert_eq!(keys(&message), want, "{options}");
        let linked = message["block"].get("linked_account").is_some();
        assert_eq!(linked, options.contains("linked"), "{options}");
    }
}

#[test]
fn c077_without_decimals() {
    let rendering = RenderSettings { decimal_fields: false, ..RenderSettings::default() };
    let mut client = Client { rendering, ..Client::default() };
    client.send(
        r#"{"action":"subscribe","topic":"confirmation","options":{"include_election_info_with_votes":true}}"#,
    );
    for block in BlockFixture::ALL {
        let text = told(&client, block, ActiveQuorum);
        assert!(!text.contains("_decimal\""), "{text}");
    }
}

#[test]
fn accounts_begin_with_the_prefix_of_the_network() {
    let rendering = RenderSettings { decimal_fields: false, prefix: Prefix::Nano };
    let mut client = Client { rendering, ..Client::default() };
    client.send(
        r#"{"action":"subscribe","topic":"confirmation","options":{"include_election_info_with_votes":true,"include_linked_account":true}}"#,
    );
    let text = told(&client, SEND, ActiveQuorum);
    assert!(!text.contains("\"ban_"), "{text}");
    assert_eq!(text.matches("\"nano_").count(), 7, "{text}");
}

#[test]
fn what_an_old_upstream_node_did_not_tell_is_left_out() {
    let mut old = conf(SEND, ActiveQuorum);
    let election = old.election.as_mut().unwrap();
    (election.final_tally, election.blocks, election.voters) = (None, None, None);
    old.sideband = None;
    let client = Client::with_options(
        r#"{"include_election_info":true,"include_sideband_info":true,"include_block":false}"#,
    );
    let text = client.event(&stamped(Event::Confirmation(old), TIME_MS)).unwrap();
    let message: Value = serde_json::from_str(&text).unwrap();
    let info = &message["message"]["election_info"];
    assert_eq!(keys(info), ["duration", "request_count", "tally", "tally_decimal", "time"]);
    assert_eq!(message["message"].get("sideband"), None);
    assert_eq!(info["request_count"], json!("1"));
}
