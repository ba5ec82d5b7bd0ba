//! What waits for one client because its socket is full.
//!
//! Called by the shard's hub task (events) and by the connection's task (replies, and to drain).
//! Writes to the one socket it is given, never waits for it. Never holds more than its limits, and
//! never lets bytes of two frames mix: everything that goes to a client goes through here.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind, IoSlice},
};

use bytes::{Buf, Bytes};

/// A socket that takes as much as it can and says so.
pub(crate) trait TryWrite {
    /// Writes some of `buffers`, in order. `WouldBlock` if the socket is full.
    fn try_write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize>;
}

/// How much may wait for one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) messages: usize,
    pub(crate) bytes: usize,
}

/// The queue of one client. Empty nearly always: then it takes next to no memory, and what is sent
/// goes straight to the socket.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: VecDeque<Piece>,
    messages: usize,
    bytes: usize,
    /// Some bytes of the first piece are written. Means nothing while there is none.
    begun: bool,
    /// Nothing more is taken in: the close frame is in the queue, or written.
    sealed: bool,
}

/// Frames that were sent together.
#[derive(Debug)]
struct Piece {
    rest: Bytes,
    messages: usize,
}

/// Why something could not be sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// More waits for this client than may. What was to be sent is not in the queue.
    #[error("{messages} messages of {bytes} bytes wait for a client that doesn't read them")]
    Full { messages: usize, bytes: usize },
    /// The connection is broken.
    #[error("cannot write to the client")]
    Socket(#[from] io::Error),
}

/// Pieces written by one system call.
const VECTORS_MAX: usize = 64;

impl Outbox {
    /// Sends finished frames: now, if nothing waits and the socket takes them, else in their turn, and
    /// only then within limits. Once the outbox is sealed, nothing happens.
    pub(crate) fn send(
        &mut self,
        socket: &impl TryWrite,
        frames: &Bytes,
        messages: usize,
        limits: impl FnOnce() -> Limits,
    ) -> Result<(), SendError> {
        if self.sealed || frames.is_empty() {
            return Ok(());
        }
        let written = self.write_first(socket, frames)?;
        if written == frames.len() {
            return Ok(());
        }
        self.push(frames.slice(written..), messages, limits())
    }

    /// Whether what is sent now would go straight to the socket.
    pub(crate) fn is_open(&self) -> bool {
        self.queue.is_empty() && !self.sealed
    }

    /// Takes note of what the socket took of frames that went straight to it, not by this outbox. What
    /// it left waits here, whatever the limits: it was let through when nothing did.
    pub(crate) fn left_over(&mut self, frames: &Bytes, written: usize, messages: usize) {
        if written < frames.len() {
            self.begun = written > 0;
            let rest = frames.slice(written..);
            self.messages += messages;
            self.bytes += rest.len();
            self.queue.push_back(Piece { rest, messages });
        }
    }

    /// Sends bytes that nobody shares: they are copied only if they have to wait.
    pub(crate) fn send_slice(
        &mut self,
        socket: &impl TryWrite,
        frames: &[u8],
        limits: Limits,
    ) -> Result<(), SendError> {
        if self.sealed || frames.is_empty() {
            return Ok(());
        }
        let written = self.write_first(socket, frames)?;
        let Some(rest @ [_, ..]) = frames.get(written..) else { return Ok(()) };
        self.push(Bytes::copy_from_slice(rest), 1, limits)
    }

    /// Sends the last words of a connection, limits or not, and takes nothing in after them.
    pub(crate) fn seal(&mut self, socket: &impl TryWrite, last: &[u8]) -> Result<(), SendError> {
        let unlimited = Limits { messages: usize::MAX, bytes: usize::MAX };
        let sent = self.send_slice(socket, last, unlimited);
        self.sealed = true;
        sent
    }

    /// Drops what waits and of which nothing was written yet. What was begun must go out whole.
    pub(crate) fn abandon(&mut self) {
        self.queue.truncate(usize::from(self.begun));
        self.messages = self.queue.iter().map(|piece| piece.messages).sum();
        self.bytes = self.queue.iter().map(|piece| piece.rest.len()).sum();
        self.queue.shrink_to_fit();
    }

    /// Writes what waits, as far as the socket takes it. Returns whether it took anything.
    pub(crate) fn drain(&mut self, socket: &impl TryWrite) -> io::Result<bool> {
        let mut moved = false;
        while !self.queue.is_empty() {
            let pieces: Vec<_> =
                self.queue.iter().take(VECTORS_MAX).map(|it| IoSlice::new(&it.rest)).collect();
            match socket.try_write_vectored(&pieces) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => {
                    moved = true;
                    self.advance(written);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(moved),
                Err(error) => return Err(error),
            }
        }
        self.queue = VecDeque::new();
        Ok(moved)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Messages that wait.
    pub(crate) fn messages(&self) -> usize {
        self.messages
    }

    /// Bytes that wait.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Writes what the socket takes of `frames`, if it is their turn.
    fn write_first(&mut self, socket: &impl TryWrite, frames: &[u8]) -> io::Result<usize> {
        if !self.queue.is_empty() {
            return Ok(0);
        }
        let written = write_some(socket, frames)?;
        self.begun = written > 0;
        Ok(written)
    }

    fn push(&mut self, rest: Bytes, messages: usize, limits: Limits) -> Result<(), SendError> {
        let (messages_then, bytes_then) = (self.messages + messages, self.bytes + rest.len());
        // A piece that is begun has to be finished, whatever the limits: the client has half of it.
        let must = self.queue.is_empty() && self.begun;
        let full = messages_then > limits.messages || bytes_then > limits.bytes;
        if full && !must {
            return Err(SendError::Full { messages: messages_then, bytes: bytes_then });
        }
        (self.messages, self.bytes) = (messages_then, bytes_then);
        self.queue.push_back(Piece { rest, messages });
        Ok(())
    }

    fn advance(&mut self, mut written: usize) {
        self.bytes -= written;
        while let Some(first) = self.queue.front_mut() {
            if written < first.rest.len() {
                first.rest.advance(written);
                self.begun |= written > 0;
                return;
            }
            written -= first.rest.len();
            self.messages -= first.messages;
            self.queue.pop_front();
            self.begun = false;
        }
    }
}

/// Writes until all is written or the socket is full. Returns how much was written.
fn write_some(socket: &impl TryWrite, bytes: &[u8]) -> io::Result<usize> {
    let mut written = 0;
    while let Some(rest @ [_, ..]) = bytes.get(written..) {
        match socket.try_write_vectored(&[IoSlice::new(rest)]) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(some) => written += some,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests;
