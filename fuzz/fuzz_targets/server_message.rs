//! Any text of an upstream node: a message or an error, never a panic; and an event that can be
//! passed on is read by our clients as it was read here.
#![no_main]

use banano_ws_protocol::{
    Event, Includes, ReceivedEvent, RenderSettings, ServerMessage, Stamped, Variant, parse_message,
    render,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((time_ms, received)) = read(bytes) else { return };
    let Some(event) = passed_on(received) else { return };
    let everything = Variant::confirmation(Includes {
        block: true,
        election_info: true,
        election_info_with_votes: true,
        sideband_info: true,
        linked_account: true,
    });
    let stamped = Stamped { journal: 1, sequence: 1, time_ms, event: event.clone() };
    let mut text = Vec::new();
    render(&stamped, everything, &RenderSettings::default(), &mut text);
    let shown = String::from_utf8_lossy(&text);
    let again = read(&text).unwrap_or_else(|| panic!("does not read again: {shown}"));
    assert_eq!(again, (time_ms, ReceivedEvent::of(event, everything)), "{shown}");
});

fn read(text: &[u8]) -> Option<(u64, ReceivedEvent)> {
    match parse_message(text) {
        Ok(ServerMessage::Event(event)) => Some((event.time_ms, event.event)),
        _ => None,
    }
}

/// The event of ours that a gateway makes of it.
fn passed_on(received: ReceivedEvent) -> Option<Event> {
    Some(match received {
        ReceivedEvent::Confirmation(it) => Event::Confirmation(it.complete(false).ok()?),
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
