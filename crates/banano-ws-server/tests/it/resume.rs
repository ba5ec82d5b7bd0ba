//! Resuming with a cursor, and catching up without one (protocol.md §11.2).

use banano_testkit::fixtures::{B, BlockFixture, CHANGE, OPEN, SEND, conf, started_election};
use banano_ws_journal::Limits;
use banano_ws_protocol::{ConfirmationKind::ActiveQuorum, Event};
use banano_ws_server::Config;
use serde_json::{Value, json};

use crate::{
    client::{Client, assert_is_error_message},
    host::{Host, config},
};

/// Four blocks, in this order.
const BLOCKS: [BlockFixture; 4] = [SEND, OPEN, CHANGE, SEND];

fn confirm_all(host: &Host) {
    host.append(BLOCKS.map(|block| Event::Confirmation(conf(block, ActiveQuorum))));
}

/// Subscribes to confirmations with further members; returns the reply.
fn subscribe(client: &mut Client, members: &Value) -> Value {
    let mut request = json!({"action": "subscribe", "topic": "confirmation", "ack": true});
    request.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    client.ask(&request)
}

/// The number in a cursor.
fn sequence(message: &Value) -> u64 {
    let (_, number) = message["cursor"].as_str().expect("a cursor").split_once('-').unwrap();
    number.parse().unwrap()
}

/// Reads events: their hashes, which must be told as replayed or not.
fn hashes(client: &mut Client, count: usize, replayed: bool) -> Vec<String> {
    let mut last = 0;
    let mut hash = |event: Value| {
        let is_replayed = event.get("replayed").map(|it| it == "true");
        assert_eq!(is_replayed, replayed.then_some(true), "{event}");
        assert!(sequence(&event) > last, "{event}");
        last = sequence(&event);
        event["message"]["hash"].as_str().unwrap().to_owned()
    };
    (0..count).map(|_| hash(client.json())).collect()
}

#[test]
fn the_ack_comes_first_then_what_was_missed_then_what_is_live() {
    let mut host = Host::start();
    let mut client = host.connect();
    let ack = subscribe(&mut client, &json!({"cursor": true}));
    let begin = ack["cursor"].clone();
    confirm_all(&host);
    assert_eq!(hashes(&mut client, 4, false), BLOCKS.map(|it| it.hash));
    drop(client);
    host.append([started_election(SEND)]);
    host.settle();

    let mut client = host.connect();
    let ack = subscribe(&mut client, &json!({"since": begin}));
    assert_eq!(ack["ack"], "subscribe", "{ack}");
    assert_eq!(hashes(&mut client, 4, true), BLOCKS.map(|it| it.hash));
    host.confirm(OPEN);
    let live = client.json();
    assert!(sequence(&live) > sequence(&ack), "live begins behind the cursor of the ack");
    assert_eq!((&live["replayed"], &live["message"]["hash"]), (&Value::Null, &json!(OPEN.hash)));
    client.is_left_alone(&mut host);

    // From the event that came last there is nothing to replay.
    let mut again = host.connect();
    subscribe(&mut again, &json!({"since": live["cursor"]}));
    again.is_left_alone(&mut host);
    host.confirm(SEND);
    assert_eq!(hashes(&mut again, 1, false), [SEND.hash]);
}

#[test]
fn who_does_not_ask_for_cursors_sees_none() {
    let host = Host::start();
    let mut client = host.connect();
    assert_eq!(subscribe(&mut client, &json!({})).get("cursor"), None);
    host.confirm(SEND);
    let event = client.json();
    assert!(event.get("cursor").is_none() && event.get("replayed").is_none(), "{event}");
}

#[test]
fn a_replay_goes_through_the_filter_and_ends_with_the_subscription() {
    let mut host = Host::start();
    let mut first = host.connect();
    let begin = subscribe(&mut first, &json!({"cursor": true}))["cursor"].clone();
    confirm_all(&host);
    host.settle();
    let mut client = host.connect();
    let options = json!({"accounts": [B.text()], "subtypes": ["receive"], "include_block": false});
    subscribe(&mut client, &json!({"since": begin, "options": options}));
    let event = client.json();
    assert_eq!(event["message"]["hash"], OPEN.hash);
    assert!(event["message"].get("block").is_none(), "{event}");
    client.is_left_alone(&mut host);
    // Two topics of one session, each from its own place.
    host.append([started_election(SEND)]);
    host.settle();
    let ack = client.ask(&json!({
        "action": "subscribe", "topic": "started_election", "ack": true, "since": "oldest",
    }));
    assert_eq!(ack["ack"], "subscribe");
    assert_eq!(hashes(&mut client, 1, true), [SEND.hash]);
    client.ask(&json!({"action": "unsubscribe", "topic": "started_election", "ack": true}));
    client.is_left_alone(&mut host);
}

