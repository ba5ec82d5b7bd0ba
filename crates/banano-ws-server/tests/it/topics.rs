//! The other topics, byte for byte: C126 to C145.

use banano_primitives::{Difficulty, Work};
use banano_testkit::fixtures::{
    A, BlockFixture, L_SEND, SEND, active_difficulty, bootstrap_exited, bootstrap_started,
    messages, started_election, stopped_election, telemetry, unconfirmed, work_cancelled,
    work_success,
};
use banano_ws_protocol::{
    Bootstrap, BootstrapPhase, Event, Multiplier, Topic, WorkEvent, WorkOutcome, WorkRequest,
    WorkResult,
};
use serde_json::{Value, json};

use crate::{host::Host, votes::at_now};

/// A subscriber of the event's topic gets exactly the example; somebody with options gets it too.
fn check(event: Event, example: &str) {
    let mut host = Host::start();
    let topic = event.topic().name();
    let mut plain = host.subscriber(topic);
    let mut with_options = host.subscriber_with(topic, &json!({"accounts": [A.text()]}));
    host.append([event]);
    for client in [&mut plain, &mut with_options] {
        assert_eq!(client.raw_text(), at_now(example));
    }
    host.settle();
}

#[test]
fn c126_c127_c128_elections_name_one_hash() {
    check(started_election(SEND), messages::STARTED_ELECTION);
    check(stopped_election(L_SEND), messages::STOPPED_ELECTION);
}

#[test]
fn c131_active_difficulty() {
    check(Event::ActiveDifficulty(active_difficulty()), messages::ACTIVE_DIFFICULTY);
}

#[test]
fn c133_c134_work() {
    check(Event::Work(work_success()), messages::WORK_SUCCESS);
    check(Event::Work(work_cancelled()), messages::WORK_CANCELLED);
}

#[test]
fn c136_multipliers_have_fifteen_digits() {
    let host = Host::start();
    let mut client = host.subscriber("work");
    let base = Difficulty::new(0xffff_fc00_0000_0000);
    let (asked, found) =
        (Difficulty::new(0xffff_ff99_9999_999a), Difficulty::new(0xffff_ffd2_ca03_b921));
    host.append([Event::Work(WorkEvent {
        request: WorkRequest {
            root: SEND.hash(),
            difficulty: asked,
            multiplier: Multiplier::of(asked, base),
        },
        outcome: WorkOutcome::Success(WorkResult {
            source: "local".to_owned(),
            work: Work::new(1),
            difficulty: found,
            multiplier: Multiplier::of(found, base),
        }),
        ..work_success()
    })]);
    let message = client.json()["message"].take();
    assert_eq!(message["request"]["multiplier"], "10.000000000009095");
    assert_eq!(message["result"]["multiplier"], "22.649415016750655");
    assert_eq!(message["result"]["work"], "0000000000000001");
}

#[test]
fn c138_c145_telemetry_has_no_options() {
    check(Event::Telemetry(telemetry()), messages::TELEMETRY);
}

#[test]
fn c140_telemetry_goes_to_the_clients_of_the_node_that_was_told() {
    let [ours, mut other] = [Host::start(), Host::start()];
    let mut client = ours.subscriber("telemetry");
    ours.append([Event::Telemetry(telemetry())]);
    let message = client.json()["message"].take();
    assert_eq!(
        (&message["address"], &message["port"]),
        (&"::ffff:139.180.168.194".into(), &"7075".into(),)
    );
    other.settle();
    assert_eq!(ours.subscribers(Topic::Telemetry), 1);
    assert_eq!(other.subscribers(Topic::Telemetry), 0);
}

#[test]
fn c141_new_unconfirmed_block() {
    check(Event::NewUnconfirmedBlock(unconfirmed(SEND)), messages::NEW_UNCONFIRMED_BLOCK);
    let host = Host::start();
    let mut client = host.subscriber("new_unconfirmed_block");
    for block in BlockFixture::ALL {
        host.append([Event::NewUnconfirmedBlock(unconfirmed(block))]);
        let event: Value = client.json();
        assert_eq!(event["hash"], block.hash);
        // D19: a legacy block is not announced as a change.
        let kind = event["message"]["type"].clone();
        let want = block.subtype.map_or(kind, |subtype| subtype.to_string().into());
        assert_eq!(event["message"]["subtype"], want, "{}", block.name);
    }
}

#[test]
fn c144_bootstrap_in_whole_seconds() {
    check(Event::Bootstrap(bootstrap_started()), messages::BOOTSTRAP_STARTED);
    check(Event::Bootstrap(bootstrap_exited()), messages::BOOTSTRAP_EXITED);
    let host = Host::start();
    let mut client = host.subscriber("bootstrap");
    for phase in
        [BootstrapPhase::Started, BootstrapPhase::Exited { total_blocks: 0, duration_s: 1 }]
    {
        let id = "123abc".to_owned();
        host.append([Event::Bootstrap(Bootstrap { id, phase, ..bootstrap_started() })]);
    }
    assert_eq!(
        client.json()["message"],
        json!({"reason": "started", "id": "123abc", "mode": "legacy"})
    );
    assert_eq!(
        client.json()["message"],
        json!({
            "reason": "exited", "id": "123abc", "mode": "legacy",
            "total_blocks": "0", "duration": "1",
        })
    );
}
