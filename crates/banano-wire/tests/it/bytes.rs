//! Whole messages as bytes.
//!
//! Called by the test modules.

use banano_primitives::Network;
use banano_wire::{Header, Message, Protocol};

pub(crate) fn protocol(network: &str) -> Protocol {
    Protocol::of(&Network::by_name(network).unwrap())
}

/// Reads hex digits.
pub(crate) fn from_hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Splits a message into its checked header and payload.
pub(crate) fn split(bytes: &[u8], protocol: Protocol) -> (Header, &[u8]) {
    let (header, payload) = bytes.split_first_chunk().unwrap();
    (Header::decode(header, protocol).unwrap(), payload)
}

/// Reads a whole message.
pub(crate) fn read(bytes: &[u8], protocol: Protocol) -> Message {
    let (header, payload) = split(bytes, protocol);
    assert_eq!(header.payload_length(), payload.len());
    Message::decode(&header, payload).unwrap()
}

/// Writes a whole message.
pub(crate) fn write(message: &Message, protocol: Protocol) -> Vec<u8> {
    let mut out = Vec::new();
    message.encode(protocol, &mut out).unwrap();
    out
}
