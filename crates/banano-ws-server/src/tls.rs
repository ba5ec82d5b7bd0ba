//! TLS of one connection: rustls between a session and its TCP socket.
//!
//! Driven through [`Socket`](crate::socket::Socket). The rules are rustls's; here is only who is to
//! wait for what. Never waits and never holds more than [`BUFFER_BYTES`] that the socket did not take.

mod certificates;

use std::{
    cell::{Cell, RefCell},
    io::{self, ErrorKind, IoSlice, Read as _, Write as _},
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustls::{ServerConfig, ServerConnection};
use tokio::{
    io::{Interest, ReadBuf, Ready},
    net::TcpStream,
};

pub use certificates::TlsError;
pub(crate) use certificates::{Certificates, Files};

/// What rustls may hold of a client's data before the socket takes it, in bytes.
const BUFFER_BYTES: usize = 32 << 10;

/// A TCP socket and what TLS remembers of it.
#[derive(Debug)]
pub(crate) struct TlsSocket {
    stream: TcpStream,
    session: RefCell<ServerConnection>,
    /// The last read filled its buffer: there may be more that came out of the same records, of which
    /// the socket will not tell again.
    has_more: Cell<bool>,
}

impl TlsSocket {
    pub(crate) fn new(stream: TcpStream, config: Arc<ServerConfig>) -> io::Result<Self> {
        let mut session = ServerConnection::new(config).map_err(io::Error::other)?;
        session.set_buffer_limit(Some(BUFFER_BYTES));
        Ok(Self { stream, session: RefCell::new(session), has_more: Cell::new(false) })
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub(crate) fn is_shaking_hands(&self) -> bool {
        self.session.borrow().is_handshaking()
    }

    pub(crate) fn is_flushed(&self) -> bool {
        !self.session.borrow().wants_write()
    }

    pub(crate) async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        if interest.is_readable() && self.has_more.get() {
            return Ok(Ready::READABLE);
        }
        self.stream.ready(interest).await
    }

    pub(crate) fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut session = self.session.borrow_mut();
        loop {
            match session.reader().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // It went without a goodbye, as most do.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                read => {
                    self.has_more.set(matches!(read, Ok(length) if length == buffer.len()));
                    return read;
                }
            }
            self.has_more.set(false);
            if session.read_tls(&mut Wire(&self.stream))? == 0 && session.is_handshaking() {
                return Ok(0);
            }
            let processed = session.process_new_packets();
            // What it answers to that: its part of the handshake, or why it wants no more of this.
            let sent = flush(&mut session, &self.stream);
            processed.map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
            match sent {
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
                _ => {}
            }
        }
    }

    pub(crate) fn try_write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut session = self.session.borrow_mut();
        flush(&mut session, &self.stream)?;
        let taken = session.writer().write_vectored(buffers)?;
        match flush(&mut session, &self.stream) {
            Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
            // What the socket did not take is remembered, and goes first the next time.
            _ => Ok(taken),
        }
    }

    pub(crate) fn try_flush(&self) -> io::Result<()> {
        flush(&mut self.session.borrow_mut(), &self.stream)
    }

    /// Tells the client that this is the end, not an accident.
    pub(crate) fn say_goodbye(&self) -> io::Result<()> {
        let mut session = self.session.borrow_mut();
        session.send_close_notify();
        match flush(&mut session, &self.stream) {
            Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
            _ => Ok(()),
        }
    }

    pub(crate) fn poll_read(
        &self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            match self.try_read(buffer.initialize_unfilled()) {
                Ok(length) => {
                    buffer.advance(length);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
            // A client that has to get something first says nothing before it has.
            if let Poll::Ready(flushed) = self.poll_flush(context) {
                flushed?;
            }
            ready!(self.stream.poll_read_ready(context))?;
        }
    }

    pub(crate) fn poll_flush(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            match self.try_flush() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    ready!(self.stream.poll_write_ready(context))?;
                }
                flushed => return Poll::Ready(flushed),
            }
        }
    }
}

/// Sends all records that are there. `WouldBlock` if the socket is full before.
fn flush(session: &mut ServerConnection, stream: &TcpStream) -> io::Result<()> {
    while session.wants_write() {
        if session.write_tls(&mut Wire(stream))? == 0 {
            return Err(ErrorKind::WriteZero.into());
        }
    }
    Ok(())
}

/// The socket as rustls wants it.
struct Wire<'a>(&'a TcpStream);

impl io::Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(buffer)
    }
}

impl io::Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write_vectored(buffers)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
