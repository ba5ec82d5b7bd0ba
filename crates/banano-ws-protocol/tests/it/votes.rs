//! Votes: C112 to C125.

use std::sync::Arc;

use banano_primitives::{Vote, VoteTimestamp};
use banano_testkit::fixtures::{C, D, SEND, stamped, v1, v2, vote};
use banano_ws_protocol::{Event, RequestSettings, VoteCode, VoteWithoutOptions};
use serde_json::Value;

use crate::{client::Client, golden};

fn subscribe(options: &str) -> String {
    let options = options.replace("<C>", C.text()).replace("<D>", D.text());
    format!(r#"{{"action":"subscribe","topic":"vote"{options}}}"#)
}

/// Which codes of V1 pass: vote, replay, late, indeterminate, ignored.
#[track_caller]
fn check(settings: VoteWithoutOptions, options: &str, want: [bool; 5]) {
    let mut client = Client {
        requests: RequestSettings { vote_without_options: settings },
        ..Client::default()
    };
    assert_eq!(client.send(&subscribe(options)), None);
    let told = VoteCode::ALL.map(|code| client.is_told(vote(v1(), code)));
    assert_eq!(told, want, "{options}");
}

#[test]
fn c112_c113_votes_and_final_votes() {
    let client = Client::after(&subscribe(""));
    for (it, time_ms, want) in
        [(v1(), 1_700_000_000_200, golden::VOTE), (v2(), 1_700_000_000_500, golden::FINAL_VOTE)]
    {
        let event = stamped(Event::Vote(vote(it, VoteCode::Vote)), time_ms);
        assert_eq!(client.event(&event).as_deref(), Some(want));
    }
}

#[test]
fn c114_c115_c116_c125_codes() {
    let cases = [
        ("", [true, false, true, false, true]),
        (r#","options":{}"#, [true, false, true, false, true]),
        (r#","options":null"#, [true, false, true, false, true]),
        (
            r#","options":{"include_replays":"true","include_indeterminate":"false"}"#,
            [true, true, true, false, true],
        ),
        (r#","options":{"include_indeterminate":1}"#, [true, false, true, true, true]),
        (r#","options":{"include_late":false}"#, [true, false, false, false, true]),
        (r#","options":{"include_late":"no"}"#, [true, false, true, false, true]),
        (
            r#","options":{"include_replays":true,"include_indeterminate":true,"include_late":0}"#,
            [true, true, false, true, true],
        ),
    ];
    for (options, want) in cases {
        check(VoteWithoutOptions::Document, options, want);
    }
}

#[test]
fn the_nodes_way_lets_everything_through_without_options_only() {
    check(VoteWithoutOptions::Node, "", [true; 5]);
    check(VoteWithoutOptions::Node, r#","options":{}"#, [true, false, true, false, true]);
    check(VoteWithoutOptions::Node, r#","options":null"#, [true, false, true, false, true]);
}

#[test]
fn c118_c119_c121_representatives() {
    let by_d = Arc::new(Vote::signed(&D.pair(), VoteTimestamp::FINAL, vec![SEND.hash()]));
    let cases = [
        (r#"["<C>"]"#, true, false),
        (r#"["<D>","<C>"]"#, true, true),
        (r#"["xrb_invalid"]"#, true, true), // C119: an empty list is no filter
        ("[]", true, true),
        (r#""<D>""#, true, true),
        ("null", true, true),
        (r#"["xrb_invalid","<D>"]"#, false, true),
    ];
    for (list, c, d) in cases {
        let client =
            Client::after(&subscribe(&format!(r#","options":{{"representatives":{list}}}"#)));
        assert_eq!(client.is_told(vote(v1(), VoteCode::Vote)), c, "{list}: C");
        assert_eq!(client.is_told(vote(Arc::clone(&by_d), VoteCode::Vote)), d, "{list}: D");
        assert!(!client.is_told(vote(v1(), VoteCode::Replay)), "{list}: C121");
    }
}

#[test]
fn c123_the_low_bits_are_the_duration() {
    let timestamp = VoteTimestamp::from_packed(1_700_000_000_009);
    let packed = Arc::new(Vote::signed(&C.pair(), timestamp, vec![SEND.hash()]));
    let client = Client::after(&subscribe(""));
    let text = client.event(&stamped(Event::Vote(vote(packed, VoteCode::Vote)), 1)).unwrap();
    let message = &serde_json::from_str::<Value>(&text).unwrap()["message"];
    assert_eq!(message["timestamp"], "1700000000000");
    assert_eq!(message["sequence"], "1700000000000");
    assert_eq!(message["duration"], "9");
}

#[test]
fn all_five_codes_have_their_word_and_no_blocks_are_the_empty_string() {
    let options = r#","options":{"include_replays":true,"include_indeterminate":true}"#;
    let client = Client::after(&subscribe(options));
    let nothing = Arc::new(Vote { hashes: Vec::new(), ..(*v1()).clone() });
    for (code, word) in
        VoteCode::ALL.into_iter().zip(["vote", "replay", "late", "indeterminate", "ignored"])
    {
        let event = stamped(Event::Vote(vote(Arc::clone(&nothing), code)), 1);
        let text = client.event(&event).unwrap();
        assert!(text.ends_with(&format!(r#","blocks":"","type":"{word}"}}}}"#)), "{text}");
    }
}