#[test]
fn a_place_can_be_told_by_time_or_be_the_oldest() {
    let mut host = Host::start();
    confirm_all(&host);
    host.settle();
    for (since, count) in
        [("oldest", 4), ("time:0", 4), ("time:1700000000700", 4), ("time:1700000000701", 0)]
    {
        let mut client = host.connect();
        let ack = subscribe(&mut client, &json!({"since": since}));
        assert_eq!(ack["ack"], "subscribe", "{since}");
        assert_eq!(
            hashes(&mut client, count, true),
            BLOCKS[..count].iter().map(|it| it.hash).collect::<Vec<_>>()
        );
        client.is_left_alone(&mut host);
    }
}

#[test]
fn a_cursor_that_is_not_held_is_refused_with_what_is() {
    let mut host = Host::start_on(config(), Limits { events: 10, ..Limits::default() });
    let mut client = host.connect();
    let old = subscribe(&mut client, &json!({"cursor": true}))["cursor"].clone();
    for _ in 0..10 {
        confirm_all(&host);
        host.settle();
        hashes(&mut client, 4, false);
    }
    let journal = &old.as_str().unwrap()[..8];
    for since in [old.as_str().unwrap(), "00000000-1", &format!("{journal}-1000000")] {
        let mut other = host.connect();
        let error = subscribe(&mut other, &json!({"since": since}));
        assert_is_error_message(&error);
        assert_eq!(error["code"], "cursor_expired", "{since}: {error}");
        let oldest = error["oldest"].clone();
        assert!(error["newest"].as_str().unwrap().starts_with(journal), "{error}");
        // The place that is offered is good, and before there was no subscription.
        let mut offered = host.connect();
        let ack = subscribe(&mut offered, &json!({"since": oldest}));
        assert_eq!(ack["ack"], "subscribe", "{ack}");
        hashes(&mut offered, 1, true);
        host.confirm(SEND);
        other.is_left_alone(&mut host);
        client.json();
    }
}

#[test]
fn a_slow_client_gets_everything_later_and_as_others_got_it() {
    const ROUNDS: usize = 3_000;
    let bounds = Config { max_outbox_messages: 64, max_outbox_bytes: 1 << 20, ..config() };
    let mut host = Host::start_with(bounds);
    let (mut slow, mut quick) = (host.subscriber("confirmation"), host.subscriber("confirmation"));
    let narrow = json!({"accounts": [B.text()]});
    let mut slow_narrow = host.subscriber_with("confirmation", &narrow);
    let mut seen = Vec::new();
    for _ in 0..ROUNDS {
        confirm_all(&host);
        seen.extend(BLOCKS.map(|_| quick.raw_text()));
    }
    host.until("somebody falls behind", |stats| stats.fell_behind > 0);
    for text in &seen {
        assert_eq!(slow.raw_text(), *text);
    }
    for text in seen.iter().filter(|text| text.contains(B.text())) {
        assert_eq!(slow_narrow.raw_text(), *text);
    }
    assert_eq!(host.stats().closed_slow, 0);
    // They are live again.
    slow.is_left_alone(&mut host);
    host.confirm(OPEN);
    assert_eq!(slow.raw_text(), quick.raw_text());
    assert!(slow_narrow.raw_text().contains(OPEN.hash));
    slow_narrow.is_left_alone(&mut host);
}

#[test]
fn a_resume_under_full_traffic_has_no_hole_and_no_repeat() {
    let host = Host::start();
    let mut witness = host.connect();
    let begin = subscribe(&mut witness, &json!({"cursor": true}))["cursor"].clone();
    let (mut cursors, mut resumed) = (Vec::new(), Vec::new());
    for round in 0..200 {
        for _ in 0..10 {
            confirm_all(&host);
        }
        if round % 20 == 0 {
            let mut client = host.connect();
            client.send(&json!({"action": "subscribe", "topic": "confirmation", "since": begin}));
            resumed.push(client);
        }
        cursors.extend((0..40).map(|_| sequence(&witness.json())));
    }
    for client in &mut resumed {
        for cursor in &cursors {
            assert_eq!(sequence(&client.json()), *cursor);
        }
    }
}
