//! The conversation by table, and against a simulated server that loses, forgets and replays.

use banano_primitives::BlockHash;
use banano_testkit::fixtures::{A, B};
use banano_ws_protocol::ReceivedEvent;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;

use super::*;
use crate::seen::Seen;
use crate::{Confirmations, Votes};

const SECOND: Duration = Duration::from_secs(1);

fn session(on_gap: OnGap) -> Session {
    let timing = Timing::default();
    Session::new(Rules { connection: 0, timing, on_gap, is_checked: true, network: None })
}

fn outputs(session: &mut Session) -> Vec<Output> {
    std::iter::from_fn(|| session.poll()).collect()
}

fn sent(outputs: &[Output]) -> Vec<Value> {
    let texts = outputs.iter().filter_map(|output| match output {
        Output::Send(text) => Some(serde_json::from_str(text).unwrap()),
        _ => None,
    });
    texts.collect()
}

fn continuities(outputs: &[Output]) -> Vec<Continuity> {
    let told = outputs.iter().filter_map(|output| match output {
        Output::Status(Status::Continuity { continuity, .. }) => Some(*continuity),
        _ => None,
    });
    told.collect()
}

fn say(session: &mut Session, message: &Value) {
    session.message(message.to_string().as_bytes(), SECOND);
}

const fn cursor(sequence: u64) -> Cursor {
    Cursor { journal: 1, sequence }
}

fn stopped(sequence: u64, has_cursor: bool) -> Value {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&sequence.to_be_bytes());
    let hash = BlockHash::from_bytes(hash);
    let mut event = json!({
        "topic": "stopped_election", "time": "1", "message": {"hash": hash.to_string()},
    });
    if has_cursor {
        event["cursor"] = cursor(sequence).to_string().into();
    }
    event
}

#[test]
fn after_a_loss_a_topic_goes_on_behind_the_last_event() {
    let mut session = session(OnGap::Oldest);
    session.subscribe(Topic::StoppedElection.into(), None, 7, SECOND);
    session.connected(SECOND);
    let first = sent(&outputs(&mut session));
    assert_eq!(first[0]["topic"], "stopped_election");
    assert_eq!(first[0]["cursor"], true);
    assert_eq!(first[0].get("since"), None);
    say(&mut session, &json!({"ack": "subscribe", "id": first[0]["id"], "cursor": "00000001-5"}));
    assert_eq!(
        outputs(&mut session),
        [Output::Begins(Topic::StoppedElection, cursor(5)), Output::Settled(7, Ok(()))]
    );
    for (event, since) in [(None, "00000001-5"), (Some(9), "00000001-9")] {
        if let Some(event) = event {
            say(&mut session, &stopped(event, true));
        }
        session.disconnected();
        session.connected(SECOND);
        let told = outputs(&mut session);
        let request = sent(&told).pop().unwrap();
        assert_eq!(request["since"], since);
        say(
            &mut session,
            &json!({"ack": "subscribe", "id": request["id"], "cursor": "00000001-20"}),
        );
        assert_eq!(continuities(&outputs(&mut session)), [Continuity::Resumed]);
    }
    // The ack of a replay says where live begins, which is no place to go on from.
    session.disconnected();
    session.connected(SECOND);
    assert_eq!(sent(&outputs(&mut session))[0]["since"], "00000001-9");
}

#[test]
fn a_plain_node_is_unknown_and_has_no_place() {
    let mut session = session(OnGap::Oldest);
    session.subscribe(Topic::StoppedElection.into(), Some(cursor(3)), 7, SECOND);
    session.connected(SECOND);
    let request = sent(&outputs(&mut session)).pop().unwrap();
    assert_eq!(request["since"], "00000001-3");
    say(&mut session, &json!({"ack": "subscribe", "id": request["id"]}));
    let told = outputs(&mut session);
    assert_eq!(continuities(&told), [Continuity::Unknown]);
    assert!(told.contains(&Output::Settled(7, Ok(()))));
    say(&mut session, &stopped(1, false));
    assert!(matches!(outputs(&mut session)[..], [Output::Event(_)]));
    session.disconnected();
    session.connected(SECOND);
    assert_eq!(sent(&outputs(&mut session))[0].get("since"), None);
}

#[test]
fn a_node_that_never_acknowledges_counts_as_subscribed_in_the_end() {
    let mut session = session(OnGap::Oldest);
    session.subscribe(Topic::Vote.into(), None, 7, SECOND);
    session.connected(SECOND);
    outputs(&mut session);
    let due = session.next_tick().unwrap();
    assert_eq!(due, SECOND + Timing::default().ack);
    session.tick(due);
    assert_eq!(outputs(&mut session), [Output::Settled(7, Ok(()))]);
}

