//! The shared half of a session: what the shard needs to reach a client.
//!
//! Held by the session's task and by the shard's table, both on the same thread. Writes to the
//! socket, but never waits for it and never reads from it: waiting and reading are the task's.

use std::{
    cell::{Cell, RefCell},
    io::{self, ErrorKind, IoSlice},
    sync::Arc,
};

use banano_ws_hub::{Delivery, Framing, SessionId, Ticket};
use bytes::Bytes;
use tokio::{io::Interest, sync::Notify};

use crate::{
    admission::Pass,
    clock,
    close::Close,
    config::Access,
    limits::{ClientLimits, TotalLimits},
    outbox::{Limits, Outbox, SendError, TryWrite},
    quota::Shares,
    replays::PIECE_BYTES,
    settings::Settings,
    socket::Socket,
    sweep::Tick,
    totals::Totals,
    watching::Watching,
};

/// While this much waits for a client, or half of the messages that may, its requests are left in
/// the socket: who does not read the answers is not to ask more. The least outbox that can be
/// configured holds this and the replies to all that one read can bring.
const CONGESTED_BYTES: usize = 64 << 10;

/// While no more than this waits for a client that is behind, it gets the next piece of what it has
/// missed: a little, so that its socket never runs dry.
const ROOM_BYTES: usize = 32 << 10;

/// For what must not be refused: it is bounded by its maker.
const UNLIMITED: Limits = Limits { messages: usize::MAX, bytes: usize::MAX };

/// One client, as the shard sees it.
///
/// What a message that the socket takes at once has to look at comes first, and keeps this order: with many
/// clients none of it is in the processor's cache by the next message, so the fewer lines the better.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Connection {
    /// Frames for it wait for the end of a batch, see [`Together`](crate::together::Together).
    pub(crate) is_together: Cell<bool>,
    /// How many hold its socket shut.
    holds: Cell<u32>,
    /// Bytes that were on their way to it.
    sent_bytes: Cell<u64>,
    /// Why the session is to end, if somebody but its task found a reason.
    ending: Cell<Option<Close>>,
    pub(crate) stream: Socket,
    outbox: RefCell<Outbox>,
    pub(crate) id: SessionId,
    pub(crate) framing: Framing,
    /// From where, and with what, it came in.
    pub(crate) pass: Pass,
    /// What it may do: another, when the configuration is read again.
    limits: RefCell<Arc<ClientLimits>>,
    totals: Cell<TotalLimits>,
    pub(crate) shares: Shares,
    /// Wakes the task: something waits in the outbox, or there is a reason to end.
    pub(crate) wake: Notify,
    /// When the client was last heard of.
    heard: Cell<Tick>,
    /// When the socket last took something of what waits.
    moved: Cell<Tick>,
    /// A ping went out since the client was last heard of.
    is_pinged: Cell<bool>,
    /// Something that it wants is not live to it.
    is_behind: Cell<bool>,
    /// When it became a session, in milliseconds since the Unix epoch.
    pub(crate) since_ms: u64,
    /// Whether it is told how the server is doing.
    watching: Cell<Watching>,
    /// A piece of what it has missed is on its way.
    ordered: Cell<Option<Ticket>>,
}

impl Connection {
    pub(crate) fn new(
        stream: Socket,
        id: SessionId,
        framing: Framing,
        pass: Pass,
        house: (&Totals, TotalLimits),
        now: Tick,
    ) -> Self {
        let (totals, max) = house;
        Self {
            stream,
            id,
            framing,
            limits: RefCell::new(Arc::clone(&pass.limits)),
            pass,
            totals: Cell::new(max),
            shares: Shares::new(totals),
            outbox: RefCell::default(),
            holds: Cell::new(0),
            ending: Cell::new(None),
            wake: Notify::new(),
            heard: Cell::new(now),
            moved: Cell::new(now),
            is_pinged: Cell::new(false),
            is_behind: Cell::new(false),
            since_ms: clock::now_ms(),
            sent_bytes: Cell::new(0),
            watching: Cell::default(),
            ordered: Cell::new(None),
            is_together: Cell::new(false),
        }
    }

    /// Sends finished frames that others may get as well. What the socket does not take waits, as far
    /// as there is room.
    pub(crate) fn send(&self, frames: &Bytes, messages: usize, now: Tick) -> Delivery {
        let sent = self
            .send_with(now, |outbox| outbox.send(&self.valve(), frames, messages, || self.room()));
        match sent {
            Ok(()) => {
                self.count(frames.len());
                Delivery::Taken
            }
            Err(Full { .. }) => Delivery::Refused,
        }
    }

