//! What a recorded node told its clients, and what we tell them for the same events: the same.
//!
//! The recordings (`tests/data`) are of rsnano, a Rust port of the node. Its events are fed to a
//! server of ours, its clients' lines are sent by clients of ours, and each client must get what
//! the recorded one got: the tables of `differences` name every difference, nothing else may
//! differ. The server is set to answer as a node does. Recorded clients that were sent what another
//! client's options ask for are not in the files: that defect is not followed.

mod differences;

use std::collections::{BTreeMap, HashMap, HashSet};

use banano_ws_protocol::{
    ErrorReplies, Event, ReceivedConfirmation, ReceivedEvent, ServerMessage, parse_message,
};
use banano_ws_server::{Config, VoteWithoutOptions};
use serde::Deserialize;
use serde_json::Value;
use tungstenite::Message;

use self::differences::{ACKED_IN_VAIN, ANSWERED_OTHERWISE, NORMALISED, SURVIVED, normalise};
use crate::{
    client::{Client, assert_is_time},
    host::{Host, config},
};

/// One line of a file of recordings.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Line {
    Scenario { scenario: String },
    Case { client: String, case: String },
    Send { client: String, send: String },
    Binary { client: String, binary: String },
    Received { client: String, recv: Value },
    Lost { lost: String },
    Payment { payment: String },
}

/// The scenarios of a file, each with its lines.
fn scenarios(text: &str) -> Vec<(String, Vec<Line>)> {
    let mut scenarios: Vec<(String, Vec<Line>)> = Vec::new();
    for line in text.lines() {
        match serde_json::from_str(line).expect(line) {
            Line::Scenario { scenario } => scenarios.push((scenario, Vec::new())),
            line => scenarios.last_mut().unwrap().1.push(line),
        }
    }
    scenarios
}

/// Answers as a node does: no error messages, every vote without options.
fn like_a_node() -> Config {
    Config {
        error_replies: ErrorReplies::Never,
        vote_without_options: VoteWithoutOptions::Node,
        ..config()
    }
}

/// The event that a normalised message tells; nothing if it is a reply or a block is missing.
fn event(message: &Value, local: bool) -> Option<Event> {
    Some(match told(message)? {
        ReceivedEvent::Confirmation(it) => Event::Confirmation(it.complete(local).ok()?),
        ReceivedEvent::Vote(it) => Event::Vote(it),
        ReceivedEvent::StartedElection(it) => Event::StartedElection(it),
        ReceivedEvent::StoppedElection(it) => Event::StoppedElection(it),
        ReceivedEvent::ActiveDifficulty(it) => Event::ActiveDifficulty(it),
        ReceivedEvent::Work(it) => Event::Work(it),
        ReceivedEvent::Telemetry(it) => Event::Telemetry(it),
        ReceivedEvent::NewUnconfirmedBlock(it) => Event::NewUnconfirmedBlock(it),
        ReceivedEvent::Bootstrap(it) => Event::Bootstrap(it),
    })
}

fn told(message: &Value) -> Option<ReceivedEvent> {
    match parse_message(message.to_string().as_bytes()).unwrap() {
        ServerMessage::Event(told) => Some(told.event),
        _ => None,
    }
}

/// The confirmation that a message without a block tells, with the block of another; the message
/// then names that block's hash. Both must be of the same account.
fn with_block_of(stand_in: &Value, message: &mut Value, local: bool) -> Event {
    let [Some(ReceivedEvent::Confirmation(it)), Some(ReceivedEvent::Confirmation(other))] =
        [told(message), told(stand_in)]
    else {
        panic!("no confirmation: {message}")
    };
    assert_eq!(it.account, other.account);
    message["message"]["hash"] = other.hash.to_string().into();
    let (block, hash, subtype) = (other.block, other.hash, other.subtype);
    let whole = ReceivedConfirmation { block, hash, subtype, ..it };
    Event::Confirmation(whole.complete(local).unwrap())
}

