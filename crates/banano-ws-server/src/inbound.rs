//! From a client's bytes to its messages.
//!
//! Called by the connection's task with whatever the socket held. The rules of WebSocket (masks,
//! fragments, control frames in between, UTF-8, lengths, pongs, the echo of a close) are
//! tungstenite's; it is lent a buffer while a message is on its way and costs an idle client
//! nothing. Touches no socket. Never writes anywhere but to the replies it is given.

use std::io::{self, ErrorKind, Read, Write};

use tungstenite::{
    Error, Message,
    protocol::{Role, WebSocketConfig, WebSocketContext},
};

use crate::boundary::Boundary;

/// What the parser reads at a time, in bytes: more than nearly every request.
const PARSER_BUFFER_BYTES: usize = 2_048;

/// The inbound side of one connection.
#[derive(Debug)]
pub(crate) struct Inbound {
    max_message_bytes: usize,
    boundary: Boundary,
    /// Lent while a message is unfinished.
    parser: Option<Box<WebSocketContext>>,
}

/// Why nothing more is to be read from a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InboundEnd {
    /// It sent a close; our echo is among the replies.
    Closed,
    /// A message longer than allowed.
    TooLarge,
    /// A text that is not UTF-8.
    InvalidUtf8,
    /// Frames against the rules.
    Protocol,
}

impl Inbound {
    pub(crate) fn new(max_message_bytes: usize) -> Self {
        Self { max_message_bytes, boundary: Boundary::default(), parser: None }
    }

    /// Takes in what the client sent next. `on_message` gets each complete message, text or binary
    /// alike, and the replies to append to; pongs go there as well, all in the client's order.
    pub(crate) fn take(
        &mut self,
        bytes: &[u8],
        replies: &mut Vec<u8>,
        mut on_message: impl FnMut(&[u8], &mut Vec<u8>),
    ) -> Result<(), InboundEnd> {
        self.boundary.advance(bytes);
        let max = self.max_message_bytes;
        let parser = self.parser.get_or_insert_with(|| Box::new(new_parser(max)));
        let mut wire = Wire { input: bytes, output: replies };
        loop {
            match parser.read(&mut wire) {
                Ok(Message::Text(text)) => on_message(text.as_bytes(), wire.output),
                Ok(Message::Binary(bytes)) => on_message(&bytes, wire.output),
                // Pings and closes are answered by the next call.
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_)) => {
                }
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(InboundEnd::from(&error)),
            }
        }
        if self.boundary.is_between_messages() {
            self.parser = None;
        }
        Ok(())
    }
}

fn new_parser(max_message_bytes: usize) -> WebSocketContext {
    let config = WebSocketConfig::default()
        .read_buffer_size(PARSER_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(Some(max_message_bytes))
        .max_frame_size(Some(max_message_bytes));
    WebSocketContext::new(Role::Server, Some(config))
}

impl From<&Error> for InboundEnd {
    fn from(error: &Error) -> Self {
        match error {
            Error::ConnectionClosed => Self::Closed,
            Error::Capacity(_) => Self::TooLarge,
            Error::Utf8(_) => Self::InvalidUtf8,
            _ => Self::Protocol,
        }
    }
}

/// What tungstenite takes for the socket: bytes that were read already, and the replies.
#[derive(Debug)]
struct Wire<'a> {
    input: &'a [u8],
    output: &'a mut Vec<u8>,
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.input.is_empty() {
            // Zero would mean the end of the stream.
            return Err(ErrorKind::WouldBlock.into());
        }
        self.input.read(buffer)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masked::frame;

    /// Feeds `bytes` in pieces of `step`, answering each message with itself in brackets.
    fn feed(inbound: &mut Inbound, bytes: &[u8], step: usize) -> (String, Result<(), InboundEnd>) {
        let mut replies = Vec::new();
        let mut result = Ok(());
        for piece in bytes.chunks(step) {
            result = inbound.take(piece, &mut replies, |message, out| {
                out.extend_from_slice(b"[");
                out.extend_from_slice(message);
                out.extend_from_slice(b"]");
            });
            if result.is_err() {
                break;
            }
        }
        (String::from_utf8_lossy(&replies).into_owned(), result)
    }

    #[test]
    fn replies_and_pongs_come_in_the_clients_order_however_the_bytes_are_cut() {
        let bytes = [
            frame(0x81, b"one"),
            frame(0x89, b"p"),
            frame(0x01, b"t"),
            frame(0x89, b"q"),
            frame(0x00, b"w"),
            frame(0x80, b"o"),
            frame(0x82, b"three"),
        ]
        .concat();
        for step in [1, 2, 3, 7, 16, 1_000] {
            let mut inbound = Inbound::new(1_024);
            let (replies, result) = feed(&mut inbound, &bytes, step);
            assert_eq!(result, Ok(()));
            assert_eq!(replies, "[one]\u{fffd}\u{1}p\u{fffd}\u{1}q[two][three]", "step {step}");
            assert!(inbound.parser.is_none(), "an idle client keeps no buffer");
        }
    }

    #[test]
    fn what_is_against_the_rules_ends_the_reading_with_its_reason() {
        let cases: [(&str, Vec<u8>, InboundEnd); 9] = [
            ("not masked", b"\x81\x02hi".to_vec(), InboundEnd::Protocol),
            ("reserved bit", frame(0xc1, b"hi"), InboundEnd::Protocol),
            ("reserved opcode", frame(0x83, b"hi"), InboundEnd::Protocol),
            ("fragmented ping", frame(0x09, b"hi"), InboundEnd::Protocol),
            ("continues nothing", frame(0x80, b"hi"), InboundEnd::Protocol),
            ("not UTF-8", frame(0x81, b"\xff"), InboundEnd::InvalidUtf8),
            ("one byte too long", frame(0x81, &[b'x'; 1_025]), InboundEnd::TooLarge),
            (
                "too long in fragments",
                [frame(0x01, &[b'x'; 1_000]), frame(0x80, &[b'x'; 25])].concat(),
                InboundEnd::TooLarge,
            ),
            ("close", frame(0x88, b"\x03\xe8bye"), InboundEnd::Closed),
        ];
        for (name, bytes, want) in cases {
            let (_, result) = feed(&mut Inbound::new(1_024), &bytes, 1_000);
            assert_eq!(result, Err(want), "{name}");
        }
        let longest = frame(0x81, &[b'x'; 1_024]);
        assert_eq!(feed(&mut Inbound::new(1_024), &longest, 1_000).1, Ok(()));
    }

    #[test]
    fn a_close_is_echoed() {
        let (replies, _) = feed(&mut Inbound::new(1_024), &frame(0x88, b"\x03\xe8bye"), 100);
        assert_eq!(replies.as_bytes()[1..], *b"\xbf\xbd\x05\x03\xef\xbf\xbdbye");
    }
}
