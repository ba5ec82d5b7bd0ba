//! What is rendered can be read again, whatever it is and whoever asked for what.

use banano_testkit::arbitrary;
use banano_ws_protocol::{
    Event, Place, ReceivedEvent, RenderSettings, ServerMessage, Stamped, Variant, parse_message,
    render,
};
use proptest::prelude::*;

fn rendered(stamped: &Stamped, variant: Variant, settings: RenderSettings) -> Vec<u8> {
    let mut out = Vec::new();
    render(stamped, variant, &settings, &mut out);
    out
}

/// Reads a message that must be an event.
fn read(text: &[u8]) -> (u64, ReceivedEvent) {
    match parse_message(text) {
        Ok(ServerMessage::Event(event)) => (event.time_ms, event.event),
        other => panic!("{other:?} of {}", String::from_utf8_lossy(text)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn events_of_all_topics_and_variants_are_read_as_they_were(
        stamped in arbitrary::stamped(),
        variant in arbitrary::variant(),
        decimal_fields in any::<bool>(),
    ) {
        let settings = RenderSettings { decimal_fields, ..RenderSettings::default() };
        let text = rendered(&stamped, variant, settings);
        let want = (stamped.time_ms, ReceivedEvent::of(stamped.event, variant));
        prop_assert_eq!(read(&text), want, "{}", String::from_utf8_lossy(&text));
    }

    /// A gateway that asks for everything passes on everything: its clients read, byte for byte,
    /// what the upstream's would.
    #[test]
    fn a_confirmation_passes_through_a_gateway_untouched(
        confirmation in arbitrary::confirmation(),
        variant in arbitrary::variant(),
    ) {
        let settings = RenderSettings::default();
        let stamp = |event| Stamped { journal: 1, sequence: 1, time_ms: 5, event };
        let upstream = stamp(Event::Confirmation(confirmation));
        let (_, received) = read(&rendered(&upstream, everything(), settings));
        let ReceivedEvent::Confirmation(received) = received else { panic!("another topic") };
        let passed_on = stamp(Event::Confirmation(received.complete(false).unwrap()));
        prop_assert_eq!(
            rendered(&passed_on, variant, settings),
            rendered(&upstream, variant, settings)
        );
    }

    #[test]
    fn indented_text_of_a_node_reads_the_same(
        stamped in arbitrary::stamped(),
        variant in arbitrary::variant(),
    ) {
        let compact = rendered(&stamped, variant, RenderSettings::default());
        let indented = indented(std::str::from_utf8(&compact).unwrap());
        prop_assert_eq!(read(indented.as_bytes()), read(&compact), "{}", indented);
    }
}

fn everything() -> Variant {
    Variant::confirmation(banano_ws_protocol::Includes {
        block: true,
        election_info: true,
        election_info_with_votes: true,
        sideband_info: true,
        linked_account: true,
    })
}

/// Adds blanks as a node does, and a backslash before every slash.
fn indented(compact: &str) -> String {
    let (mut text, mut quoted, mut escaped) = (String::new(), false, false);
    for character in compact.chars() {
        match character {
            '/' if quoted && !escaped => text.push('\\'),
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && character == '\\' && !escaped;
        text.push(character);
        if !quoted && "{[,:".contains(character) {
            text.push_str("\n    ");
        }
    }
    text + "\n"
}

#[test]
fn unknown_members_are_kept_where_they_stood() {
    let text = br#"{"topic":"work","time":"5","new":{"a" : [1, "b c"]},"message":{"success":"true","reason":"","duration":"1",
        "request":{"version":"work_1","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","difficulty":"fffffff000000000","multiplier":"1.000000000000000","x":"1"},
        "result":{"source":"local","work":"0000000000000001","difficulty":"fffffff000000000","multiplier":"1.000000000000000","y":"2"},
        "bad_peers":"","z":"3"}}"#;
    let (time_ms, ReceivedEvent::Work(work)) = read(text) else { panic!("another topic") };
    let kept: Vec<_> =
        work.extra.iter().map(|it| (it.place, &*it.name, it.value.as_str())).collect();
    let want = [
        (Place::Envelope, "new", r#"{"a":[1,"b c"]}"#),
        (Place::Message, "z", r#""3""#),
        (Place::Request, "x", r#""1""#),
        (Place::Result, "y", r#""2""#),
    ];
    assert_eq!(kept, want);
    let again = rendered(
        &Stamped { journal: 1, sequence: 1, time_ms, event: Event::Work(work) },
        Variant::default(),
        RenderSettings::default(),
    );
    let again = String::from_utf8(again).unwrap();
    for end in [
        r#","x":"1"}"#,
        r#","y":"2"}"#,
        r#","bad_peers":"","z":"3"}"#,
        r#","new":{"a":[1,"b c"]}}"#,
    ] {
        assert!(again.contains(end), "{again}");
    }
}
