//! Black-box tests of the hub.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that is wrong must stop"
)]

mod model;
mod sharing;
