//! The RPC as its clients meet it: real requests over HTTP to a real dev network.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "helpers of tests fail as tests do, and take requests that are written in place"
)]

mod accounts;
mod blocks;
mod control;
mod elections;
mod history;
mod http;
mod keys;
mod node;
mod process;
mod receivable;
mod wallets;
mod work;

mod network;
