//! The other topics: C126 to C145, and what holds for all (C078).

use banano_primitives::Difficulty;
use banano_testkit::{
    arbitrary,
    fixtures::{
        A, BlockFixture, L_SEND, SEND, active_difficulty, bootstrap_exited, bootstrap_started,
        stamped, started_election, stopped_election, telemetry, unconfirmed, work_cancelled,
        work_success,
    },
};
use banano_ws_protocol::{
    ActiveDifficulty, Bootstrap, BootstrapMode, BootstrapPhase, Event, Extra, Multiplier,
    RenderSettings, Stamped, Topic, Variant, render,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::{client::Client, golden};

/// A subscriber to the event's topic gets exactly this text.
#[track_caller]
fn check(event: Event, time_ms: u64, want: &str) {
    let topic = event.topic();
    let client = Client::after(&format!(r#"{{"action":"subscribe","topic":"{topic}"}}"#));
    assert_eq!(client.event(&stamped(event, time_ms)).as_deref(), Some(want));
}

fn text(stamped: &Stamped, variant: Variant, settings: RenderSettings) -> String {
    let mut out = Vec::new();
    render(stamped, variant, &settings, &mut out);
    String::from_utf8(out).unwrap()
}

fn message(event: Event) -> Value {
    let text = text(&stamped(event, 1), Variant::default(), RenderSettings::default());
    serde_json::from_str::<Value>(&text).unwrap()["message"].take()
}

#[test]
fn c126_c127_c128_elections() {
    check(started_election(SEND), 1_700_000_000_100, golden::STARTED_ELECTION);
    check(stopped_election(L_SEND), 1_700_000_300_000, golden::STOPPED_ELECTION);
}

#[test]
fn c131_active_difficulty() {
    let event = Event::ActiveDifficulty(active_difficulty());
    check(event, 1_700_000_000_000, golden::ACTIVE_DIFFICULTY);
}

#[test]
fn active_difficulty_of_other_networks() {
    let difficulty = |minimum, receive_minimum: Option<u64>, current| {
        Event::ActiveDifficulty(ActiveDifficulty {
            minimum: Difficulty::new(minimum),
            receive_minimum: receive_minimum.map(Difficulty::new),
            current: Difficulty::new(current),
            extra: Extra::NONE,
        })
    };
    // The state of the given document's sample, as a node writes it (protocol.md §6.5).
    let nano = message(difficulty(
        0xffff_fff8_0000_0000,
        Some(0xffff_fe00_0000_0000),
        0xffff_fffa_aaaa_aaab,
    ));
    assert_eq!(nano["multiplier"], "1.500000000021828");
    assert_eq!(nano["network_receive_current"], "fffffff07c1f07c5");
    // Banano asks for no work on receives.
    let banano = message(difficulty(0xffff_fff0_0000_0000, Some(0), 0xffff_fff0_0000_0000));
    assert_eq!(banano["multiplier"], "1.000000000000000");
    assert_eq!(banano["network_receive_minimum"], "0000000000000000");
    assert_eq!(banano["network_receive_current"], "0000000000000000");
    // Banano V20 does not know these two members.
    let v20 = message(difficulty(0xffff_fe00_0000_0000, None, 0xffff_fe00_0000_0000));
    let keys: Vec<_> = v20.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["multiplier", "network_current", "network_minimum"]);
}

#[test]
fn c133_c134_work() {
    check(Event::Work(work_success()), 1_700_000_001_000, golden::WORK_SUCCESS);
    check(Event::Work(work_cancelled()), 1_700_000_002_000, golden::WORK_CANCELLED);
}

#[test]
fn c136_multipliers_have_15_digits() {
    let base = Difficulty::new(0xffff_fc00_0000_0000);
    for (difficulty, want) in [
        (0xffff_ff99_9999_999a, "10.000000000009095"),
        (0xffff_ffd2_ca03_b921, "22.649415016750655"),
    ] {
        let mut work = work_cancelled();
        work.request.multiplier = Multiplier::of(Difficulty::new(difficulty), base);
        assert_eq!(message(Event::Work(work))["request"]["multiplier"], want);
    }
}

#[test]
fn c138_telemetry() {
    check(Event::Telemetry(telemetry()), 1_594_654_710_305, golden::TELEMETRY);
}

#[test]
fn c141_new_unconfirmed_block() {
    let event = Event::NewUnconfirmedBlock(unconfirmed(SEND));
    check(event, 1_700_000_000_050, golden::NEW_UNCONFIRMED_BLOCK);
}

#[test]
fn unconfirmed_legacy_blocks_repeat_their_type() {
    for block in BlockFixture::ALL {
        let message = message(Event::NewUnconfirmedBlock(unconfirmed(block)));
        let want = block.subtype.map_or(message["type"].as_str().unwrap(), |it| it.name());
        assert_eq!(message["subtype"], want, "{}", block.name);
    }
}

#[test]
fn c144_bootstrap() {
    check(Event::Bootstrap(bootstrap_started()), 1_700_000_000_000, golden::BOOTSTRAP_STARTED);
    check(Event::Bootstrap(bootstrap_exited()), 1_700_000_500_000, golden::BOOTSTRAP_EXITED);
    let exited = Bootstrap {
        id: "123abc".into(),
        mode: BootstrapMode::Legacy,
        phase: BootstrapPhase::Exited { total_blocks: 0, duration_s: 1 },
        extra: Extra::NONE,
    };
    let want = r#"{"topic":"bootstrap","time":"1700000000000","message":{"reason":"exited","id":"123abc","mode":"legacy","total_blocks":"0","duration":"1"}}"#;
    check(Event::Bootstrap(exited), 1_700_000_000_000, want);
}

#[test]
fn c145_topics_without_options_ignore_them() {
    for topic in
        Topic::ALL.into_iter().filter(|it| !matches!(it, Topic::Confirmation | Topic::Vote))
    {
        let mut client = Client::default();
        let reply = client.ask(&format!(
            r#"{{"action":"subscribe","topic":"{topic}","ack":true,"options":{{"accounts":["{}"]}}}}"#,
            A.text()
        ));
        assert_eq!(reply["ack"], "subscribe");
        if topic == Topic::Telemetry {
            assert!(client.is_told(Event::Telemetry(telemetry())));
        }
    }
}

fn is_all_strings(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Array(items) => !items.is_empty() && items.iter().all(is_all_strings),
        Value::Object(members) => members.values().all(is_all_strings),
        _ => false,
    }
}

proptest! {
    /// Unknown members, which we pass on as they came, are left out here.
    #[test]
    fn c078_every_scalar_is_a_string_and_no_list_is_empty(
        stamped in arbitrary::stamped().prop_filter("unknown members", |it| !has_extra(&it.event)),
        variant in arbitrary::variant(),
        decimal_fields in any::<bool>(),
    ) {
        let settings = RenderSettings { decimal_fields, ..RenderSettings::default() };
        let text = text(&stamped, variant, settings);
        let message: Value = serde_json::from_str(&text).unwrap();
        prop_assert!(is_all_strings(&message), "{}", text);
        // Names and structure are ASCII without blanks; what others wrote is in quotes.
        let start = format!(r#"{{"topic":"{}","time":"#, stamped.event.topic());
        prop_assert!(text.starts_with(&start), "{}", text);
        prop_assert!(text.ends_with("}}"), "{}", text);
    }
}

fn has_extra(event: &Event) -> bool {
    let extra = match event {
        Event::Confirmation(it) => &it.extra,
        Event::Vote(it) => &it.extra,
        Event::StartedElection(it) | Event::StoppedElection(it) => &it.extra,
        Event::ActiveDifficulty(it) => &it.extra,
        Event::Work(it) => &it.extra,
        Event::Telemetry(it) => &it.extra,
        Event::NewUnconfirmedBlock(it) => &it.extra,
        Event::Bootstrap(it) => &it.extra,
    };
    !extra.is_empty()
}