    /// Whether frames may go straight to its socket, past the outbox.
    pub(crate) fn is_open(&self) -> bool {
        self.ending.get().is_none() && !self.is_held() && self.outbox.borrow().is_open()
    }

    /// Takes note of how frames fared that went straight to its socket.
    pub(crate) fn sent(
        &self,
        frames: &Bytes,
        messages: usize,
        result: &io::Result<usize>,
        now: Tick,
    ) {
        self.count(frames.len());
        let written = match result {
            Ok(written) => *written,
            Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
            Err(_) => return self.end(Close::Gone),
        };
        if written < frames.len() {
            let mut outbox = self.outbox.borrow_mut();
            outbox.left_over(frames, written, messages);
            self.account(&outbox);
            drop(outbox);
            self.moved.set(now);
            self.wake.notify_one();
        }
    }

    /// Sends a piece of what the client has missed, which was ordered when it had room.
    pub(crate) fn send_piece(&self, frames: &Bytes, messages: usize, now: Tick) {
        self.count(frames.len());
        let _taken = self
            .send_with(now, |outbox| outbox.send(&self.valve(), frames, messages, || UNLIMITED));
    }

    /// Sends replies. Who does not read them is not kept.
    pub(crate) fn send_slice(&self, frames: &[u8], now: Tick) {
        self.count(frames.len());
        let sent =
            self.send_with(now, |outbox| outbox.send_slice(&self.valve(), frames, self.room()));
        if let Err(Full { messages, bytes }) = sent {
            let own = self.limits.borrow().outbox;
            self.end(if messages > own.messages || bytes > own.bytes {
                Close::Slow { messages, bytes }
            } else {
                Close::OutboxesFull { max: self.totals.get().outbox_bytes }
            });
        }
    }

    /// How much may wait: what a client may have, as far as all together have room for it.
    fn room(&self) -> Limits {
        let Limits { messages, bytes } = self.limits.borrow().outbox;
        let share = &self.shares.outbox_bytes;
        let room = share.held().saturating_add(share.room(self.totals.get().outbox_bytes));
        Limits { messages, bytes: bytes.min(room) }
    }

    /// Counts what waits, and what was ordered, among what waits for all.
    fn account(&self, outbox: &Outbox) {
        let ordered = if self.is_ordering() { PIECE_BYTES } else { 0 };
        self.shares.outbox_bytes.set(outbox.bytes() + ordered);
    }

    /// What it may do.
    pub(crate) fn limits(&self) -> Arc<ClientLimits> {
        Arc::clone(&self.limits.borrow())
    }

    /// What all may have.
    pub(crate) fn totals(&self) -> TotalLimits {
        self.totals.get()
    }

    /// Gives it the limits of a configuration that was read again. A client whose token is no longer
    /// good goes.
    pub(crate) fn adopt(&self, settings: &Settings) {
        self.totals.set(settings.totals);
        let limits = match &self.pass.token {
            None if settings.access == Access::Token => None,
            None => Some(&settings.client),
            Some(token) => settings.tokens.again(token).map(|token| &token.limits),
        };
        match limits {
            Some(limits) => *self.limits.borrow_mut() = Arc::clone(limits),
            None => self.end(Close::Revoked),
        }
    }

    fn count(&self, bytes: usize) {
        self.sent_bytes.set(self.sent_bytes.get().wrapping_add(bytes as u64));
    }

    /// Bytes that were on their way to it so far.
    pub(crate) fn sent_bytes(&self) -> u64 {
        self.sent_bytes.get()
    }

    fn send_with(
        &self,
        now: Tick,
        send: impl FnOnce(&mut Outbox) -> Result<(), SendError>,
    ) -> Result<(), Full> {
        if self.ending.get().is_some() {
            return Ok(());
        }
        let mut outbox = self.outbox.borrow_mut();
        let was_waiting = self.waits(&outbox);
        let sent = send(&mut outbox);
        let is_waiting = self.waits(&outbox);
        if was_waiting || is_waiting {
            self.account(&outbox);
        }
        match sent {
            Ok(()) if !was_waiting && is_waiting => {
                self.moved.set(now);
                self.wake.notify_one();
            }
            Ok(()) => {}
            Err(SendError::Full { messages, bytes }) => return Err(Full { messages, bytes }),
            Err(SendError::Socket(_)) => self.end(Close::Gone),
        }
        Ok(())
    }

