//! Black-box tests of the server: real sockets, events from fixtures, cases of protocol.md §13 by
//! their numbers.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that is wrong must stop"
)]

mod client;
mod host;
mod raw;
mod suite;

mod compression;
mod confirmations;
mod events;
mod failures;
mod filters;
mod frames;
mod hostile;
mod http;
mod limits;
mod load;
mod options;
mod order;
mod ping;
mod recorded;
mod reload;
mod resume;
mod shutdown;
mod status;
mod subscriptions;
mod tls;
mod tokens;
mod topics;
mod updates;
mod votes;
