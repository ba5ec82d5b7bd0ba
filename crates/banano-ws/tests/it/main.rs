//! The program as people and scripts meet it: started, read, signalled.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod commands;
mod dev_commands;
mod first_steps;
mod gateway;
mod help;
mod journal;
mod library;
mod lifecycle;
mod operations;
mod public;
mod serve;
mod settings;
mod usage;

mod program;
mod relay;
mod socket;
