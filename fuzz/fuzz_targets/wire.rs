//! Any bytes of a peer: a header and a payload, or an error; what decodes also encodes, and decodes
//! to the same message.
#![no_main]

use std::sync::LazyLock;

use banano_primitives::Network;
use banano_wire::{Header, MAX_PAYLOAD, Message, Protocol};
use libfuzzer_sys::fuzz_target;

static PROTOCOL: LazyLock<Protocol> = LazyLock::new(|| Protocol::of(&Network::live()));

fuzz_target!(|bytes: &[u8]| {
    let Some(message) = decode(bytes) else { return };
    let mut encoded = Vec::new();
    message.encode(*PROTOCOL, &mut encoded).expect("what was decoded can be encoded");
    assert_eq!(decode(&encoded).as_ref(), Some(&message), "another message after a round trip");
    let mut again = Vec::new();
    message.encode(*PROTOCOL, &mut again).expect("it was encoded before");
    assert_eq!(encoded, again, "the same message as other bytes");
});

/// Reads one message as a connection does: eight bytes, then as many as these announce.
fn decode(bytes: &[u8]) -> Option<Message> {
    let (header, rest) = bytes.split_first_chunk::<{ Header::SIZE }>()?;
    let header = Header::decode(header, *PROTOCOL).ok()?;
    assert!(header.payload_length() <= MAX_PAYLOAD, "{header:?}");
    Message::decode(&header, rest.get(..header.payload_length())?).ok()
}
