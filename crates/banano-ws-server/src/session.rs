//! One client, from the end of its handshake to its last word.
//!
//! A task of the shard. Sleeps until the client says something, or until the shard asks it to drain
//! the outbox or to end. Every way out is a [`Close`]. Never holds a borrow of the shard across an
//! await.

use std::{
    io::{self, ErrorKind},
    net::Shutdown,
    rc::Rc,
    sync::atomic::Ordering::Relaxed,
};

use bytes::Bytes;
use socket2::SockRef;
use tokio::{
    io::Interest,
    task::{coop::consume_budget, yield_now},
    time::timeout,
};
use tracing::debug;

use crate::{
    clock,
    close::Close,
    connection::Connection,
    inbound::Inbound,
    requests,
    shard::{Scratch, Seat, Shard},
};

/// A session's own half.
pub(crate) struct Session {
    shard: Rc<Shard>,
    /// Frees the place in the shard's tables when the session ends, however it ends.
    seat: Seat,
    inbound: Inbound,
}

impl Session {
    pub(crate) fn new(shard: Rc<Shard>, seat: Seat) -> Self {
        let inbound = Inbound::new(shard.settings.max_message_bytes);
        Self { shard, seat, inbound }
    }

    /// Serves the client to the end. `first` is what it sent right behind its handshake.
    pub(crate) async fn run(mut self, first: Bytes) {
        let close = match self.take(&first) {
            Ok(()) => {
                drop(first);
                self.serve().await
            }
            Err(close) => close,
        };
        debug!(?close, "session ends");
        if let Close::Slow { .. } = close {
            self.shard.counters.closed_slow.fetch_add(1, Relaxed);
        }
        // No more events, and no more counted, while the last words are on their way.
        self.seat.leave();
        if let Err(error) = self.part(close).await {
            debug!(%error, "the client was gone before its last words");
        }
    }

    /// Runs until something ends the session.
    async fn serve(&mut self) -> Close {
        loop {
            if let Some(close) = self.connection().ending() {
                return close;
            }
            match self.turn().await {
                Ok(Turn::Waited) => consume_budget().await,
                // There may be more in the socket, but others want to be heard as well.
                Ok(Turn::Filled) => yield_now().await,
                Err(close) => return close,
            }
        }
    }

    /// Waits for the socket or for the shard, and does what is to be done.
    async fn turn(&mut self) -> Result<Turn, Close> {
        let connection = Rc::clone(self.connection());
        let interest = connection.interest();
        let ready = tokio::select! {
            biased;
            () = connection.wake.notified() => return Ok(Turn::Waited),
            ready = connection.stream.ready(interest) => ready.map_err(|_| Close::Gone)?,
        };
        if interest.is_writable() && ready.is_writable() {
            connection.drain(self.shard.tick()).map_err(|_| Close::Gone)?;
        }
        if interest.is_readable() && ready.is_readable() {
            return self.read();
        }
        Ok(Turn::Waited)
    }

    /// Reads once, and carries out what came.
    fn read(&mut self) -> Result<Turn, Close> {
        let shard = Rc::clone(&self.shard);
        let mut scratch = shard.scratch.borrow_mut();
        let Scratch { input, replies } = &mut *scratch;
        let length = match self.connection().stream.try_read(input) {
            Ok(0) => return Err(Close::Gone),
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Turn::Waited),
            Err(_) => return Err(Close::Gone),
        };
        self.take_with(input.get(..length).unwrap_or_default(), replies)?;
        Ok(if length == input.len() { Turn::Filled } else { Turn::Waited })
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Close> {
        let shard = Rc::clone(&self.shard);
        let mut scratch = shard.scratch.borrow_mut();
        self.take_with(bytes, &mut scratch.replies)
    }

    /// Carries out what the client sent, and sends the replies: all of one turn by one write.
    fn take_with(&mut self, bytes: &[u8], replies: &mut Vec<u8>) -> Result<(), Close> {
        let (shard, id) = (&self.shard, self.seat.id());
        replies.clear(); // whatever became of the turn before, its replies are not this client's
        let taken = self.inbound.take(bytes, replies, |message, replies| {
            let mut hub = shard.hub.borrow_mut();
            let touched = requests::handle(message, &mut hub, id, shard.settings.replies, replies);
            if let Some(topic) = touched {
                shard.count_subscribers(&hub, topic);
            }
        });
        let now = shard.tick();
        self.connection().hear(now);
        self.connection().send_slice(replies, now);
        taken.map_err(|end| Close::of_inbound(end, shard.settings.max_message_bytes))
    }

    /// Sends the last words and waits until the client is gone: a socket that is closed while the
    /// client still sends would take the words back. Whoever takes too long goes without.
    async fn part(&self, close: Close) -> io::Result<()> {
        if close == Close::Gone {
            return Ok(());
        }
        let (connection, settings) = (self.connection(), &self.shard.settings);
        if matches!(close, Close::Slow { .. }) {
            connection.abandon();
        }
        connection.seal(&close.last_words(settings.replies.error_replies, clock::now_ms()))?;
        // A slow client may still come to read why it was closed.
        timeout(settings.write_timeout, self.drain()).await??;
        SockRef::from(&connection.stream).shutdown(Shutdown::Write)?;
        timeout(settings.close_timeout, self.drop_input()).await?
    }

    /// Writes until nothing waits.
    async fn drain(&self) -> io::Result<()> {
        let connection = self.connection();
        while connection.is_waiting() {
            connection.stream.ready(Interest::WRITABLE).await?;
            connection.drain(self.shard.tick())?;
        }
        Ok(())
    }

    /// Reads and forgets until the client closes its side.
    async fn drop_input(&self) -> io::Result<()> {
        let connection = self.connection();
        loop {
            connection.stream.ready(Interest::READABLE).await?;
            let read = connection.stream.try_read(&mut self.shard.scratch.borrow_mut().input);
            match read {
                Ok(0) => return Ok(()),
                Ok(_) => yield_now().await,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn connection(&self) -> &Rc<Connection> {
        self.seat.connection()
    }
}

/// How a turn went.
enum Turn {
    /// All that was there is done.
    Waited,
    /// As much was read as fits in at once.
    Filled,
}
