//! What a WebSocket server sends, cut into frames: the answer to the handshake counts as the first.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;

/// Frames of a server's side of a connection.
#[derive(Debug)]
pub(super) struct Frames {
    stream: BufReader<TcpStream>,
    is_greeted: bool,
}

impl Frames {
    pub(super) fn of(stream: TcpStream) -> Self {
        Self { stream: BufReader::new(stream), is_greeted: false }
    }

    /// The next frame with its header; `None` at the end.
    pub(super) fn next(&mut self) -> Option<Vec<u8>> {
        if !std::mem::replace(&mut self.is_greeted, true) {
            return self.greeting();
        }
        let mut frame = vec![0; 2];
        self.stream.read_exact(&mut frame).ok()?;
        let short = usize::from(frame.get(1)? & 0x7f);
        let more = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mut length = vec![0; more];
        self.stream.read_exact(&mut length).ok()?;
        let long = length.iter().fold(0, |sum: usize, byte| sum << 8 | usize::from(*byte));
        frame.extend(length);
        let mut payload = vec![0; if more == 0 { short } else { long }];
        self.stream.read_exact(&mut payload).ok()?;
        frame.extend(payload);
        Some(frame)
    }

    fn greeting(&mut self) -> Option<Vec<u8>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if self.stream.read_until(b'\n', &mut head).ok()? == 0 {
                return None;
            }
        }
        Some(head)
    }
}

/// Whether a frame carries what the server has to say, and not a greeting, a ping or a close; a message
/// that is an event, and not the answer to a request.
pub(super) fn is_message(frame: &[u8]) -> bool {
    let is_text = matches!(frame.first(), Some(0x81 | 0x82));
    is_text && frame.windows(8).take(64).any(|part| part == b"\"topic\":")
}

/// The same message with one digit changed, so that it is still a text. Not in its beginning, which says
/// the topic, and a place in the server's journal that nobody could check.
pub(super) fn spoiled(mut frame: Vec<u8>, place: u32) -> Vec<u8> {
    let digits: Vec<usize> = frame
        .iter()
        .enumerate()
        .skip(128)
        .filter(|(_, byte)| byte.is_ascii_digit() || (b'A'..=b'F').contains(*byte))
        .map(|(index, _)| index)
        .collect();
    let chosen = digits.get(place as usize % digits.len().max(1)).copied();
    if let Some(byte) = chosen.and_then(|index| frame.get_mut(index)) {
        *byte = if *byte == b'7' { b'8' } else { b'7' };
    }
    frame
}