    /// Sends the last words. Nothing follows them.
    pub(crate) fn seal(&self, last_words: &[u8]) -> io::Result<()> {
        self.holds.set(0);
        match self.outbox.borrow_mut().seal(&self.stream, last_words) {
            Err(SendError::Socket(error)) => Err(error),
            Ok(()) | Err(SendError::Full { .. }) => Ok(()),
        }
    }

    /// Lets go of what waits and was not begun.
    pub(crate) fn abandon(&self) {
        let mut outbox = self.outbox.borrow_mut();
        outbox.abandon();
        self.account(&outbox);
    }

    /// Writes what waits, as far as the socket takes it.
    pub(crate) fn drain(&self, now: Tick) -> io::Result<()> {
        let mut outbox = self.outbox.borrow_mut();
        if outbox.drain(&self.valve())? {
            self.moved.set(now);
        }
        self.account(&outbox);
        match self.stream.try_flush() {
            Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
            _ => {}
        }
        if !self.waits(&outbox) {
            self.hear(now); // it took everything: a sign of life
        }
        Ok(())
    }

    /// Holds its socket shut: whatever is sent waits, until as many let go of it.
    pub(crate) fn hold(&self, now: Tick) {
        self.holds.set(self.holds.get().saturating_add(1));
        self.moved.set(now);
        // The task may be waiting for the socket.
        self.wake.notify_one();
    }

    /// Lets go of its socket.
    pub(crate) fn release(&self) {
        self.holds.set(self.holds.get().saturating_sub(1));
        self.wake.notify_one();
    }

    fn is_held(&self) -> bool {
        self.holds.get() > 0
    }

    /// Where what is sent goes.
    fn valve(&self) -> Valve<'_> {
        Valve { socket: &self.stream, is_shut: self.is_held() }
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
        if self.is_held() || !self.waits(&outbox) {
            Interest::READABLE
        } else if outbox.bytes() >= CONGESTED_BYTES
            || outbox.messages() >= self.limits.borrow().outbox.messages.div_ceil(2)
        {
            Interest::WRITABLE
        } else {
            Interest::READABLE | Interest::WRITABLE
        }
    }

    /// Makes room for the next piece of what it has missed, of its own and of what waits for all.
    /// Returns whether there is.
    pub(crate) fn make_room(&self) -> bool {
        let bytes = self.outbox.borrow().bytes();
        self.ending.get().is_none()
            && bytes <= ROOM_BYTES
            && self.shares.outbox_bytes.try_set(bytes + PIECE_BYTES, self.totals.get().outbox_bytes)
    }

    /// Whether a piece of what it has missed is on its way.
    pub(crate) fn is_ordering(&self) -> bool {
        self.ordered.get().is_some()
    }

    /// Takes note of the piece for which room was made; none if there is none to be had.
    pub(crate) fn order(&self, ticket: Option<Ticket>) {
        self.ordered.set(ticket);
        self.account(&self.outbox.borrow());
    }

    /// Takes note that a piece has come, if it is the one that was waited for.
    pub(crate) fn arrive(&self, ticket: Ticket) {
        if self.ordered.get() == Some(ticket) {
            self.order(None);
        }
    }

    /// Whether something that it wants is not live to it.
    pub(crate) fn is_behind(&self) -> bool {
        self.is_behind.get()
    }

    pub(crate) fn set_behind(&self, is_behind: bool) {
        self.is_behind.set(is_behind);
        if !is_behind {
            self.shares.replays.set(0);
        }
    }

    /// Whether it is told how the server is doing.
    pub(crate) fn watching(&self) -> Watching {
        self.watching.get()
    }

    pub(crate) fn set_watching(&self, watching: Watching) {
        self.watching.set(watching);
    }

    /// Messages and bytes that wait for the socket.
    pub(crate) fn depth(&self) -> (usize, usize) {
        let outbox = self.outbox.borrow();
        (outbox.messages(), outbox.bytes())
    }

    /// Whether something waits for the socket.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waits(&self.outbox.borrow())
    }

    fn waits(&self, outbox: &Outbox) -> bool {
        !outbox.is_empty() || !self.stream.is_flushed()
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

/// A socket, or one that seems full.
struct Valve<'a> {
    socket: &'a Socket,
    is_shut: bool,
}

impl TryWrite for Valve<'_> {
    fn try_write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        if self.is_shut {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.socket.try_write_vectored(buffers)
    }
}

/// So much would have waited, which is more than may.
struct Full {
    messages: usize,
    bytes: usize,
}
