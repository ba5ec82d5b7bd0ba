//! The order rules of protocol.md §1, while events flow as fast as one client takes them: C037, C150.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use banano_primitives::BlockHash;
use banano_ws_protocol::{Event, Topic};
use banano_ws_server::Config;
use serde_json::{Value, json};

use crate::{
    host::{Host, config},
    raw::masked,
};

/// Appends numbered elections without end, each batch when the one before has arrived at a client
/// that wants them all, and checks there that none is missing or out of place.
struct Flow {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

const BATCH: u64 = 50;

fn started(number: u64) -> Event {
    let mut hash = [0; 32];
    hash[24..].copy_from_slice(&number.to_be_bytes());
    Event::StartedElection(BlockHash::from_bytes(hash).into())
}

fn number(event: &Value) -> u64 {
    let hash = event["message"]["hash"].as_str().unwrap();
    u64::from_str_radix(&hash[48..], 16).unwrap()
}

impl Flow {
    fn start(host: &Arc<Host>) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let (host, stop) = (Arc::clone(host), Arc::clone(&is_over));
        let mut reader = host.subscriber("started_election");
        let thread = thread::spawn(move || {
            let mut next = 0;
            while !stop.load(Ordering::Relaxed) {
                host.append((next..next + BATCH).map(started));
                for expected in next..next + BATCH {
                    assert_eq!(number(&reader.json()), expected);
                }
                next += BATCH;
            }
            next
        });
        Self { is_over, thread }
    }

    /// Ends it. Returns how many events there were.
    fn end(self) -> u64 {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().expect("all events in order")
    }
}

#[test]
fn c037_the_ack_comes_before_the_first_event() {
    let host = Arc::new(Host::start());
    let flow = Flow::start(&host);
    for _ in 0..200 {
        let mut client = host.connect();
        let ack =
            client.ask(&json!({"action": "subscribe", "topic": "started_election", "ack": true}));
        assert_eq!(ack["ack"], "subscribe", "{ack}");
        let first = number(&client.json());
        assert_eq!(number(&client.json()), first + 1, "no hole from the first event on");
    }
    assert!(flow.end() > 200);
}

#[test]
fn replies_leave_in_the_order_of_the_requests() {
    let host = Arc::new(Host::start());
    let flow = Flow::start(&host);
    let mut client = host.connect();
    let requests: Vec<Value> = (0..2_000)
        .map(|id| match id % 5 {
            0 => json!({"action": "ping", "id": id}),
            1 => json!({"action": "subscribe", "topic": "started_election", "ack": 1, "id": id}),
            2 => json!({"action": "dance", "id": id}),
            3 => json!({"action": "unsubscribe", "topic": "started_election", "ack": 1, "id": id}),
            _ => json!({"action": "update", "topic": "vote", "ack": 1, "id": id}),
        })
        .collect();
    let frames: Vec<u8> =
        requests.iter().flat_map(|it| masked(0x81, it.to_string().as_bytes())).collect();
    let mut stream = client.stream().try_clone().unwrap();
    let writer = thread::spawn(move || stream.write_all(&frames).unwrap());
    let mut next = 0;
    while next < requests.len() {
        let message = client.json();
        if message.get("topic").is_none() {
            assert_eq!(message["id"], next.to_string());
            next += 1;
        }
    }
    writer.join().unwrap();
    flow.end();
}

#[test]
fn c150_no_event_outside_a_subscription_however_often_it_changes() {
    const TIMES: usize = 100_000;
    let host = Arc::new(Host::start_with(Config { message_burst: 1_000_000, ..config() }));
    let flow = Flow::start(&host);
    let mut client = host.connect();
    let request = |action: &str| {
        json!({"action": action, "topic": "started_election", "ack": true}).to_string()
    };
    let pair = [
        masked(0x81, request("subscribe").as_bytes()),
        masked(0x81, request("unsubscribe").as_bytes()),
    ]
    .concat();
    let mut stream = client.stream().try_clone().unwrap();
    let writer = thread::spawn(move || {
        let pairs = pair.repeat(100);
        (0..TIMES / 100).for_each(|_| stream.write_all(&pairs).unwrap());
    });
    let (mut is_subscribed, mut acks, mut last) = (false, 0, None);
    while acks < 2 * TIMES {
        let message = client.json();
        if message.get("topic").is_some() {
            assert!(is_subscribed, "an event after {acks} acks");
            let number = Some(number(&message));
            assert!(number > last, "order, and none twice");
            last = number;
        } else {
            is_subscribed = !is_subscribed;
            let want = if is_subscribed { "subscribe" } else { "unsubscribe" };
            assert_eq!(message["ack"], want);
            acks += 1;
        }
    }
    writer.join().unwrap();
    flow.end();
    host.until("only the flow's own reader may be left", |stats| {
        stats.subscribers(Topic::StartedElection) <= 1
    });
}

#[test]
fn after_a_new_subscription_is_acked_every_event_is_by_its_options() {
    use banano_testkit::fixtures::{SEND, conf};
    use banano_ws_protocol::ConfirmationKind;

    let host = Arc::new(Host::start());
    let mut client = host.connect();
    let confirm = || Event::Confirmation(conf(SEND, ConfirmationKind::ActiveQuorum));
    for round in 0..300 {
        let include_block = round % 2 == 0;
        host.append((0..5).map(|_| confirm()));
        client.send(&json!({
            "action": "subscribe", "topic": "confirmation", "ack": true,
            "options": {"include_block": include_block},
        }));
        let mut is_new = false;
        loop {
            let message = client.json();
            if message.get("ack").is_some() {
                is_new = true;
                host.append([confirm()]);
                continue;
            }
            let has_block = message["message"].get("block").is_some();
            // Before the ack it is by the options of the round before; the last comes after it.
            assert_eq!(has_block, include_block == is_new, "round {round}");
            if is_new {
                break;
            }
        }
    }
}
