//! Any bytes of a client: an action or a refusal, never a panic, and both can be answered.
#![no_main]

use banano_ws_protocol::{
    Cursor, RequestSettings, ServerMessage, parse_message, parse_request, render_ack, render_error,
};
use libfuzzer_sys::fuzz_target;

const NEWEST: Cursor = Cursor { journal: 1, sequence: 2 };

fuzz_target!(|bytes: &[u8]| {
    let mut reply = Vec::new();
    let id = match parse_request(bytes, RequestSettings::default()) {
        Ok(request) => {
            render_ack(&request, NEWEST, 1_700_000_000_000, &mut reply);
            request.id
        }
        Err(refusal) => {
            render_error(&refusal, 1_700_000_000_000, &mut reply);
            refusal.id
        }
    };
    let value: serde_json::Value = serde_json::from_slice(&reply).expect("replies are JSON");
    let members = value.as_object().expect("replies are objects");
    assert!(members.contains_key("ack") != members.contains_key("error"), "{value}");
    assert!(members.contains_key("time") && !members.contains_key("topic"), "{value}");
    let read = match parse_message(&reply).expect("our client reads our replies") {
        ServerMessage::Ack(ack) => ack.id,
        ServerMessage::Error(error) => error.id,
        ServerMessage::Event(_) | ServerMessage::Status(_) => panic!("a reply that looks like an event: {value}"),
    };
    assert_eq!(read, id, "{value}");
});
