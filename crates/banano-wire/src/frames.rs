//! From a stream of bytes to messages, however the bytes are cut (`node.md §8.1`).
//!
//! Called by whoever reads from a peer: [`Frames::push`] what came, then [`Frames::next_frame`] until
//! there is none. Holds only bytes that really came: a header alone makes it allocate nothing.

use crate::error::PayloadError;
use crate::header::{Header, HeaderError, Protocol};
use crate::message::Message;

/// Bytes of a peer that are not read yet.
///
/// A caller that takes all frames after each push of n bytes holds at most
/// [`MAX_PAYLOAD`](crate::MAX_PAYLOAD) + [`Header::SIZE`] + n bytes here.
#[derive(Debug)]
pub struct Frames {
    protocol: Protocol,
    bytes: Vec<u8>,
    /// So many of the bytes were read.
    start: usize,
}

/// A whole message, as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What the payload is.
    pub header: Header,
    /// As many bytes as the header announced.
    pub payload: &'a [u8],
}

impl Frame<'_> {
    /// Reads the payload.
    ///
    /// # Errors
    ///
    /// When it does not parse. The message is to be dropped; the connection may live on.
    pub fn decode(&self) -> Result<Message, PayloadError> {
        Message::decode(&self.header, self.payload)
    }
}

impl Frames {
    /// Starts a stream of messages of a network.
    pub fn new(protocol: Protocol) -> Self {
        Self { protocol, bytes: Vec::new(), start: 0 }
    }

    /// Takes what came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.start);
        self.start = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message; `None` until more bytes come.
    ///
    /// # Errors
    ///
    /// When a header is not ours: nobody knows where the next message begins, so the connection is
    /// to be closed. The error stays.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, HeaderError> {
        let rest = self.bytes.get(self.start..).unwrap_or_default();
        let Some((header, rest)) = rest.split_first_chunk::<{ Header::SIZE }>() else {
            return Ok(None);
        };
        let header = Header::decode(header, self.protocol)?;
        let Some(payload) = rest.get(..header.payload_length()) else { return Ok(None) };
        self.start = self.start.saturating_add(Header::SIZE).saturating_add(payload.len());
        Ok(Some(Frame { header, payload }))
    }

    /// Whether a message has begun and not ended. Whoever reads allows it only so much time.
    pub fn is_partial(&self) -> bool {
        self.start < self.bytes.len()
    }
}
