//! Any query of a URL, behind it what the client says it got last: an action or a refusal that can be
//! answered, never a panic.
#![no_main]

use banano_ws_protocol::{
    Cursor, RequestSettings, ServerMessage, parse_message, parse_query, query_credential,
    query_subscribes, render_ack, render_error,
};
use libfuzzer_sys::fuzz_target;

const NEWEST: Cursor = Cursor { journal: 1, sequence: 2 };

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (query, last) = text.split_once('\n').map_or((text, None), |(query, last)| (query, Some(last)));
    let mut reply = Vec::new();
    match parse_query(query, last, RequestSettings::default()) {
        Ok(request) => {
            assert!(query_subscribes(query), "{query}");
            render_ack(&request, NEWEST, 1_700_000_000_000, &mut reply);
        }
        Err(refusal) => render_error(&refusal, 1_700_000_000_000, &mut reply),
    }
    let read = parse_message(&reply).expect("our client reads our replies");
    assert!(matches!(read, ServerMessage::Ack(_) | ServerMessage::Error(_)), "{read:?}");
    // Asked before anything else is.
    let _ = query_credential(query);
});