/// One recorded scenario, played again.
struct Replay {
    host: Host,
    clients: BTreeMap<String, Client>,
    got: BTreeMap<String, Vec<Value>>,
    want: BTreeMap<String, Vec<Value>>,
    /// The rows of [`NORMALISED`] that were needed.
    differed: HashSet<&'static str>,
}

impl Replay {
    fn start() -> Self {
        let (clients, got, want, differed) = Default::default();
        let host = Host::start_without_decimals_on(like_a_node());
        Self { host, clients, got, want, differed }
    }

    fn want(&mut self, client: &str, mut message: Value) {
        normalise(&mut message, &mut self.differed);
        self.want.entry(client.to_owned()).or_default().push(message);
    }

    /// Sends a line, after everything that was to come before has come.
    fn send(&mut self, name: &str, message: Message) {
        self.hear(name);
        self.clients.get_mut(name).unwrap().message(message);
        self.hear(name);
    }

    /// Keeps what has come to a client; its session must be alive.
    fn hear(&mut self, name: &str) {
        let address = self.host.address();
        let client =
            self.clients.entry(name.to_owned()).or_insert_with(|| Client::connect(address));
        let heard = client.heard(&mut self.host);
        let got = self.got.entry(name.to_owned()).or_default();
        for text in heard {
            let mut message: Value = serde_json::from_str(&text).unwrap();
            let is_mark = |id: &str| message["topic"] == "bootstrap" && id.starts_with("mark ");
            if message["message"]["id"].as_str().is_some_and(is_mark) {
                continue;
            }
            if message.get("ack").is_some() {
                assert_is_time(&message["time"]);
                message.as_object_mut().unwrap().remove("time");
            }
            got.push(message);
        }
    }

    /// What each client got is what it was to get.
    fn check(mut self, scenario: &str) -> HashSet<&'static str> {
        for name in self.clients.keys().cloned().collect::<Vec<_>>() {
            self.hear(&name);
            let want = self.want.remove(&name).unwrap_or_default();
            let got = self.got.remove(&name).unwrap_or_default();
            for (at, (got, want)) in got.iter().zip(&want).enumerate() {
                assert_eq!(got, want, "{scenario}, client {name}, message {at}");
            }
            assert_eq!(got.len(), want.len(), "{scenario}, client {name}: {got:?}, not {want:?}");
        }
        self.differed
    }
}

#[test]
fn lines_and_events_are_answered_as_recorded() {
    let mut differed = replay_replies();
    differed.extend(replay_events());
    for (what, _) in NORMALISED {
        assert!(differed.contains(what), "not a difference: {what}");
    }
}

fn replay_replies() -> HashSet<&'static str> {
    let mut survived: HashSet<&str> = HashSet::new();
    let mut differed = HashSet::new();
    for (scenario, lines) in scenarios(include_str!("../data/recorded_replies.jsonl")) {
        let mut replay = Replay::start();
        let mut case = String::new();
        let (mut is_over, mut is_answered) = (false, false);
        for line in lines {
            match line {
                Line::Case { client, case: about } => {
                    is_over = false;
                    let row = SURVIVED.iter().find(|row| row.0 == about);
                    case = about;
                    if let Some((name, Some(reply))) = row {
                        survived.insert(name);
                        replay.want(&client, serde_json::from_str(reply).unwrap());
                    }
                }
                // rsnano hears no more; `hear` has shown that ours does.
                Line::Send { .. } if is_over => {}
                Line::Send { client, send } => {
                    let row = ANSWERED_OTHERWISE.iter().find(|row| send.contains(row.0));
                    is_answered = row.is_some();
                    if let Some((_, reply)) = row {
                        replay.want(&client, serde_json::from_str(reply).unwrap());
                    }
                    replay.send(&client, Message::text(send));
                }
                Line::Binary { client, binary } => {
                    replay.send(&client, Message::binary(binary.into_bytes()));
                }
                Line::Received { recv, .. } if is_in_vain(&scenario, &recv) => {}
                Line::Received { .. } if is_answered => {}
                Line::Received { client, recv } => replay.want(&client, recv),
                Line::Lost { lost: client } => {
                    is_over = true;
                    let row = SURVIVED.iter().find(|row| row.0 == case);
                    let (name, _) = row.unwrap_or_else(|| panic!("{case}, {client}"));
                    survived.insert(name);
                }
                Line::Scenario { .. } | Line::Payment { .. } => unreachable!("not in this file"),
            }
        }
        differed.extend(replay.check(&scenario));
    }
    for (case, _) in SURVIVED {
        assert!(survived.contains(case), "not a difference: {case}");
    }
    differed
}

