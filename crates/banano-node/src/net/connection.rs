//! One connection, from its handshake to its end.
//!
//! Started by the listener and by the connector. Owns the socket. Decodes what comes and puts it into
//! the node's inbox; writes what waits in the channel. Both directions wait at the same time, each
//! with a deadline, so a peer that is slow or silent costs a socket and nothing else.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use banano_wire::{
    Frame, Frames, Greeted, Greeting, Handshake, HeaderError, Message, MessageKind, Refusal,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::{Instant, timeout, timeout_at};

use super::Shared;
use super::channel::{Channel, Direction, PeerIdentity};
use super::counters::{CloseReason, DropReason};
use super::discovery::{self, canonical};
use super::filter::Digest;
use super::limits::Seat;

/// Bytes that one read takes.
const READ_BYTES: usize = 32 * 1024;

/// How a connection went.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub(super) reason: CloseReason,
    /// Whether the handshake succeeded.
    pub(super) was_proven: bool,
}

/// Runs a connection until something ends it, and counts why.
pub(super) async fn run(
    shared: Arc<Shared>,
    stream: TcpStream,
    remote: SocketAddr,
    direction: Direction,
    seat: Seat,
) -> Outcome {
    // Votes and blocks are small, and wait for nothing.
    let _ = stream.set_nodelay(true);
    let remote = canonical(remote);
    let lifetime = shared.network.timings.cookie_lifetime;
    let mut socket = Socket::new(&shared, stream);
    let greeted = tokio::select! {
        biased;
        () = shared.stop.cancelled() => Err(CloseReason::Stopped),
        greeted = timeout(lifetime, socket.greet(&shared, remote, direction)) => {
            greeted.unwrap_or(Err(CloseReason::HandshakeTimeout))
        }
    };
    let outcome = match greeted {
        Ok(channel) => {
            let reason = socket.serve(&shared, &channel).await;
            shared.channels.remove(channel.id);
            shared.inbox.nudge();
            Outcome { reason, was_proven: true }
        }
        Err(reason) => Outcome { reason, was_proven: false },
    };
    drop(seat);
    shared.ended(remote, direction, outcome.reason);
    outcome
}

/// A socket, and the bytes of a message that is not whole yet.
struct Socket {
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
    frames: Frames,
    chunk: Vec<u8>,
}

impl Socket {
    fn new(shared: &Shared, stream: TcpStream) -> Self {
        let (reader, writer) = stream.into_split();
        Self { reader, writer, frames: Frames::new(shared.protocol), chunk: vec![0; READ_BYTES] }
    }

    /// Goes through the handshake and adds the peer.
    async fn greet(
        &mut self,
        shared: &Shared,
        remote: SocketAddr,
        direction: Direction,
    ) -> Result<Arc<Channel>, CloseReason> {
        let (identity, lifetime) =
            (shared.identity.clone(), shared.network.timings.cookie_lifetime);
        let mut greeting = match direction {
            Direction::In => Greeting::listen(identity, lifetime),
            Direction::Out => {
                let now = shared.clock.now().mono_ms;
                let (greeting, query) = Greeting::dial(identity, shared.nonces(), lifetime, now);
                self.send(shared, query).await?;
                greeting
            }
        };
        loop {
            let (shake, version) = self.next_handshake(shared).await?;
            let now = shared.clock.now().mono_ms;
            let Greeted { reply, node_id } = greeting
                .take(&shake, shared.nonces(), now)
                .map_err(|refusal| refused(shared, remote, direction, refusal))?;
            // Who is known already is told nothing more.
            let channel = node_id
                .map(|node_id| {
                    shared.channels.add(PeerIdentity { node_id, remote, direction, version })
                })
                .transpose()?;
            if let Some(reply) = reply
                && let Err(reason) = self.send(shared, reply).await
            {
                if let Some(channel) = channel {
                    shared.channels.remove(channel.id);
                }
                return Err(reason);
            }
            if let Some(channel) = channel {
                shared.counters.proven();
                return Ok(channel);
            }
        }
    }

    async fn send(&mut self, shared: &Shared, shake: Handshake) -> Result<(), CloseReason> {
        let mut bytes = Vec::new();
        let message = Message::NodeIdHandshake(Box::new(shake));
        message.encode(shared.protocol, &mut bytes).map_err(|_| CloseReason::HandshakeOrder)?;
        self.writer.write_all(&bytes).await.map_err(|_| CloseReason::Ended)?;
        shared.counters.bytes_out(bytes.len());
        Ok(())
    }

    /// The next message, which must be a handshake, and the version that its sender speaks.
    async fn next_handshake(&mut self, shared: &Shared) -> Result<(Handshake, u8), CloseReason> {
        loop {
            if let Some(frame) = self.frames.next_frame().map_err(broken)? {
                let version = frame.header.version_using;
                return match frame.decode() {
                    Ok(Message::NodeIdHandshake(shake)) => Ok((*shake, version)),
                    _ if is_legacy(frame.header.kind) => Err(CloseReason::LegacyBootstrap),
                    _ => Err(CloseReason::HandshakeOrder),
                };
            }
            let read = read(&mut self.reader, &mut self.chunk).await?;
            shared.counters.bytes_in(read);
            self.frames.push(self.chunk.get(..read).unwrap_or_default());
        }
    }

    /// Reads and writes until something ends the connection.
    async fn serve(self, shared: &Shared, channel: &Channel) -> CloseReason {
        let Self { reader, mut writer, frames, chunk } = self;
        // Where we listen: the peer learns it first of all.
        channel.push(shared.packet(&Message::Keepalive(Box::new(shared.keepalive(Vec::new())))));
        shared.inbox.nudge();
        let mut reading = Reading { shared, channel, frames, batch: Vec::new() };
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => CloseReason::Stopped,
            reason = channel.closed() => reason,
            Err(reason) = reading.run(reader, chunk) => reason,
            Err(reason) = write(shared, channel, &mut writer) => reason,
            else => CloseReason::Ended,
        }
    }
}