/// The network may have held the answer back: what was known is not forgotten meanwhile.
#[test]
fn a_late_acknowledgement_is_understood_and_no_place_is_lost_by_it() {
    for is_acknowledged in [false, true] {
        let mut session = session(OnGap::Oldest);
        session.subscribe(Topic::StoppedElection.into(), Some(cursor(3)), 7, SECOND);
        session.connected(SECOND);
        let request = sent(&outputs(&mut session)).pop().unwrap();
        session.tick(SECOND + Timing::default().ack);
        let told = outputs(&mut session);
        assert_eq!(continuities(&told), [Continuity::Unknown]);
        assert!(told.contains(&Output::Settled(7, Ok(()))));
        assert_eq!(
            session.next_tick(),
            Some(SECOND + Timing::default().ping),
            "it is not asked twice"
        );
        if is_acknowledged {
            let ack = json!({"ack": "subscribe", "id": request["id"], "cursor": "00000001-9"});
            say(&mut session, &ack);
            assert_eq!(continuities(&outputs(&mut session)), [Continuity::Resumed]);
        }
        session.disconnected();
        session.connected(SECOND);
        assert_eq!(sent(&outputs(&mut session))[0]["since"], "00000001-3");
    }
}

#[test]
fn a_first_acknowledgement_that_is_late_begins_the_subscription() {
    let mut session = session(OnGap::Oldest);
    session.subscribe(Topic::StoppedElection.into(), None, 7, SECOND);
    session.connected(SECOND);
    let request = sent(&outputs(&mut session)).pop().unwrap();
    session.tick(SECOND + Timing::default().ack);
    assert_eq!(outputs(&mut session), [Output::Settled(7, Ok(()))]);
    say(&mut session, &json!({"ack": "subscribe", "id": request["id"], "cursor": "00000001-9"}));
    assert_eq!(continuities(&outputs(&mut session)), []);
    session.disconnected();
    session.connected(SECOND);
    assert_eq!(sent(&outputs(&mut session))[0]["since"], "00000001-9");
}

#[test]
fn an_expired_place_is_told_and_the_subscription_made_as_chosen() {
    for (on_gap, since) in [(OnGap::Oldest, Some("oldest")), (OnGap::Live, None)] {
        let mut session = session(on_gap);
        session.subscribe(Topic::StoppedElection.into(), Some(cursor(3)), 7, SECOND);
        session.connected(SECOND);
        let id = sent(&outputs(&mut session))[0]["id"].clone();
        say(
            &mut session,
            &json!({
                "error": "gone", "code": "cursor_expired", "id": id,
                "oldest": "00000001-50", "newest": "00000001-60",
            }),
        );
        let told = outputs(&mut session);
        let [Continuity::Gap { last, held: Some(held) }] = continuities(&told)[..] else {
            panic!("{told:?}")
        };
        assert_eq!((last, held.oldest, held.newest), (Some(cursor(3)), cursor(50), cursor(60)));
        let request = sent(&told).pop().unwrap();
        assert_eq!(request.get("since").and_then(Value::as_str), since);
        say(
            &mut session,
            &json!({"ack": "subscribe", "id": request["id"], "cursor": "00000001-60"}),
        );
        // The gap was told, and the place that is kept stays the lost one until something is done.
        assert_eq!(outputs(&mut session), [Output::Settled(7, Ok(()))]);
        // Nothing came of the replay yet: it is not taken for done.
        session.disconnected();
        session.connected(SECOND);
        let again = sent(&outputs(&mut session)).pop().unwrap();
        let want = since.or(Some("00000001-60"));
        assert_eq!(again.get("since").and_then(Value::as_str), want);
    }
}

#[test]
fn a_refusal_ends_the_wish_and_says_why() {
    let mut session = session(OnGap::Oldest);
    session.subscribe(Topic::Vote.into(), None, 7, SECOND);
    session.connected(SECOND);
    let id = sent(&outputs(&mut session))[0]["id"].clone();
    say(&mut session, &json!({"error": "no", "code": "limit_exceeded", "id": id}));
    let told = outputs(&mut session);
    let reason = ("limit_exceeded".to_owned(), "no".to_owned());
    assert!(told.contains(&Output::Settled(7, Err(reason))), "{told:?}");
    session.disconnected();
    session.connected(SECOND);
    assert_eq!(outputs(&mut session), []);
}

#[test]
fn options_that_contradict_each_other_are_refused_without_a_server() {
    let mut session = session(OnGap::Oldest);
    let wrong =
        Confirmations::new().min_amount("2".parse().unwrap()).max_amount("1".parse().unwrap());
    session.subscribe(wrong.into(), None, 7, SECOND);
    let [Output::Settled(7, Err((code, text)))] = &outputs(&mut session)[..] else { panic!() };
    assert_eq!(code, "invalid_option");
    assert!(text.contains("`min_amount`"), "{text}");
}

