//! Under load: C146, C149, and clients that read slowly or not at all.

use banano_testkit::fixtures::{BlockFixture, OPEN, SEND, conf};
use banano_ws_journal::Limits;
use banano_ws_protocol::{ConfirmationKind, Event, Topic};
use banano_ws_server::Config;
use serde_json::json;

use crate::{
    client::{Client, assert_is_error_message},
    host::{Host, config},
    raw::{Raw, masked},
};

fn confirmations(count: usize) -> impl Iterator<Item = Event> {
    // Their heights number them.
    (0..count).map(|number| numbered(SEND, number))
}

fn numbered(block: BlockFixture, number: usize) -> Event {
    let mut confirmation = conf(block, ConfirmationKind::ActiveQuorum);
    if let Some(sideband) = &mut confirmation.sideband {
        sideband.height = number as u64;
    }
    Event::Confirmation(confirmation)
}

fn height(text: &str) -> usize {
    let (_, rest) = text.split_once(r#""height":""#).expect("a sideband");
    rest[..rest.find('"').unwrap()].parse().unwrap()
}

fn slow_and_quick(host: &Host) -> (Client, Client) {
    let options = json!({"include_sideband_info": true});
    let slow = host.subscriber_with("confirmation", &options);
    (slow, host.subscriber_with("confirmation", &options))
}

#[test]
fn c146_a_client_that_never_reads_costs_the_others_nothing_and_is_told_why_it_ends() {
    const EVENTS: usize = 100_000;
    const AT_A_TIME: usize = 500;
    let host = Host::start();
    let (mut stuck, mut quick) = slow_and_quick(&host);
    let all: Vec<_> = confirmations(EVENTS).collect();
    let mut next = 0;
    for some in all.chunks(AT_A_TIME) {
        host.append(some.iter().cloned());
        for _ in some {
            assert_eq!(height(&quick.raw_text()), next);
            next += 1;
        }
    }
    host.until("the stuck one is given up", |stats| stats.closed_slow == 1);
    assert_eq!(host.subscribers(Topic::Confirmation), 1);
    // When it reads at last: what was on its way, whole and in order, then why it ends.
    let mut next = 0;
    let reason = loop {
        let text = stuck.raw_text();
        if text.contains(r#""topic""#) {
            assert_eq!(height(&text), next);
            next += 1;
        } else {
            break serde_json::from_str(&text).unwrap();
        }
    };
    assert!(next < EVENTS, "the bound was reached");
    let to_stuck = host.stats().messages_sent - EVENTS as u64;
    assert!(to_stuck - next as u64 > 1_000, "what waited was let go at once");
    assert_is_error_message(&reason);
    assert_eq!(reason["code"], "limit_exceeded");
    let (close, _) = stuck.close_frame();
    assert_eq!(u16::from(close.unwrap().code), 4000);
    stuck.sees_the_end();
}

/// Where no bound of all is in the way.
fn roomy() -> Config {
    Config { max_total_outbox_bytes: 1 << 36, max_memory_bytes: 1 << 40, ..config() }
}

#[test]
fn a_client_that_catches_up_within_its_bound_loses_nothing() {
    const EVENTS: usize = 20_000;
    let bounds = Config { max_outbox_messages: EVENTS, max_outbox_bytes: 1 << 30, ..roomy() };
    let mut host = Host::start_with(bounds);
    let (mut slow, _) = slow_and_quick(&host);
    for (place, event) in confirmations(EVENTS).enumerate() {
        host.append([event]);
        if place % 500 == 0 {
            host.settle();
        }
    }
    for expected in 0..EVENTS {
        assert_eq!(height(&slow.raw_text()), expected);
    }
    slow.is_left_alone(&mut host);
}

#[test]
fn requests_of_a_client_that_does_not_read_its_replies_wait_and_are_all_answered() {
    use std::io::Write;

    let bounds = Config { max_outbox_bytes: 1 << 20, message_burst: 1_000_000, ..config() };
    let host = Host::start_with(bounds);
    let mut client = host.connect();
    let count = 60_000;
    let frames: Vec<u8> = (0..count)
        .flat_map(|id| masked(0x81, format!(r#"{{"action":"ping","id":{id}}}"#).as_bytes()))
        .collect();
    let mut stream = client.stream().try_clone().unwrap();
    let writer = std::thread::spawn(move || stream.write_all(&frames).unwrap());
    // Meanwhile others are served, for as many turns as it would take to read all of that.
    let mut other = host.connect();
    for _ in 0..1_000 {
        assert_eq!(other.ask(&json!({"action": "ping"}))["ack"], "pong");
    }
    for id in 0..count {
        assert_eq!(client.json()["id"], id.to_string());
    }
    writer.join().unwrap();
}

#[test]
fn a_client_that_takes_nothing_for_too_long_is_dropped_before_its_bound() {
    let bounds = Config {
        max_outbox_messages: 1_000_000,
        max_outbox_bytes: 1 << 30,
        write_timeout_ms: 200,
        ..roomy()
    };
    let mut host = Host::start_with(bounds);
    let (stuck, _) = slow_and_quick(&host);
    for _ in 0..40 {
        host.append(confirmations(500));
        host.settle();
    }
    host.until("the stuck ones are dropped", |stats| stats.closed_silent >= 1);
    drop(stuck);
}

#[test]
fn c149_connections_dropped_in_every_state_leave_nothing_behind() {
    const TIMES: usize = 200;
    let mut host = Host::start_with(Config { close_timeout_ms: 200, ..config() });
    let subscribe = br#"{"action":"subscribe","topic":"confirmation"}"#;
    for _ in 0..TIMES {
        let _before = Raw::dial(host.address());
        let mut within = Raw::dial(host.address());
        within.write(b"GET / HTTP/1.1\r\nUpgr");
        let mut fresh = Raw::connect(host.address());
        fresh.frame(0x89, b"");
        let mut mid_frame = Raw::connect(host.address());
        mid_frame.write(&masked(0x81, subscribe)[..20]);
        let mut mid_message = Raw::connect(host.address());
        mid_message.frame(0x01, b"{");
        let mut subscribed = Raw::connect(host.address());
        subscribed.frame(0x81, subscribe);
        let mut closing = Raw::connect(host.address());
        closing.frame(0x88, b"\x03\xe8");
        let mut broken = Raw::connect(host.address());
        broken.frame(0x83, b"");
        // Dropped with something unread, the kernel sends a reset instead of an end.
        let mut mid_write = Raw::connect(host.address());
        mid_write.frame(0x81, subscribe);
        host.append(confirmations(3));
    }
    host.settle();
    let witness = 1;
    host.until("all are gone", |stats| {
        stats.connections == witness
            && stats.sessions == witness
            && stats.subscribers(Topic::Confirmation) == 0
    });
    let mut client = host.subscriber("confirmation");
    host.confirm(SEND);
    assert_eq!(client.json()["message"]["hash"], SEND.hash);
}

#[test]
fn a_server_that_falls_out_of_its_journal_says_so_to_everyone_who_listens() {
    let mut host = Host::start_on(config(), Limits { events: 10, ..Limits::default() });
    let mut client = host.subscriber("confirmation");
    let mut idle = host.connect();
    // One append of more than the window: the shard can't have been there in time.
    host.append(confirmations(15).chain([numbered(OPEN, 0)]));
    let (close, error) = client.close_frame();
    assert_eq!(u16::from(close.unwrap().code), 1013);
    let error = error.unwrap();
    assert_is_error_message(&error);
    assert!(error["error"].as_str().unwrap().contains("6 events"), "{error}");
    assert_eq!(host.stats().events_lost, 6);
    idle.is_left_alone(&mut host);
    let mut again = host.subscriber("confirmation");
    host.confirm(SEND);
    assert_eq!(again.json()["message"]["hash"], SEND.hash);
}

/// Resident memory of this process, in bytes: clients, server and journal.
#[cfg(target_os = "linux")]
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4_096
}

#[cfg(target_os = "linux")]
#[test]
fn clients_that_never_read_cost_bounded_memory_and_slow_nobody() {
    const EACH: usize = 20;
    const EVENTS: usize = 10_000;
    let bounds = Config { max_outbox_messages: 256, max_outbox_bytes: 1 << 20, ..config() };
    let host = Host::start_on(bounds, Limits { events: 2_000, ..Limits::default() });
    let options = json!({"include_sideband_info": true});
    let subscribers = || (0..EACH).map(|_| host.subscriber_with("confirmation", &options));
    let mut deaf: Vec<_> = subscribers().collect();
    let mut quick: Vec<_> = subscribers().collect();
    let before = resident_bytes();
    let all: Vec<_> = confirmations(EVENTS).collect();
    for (place, some) in all.chunks(100).enumerate() {
        host.append(some.iter().cloned());
        for client in &mut quick {
            for next in 0..some.len() {
                assert_eq!(height(&client.raw_text()), place * 100 + next);
            }
        }
    }
    // Copies for each of them would take 200 MB and more.
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < 100 << 20, "{grown} bytes");
    // What they would have to get leaves the journal: they are told, with what they had got whole.
    host.until("the deaf are given up", |stats| stats.closed_slow == EACH as u64);
    for client in &mut deaf {
        let (close, error) = client.close_frame();
        assert_eq!(u16::from(close.unwrap().code), 4000);
        assert_eq!(error.unwrap()["code"], "limit_exceeded");
    }
    assert_eq!(host.subscribers(Topic::Confirmation), EACH);
}
