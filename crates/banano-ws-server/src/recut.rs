//! A client's frames, cut anew for the parser.
//!
//! Called by the inbound side with whatever the socket held. A message that arrives in parts goes on to
//! the parser as fragments, so that what can be judged of it is judged at once: text that is not UTF-8,
//! or too long, ends the connection with its first wrong byte, not with its last. Compressed messages go
//! on inflated, piece by piece (RFC 7692 §7.2.2), so that one that grows without end meets the same
//! limit. Touches no socket. Never judges a frame: what is wrong with one is handed on as it is, for the
//! parser to refuse.

use std::io::Cursor;

use tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Data, OpCode},
};

use crate::{
    inbound::InboundEnd,
    inflate::{Inflater, Progress},
};

/// The longest header of a client's frame: two bytes, a length of eight, a mask of four.
const HEADER_MAX: usize = 14;

/// The longest payload of a ping, pong or close (RFC 6455 §5.5).
const CONTROL_MAX: u64 = 125;

/// How far a client's stream of frames has got.
#[derive(Debug)]
pub(crate) struct Recut {
    max_message_bytes: u64,
    /// Whether compression was agreed on.
    inflates: bool,
    /// The beginning of a header that is not complete yet.
    header: [u8; HEADER_MAX],
    header_length: usize,
    /// The frame whose payload is on its way.
    frame: Option<Frame>,
    /// A fragment came whose message goes on in a later frame.
    is_fragmented: bool,
    /// Lent while a compressed message is unfinished.
    inflater: Option<Box<Inflater>>,
}

#[derive(Debug)]
struct Frame {
    header: FrameHeader,
    /// What is still to come of its payload.
    left: u64,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Its header has gone to the parser as it was: a ping, pong or close, which must be in one.
    Whole,
    /// Goes to the parser as fragments.
    Fragments,
    /// The same, inflated.
    Compressed,
}

impl Recut {
    pub(crate) fn new(max_message_bytes: usize, inflates: bool) -> Self {
        Self {
            max_message_bytes: max_message_bytes as u64,
            inflates,
            header: [0; HEADER_MAX],
            header_length: 0,
            frame: None,
            is_fragmented: false,
            inflater: None,
        }
    }

    /// Lets messages be so long from now on.
    pub(crate) fn limit(&mut self, max_message_bytes: usize) {
        self.max_message_bytes = max_message_bytes as u64;
    }

