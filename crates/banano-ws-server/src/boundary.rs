//! Whether the bytes of a client so far end between two messages.
//!
//! Called by the inbound side, to know when the parser holds nothing and can be given back: between
//! messages an idle client then costs no buffer at all, however large its last message was. Reads
//! headers only (RFC 6455 §5.2). Never judges: what is wrong is the parser's to say.

/// The longest header of a client's frame: two bytes, a length of eight, a mask of four.
const HEADER_MAX: usize = 14;

/// How far a client's stream of frames has got.
#[derive(Debug, Default)]
pub(crate) struct Boundary {
    /// The beginning of a header that is not complete yet.
    header: [u8; HEADER_MAX],
    header_length: usize,
    /// What is still to come of the current frame.
    payload_left: u64,
    /// A fragment came whose message goes on in a later frame.
    is_fragmented: bool,
}

impl Boundary {
    /// Takes note of what the client sent next.
    pub(crate) fn advance(&mut self, mut bytes: &[u8]) {
        while let [first, rest @ ..] = bytes {
            if self.payload_left > 0 {
                let here = usize::try_from(self.payload_left).unwrap_or(usize::MAX);
                let skipped = here.min(bytes.len());
                self.payload_left -= skipped as u64;
                bytes = bytes.get(skipped..).unwrap_or_default();
            } else {
                self.take_header_byte(*first);
                bytes = rest;
            }
        }
    }

    /// Whether no message and no frame is unfinished.
    pub(crate) fn is_between_messages(&self) -> bool {
        self.header_length == 0 && self.payload_left == 0 && !self.is_fragmented
    }

    fn take_header_byte(&mut self, byte: u8) {
        if let Some(place) = self.header.get_mut(self.header_length) {
            *place = byte;
        }
        self.header_length += 1;
        let [opcode, length, extended @ ..] = self.header;
        let (length_bytes, short) = match length & 0x7f {
            126 => (2, None),
            127 => (8, None),
            short => (0, Some(u64::from(short))),
        };
        let mask_bytes = if length & 0x80 == 0 { 0 } else { 4 };
        if self.header_length < 2 || self.header_length < 2 + length_bytes + mask_bytes {
            return;
        }
        self.header_length = 0;
        self.payload_left = short.unwrap_or_else(|| {
            extended.iter().take(length_bytes).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
        });
        let is_control = opcode & 0x08 != 0;
        if !is_control {
            self.is_fragmented = opcode & 0x80 == 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masked::frame;

    #[test]
    fn only_the_last_byte_of_a_message_ends_it() {
        for payload in [0, 1, 125, 126, 127, 0xffff, 0x1_0000, 70_000] {
            let bytes = frame(0x81, &vec![0xff; payload]);
            let mut boundary = Boundary::default();
            for (place, byte) in bytes.iter().enumerate() {
                boundary.advance(&[*byte]);
                let is_last = place + 1 == bytes.len();
                assert_eq!(boundary.is_between_messages(), is_last, "{payload}: byte {place}");
            }
            let mut at_once = Boundary::default();
            at_once.advance(&[bytes.as_slice(), &bytes].concat());
            assert!(at_once.is_between_messages());
            at_once.advance(&bytes[..bytes.len() - 1]);
            assert!(!at_once.is_between_messages());
        }
    }

    #[test]
    fn a_control_frame_between_fragments_ends_nothing() {
        let mut boundary = Boundary::default();
        let frames = [(0x01, 5, false), (0x89, 3, false), (0x00, 0, false), (0x80, 1, true)];
        for (opcode, payload, is_end) in frames {
            boundary.advance(&frame(opcode, &[0xff; 5][..payload]));
            assert_eq!(boundary.is_between_messages(), is_end, "{opcode:#x}");
        }
        boundary.advance(&frame(0x8a, b""));
        assert!(boundary.is_between_messages());
    }
}
