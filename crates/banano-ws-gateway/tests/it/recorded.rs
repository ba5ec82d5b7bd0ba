//! What a recorded node told its client, told to a gateway: the gateway's clients are told the same.
//!
//! The recordings (`tests/data`) are of rsnano, a Rust port of the node, on its development network. A
//! scripted upstream acknowledges what rsnano knows and then says all of a recording, word for word.
//! What comes out is rendered as for a client and compared member by member; [`DIFFERENCES`] names
//! every difference there may be.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use banano_primitives::{Network, Prefix, Signature};
use banano_ws_client::{Dialer, Timing, Topic};
use banano_ws_gateway::{Gateway, GatewayConfig, MergeConfig, Upstream, now_ms};
use banano_ws_protocol::{CursorDetail, Event, Includes, RenderSettings, Stamped, Variant, render};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::task::TaskTracker;

/// Longest wait for what has to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// What it is, and what is done about it.
type Difference = (&'static str, fn(&mut Value));

/// Where rsnano differs from the C++ node and from us (docs/protocol.md, appendix B). Each must occur.
const DIFFERENCES: [Difference; 5] = [
    ("`time` is when the gateway passes it on", |message| {
        message.as_object_mut().unwrap().remove("time");
    }),
    ("work is in lower case", |message| {
        each(message, &mut |name, value| match value {
            Value::String(text) if name == "work" => text.make_ascii_lowercase(),
            _ => {}
        });
    }),
    ("an empty list is the empty string", |message| {
        each(message, &mut |_, value| {
            if value.as_array().is_some_and(Vec::is_empty) {
                *value = json!("");
            }
        });
    }),
    ("the signature of a vote is decimal", |message| {
        if message["topic"] == "vote" {
            let signature = &mut message["message"]["signature"];
            let hex: Signature = signature.as_str().unwrap().parse().unwrap();
            *signature = hex.to_decimal().into();
        }
    }),
    ("the hash of a new_unconfirmed_block stands beside topic", |message| {
        if message["topic"] == "new_unconfirmed_block" {
            let block = message["message"].to_string();
            let block: banano_primitives::Block = serde_json::from_str(&block).unwrap();
            message["hash"] = block.hash().to_string().into();
        }
    }),
];

/// Changes every value, told the name of the member that it stands in.
fn each(value: &mut Value, change: &mut impl FnMut(&str, &mut Value)) {
    fn walk(name: &str, value: &mut Value, change: &mut impl FnMut(&str, &mut Value)) {
        change(name, value);
        match value {
            Value::Array(list) => list.iter_mut().for_each(|value| walk(name, value, change)),
            Value::Object(members) => {
                members.iter_mut().for_each(|(name, value)| walk(name, value, change));
            }
            _ => {}
        }
    }
    walk("", value, change);
}

/// The messages of each scenario.
fn scenarios() -> Vec<(String, Vec<Value>)> {
    let mut scenarios: Vec<(String, Vec<Value>)> = Vec::new();
    for line in include_str!("../data/recorded.jsonl").lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        match line["scenario"].as_str() {
            Some(name) => scenarios.push((name.to_owned(), Vec::new())),
            None => scenarios.last_mut().unwrap().1.push(line["recv"].take()),
        }
    }
    scenarios
}

/// Acknowledges subscriptions as rsnano does, and once there are as many as wanted, says everything.
async fn play(stream: TcpStream, mut wanted: HashSet<String>, messages: Vec<Value>) {
    let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
    while !wanted.is_empty() {
        let Some(Ok(Message::Text(text))) = socket.next().await else { return };
        let request: Value = serde_json::from_str(&text).unwrap();
        let topic = request["topic"].as_str().unwrap_or_default();
        if wanted.remove(topic) {
            let ack = json!({"id": request["id"], "ack": request["action"], "time": "1"});
            socket.send(Message::text(ack.to_string())).await.unwrap();
        }
    }
    for message in messages {
        let text = serde_json::to_string_pretty(&message).unwrap();
        socket.send(Message::text(text)).await.unwrap();
    }
    // Until the gateway hangs up.
    while let Some(Ok(_)) = socket.next().await {}
}