    /// Takes some of `input` and returns what the parser is to get for it, perhaps made in `made`.
    /// `None` when all was taken and nothing follows from it yet.
    pub(crate) fn next<'p, 'i: 'p>(
        &mut self,
        input: &mut &'i [u8],
        made: &'p mut Vec<u8>,
    ) -> Result<Option<&'p [u8]>, InboundEnd> {
        made.clear();
        if self.frame.is_none() {
            let (start, at_once) = (*input, self.header_length == 0);
            let Some((header, length)) = self.take_header(input)? else { return Ok(None) };
            let kind = self.kind(&header, length)?;
            let here =
                usize::try_from(length).ok().and_then(|length| input.split_at_checked(length));
            if let Some((_, rest)) = here.filter(|_| at_once && kind != Kind::Compressed) {
                // All of it is there, and nearly always this is all that is there.
                self.end_frame(&header);
                let whole = start.get(..start.len() - rest.len());
                *input = rest;
                return Ok(whole);
            }
            if kind == Kind::Whole {
                format(&header, length, made);
            }
            self.frame = Some(Frame { header, left: length, kind });
            if kind == Kind::Whole {
                return Ok(Some(made));
            }
        }
        let Some(mut frame) = self.frame.take() else { return Ok(None) };
        if frame.left > 0 && input.is_empty() && !self.has_output(&frame) {
            self.frame = Some(frame);
            return Ok(None);
        }
        let (is_over, piece) = match frame.kind {
            Kind::Whole => {
                let payload = take_payload(&mut frame, input);
                (frame.left == 0, payload)
            }
            Kind::Fragments => {
                take_fragment(&mut frame, input, made);
                (frame.left == 0, made.as_slice())
            }
            Kind::Compressed => (self.inflate(&mut frame, input, made)?, made.as_slice()),
        };
        if is_over {
            self.end_frame(&frame.header);
        } else {
            self.frame = Some(frame);
        }
        Ok(Some(piece))
    }

    /// Whether no message and no frame is unfinished.
    pub(crate) fn is_between_messages(&self) -> bool {
        self.header_length == 0 && self.frame.is_none() && !self.is_fragmented
    }

    /// Takes a header from `input`, of which a part may have come before.
    fn take_header(&mut self, input: &mut &[u8]) -> Result<Option<(FrameHeader, u64)>, InboundEnd> {
        let before = self.header_length;
        let here = input.len().min(HEADER_MAX - before);
        let (header, payload) = (self.header.get_mut(before..), input.get(..here));
        let Some((free, bytes)) = header.zip(payload) else { return Ok(None) };
        if let Some(free) = free.get_mut(..here) {
            free.copy_from_slice(bytes);
        }
        self.header_length = before + here;
        let mut cursor = Cursor::new(self.header.get(..self.header_length).unwrap_or_default());
        let parsed = FrameHeader::parse(&mut cursor).map_err(|error| InboundEnd::from(&error))?;
        let taken = match &parsed {
            None => here,
            Some(_) => usize::try_from(cursor.position()).unwrap_or(HEADER_MAX) - before,
        };
        if parsed.is_some() {
            self.header_length = 0;
        }
        *input = input.get(taken..).unwrap_or_default();
        Ok(parsed)
    }

    /// How a frame goes on to the parser.
    fn kind(&mut self, header: &FrameHeader, length: u64) -> Result<Kind, InboundEnd> {
        let OpCode::Data(data) = header.opcode else {
            // The parser would wait for its end before it says so.
            return if length > CONTROL_MAX { Err(InboundEnd::Protocol) } else { Ok(Kind::Whole) };
        };
        if length > self.max_message_bytes {
            return Err(InboundEnd::TooLarge);
        }
        let is_compressed = match data {
            Data::Continue => self.inflater.is_some(),
            _ => self.inflates && header.rsv1 && !self.is_fragmented,
        };
        if is_compressed {
            self.inflater.get_or_insert_default();
            return Ok(Kind::Compressed);
        }
        Ok(Kind::Fragments)
    }

    fn end_frame(&mut self, header: &FrameHeader) {
        if matches!(header.opcode, OpCode::Data(_)) {
            self.is_fragmented = !header.is_final;
            if header.is_final {
                self.inflater = None;
            }
        }
    }

    /// Whether more comes of what was taken already.
    fn has_output(&self, frame: &Frame) -> bool {
        frame.kind == Kind::Compressed && self.inflater.as_ref().is_some_and(|it| it.has_input())
    }

    /// Inflates some of a frame's payload into a fragment. Returns whether that was all of the frame.
    fn inflate(
        &mut self,
        frame: &mut Frame,
        input: &mut &[u8],
        made: &mut Vec<u8>,
    ) -> Result<bool, InboundEnd> {
        let Some(inflater) = &mut self.inflater else { return Ok(true) };
        if !inflater.has_input() {
            let mask = frame.header.mask;
            let payload = take_at_most(frame, input, Inflater::INPUT_BYTES);
            inflater.feed(payload, mask);
            if frame.left == 0 && frame.header.is_final {
                inflater.feed_end();
            }
        }
        let (progress, inflated) = inflater.run().map_err(|_| InboundEnd::Protocol)?;
        let is_over = progress == Progress::Done && frame.left == 0;
        let is_final = is_over && frame.header.is_final;
        // A mask of zeros changes nothing. The bit that says "compressed" is done with, but where it
        // has no business the parser is to see it.
        let rsv1 = frame.header.rsv1 && frame.header.opcode == OpCode::Data(Data::Continue);
        let mask = frame.header.mask.map(|_| [0; 4]);
        let header = FrameHeader { is_final, rsv1, mask, ..frame.header.clone() };
        format(&header, inflated.len() as u64, made);
        made.extend_from_slice(inflated);
        go_on(frame);
        Ok(is_over)
    }
}

/// Takes what there is of a frame's payload and makes a fragment of it.
fn take_fragment(frame: &mut Frame, input: &mut &[u8], made: &mut Vec<u8>) {
    let mut header = frame.header.clone();
    let payload = take_payload(frame, input);
    header.is_final &= frame.left == 0;
    format(&header, payload.len() as u64, made);
    made.extend_from_slice(payload);
    go_on(frame);
}

/// What comes next of a frame continues its message.
fn go_on(frame: &mut Frame) {
    frame.header.opcode = OpCode::Data(Data::Continue);
    frame.header.rsv1 = false;
}

fn take_payload<'i>(frame: &mut Frame, input: &mut &'i [u8]) -> &'i [u8] {
    take_at_most(frame, input, usize::MAX)
}

/// Takes payload, and turns the mask so that it fits what follows.
fn take_at_most<'i>(frame: &mut Frame, input: &mut &'i [u8], at_most: usize) -> &'i [u8] {
    let left = usize::try_from(frame.left).unwrap_or(usize::MAX);
    let here = left.min(input.len()).min(at_most);
    let (payload, rest) = input.split_at_checked(here).unwrap_or_default();
    *input = rest;
    frame.left -= payload.len() as u64;
    if let Some(mask) = &mut frame.header.mask {
        mask.rotate_left(payload.len() % 4);
    }
    payload
}

fn format(header: &FrameHeader, length: u64, out: &mut Vec<u8>) {
    #[expect(clippy::expect_used, reason = "only writing can fail, and a Vec takes everything")]
    header.format(length, out).expect("a Vec takes everything");
}

#[cfg(test)]
mod tests;
