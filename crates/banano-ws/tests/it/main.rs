//! The program as people and scripts meet it: started, read, signalled.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod first_steps;
mod help;
mod lifecycle;
mod settings;
mod usage;

mod program;
