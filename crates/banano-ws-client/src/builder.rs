//! How a client behaves; everything has a default.
//!
//! Called by applications. Checks what it is told where the error would come late.

use std::path::PathBuf;
use std::time::Duration;

use banano_primitives::Network;

use crate::client::{Client, ClientError, Events};
use crate::dialer::Dialer;

/// What happens when the application reads slower than events come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFull {
    /// The connection is read no further, so that the server holds the rest; one that knows cursors
    /// replays it. Nothing is lost here.
    #[default]
    Wait,
    /// The oldest items are dropped, and [`Status::Lagged`](crate::Status::Lagged) says how many.
    DropOldest,
    /// The newest items are dropped, and [`Status::Lagged`](crate::Status::Lagged) says how many.
    DropNewest,
}

/// What a subscription does when the server no longer holds its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnGap {
    /// Goes on with the oldest event that the server holds.
    #[default]
    Oldest,
    /// Goes on with what happens from now on.
    Live,
}

/// Clocks of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// How long a server may take to accept a connection.
    pub connect: Duration,
    /// How long a server may take to acknowledge; after it, it counts as one that never does.
    pub ack: Duration,
    /// After how much silence a ping is sent.
    pub ping: Duration,
    /// How long the answer to a ping may take, before the connection counts as dead.
    pub pong: Duration,
    /// The longest first wait before a new attempt.
    pub backoff_base: Duration,
    /// The longest wait before a new attempt.
    pub backoff_cap: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            ack: Duration::from_secs(10),
            ping: Duration::from_secs(20),
            pong: Duration::from_secs(10),
            backoff_base: Duration::from_millis(500),
            backoff_cap: Duration::from_secs(30),
        }
    }
}

/// Makes a [`Client`].
#[derive(Debug, Clone)]
pub struct Builder {
    pub(crate) urls: Vec<String>,
    pub(crate) connections: usize,
    pub(crate) queue: usize,
    pub(crate) on_full: OnFull,
    pub(crate) on_gap: OnGap,
    pub(crate) window: usize,
    pub(crate) timing: Timing,
    pub(crate) store: Option<PathBuf>,
    pub(crate) is_checked: bool,
    pub(crate) network: Option<Network>,
    pub(crate) rpc: Option<String>,
    pub(crate) dialer: Dialer,
}

impl Builder {
    /// For the server at `url`, as in `ws://127.0.0.1:7074` or `wss://ws.banano.trade`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            urls: vec![url.into()],
            connections: 1,
            queue: 10_000,
            on_full: OnFull::default(),
            on_gap: OnGap::default(),
            window: 16_384,
            timing: Timing::default(),
            store: None,
            is_checked: true,
            network: None,
            rpc: None,
            dialer: Dialer::default(),
        }
    }

    /// Another server to go to when one fails; all are tried in turn. Cursors of one server mean
    /// nothing to another unless they share a journal: a change of server is told as a gap.
    #[must_use]
    pub fn or(mut self, url: impl Into<String>) -> Self {
        self.urls.push(url.into());
        self
    }

    /// Spreads subscriptions over this many connections (1 to 64), for high volume: accounts are
    /// divided among them, topics without accounts go to one each. One stream all the same.
    #[must_use]
    pub const fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// How many items wait for the application (default 10 000), and what happens at that bound.
    #[must_use]
    pub const fn queue(mut self, items: usize, on_full: OnFull) -> Self {
        self.queue = items;
        self.on_full = on_full;
        self
    }

    /// What to do when the server no longer holds the place to go on from.
    #[must_use]
    pub const fn on_gap(mut self, on_gap: OnGap) -> Self {
        self.on_gap = on_gap;
        self
    }

    /// Within how many events repeats are left out (default 16 384); 0 leaves them in.
    #[must_use]
    pub const fn window(mut self, events: usize) -> Self {
        self.window = events;
        self
    }

    /// Clocks of the connections.
    #[must_use]
    pub const fn timing(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    /// Keeps cursors in this file, for processing at least once: each is written when the application
    /// [acknowledges](Client::acknowledge) the event, and a new client with the same file goes on
    /// behind it. One file belongs to one client with the same subscriptions and as many connections.
    #[must_use]
    pub fn cursor_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.store = Some(file.into());
        self
    }

    /// Whether hashes and signatures are checked (the default), see [`validate`](crate::validate()).
    #[must_use]
    pub const fn checked(mut self, is_checked: bool) -> Self {
        self.is_checked = is_checked;
        self
    }

    /// Also checks work, and epoch blocks by their signers, by the rules of this network.
    #[must_use]
    pub fn network(mut self, network: Network) -> Self {
        self.network = Some(network);
        self
    }

    /// The node RPC, as in `http://127.0.0.1:7072`, which [`Client::await_payment`] asks what came
    /// before it listened.
    #[must_use]
    pub fn rpc(mut self, url: impl Into<String>) -> Self {
        self.rpc = Some(url.into());
        self
    }

    /// How TCP connections are made, for WebSocket and RPC; by default directly.
    #[must_use]
    pub fn dialer(mut self, dialer: Dialer) -> Self {
        self.dialer = dialer;
        self
    }

    /// Connects. Returns once a server has accepted.
    ///
    /// # Errors
    ///
    /// If no server accepts at the first attempt, if a setting is impossible, or if the cursor file
    /// cannot be read.
    pub async fn connect(self) -> Result<(Client, Events), ClientError> {
        let (client, events, firsts) = Client::build(self, true)?;
        for first in firsts {
            first.await.unwrap_or(Err(ClientError::Closed))?;
        }
        Ok((client, events))
    }

    /// Begins to connect, and goes on until a server accepts. For programs that may start before
    /// their server does.
    ///
    /// # Errors
    ///
    /// If a setting is impossible, or if the cursor file cannot be read.
    #[expect(clippy::unused_async, reason = "it starts tasks, so it needs a runtime around it")]
    pub async fn start(self) -> Result<(Client, Events), ClientError> {
        let (client, events, _) = Client::build(self, false)?;
        Ok((client, events))
    }
}
