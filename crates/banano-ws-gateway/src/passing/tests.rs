//! Requests that pass, or do not, to nodes that follow a script.

use std::net::SocketAddr;

use banano_testkit::{Reaction, TestWorkPeer};
use serde_json::Value;
use tokio::sync::mpsc;

use super::*;
use crate::merging::Heard;

const LIMIT: Duration = Duration::from_secs(20);

fn passing(nodes: &[SocketAddr], timeout: Duration) -> (Passing, mpsc::Receiver<Heard>) {
    let urls: Vec<String> = nodes.iter().map(|address| format!("http://{address}/")).collect();
    let (heard, inbox) = mpsc::channel(8);
    let allow = ["version", "pending", ADD_WATCH].map(str::to_owned).into();
    let config = PassingConfig { allow, entries_max: 10, timeout, work_timeout: timeout };
    (Passing::new(&urls, config, WatchList::new([], heard)).unwrap(), inbox)
}

async fn ask(passing: &Passing, body: &str) -> String {
    let answer = passing.answer(Bytes::copy_from_slice(body.as_bytes())).await;
    String::from_utf8(answer.body.to_vec()).unwrap()
}

async fn refusal(passing: &Passing, body: &str) -> String {
    let answer: Value = serde_json::from_str(&ask(passing, body).await).unwrap();
    answer["error"].as_str().unwrap().to_owned()
}

const VERSION: &str = r#"{"action":"version"}"#;

#[tokio::test]
async fn what_is_listed_passes_and_the_answer_comes_as_it_is() {
    let says = "{\n  \"pending\": \"\", \"error\": \"whatever\" }";
    let node = TestWorkPeer::that(Reaction::ok(says));
    let (passing, _inbox) = passing(&[node.address], LIMIT);
    assert_eq!(ask(&passing, r#"{"action":"pending","account":"x"}"#).await, says);
    let heard = node.hears();
    assert_eq!(heard.body, serde_json::json!({"action":"pending","account":"x","count":"10"}));
    for (body, want) in [
        ("nothing", "Unable to parse JSON"),
        (r#"{"account":"x"}"#, "Unable to parse JSON"),
        (r#"{"action":"stop"}"#, "stop is not offered by this gateway"),
        (r#"{"action":"Version"}"#, "Version is not offered by this gateway"),
    ] {
        assert_eq!(refusal(&passing, body).await, want, "{body}");
    }
}

#[tokio::test]
async fn errors_of_the_node_and_of_the_gateway_count_as_such() {
    let rows = [
        ("{\n    \"error\": \"Account not found\"\n}", VERSION, false),
        ("{\"pending\":\"\",\"error\":\"\"}", VERSION, true),
        ("", VERSION, true),
        ("{}", r#"{"action":"stop"}"#, false),
        ("{}", "?", false),
    ];
    for (says, body, want) in rows {
        let node = TestWorkPeer::that(Reaction::ok(says));
        let (passing, _inbox) = passing(&[node.address], LIMIT);
        let passed = passing.answer(Bytes::from_static(body.as_bytes())).await;
        assert_eq!(passed.is_ok, want, "{says} {body}");
    }
}

#[tokio::test]
async fn another_node_answers_when_one_does_not_and_goes_on_to() {
    let second = TestWorkPeer::that(Reaction::ok("{}"));
    let (passing, _inbox) = passing(&[TestWorkPeer::absent(), second.address], LIMIT);
    for _ in 0..2 {
        assert_eq!(ask(&passing, VERSION).await, "{}");
    }
    assert_eq!(passing.preferred.load(Relaxed), 1);
}

#[tokio::test]
async fn a_node_that_is_silent_takes_its_share_of_the_time_only() {
    let (silent, rude) =
        (TestWorkPeer::that(Reaction::Hangs), TestWorkPeer::that(Reaction::Closes));
    let good = TestWorkPeer::that(Reaction::ok("{}"));
    let nodes = [silent.address, rude.address, good.address];
    let (passing_, _inbox) = passing(&nodes, Duration::from_secs(3));
    assert_eq!(ask(&passing_, VERSION).await, "{}");
    let (passing_, _inbox) = passing(&[silent.address], Duration::from_millis(50));
    assert_eq!(refusal(&passing_, VERSION).await, "no answer within 50ms, try again later");
    let (passing_, _inbox) = passing(&[TestWorkPeer::absent()], LIMIT);
    let want = "no node behind this gateway answers, try again later";
    assert_eq!(refusal(&passing_, VERSION).await, want);
}

#[tokio::test]
async fn an_answer_has_a_bound() {
    let node = TestWorkPeer::that(Reaction::ok(&"x".repeat(ANSWER_BYTES_MAX + 1)));
    let (passing, _inbox) = passing(&[node.address], LIMIT);
    assert!(refusal(&passing, VERSION).await.contains("ask for fewer entries"));
}

#[tokio::test]
async fn a_long_answer_keeps_its_seat_until_it_is_read() {
    let node = TestWorkPeer::that(Reaction::ok(&"x".repeat(SHORT_BYTES + 1)));
    let (passing, _inbox) = passing(&[node.address], LIMIT);
    let answer = passing.answer(Bytes::from_static(VERSION.as_bytes())).await;
    assert_eq!(passing.seats.available_permits(), SEATS - 1);
    drop(answer);
    assert_eq!(passing.seats.available_permits(), SEATS);
}

#[tokio::test]
async fn accounts_to_watch_are_taken_here() {
    let (passing, mut inbox) = passing(&[TestWorkPeer::absent()], LIMIT);
    let account = Account::from_bytes([7; 32]);
    let request = |account: &str| {
        format!(r#"{{"action":"wallet_add_watch","wallet":"0","accounts":["{account}"]}}"#)
    };
    assert_eq!(ask(&passing, &request(&account.to_string())).await, r#"{"success":""}"#);
    let Some(Heard::Watch(told)) = inbox.recv().await else { panic!("not told") };
    assert_eq!(told, [account]);
    assert_eq!(refusal(&passing, &request("ban_1")).await, "Bad account number");
    let without = r#"{"action":"wallet_add_watch"}"#;
    assert_eq!(refusal(&passing, without).await, "Unable to parse JSON");
}
