//! How TCP connections are made: directly, or as the application says.
//!
//! Used by connections and by RPC calls. Knows neither what is sent nor whether it is encrypted.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// What a connection is read from and written to.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

type Dialing = Pin<Box<dyn Future<Output = io::Result<Box<dyn Duplex>>> + Send>>;

/// Makes the TCP connection to a host and port. By default directly; an application may go through a proxy,
/// and a test through a simulated network. TLS and WebSocket come on top of it.
///
/// ```
/// use banano_ws_client::{Builder, Dialer};
/// use tokio::net::TcpStream;
///
/// // Everything through a tunnel that ends on this machine.
/// let tunnel = Dialer::new(|_host, _port| TcpStream::connect("127.0.0.1:9050"));
/// let builder = Builder::new("ws://node.example:7074").dialer(tunnel);
/// # drop(builder);
/// ```
#[derive(Clone)]
pub struct Dialer(Arc<dyn Fn(String, u16) -> Dialing + Send + Sync>);

impl Dialer {
    /// Calls `dial` with a host (a name, or an address without brackets) and a port, for every attempt.
    pub fn new<D, F, S>(dial: D) -> Self
    where
        D: Fn(String, u16) -> F + Send + Sync + 'static,
        F: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        Self(Arc::new(move |host, port| {
            let dialing = dial(host, port);
            Box::pin(async move { Ok(Box::new(dialing.await?) as Box<dyn Duplex>) })
        }))
    }

    pub(crate) async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Duplex>> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        (self.0)(host.to_owned(), port).await
    }
}

impl Default for Dialer {
    fn default() -> Self {
        Self::new(|host, port| async move {
            let stream = TcpStream::connect((host, port)).await?;
            // Requests are short, and each waits for its answer.
            stream.set_nodelay(true)?;
            Ok(stream)
        })
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dialer")
    }
}
