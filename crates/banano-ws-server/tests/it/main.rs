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

mod failures;
mod frames;
mod http;
mod limits;
mod load;
mod order;
mod ping;
mod shutdown;
mod subscriptions;
