//! The WebSocket server: sockets in, sessions, and the way of an event to every socket.
//!
//! An acceptor hands connections to shards. A shard is one thread that owns its connections, its
//! hub and everything in between, so that nothing is locked and nothing crosses threads for a
//! message. In each shard one task follows the journal, asks the hub who wants which frames, and
//! writes them straight to the sockets; only a socket that is full gets a queue, which the
//! connection's own task drains. That task otherwise sleeps until its client says something.
//!
//! Called by the binary, and by tests: [`start`] with a bound listener, [`Server::stop`] to end.
//! May touch sockets and the clock. Never lets one client wait for another.

mod config;
mod server;
mod stats;

mod acceptor;
mod delivery;
mod settings;
mod shard;
mod sweep;

mod greeting;
mod routes;

mod boundary;
mod close;
mod connection;
mod inbound;
mod outbox;
mod requests;
mod session;

mod clock;

#[cfg(test)]
mod masked;

pub use banano_ws_protocol::{ErrorReplies, VoteWithoutOptions};
pub use config::{Config, Problem};
pub use server::{Server, StartError, start};
pub use stats::Stats;