/// Writes what waits in the channel.
async fn write(
    shared: &Shared,
    channel: &Channel,
    writer: &mut OwnedWriteHalf,
) -> Result<Infallible, CloseReason> {
    let mut bytes = Vec::new();
    loop {
        channel.next_write(&mut bytes).await;
        match timeout(shared.network.timings.io_timeout, writer.write_all(&bytes)).await {
            Ok(Ok(())) => shared.counters.bytes_out(bytes.len()),
            Ok(Err(_)) => return Err(CloseReason::Ended),
            Err(_) => return Err(CloseReason::SlowReader),
        }
        bytes.clear();
    }
}

/// The way from the socket to the inbox.
struct Reading<'a> {
    shared: &'a Shared,
    channel: &'a Channel,
    frames: Frames,
    batch: Vec<(Message, Option<Digest>)>,
}

impl Reading<'_> {
    async fn run(
        &mut self,
        mut reader: OwnedReadHalf,
        mut chunk: Vec<u8>,
    ) -> Result<Infallible, CloseReason> {
        let timings = &self.shared.network.timings;
        let mut deadline = after(timings.idle_timeout);
        loop {
            let was_partial = self.frames.is_partial();
            let any = self.take_frames()?;
            if any || !self.frames.is_partial() {
                deadline = after(timings.idle_timeout);
            }
            // A message that has begun has a deadline of its own, which further bytes do not move.
            if self.frames.is_partial() && (any || !was_partial) {
                deadline = after(timings.io_timeout);
            }
            let read = match timeout_at(deadline, read(&mut reader, &mut chunk)).await {
                Ok(read) => read?,
                Err(_) if self.frames.is_partial() => return Err(CloseReason::SlowWriter),
                Err(_) => return Err(CloseReason::Idle),
            };
            self.shared.counters.bytes_in(read);
            self.frames.push(chunk.get(..read).unwrap_or_default());
        }
    }

    /// Takes every whole message, and hands over what is for the processing task. Tells whether there
    /// was one.
    fn take_frames(&mut self) -> Result<bool, CloseReason> {
        let mut any = false;
        while let Some(frame) = self.frames.next_frame().map_err(broken)? {
            any = true;
            if let Some(message) = take(self.shared, self.channel, frame)? {
                self.batch.push(message);
            }
        }
        if !self.batch.is_empty() {
            self.shared.receive(self.channel.id, &mut self.batch);
        }
        Ok(any)
    }
}

/// Takes one message: what concerns connections stays here, the rest is for the processing task.
fn take(
    shared: &Shared,
    channel: &Channel,
    frame: Frame<'_>,
) -> Result<Option<(Message, Option<Digest>)>, CloseReason> {
    let kind = frame.header.kind;
    let mut digest = None;
    match kind {
        MessageKind::NodeIdHandshake => return Err(CloseReason::HandshakeOrder),
        kind if is_legacy(kind) => return Err(CloseReason::LegacyBootstrap),
        MessageKind::ConfirmAck if !shared.filters_votes => {}
        MessageKind::Publish | MessageKind::ConfirmAck => {
            digest = shared.is_new(kind, frame.payload);
            if digest.is_none() {
                shared.counters.dropped(DropReason::Duplicate, 1);
                return Ok(None);
            }
        }
        _ => {}
    }
    match frame.decode() {
        Ok(Message::Keepalive(keepalive)) => {
            if let Some(port) = discovery::told_port(&keepalive) {
                channel.set_peering(SocketAddr::new(channel.peer.remote.ip(), port));
            }
            shared.with_discovery(|discovery| {
                for peer in keepalive.peers() {
                    discovery.learn(SocketAddr::V6(peer));
                }
            });
            Ok(None)
        }
        Ok(message) => Ok(Some((message, digest))),
        Err(_) => {
            shared.counters.dropped(DropReason::Unreadable, 1);
            Ok(None)
        }
    }
}

async fn read(reader: &mut OwnedReadHalf, chunk: &mut [u8]) -> Result<usize, CloseReason> {
    match reader.read(chunk).await {
        Ok(0) | Err(_) => Err(CloseReason::Ended),
        Ok(read) => Ok(read),
    }
}

/// A deadline by the runtime's own clock.
fn after(duration: Duration) -> Instant {
    Instant::now() + duration
}

fn is_legacy(kind: MessageKind) -> bool {
    matches!(
        kind,
        MessageKind::BulkPull
            | MessageKind::BulkPush
            | MessageKind::BulkPullAccount
            | MessageKind::FrontierReq
    )
}

fn broken(error: HeaderError) -> CloseReason {
    match error {
        HeaderError::Magic { .. } => CloseReason::Magic,
        HeaderError::Version { .. } => CloseReason::Version,
        HeaderError::Kind(_) | HeaderError::BlockKind(_) => CloseReason::Kind,
    }
}

fn refused(
    shared: &Shared,
    remote: SocketAddr,
    direction: Direction,
    refusal: Refusal,
) -> CloseReason {
    match refusal {
        Refusal::OutOfTurn => CloseReason::HandshakeOrder,
        Refusal::Expired => CloseReason::HandshakeTimeout,
        Refusal::Signature => CloseReason::HandshakeSignature,
        Refusal::Genesis(_) => CloseReason::Genesis,
        Refusal::Ourselves => {
            if direction == Direction::Out {
                shared.with_discovery(|discovery| discovery.is_own(remote));
            }
            CloseReason::Ourselves
        }
    }
}
