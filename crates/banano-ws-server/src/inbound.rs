//! From a client's bytes to its messages.
//!
//! Called by the connection's task with whatever the socket held. The rules of WebSocket (masks,
//! fragments, control frames in between, UTF-8, lengths, pongs, the echo of a close) are
//! tungstenite's, which gets what [`Recut`] makes of the bytes; it is lent a buffer while a message is on
//! its way and costs an idle client nothing. Touches no socket. Never writes anywhere but to the replies
//! it is given.

use std::io::{self, ErrorKind, Read, Write};

use banano_ws_hub::frame::Kind;
use tungstenite::{
    Error, Message,
    protocol::{Role, WebSocketConfig, WebSocketContext},
};

use crate::{recut::Recut, totals::Share};

/// What the parser reads at a time, in bytes: more than nearly every request.
const PARSER_BUFFER_BYTES: usize = 2_048;

/// An unfinished message is counted among those of all beyond this, in bytes: it goes with what every
/// connection has, so that nobody can crowd out requests of a usual size.
const UNCOUNTED_BYTES: usize = 8 << 10;

/// The inbound side of one connection.
#[derive(Debug)]
pub(crate) struct Inbound {
    recut: Recut,
    /// Bytes of a message that is not complete.
    unfinished: usize,
    /// This client's part of those of all.
    share: Share,
    /// Lent while a message is unfinished.
    parser: Option<Box<WebSocketContext>>,
}

/// How much may come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// Length of the longest message.
    pub(crate) message_bytes: usize,
    /// Of the unfinished messages of all clients.
    pub(crate) total_bytes: usize,
}

/// Something that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard<'a> {
    /// A complete message.
    Message(Kind, &'a [u8]),
    /// A ping or a pong.
    Control,
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
    /// More messages than it may send, although it was told.
    Flood,
    /// Too many bytes of unfinished messages, of all clients together.
    Crowded,
}

impl Inbound {
    /// The side of one connection. `inflates`: compression was agreed on.
    pub(crate) fn new(max_message_bytes: usize, inflates: bool, share: Share) -> Self {
        let recut = Recut::new(max_message_bytes, inflates);
        Self { recut, unfinished: 0, share, parser: None }
    }

    /// Takes in what the client sent next. `on_heard` gets everything that is complete, and the
    /// replies to append to; pongs go there as well, all in the client's order.
    pub(crate) fn take(
        &mut self,
        mut bytes: &[u8],
        replies: &mut Vec<u8>,
        room: Room,
        mut on_heard: impl FnMut(Heard<'_>, &mut Vec<u8>) -> Result<(), InboundEnd>,
    ) -> Result<(), InboundEnd> {
        let length = bytes.len();
        let parser = self.parser.get_or_insert_with(|| Box::new(new_parser(room.message_bytes)));
        self.recut.limit(room.message_bytes);
        let mut made = Vec::new();
        while let Some(piece) = self.recut.next(&mut bytes, &mut made)? {
            let mut wire = Wire { input: piece, output: replies };
            loop {
                match parser.read(&mut wire) {
                    Ok(Message::Text(text)) => {
                        self.unfinished = 0;
                        on_heard(Heard::Message(Kind::Text, text.as_bytes()), wire.output)?;
                    }
                    Ok(Message::Binary(bytes)) => {
                        self.unfinished = 0;
                        on_heard(Heard::Message(Kind::Binary, &bytes), wire.output)?;
                    }
                    // Pings and closes are answered by the next call.
                    Ok(Message::Ping(_) | Message::Pong(_)) => {
                        on_heard(Heard::Control, wire.output)?;
                    }
                    Ok(Message::Close(_) | Message::Frame(_)) => {}
                    Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(InboundEnd::from(&error)),
                }
            }
        }
        if self.recut.is_between_messages() {
            self.parser = None;
            self.unfinished = 0;
        } else {
            // Headers of empty fragments count as well, but take no memory.
            self.unfinished = (self.unfinished + length).min(room.message_bytes);
        }
        let counted = self.unfinished.saturating_sub(UNCOUNTED_BYTES);
        if self.share.try_set(counted, room.total_bytes) {
            Ok(())
        } else {
            Err(InboundEnd::Crowded)
        }
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
    use std::sync::Arc;

    use super::*;
    use crate::{masked::frame, totals::Total};

    const ROOM: Room = Room { message_bytes: 1_024, total_bytes: 1 << 20 };

    fn new_inbound() -> Inbound {
        Inbound::new(1_024, false, Arc::new(Total::default()).share())
    }

    /// Feeds `bytes` in pieces of `step`, answering each message with itself in brackets.
    fn feed(inbound: &mut Inbound, bytes: &[u8], step: usize) -> (String, Result<(), InboundEnd>) {
        let mut replies = Vec::new();
        let mut result = Ok(());
        for piece in bytes.chunks(step) {
            result = inbound.take(piece, &mut replies, ROOM, |heard, out| {
                if let Heard::Message(_, message) = heard {
                    out.extend_from_slice(b"[");
                    out.extend_from_slice(message);
                    out.extend_from_slice(b"]");
                }
                Ok(())
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
            let mut inbound = new_inbound();
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
            let (_, result) = feed(&mut new_inbound(), &bytes, 1_000);
            assert_eq!(result, Err(want), "{name}");
        }
        let longest = frame(0x81, &[b'x'; 1_024]);
        assert_eq!(feed(&mut new_inbound(), &longest, 1_000).1, Ok(()));
    }

    #[test]
    fn unfinished_messages_of_all_are_bounded_and_small_ones_are_not_counted() {
        let total = Arc::new(Total::default());
        let room = Room { message_bytes: 1 << 20, total_bytes: 20_000 };
        let begin = |inbound: &mut Inbound, length: usize| {
            let bytes = frame(0x81, &vec![b'x'; 40_000]);
            inbound.take(&bytes[..length], &mut Vec::new(), room, |_, _| Ok(()))
        };
        let mut inbounds: Vec<_> =
            (0..4).map(|_| Inbound::new(1 << 20, false, total.share())).collect();
        assert_eq!(begin(&mut inbounds[0], 8_000), Ok(()));
        assert_eq!(total.get(), 0);
        assert_eq!(begin(&mut inbounds[1], 8_192 + 20_000), Ok(()));
        assert_eq!(total.get(), 20_000);
        assert_eq!(begin(&mut inbounds[2], 8_193), Err(InboundEnd::Crowded));
        assert_eq!(begin(&mut inbounds[3], 8_192), Ok(()), "others can still ask");
        let rest = &frame(0x81, &vec![b'x'; 40_000])[8_192 + 20_000..];
        assert_eq!(inbounds[1].take(rest, &mut Vec::new(), room, |_, _| Ok(())), Ok(()));
        assert_eq!(total.get(), 0, "what is complete is no more counted");
    }

    #[test]
    fn a_close_is_echoed() {
        let (replies, _) = feed(&mut new_inbound(), &frame(0x88, b"\x03\xe8bye"), 100);
        assert_eq!(replies.as_bytes()[1..], *b"\xbf\xbd\x05\x03\xef\xbf\xbdbye");
    }
}