/// What keeps its order: each topic; of confirmations each account's, as the first that is heard of an
/// account may wait for one before it.
fn series(message: &Value) -> String {
    let topic = message["topic"].as_str().unwrap();
    match topic {
        "confirmation" => format!("{topic} of {}", message["message"]["account"]),
        _ => topic.to_owned(),
    }
}

/// What a client is told that asked for what the recorded one was told.
fn told(event: Event, like: &Value) -> Value {
    let message = &like["message"];
    let election_info = &message["election_info"];
    let includes = Includes {
        block: !message["block"].is_null(),
        election_info: !election_info.is_null(),
        election_info_with_votes: !election_info["votes"].is_null(),
        sideband_info: !message["sideband"].is_null(),
        linked_account: false,
    };
    let variant = Variant::confirmation(includes).with_cursor(CursorDetail::None);
    let settings = RenderSettings { decimal_fields: false, prefix: Prefix::Nano };
    let mut text = Vec::new();
    let stamped = Stamped { journal: 1, sequence: 1, time_ms: 1, event };
    render(&stamped, variant, &settings, &mut text);
    serde_json::from_slice(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_node_is_passed_on_word_for_word() {
    let mut seen = HashSet::new();
    for (scenario, messages) in scenarios() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        let topics: HashSet<String> =
            messages.iter().map(|it| it["topic"].as_str().unwrap().to_owned()).collect();
        let script = messages.clone();
        let upstream = TaskTracker::new().spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            play(stream, topics, script).await;
        });
        let (events, mut heard) = mpsc::channel(1_024);
        let config = GatewayConfig {
            upstreams: vec![Upstream { ws: url, rpc: None }],
            merge: MergeConfig::default(),
            network: Network::by_name("nano-dev"),
            watched: Vec::new(),
            earlier: None,
            timing: Timing::default(),
            dialer: Dialer::default(),
            clock: now_ms,
        };
        // Topics that rsnano does not know are wanted as well.
        let sink = move |batch| {
            for event in batch {
                events.try_send(event).unwrap();
            }
        };
        let gateway = Gateway::start(config, Topic::ALL.into(), sink, |_, _| {});
        let gateway = gateway.await.unwrap();

        let mut want: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let mut got: BTreeMap<String, usize> = BTreeMap::new();
        let mut left = messages.len();
        for mut message in messages {
            want.entry(series(&message)).or_default().push({
                for (what, change) in DIFFERENCES {
                    let before = message.clone();
                    change(&mut message);
                    if message != before {
                        seen.insert(what);
                    }
                }
                message
            });
        }
        while left > 0 {
            let event = timeout(PATIENCE, heard.recv()).await;
            let event = event.unwrap_or_else(|_| panic!("{scenario}: {left} did not come"));
            let event = event.unwrap();
            let series = series(&told(event.clone(), &Value::Null));
            let nth = got.entry(series.clone()).or_default();
            let like = want.get(&series).and_then(|list| list.get(*nth)).unwrap_or(&Value::Null);
            let mut message = told(event, like);
            message.as_object_mut().unwrap().remove("time");
            assert_eq!(&message, like, "{scenario}, {series} {nth}");
            *nth += 1;
            left -= 1;
        }
        for (_, report) in &gateway.standing().borrow().upstreams {
            assert_eq!((report.lies, report.stale, report.alone), (0, 0, 0), "{scenario}");
        }
        gateway.stop().await;
        upstream.await.unwrap();
        assert!(heard.recv().await.is_none(), "{scenario}: something else came");
    }
    for (what, _) in DIFFERENCES {
        assert!(seen.contains(what), "not a difference: {what}");
    }
}