fn replay_events() -> HashSet<&'static str> {
    let scenarios = scenarios(include_str!("../data/recorded_events.jsonl"));
    let (first, lines) = &scenarios[0];
    assert_eq!(first, "conf_default");
    let mut stand_ins: Vec<Value> =
        received(lines).filter(|message| message.get("topic").is_some()).cloned().collect();
    for message in &mut stand_ins {
        normalise(message, &mut HashSet::new());
    }
    let mut differed = HashSet::new();
    for (scenario, lines) in &scenarios {
        // C100: ours looks at the owner of a block that it doesn't show; nodes are silent.
        if !["conf_accounts_no_block", "conf_local_no_block"].contains(&scenario.as_str()) {
            differed.extend(replay_scenario(scenario, lines, &stand_ins));
        }
    }
    differed
}

fn is_in_vain(scenario: &str, message: &Value) -> bool {
    let id = message["id"].as_str().unwrap_or_default();
    message.get("ack").is_some() && ACKED_IN_VAIN.contains(&(scenario, id))
}

fn received(lines: &[Line]) -> impl Iterator<Item = &Value> {
    lines.iter().filter_map(|line| match line {
        Line::Received { recv, .. } => Some(recv),
        _ => None,
    })
}

/// `stand_ins` are a payment and its receipt between the same two accounts: they happen where the
/// recording names a payment that no client was told of, and lend their blocks where a client was
/// told of one without its block.
fn replay_scenario(scenario: &str, lines: &[Line], stand_ins: &[Value]) -> HashSet<&'static str> {
    let local = scenario.starts_with("conf_local");
    let told: HashSet<&str> =
        received(lines).filter_map(|message| message["message"]["hash"].as_str()).collect();
    let mut replay = Replay::start();
    // When: a journal's clock does not go back by a moment, as a node's messages do.
    let mut happened: HashMap<String, u64> = HashMap::new();
    let mut latest_ms = 0;
    let mut lent = stand_ins.iter().cycle();
    for line in lines {
        match line {
            Line::Send { client, send } => replay.send(client, Message::text(send.clone())),
            Line::Payment { payment } if !told.contains(payment.as_str()) => {
                replay.host.append(stand_ins.iter().map(|it| event(it, local).unwrap()));
            }
            Line::Payment { .. } => {}
            Line::Received { recv, .. } if is_in_vain(scenario, recv) => {}
            Line::Received { client, recv } => {
                let mut message = recv.clone();
                normalise(&mut message, &mut replay.differed);
                // Several clients were told of one event, in the same words.
                let words = message.to_string();
                if message.get("topic").is_some() && !happened.contains_key(&words) {
                    let time_ms = message["time"].as_str().unwrap().parse().unwrap();
                    replay.host.set_time_ms(time_ms);
                    latest_ms = latest_ms.max(time_ms);
                    happened.insert(words.clone(), latest_ms);
                    let event = event(&message, local);
                    let cause = event.unwrap_or_else(|| {
                        with_block_of(lent.next().unwrap(), &mut message, local)
                    });
                    replay.host.append([cause]);
                }
                if let Some(time_ms) = happened.get(&words) {
                    message["time"] = time_ms.to_string().into();
                }
                replay.want.entry(client.clone()).or_default().push(message);
            }
            _ => unreachable!("not in this file"),
        }
    }
    replay.check(scenario)
}
