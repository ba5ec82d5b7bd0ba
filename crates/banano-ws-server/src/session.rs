//! One client, from the end of its handshake to its last word.
//!
//! A task of the shard. Sleeps until the client says something, or until the shard asks it to drain
//! the outbox or to end. Every way out is a [`Close`]. Never holds a borrow of the shard across an
//! await.

use std::{
    io::{self, ErrorKind},
    rc::Rc,
    sync::atomic::Ordering::Relaxed,
};

use banano_ws_hub::Framing;
use banano_ws_protocol::{Cursor, parse_query};
use bytes::Bytes;
use tokio::{
    io::Interest,
    task::{coop::consume_budget, yield_now},
    time::timeout,
};
use tracing::debug;

use crate::{
    catch_up, clock,
    close::Close,
    connection::Connection,
    events::{Opening, Wanted},
    inbound::{Heard, Inbound, InboundEnd, Room},
    rate::{Bucket, Verdict},
    shard::{Scratch, Seat, Shard},
    watching::{self, Watching},
};

/// What is kept of the buffer for replies from one turn to the next.
const REPLIES_KEPT_BYTES: usize = 1 << 20;

/// A session's own half.
pub(crate) struct Session {
    shard: Rc<Shard>,
    /// Frees the place in the shard's tables when the session ends, however it ends.
    seat: Seat,
    inbound: Inbound,
    /// How fast its client sends.
    bucket: Bucket,
}

impl Session {
    pub(crate) fn new(shard: Rc<Shard>, seat: Seat) -> Self {
        let connection = seat.connection();
        let inflates = matches!(connection.framing, Framing::Deflated(_));
        let share = shard.totals.message_bytes.share();
        let inbound = Inbound::new(connection.limits().message_bytes, inflates, share);
        Self { shard, seat, inbound, bucket: Bucket::default() }
    }

    /// Subscribes as the query of the client's URL says, if it does.
    pub(crate) fn subscribe(&mut self, query: Option<&str>) {
        let Some(query) = query else { return };
        let shard = Rc::clone(&self.shard);
        let request = parse_query(query, None, shard.settings().replies.requests);
        let mut replies = Vec::new();
        shard.at_desk(self.connection(), |desk| desk.answer(request, self.seat.id(), &mut replies));
        self.reply(&replies);
    }

    /// Begins a stream of events.
    pub(crate) fn stream(&mut self, opening: &Opening) {
        let (shard, id) = (Rc::clone(&self.shard), self.seat.id());
        // The kernel finds out about a reader that is gone: it never says a word that we could miss.
        #[cfg(target_os = "linux")]
        if let Err(error) = self.connection().stream.set_user_timeout(shard.settings().idle_timeout)
        {
            debug!(%error, "a reader of events that vanishes is noticed late");
        }
        let Wanted::Events { subscription, start } = &opening.wanted else {
            self.reply(&opening.head(None));
            shard.at_desk(self.connection(), |desk| {
                desk.watch(Watching::Asked);
                None
            });
            return watching::tell_all(&shard, self.connection());
        };
        let topic = subscription.topic();
        let mut hub = shard.hub.borrow_mut();
        let Ok(live) = hub.subscribe(id, subscription.clone(), *start) else {
            return self.connection().end(Close::Gone); // its size was checked
        };
        self.connection().shares.accounts.set(hub.entries(id));
        if start.after.is_some() {
            self.connection().shares.replays.set(1);
        }
        shard.count_subscribers(&hub, topic);
        drop(hub);
        let place = Cursor { sequence: start.after.unwrap_or(live), ..shard.position() };
        self.reply(&opening.head(Some(place)));
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
        if let Some(count) = self.shard.counters.closed.get(close.index()) {
            count.fetch_add(1, Relaxed);
        }
        if close.is_slowness() {
            self.shard.counters.closed_slow.fetch_add(1, Relaxed);
        }
        if let Some(reason) = close.refusal() {
            self.shard.counters.refuse(reason);
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
            if connection.is_behind() {
                catch_up::go_on(&self.shard, connection.id);
            }
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
        let (shard, id) = (Rc::clone(&self.shard), self.seat.id());
        let connection = Rc::clone(self.seat.connection());
        let framing = connection.framing;
        if framing == Framing::EventStream {
            return Ok(()); // a reader of events has nothing to say
        }
        replies.clear(); // whatever became of the turn before, its replies are not this client's
        replies.shrink_to(REPLIES_KEPT_BYTES);
        let (limits, totals) = (connection.limits(), connection.totals());
        let room = Room { message_bytes: limits.message_bytes, total_bytes: totals.message_bytes };
        let (bucket, now) = (&mut self.bucket, clock::running());
        let taken = self.inbound.take(bytes, replies, room, |heard, replies| {
            let bytes = match heard {
                Heard::Message(_, message) => message.len(),
                Heard::Control => 0,
            };
            match (bucket.take(limits.rate, now, bytes), heard) {
                (Verdict::Flood, _) => return Err(InboundEnd::Flood),
                (Verdict::Fine, Heard::Message(kind, message)) => match &shard.echo {
                    None => shard.at_desk(&connection, |desk| desk.handle(message, id, replies)),
                    Some(framer) => framer.borrow_mut().append(kind, message, framing, replies),
                },
                (Verdict::Early, Heard::Message(..)) => {
                    shard.at_desk(&connection, |desk| {
                        desk.refuse_early(limits.rate, replies);
                        None
                    });
                }
                // Pings are answered as long as the session lasts.
                (Verdict::Fine | Verdict::Early, Heard::Control) => {}
            }
            Ok(())
        });
        connection.hear(shard.tick());
        self.reply(replies);
        taken.map_err(|end| Close::of_inbound(end, &limits, totals))
    }

    /// Sends replies, and behind them what the requests let through of the past.
    fn reply(&self, replies: &[u8]) {
        let (shard, connection) = (&self.shard, self.connection());
        connection.send_slice(replies, shard.tick());
        watching::tell_all(shard, connection);
        let is_behind = shard.hub.borrow().is_behind(connection.id);
        connection.set_behind(is_behind);
        if is_behind {
            catch_up::go_on(shard, connection.id);
        }
    }

    /// Sends the last words and waits until the client is gone: a socket that is closed while the
    /// client still sends would take the words back. Whoever takes too long goes without.
    async fn part(&self, close: Close) -> io::Result<()> {
        if close == Close::Gone {
            return Ok(());
        }
        let (connection, settings) = (self.connection(), self.shard.settings());
        if close.is_slowness() {
            connection.abandon();
        }
        connection.seal(&close.last_words(
            connection.framing,
            settings.replies.error_replies,
            clock::now_ms(),
        ))?;
        // A slow client may still come to read why it was closed.
        timeout(settings.write_timeout, self.drain()).await??;
        connection.stream.shut_down_writing()?;
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
