//! What users of a node may rely on, through its public API.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where it cannot go on"
)]

mod stranger;
mod support;
mod telemetry;

mod bootstrap;
mod confirm;
mod data;
mod forks;
mod hostile;
mod join;
mod payment;
mod queues;
mod recorded;
mod storm;
mod traffic;
mod wallets;
mod work;
