//! Finished messages as they go over the wire: WebSocket frames (RFC 6455 §5.2), or server-sent
//! events (WHATWG HTML §9.2).
//!
//! Called by the hub for events and by the server for everything else it says. Pure bytes. Never
//! masks and never fragments: a server's frames are unmasked, so that one frame serves every client
//! that wants it.

use banano_ws_protocol::Cursor;
use bytes::Bytes;

use crate::deflate::Window;

/// The longest header: two bytes and a length of eight.
pub(crate) const HEADER_MAX: usize = 10;
/// `FIN` and opcode text.
const TEXT: u8 = 0x81;
/// `FIN` and opcode binary.
const BINARY: u8 = 0x82;
/// The bit that says that a message is compressed (RFC 7692 §6).
const COMPRESSED: u8 = 0x40;
/// `FIN` and opcode close.
const CLOSE: u8 = 0x88;
/// The longest reason of a close frame: 125 bytes of payload less the code.
const REASON_MAX: usize = 123;

/// How messages are told apart on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Framing {
    /// A frame each.
    #[default]
    WebSocket,
    /// A frame each, compressed where that makes it shorter.
    Deflated(Window),
    /// A server-sent event each, whose id is the cursor.
    EventStream,
}

impl Framing {
    /// Whether it is one of WebSocket's.
    pub const fn is_websocket(self) -> bool {
        !matches!(self, Self::EventStream)
    }
}

/// What a frame with a message holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// Anything.
    Binary,
}

/// A ping without payload.
pub const PING: Bytes = Bytes::from_static(&[0x89, 0]);

/// A frame with `text`.
pub fn text(text: &[u8]) -> Bytes {
    let mut frame = Vec::with_capacity(HEADER_MAX.saturating_add(text.len()));
    append_text(text, &mut frame);
    Bytes::from(frame)
}

/// Appends a frame with `text` to `out`.
pub fn append_text(text: &[u8], out: &mut Vec<u8>) {
    append_data(Kind::Text, false, text, out);
}

/// Appends a frame with a message to `out`.
pub(crate) fn append_data(kind: Kind, is_compressed: bool, payload: &[u8], out: &mut Vec<u8>) {
    let first = match kind {
        Kind::Text => TEXT,
        Kind::Binary => BINARY,
    };
    let bit = if is_compressed { COMPRESSED } else { 0 };
    append_header(first | bit, payload.len(), out);
    out.extend_from_slice(payload);
}

/// Appends an event of an event stream to `out`. `text` must be one line.
pub fn append_event(cursor: Cursor, text: &[u8], out: &mut Vec<u8>) {
    append_event_id(cursor, out);
    append_event_without_id(text, out);
}

/// Appends an event that has no place in the journal to an event stream. `text` must be one line.
pub fn append_event_without_id(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"data: ");
    out.extend_from_slice(text);
    out.extend_from_slice(b"\n\n");
}

/// Appends an error message to an event stream, as an event of type `error`.
pub fn append_error_event(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"event: error\ndata: ");
    out.extend_from_slice(text);
    out.extend_from_slice(b"\n\n");
}

/// Appends the field by which an event stream tells a place in the journal.
pub fn append_event_id(cursor: Cursor, out: &mut Vec<u8>) {
    out.extend_from_slice(b"id: ");
    out.extend_from_slice(cursor.to_string().as_bytes());
    out.push(b'\n');
}

/// Appends a close frame to `out`. A reason that is too long for a control frame is cut, at a
/// character's end.
pub fn append_close(code: u16, reason: &str, out: &mut Vec<u8>) {
    let mut end = reason.len().min(REASON_MAX);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    let reason = reason.get(..end).unwrap_or_default();
    append_header(CLOSE, 2 + reason.len(), out);
    out.extend_from_slice(&code.to_be_bytes());
    out.extend_from_slice(reason.as_bytes());
}

fn append_header(first: u8, payload: usize, out: &mut Vec<u8>) {
    out.push(first);
    if let Ok(short @ ..=125) = u8::try_from(payload) {
        out.push(short);
    } else if let Ok(medium) = u16::try_from(payload) {
        out.push(126);
        out.extend_from_slice(&medium.to_be_bytes());
    } else {
        out.push(127);
        out.extend_from_slice(&(payload as u64).to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_as_long_as_the_text_demands() {
        let cases: [(usize, &[u8]); 6] = [
            (0, &[0x81, 0]),
            (125, &[0x81, 125]),
            (126, &[0x81, 126, 0, 126]),
            (0xffff, &[0x81, 126, 0xff, 0xff]),
            (0x1_0000, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
            (0x1_0001, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 1]),
        ];
        for (length, header) in cases {
            let payload = vec![b'x'; length];
            let whole = [header, &payload].concat();
            assert_eq!(text(&payload), whole, "{length}");
            let mut appended = b"before".to_vec();
            append_text(&payload, &mut appended);
            assert_eq!(appended, [b"before".as_slice(), &whole].concat(), "{length}");
        }
    }

    #[test]
    fn a_close_reason_is_cut_at_a_characters_end() {
        let mut out = Vec::new();
        append_close(1001, "Shutting down", &mut out);
        assert_eq!(out, b"\x88\x0f\x03\xe9Shutting down");
        out.clear();
        append_close(1008, &format!("{}é tail", "x".repeat(122)), &mut out);
        assert_eq!(out.len(), 2 + 2 + 122);
        assert_eq!(out[1], 124);
    }
}
