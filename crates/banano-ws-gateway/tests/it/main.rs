//! The merge from outside: rows of what upstreams say and what comes out, and whole runs from a seed.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that is wrong must stop"
)]

mod partitions;
mod recorded;
mod rows;
mod simulation;
mod world;
