//! Where connections come from: TCP and Unix sockets that are bound already.
//!
//! Handed to [`start`](crate::start) by whoever bound them, or was given them by systemd. Accepts, and
//! nothing else.

use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::net::{UnixListener, UnixStream},
};

use socket2::SockRef;

use crate::{admission::Peer, socket::Socket};

/// Connections that the kernel keeps for us; it may cut this down to its own bound.
const BACKLOG: i32 = 4_096;

/// How much the kernel keeps for a client beyond what is on the wire, in bytes. What a slow client
/// does not take then waits in its outbox, once for all, instead of in a copy for each.
#[cfg(target_os = "linux")]
const NOT_SENT_BYTES: u32 = 128 << 10;

/// Something to accept connections from.
#[derive(Debug)]
pub enum Listener {
    /// TCP, which is TLS if there is a certificate.
    Tcp(TcpListener),
    /// A Unix socket, which is never TLS.
    Unix(UnixListener),
}

/// What a server listens to.
#[derive(Debug)]
pub struct Listeners(pub Vec<Listener>);

impl From<TcpListener> for Listeners {
    fn from(listener: TcpListener) -> Self {
        Self(vec![Listener::Tcp(listener)])
    }
}

impl From<UnixListener> for Listeners {
    fn from(listener: UnixListener) -> Self {
        Self(vec![Listener::Unix(listener)])
    }
}

impl Listeners {
    /// Sets all of them up; accepted sockets inherit what is set here.
    pub(crate) fn prepare(&self) -> io::Result<()> {
        for listener in &self.0 {
            match listener {
                Listener::Tcp(tcp) => {
                    tcp.set_nonblocking(true)?;
                    let socket = SockRef::from(tcp);
                    socket.listen(BACKLOG)?;
                    #[cfg(target_os = "linux")]
                    {
                        socket.set_tcp_nodelay(true)?;
                        socket.set_tcp_notsent_lowat(NOT_SENT_BYTES)?;
                    }
                }
                Listener::Unix(unix) => {
                    unix.set_nonblocking(true)?;
                    SockRef::from(unix).listen(BACKLOG)?;
                }
            }
        }
        Ok(())
    }

    /// The address of the first one that is TCP.
    pub(crate) fn address(&self) -> io::Result<Option<SocketAddr>> {
        let tcp = self.0.iter().find_map(|listener| match listener {
            Listener::Tcp(tcp) => Some(tcp),
            Listener::Unix(_) => None,
        });
        tcp.map(TcpListener::local_addr).transpose()
    }
}

/// A listener on the runtime that accepts from it.
#[derive(Debug)]
pub(crate) enum Accepting {
    Tcp(tokio::net::TcpListener),
    Unix(tokio::net::UnixListener),
}

impl Accepting {
    pub(crate) fn new(listener: Listener) -> io::Result<Self> {
        Ok(match listener {
            Listener::Tcp(tcp) => Self::Tcp(tokio::net::TcpListener::from_std(tcp)?),
            Listener::Unix(unix) => Self::Unix(tokio::net::UnixListener::from_std(unix)?),
        })
    }

    pub(crate) async fn accept(&self) -> io::Result<(Accepted, Peer)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                Ok((Accepted::Tcp(stream.into_std()?), Peer::Ip(address)))
            }
            Self::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                Ok((Accepted::Unix(stream.into_std()?), Peer::Unix))
            }
        }
    }
}

/// A connection on its way to another thread.
#[derive(Debug)]
pub(crate) enum Accepted {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Accepted {
    /// Puts it on the runtime of this thread.
    pub(crate) fn into_socket(self) -> io::Result<Socket> {
        Ok(match self {
            Self::Tcp(stream) => {
                // On Linux it has it from its listener.
                #[cfg(not(target_os = "linux"))]
                stream.set_nodelay(true)?;
                Socket::Tcp(tokio::net::TcpStream::from_std(stream)?)
            }
            Self::Unix(stream) => Socket::Unix(tokio::net::UnixStream::from_std(stream)?),
        })
    }
}