#[test]
fn changes_of_accounts_go_together_and_are_answered_once() {
    let mut session = session(OnGap::Oldest);
    session.subscribe(Confirmations::new().accounts([A.account()]).into(), None, 1, SECOND);
    session.connected(SECOND);
    let id = sent(&outputs(&mut session))[0]["id"].clone();
    say(&mut session, &json!({"ack": "subscribe", "id": id, "cursor": "00000001-1"}));
    outputs(&mut session);
    session.change(Topic::Confirmation, &[B.account()], &[], Some(2));
    session.change(Topic::Confirmation, &[], &[A.account()], Some(3));
    session.change(Topic::Confirmation, &[A.account()], &[], Some(4));
    session.flush(SECOND);
    let requests = sent(&outputs(&mut session));
    assert_eq!(requests.len(), 1, "A stays, so only B is new");
    assert_eq!(requests[0]["options"], json!({"accounts_add": [B.text()]}));
    // The connection is lost before the answer: the next subscribe carries all, and answers.
    session.disconnected();
    session.connected(SECOND);
    let request = sent(&outputs(&mut session)).pop().unwrap();
    let accounts = request["options"]["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 2);
    say(&mut session, &json!({"ack": "subscribe", "id": request["id"], "cursor": "00000001-1"}));
    let told = outputs(&mut session);
    for ticket in 2..=4 {
        assert!(told.contains(&Output::Settled(ticket, Ok(()))), "{ticket}: {told:?}");
    }
}

#[test]
fn a_silent_server_is_asked_once_and_given_up() {
    let timing = Timing::default();
    let mut session = session(OnGap::Oldest);
    session.connected(SECOND);
    let ping = session.next_tick().unwrap();
    assert_eq!(ping, SECOND + timing.ping);
    session.tick(ping);
    assert_eq!(outputs(&mut session), [Output::Send(r#"{"action":"ping"}"#.to_owned())]);
    assert_eq!(session.next_tick(), Some(ping + timing.pong));
    let mut answered = Session { out: VecDeque::new(), ..session };
    answered.message(br#"{"ack":"pong"}"#, ping + SECOND);
    assert_eq!(answered.next_tick(), Some(ping + SECOND + timing.ping));
    answered.pinged = Some(ping);
    answered.tick(ping + timing.pong);
    assert!(matches!(outputs(&mut answered)[..], [Output::Hang(_)]));
}

#[test]
fn every_option_is_sent_as_the_protocol_names_it() {
    let options = |subscription: Subscription| {
        let request: Value = serde_json::from_str(&subscription.request(1, None)).unwrap();
        assert!(subscription.filter().is_ok(), "{request}");
        request["options"].clone()
    };
    let confirmations = Confirmations::new()
        .accounts([A.account()])
        .all_local_accounts(true)
        .confirmation_type(crate::ConfirmationType::ActiveQuorum)
        .include_block(true)
        .include_election_info(true)
        .include_election_info_with_votes(false)
        .include_sideband_info(true)
        .include_linked_account(true)
        .min_amount("1".parse().unwrap())
        .max_amount("9".parse().unwrap())
        .subtypes([banano_ws_protocol::SubtypeWord::Send])
        .direction(banano_ws_protocol::Direction::Incoming)
        .counterparties([B.account()])
        .representatives([B.account()])
        .hashes([BlockHash::default()]);
    assert_eq!(
        options(confirmations.into()),
        json!({
            "accounts": [A.text()], "all_local_accounts": true,
            "confirmation_type": "active_quorum", "include_block": true,
            "include_election_info": true, "include_election_info_with_votes": false,
            "include_sideband_info": true, "include_linked_account": true,
            "min_amount": "1", "max_amount": "9", "subtypes": ["send"], "direction": "incoming",
            "counterparties": [B.text()], "representatives": [B.text()],
            "hashes": [BlockHash::default().to_string()],
        })
    );
    let votes = Votes::new()
        .representatives([A.account()])
        .include_replays(true)
        .include_indeterminate(true)
        .include_late(false);
    assert_eq!(
        options(votes.into()),
        json!({
            "representatives": [A.text()], "include_replays": true,
            "include_indeterminate": true, "include_late": false,
        })
    );
    for topic in Topic::ALL {
        let text = Subscription::from(topic).request(1, None);
        assert!(text.contains(topic.name()), "{text}");
    }
}

/// A journal that holds the last events only, and what it has sent.
struct Server {
    journal: u32,
    newest: u64,
    oldest: u64,
}

/// Whatever happens, an event is told exactly once, or a gap that contains it was told.
#[test]
fn nothing_is_lost_without_a_word_and_nothing_told_twice() {
    let mut gaps_of_all = 0;
    for seed in 0..300 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut server = Server { journal: 1, newest: 10, oldest: 0 };
        let mut session = session(OnGap::Oldest);
        let mut seen = Seen::new(10_000);
        let mut told: Vec<Cursor> = Vec::new();
        let mut gaps = 0;
        let mut forgot = 0;
        let mut live: Option<u64> = None;
        session.subscribe(Topic::StoppedElection.into(), None, 1, SECOND);
        session.connected(SECOND);
        let mut start = None;
        for _ in 0..400 {
            let mut wire: VecDeque<Value> = VecDeque::new();
            for output in outputs(&mut session) {
                match output {
                    Output::Send(text) => {
                        wire.extend(server.answer(&text, &mut live, &mut forgot));
                    }
                    Output::Event(event) if seen.is_new(&event) => {
                        assert!(matches!(event.event, ReceivedEvent::StoppedElection(_)));
                        told.push(event.cursor.unwrap());
                    }
                    Output::Status(Status::Continuity {
                        continuity: Continuity::Gap { .. },
                        ..
                    }) => {
                        gaps += 1;
                    }
                    Output::Begins(_, cursor) => start = Some(cursor),
                    _ => {}
                }
            }
            if live.is_some() && random.random_bool(0.7) {
                server.newest += 1;
                wire.push_back(server.event(server.newest, false));
                live = Some(server.newest);
            }
            // What is on the way may be lost with the connection.
            let arrives = if random.random_bool(0.15) {
                random.random_range(0..=wire.len())
            } else {
                wire.len()
            };
            let is_cut = arrives < wire.len() || random.random_bool(0.05);
            for message in wire.into_iter().take(arrives) {
                say(&mut session, &message);
            }
            if is_cut {
                session.disconnected();
                live = None;
                server.newest += random.random_range(0..5);
                if random.random_bool(0.05) {
                    server.oldest = server.newest;
                }
                if random.random_bool(0.02) {
                    server = Server { journal: server.journal + 1, newest: 3, oldest: 0 };
                }
                session.connected(SECOND);
            }
        }
        let distinct: std::collections::HashSet<_> = told.iter().collect();
        assert_eq!(distinct.len(), told.len(), "seed {seed}: told twice");
        assert!(told.is_sorted_by_key(|it| (it.journal, it.sequence)), "seed {seed}: order");
        assert!(start.is_some(), "seed {seed}");
        let holes = told
            .windows(2)
            .filter(|pair| {
                pair[0].journal != pair[1].journal || pair[0].sequence + 1 != pair[1].sequence
            })
            .count();
        assert!(holes <= gaps, "seed {seed}: {holes} holes, {gaps} gaps");
        assert!(forgot > 0 || gaps == 0, "seed {seed}: a gap was told and nothing was lost");
        assert!(told.len() > 50, "seed {seed}: {} events", told.len());
        gaps_of_all += gaps;
    }
    assert!(gaps_of_all > 300, "{gaps_of_all} gaps");
}

impl Server {
    fn cursor(&self, sequence: u64) -> Cursor {
        Cursor { journal: self.journal, sequence }
    }

    fn event(&self, sequence: u64, is_replayed: bool) -> Value {
        let mut event = stopped(sequence, true);
        event["cursor"] = self.cursor(sequence).to_string().into();
        if is_replayed {
            event["replayed"] = "true".into();
        }
        event
    }

    /// What design.md says: ack first, then what was missed, or `cursor_expired`.
    fn answer(&self, text: &str, live: &mut Option<u64>, forgot: &mut u32) -> Vec<Value> {
        let request: Value = serde_json::from_str(text).unwrap();
        let since = request.get("since").and_then(Value::as_str);
        let from = match since.map(|since| since.parse().unwrap()) {
            None => self.newest,
            Some(Since::Oldest) => self.oldest,
            Some(Since::Cursor(at)) if at.journal == self.journal && at.sequence >= self.oldest => {
                at.sequence
            }
            Some(_) => {
                *forgot += 1;
                return vec![json!({
                    "error": "gone", "code": "cursor_expired", "id": request["id"],
                    "oldest": self.cursor(self.oldest).to_string(),
                    "newest": self.cursor(self.newest).to_string(),
                })];
            }
        };
        *live = Some(self.newest);
        let ack = json!({
            "ack": "subscribe", "id": request["id"], "cursor": self.cursor(self.newest).to_string(),
        });
        let replay = (from + 1..=self.newest).map(|sequence| self.event(sequence, true));
        std::iter::once(ack).chain(replay).collect()
    }
}
