//! The shared half of a session: what the shard needs to reach a client.
//!
//! Held by the session's task and by the shard's table, both on the same thread. Writes to the
//! socket, but never waits for it and never reads from it: waiting and reading are the task's.

use std::{
    cell::{Cell, RefCell},
    io,
};

use bytes::Bytes;
use tokio::{io::Interest, net::TcpStream, sync::Notify};

use crate::{
    close::Close,
    outbox::{Limits, Outbox, SendError},
    sweep::Tick,
};

/// While this much waits for a client, or half of the messages that may, its requests are left in
/// the socket: who does not read the answers is not to ask more. The least outbox that can be
/// configured holds this and the replies to all that one read can bring.
const CONGESTED_BYTES: usize = 64 << 10;

/// One client, as the shard sees it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    outbox: RefCell<Outbox>,
    limits: Limits,
    /// Why the session is to end, if somebody but its task found a reason.
    ending: Cell<Option<Close>>,
    /// Wakes the task: something waits in the outbox, or there is a reason to end.
    pub(crate) wake: Notify,
    /// When the client was last heard of.
    heard: Cell<Tick>,
    /// When the socket last took something of what waits.
    moved: Cell<Tick>,
    /// A ping went out since the client was last heard of.
    is_pinged: Cell<bool>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, limits: Limits, now: Tick) -> Self {
        Self {
            stream,
            outbox: RefCell::default(),
            limits,
            ending: Cell::new(None),
            wake: Notify::new(),
            heard: Cell::new(now),
            moved: Cell::new(now),
            is_pinged: Cell::new(false),
        }
    }

    /// Sends finished frames that others may get as well. What the socket does not take waits.
    pub(crate) fn send(&self, frames: &Bytes, messages: usize, now: Tick) {
        self.send_with(now, |outbox| outbox.send(&self.stream, frames, messages, self.limits));
    }

    /// Sends finished frames that only this client gets.
    pub(crate) fn send_slice(&self, frames: &[u8], now: Tick) {
        self.send_with(now, |outbox| outbox.send_slice(&self.stream, frames, self.limits));
    }

    fn send_with(&self, now: Tick, send: impl FnOnce(&mut Outbox) -> Result<(), SendError>) {
        if self.ending.get().is_some() {
            return;
        }
        let mut outbox = self.outbox.borrow_mut();
        let was_empty = outbox.is_empty();
        match send(&mut outbox) {
            Ok(()) if was_empty && !outbox.is_empty() => {
                self.moved.set(now);
                self.wake.notify_one();
            }
            Ok(()) => {}
            Err(SendError::Full { messages, bytes }) => {
                self.end(Close::Slow { messages, bytes });
            }
            Err(SendError::Socket(_)) => self.end(Close::Gone),
        }
    }

    /// Sends the last words. Nothing follows them.
    pub(crate) fn seal(&self, last_words: &[u8]) -> io::Result<()> {
        match self.outbox.borrow_mut().seal(&self.stream, last_words) {
            Err(SendError::Socket(error)) => Err(error),
            Ok(()) | Err(SendError::Full { .. }) => Ok(()),
        }
    }

    /// Lets go of what waits and was not begun.
    pub(crate) fn abandon(&self) {
        self.outbox.borrow_mut().abandon();
    }

    /// Writes what waits, as far as the socket takes it.
    pub(crate) fn drain(&self, now: Tick) -> io::Result<()> {
        let mut outbox = self.outbox.borrow_mut();
        if outbox.drain(&self.stream)? {
            self.moved.set(now);
        }
        if outbox.is_empty() {
            self.hear(now); // it took everything: a sign of life
        }
        Ok(())
    }

    /// Asks the task to end the session. The first reason counts.
    pub(crate) fn end(&self, close: Close) {
        if self.ending.get().is_none() {
            self.ending.set(Some(close));
            self.wake.notify_one();
        }
    }

    /// Why the session is to end.
    pub(crate) fn ending(&self) -> Option<Close> {
        self.ending.get()
    }

    /// What the task has to wait for.
    pub(crate) fn interest(&self) -> Interest {
        let outbox = self.outbox.borrow();
        if outbox.is_empty() {
            Interest::READABLE
        } else if outbox.bytes() >= CONGESTED_BYTES
            || outbox.messages() >= self.limits.messages.div_ceil(2)
        {
            Interest::WRITABLE
        } else {
            Interest::READABLE | Interest::WRITABLE
        }
    }

    /// Whether something waits for the socket.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.outbox.borrow().is_empty()
    }

    /// Takes note that the client lives.
    pub(crate) fn hear(&self, now: Tick) {
        self.heard.set(now);
        self.is_pinged.set(false);
    }

    pub(crate) fn heard(&self) -> Tick {
        self.heard.get()
    }

    pub(crate) fn moved(&self) -> Tick {
        self.moved.get()
    }

    /// Notes a ping. Returns whether it is the first since the client was heard of.
    pub(crate) fn note_ping(&self) -> bool {
        !self.is_pinged.replace(true)
    }
}
