//! A client's connection: TCP, a Unix socket, or TLS over TCP, with one face.
//!
//! HTTP drives it as a stream until the handshake is done; then the session waits for it, and the shard
//! writes to it without waiting. Never blocks. Bytes that a TLS connection has taken and not yet sent
//! are its own to remember: whoever writes asks [`Socket::is_flushed`] before it sleeps.

use std::{
    io::{self, ErrorKind, IoSlice},
    net::Shutdown,
    os::fd::{AsFd as _, BorrowedFd},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, Interest, ReadBuf, Ready},
    net::{TcpStream, UnixStream},
};

use crate::{outbox::TryWrite, tls::TlsSocket};

/// One connection.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
    /// Boxed: what TLS needs is large, and most connections have none of it.
    Tls(Box<TlsSocket>),
}

impl Socket {
    /// Waits until it can be read from or written to, or is broken.
    pub(crate) async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        match self {
            Self::Tcp(stream) => stream.ready(interest).await,
            Self::Unix(stream) => stream.ready(interest).await,
            Self::Tls(tls) => tls.ready(interest).await,
        }
    }

    /// Reads what is there. Zero is the end.
    pub(crate) fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_read(buffer),
            Self::Unix(stream) => stream.try_read(buffer),
            Self::Tls(tls) => tls.try_read(buffer),
        }
    }

    /// Sends what was taken and not yet sent, as far as there is room.
    pub(crate) fn try_flush(&self) -> io::Result<()> {
        match self {
            Self::Tcp(_) | Self::Unix(_) => Ok(()),
            Self::Tls(tls) => tls.try_flush(),
        }
    }

    /// Whether everything that was taken is with the system.
    pub(crate) fn is_flushed(&self) -> bool {
        match self {
            Self::Tcp(_) | Self::Unix(_) => true,
            Self::Tls(tls) => tls.is_flushed(),
        }
    }

    /// Says that nothing more will be written. What was taken has to be flushed before.
    pub(crate) fn shut_down_writing(&self) -> io::Result<()> {
        if let Self::Tls(tls) = self {
            tls.say_goodbye()?;
        }
        self.system().shutdown(Shutdown::Write)
    }

    /// The bare socket, if bytes may go there as they are.
    pub(crate) fn bare(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Tcp(stream) => Some(stream.as_fd()),
            Self::Unix(stream) => Some(stream.as_fd()),
            Self::Tls(_) => None,
        }
    }

    /// Whether a TLS handshake has begun and is not done.
    pub(crate) fn is_shaking_hands(&self) -> bool {
        matches!(self, Self::Tls(tls) if tls.is_shaking_hands())
    }

    /// Lets the kernel find out about a peer that vanished while something is on its way to it.
    #[cfg(target_os = "linux")]
    pub(crate) fn set_user_timeout(&self, timeout: Duration) -> io::Result<()> {
        match self {
            // Who is on the same machine does not vanish.
            Self::Unix(_) => Ok(()),
            Self::Tcp(_) | Self::Tls(_) => self.system().set_tcp_user_timeout(Some(timeout)),
        }
    }

    fn system(&self) -> SockRef<'_> {
        match self {
            Self::Tcp(stream) => SockRef::from(stream),
            Self::Unix(stream) => SockRef::from(stream),
            Self::Tls(tls) => SockRef::from(tls.stream()),
        }
    }
}

impl TryWrite for Socket {
    fn try_write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        match (self, buffers) {
            (Self::Tcp(stream), [buffer]) => stream.try_write(buffer),
            (Self::Tcp(stream), buffers) => stream.try_write_vectored(buffers),
            (Self::Unix(stream), buffers) => stream.try_write_vectored(buffers),
            (Self::Tls(tls), buffers) => tls.try_write_vectored(buffers),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Unix(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(tls) => tls.poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Unix(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(tls) => loop {
                match tls.try_write_vectored(&[IoSlice::new(bytes)]) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        ready!(tls.stream().poll_write_ready(context))?;
                    }
                    written => return Poll::Ready(written),
                }
            },
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(_) | Self::Unix(_) => Poll::Ready(Ok(())),
            Self::Tls(tls) => tls.poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Unix(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(tls) => {
                tls.say_goodbye()?;
                ready!(tls.poll_flush(context))?;
                Poll::Ready(SockRef::from(tls.stream()).shutdown(Shutdown::Write))
            }
        }
    }
}
