//! Black-box tests of the hub.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that is wrong must stop"
)]

mod client;

mod filters;
mod model;
mod options;
mod seam;
mod sharing;
