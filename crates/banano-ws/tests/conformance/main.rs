//! The cases of protocol.md §13 that a dev network can cause, by their numbers: real blocks, votes and
//! elections in, WebSocket messages out. `table` proves that every case has a test, here or beside
//! the server.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at what it did not expect, in its helpers as well"
)]

mod client;
mod network;
mod wallet;

mod elections;
mod kinds;
mod local;
mod node;
mod payments;
mod table;
mod votes;
mod work;
