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
mod demand;
mod limits;
mod refusals;
mod reload;
mod server;
mod settings;
mod stats;

mod acceptor;
mod admin;
mod ask;
mod catch_up;
mod delivery;
mod drain;
mod faults;
mod metrics;
mod replays;
mod shard;
mod sources;
mod sweep;
mod together;
mod totals;
mod watching;

mod listener;
mod socket;
mod tls;

mod admission;
mod compression;
mod documents;
mod events;
mod greeting;
mod pages;
mod routes;

mod close;
mod connection;
mod inbound;
mod inflate;
mod outbox;
mod quota;
mod rate;
mod recut;
mod requests;
mod session;

mod clock;

#[cfg(test)]
mod masked;

pub use admission::{AddressRange, NotARange, TokenHash, TokensError};
pub use banano_ws_metrics::{Exposition, Kind, Registry};
pub use banano_ws_protocol::{ErrorReplies, SourceState, SourceStatus, VoteWithoutOptions};
pub use config::{Access, Config, Io, Metrics, Problem, ProxyProtocol};
pub use demand::Demand;
pub use faults::{Fault, Faults};
pub use listener::{Listener, Listeners};
pub use refusals::RefusalReason;
pub use reload::{ReloadError, Reloader, Reread};
pub use server::{Server, StartError, start, start_echo};
pub use sources::Sources;
pub use stats::Stats;
pub use tls::TlsError;
