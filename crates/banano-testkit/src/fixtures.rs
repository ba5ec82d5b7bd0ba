//! The fixtures of protocol.md, appendix A, and the example events of its section 6.
//!
//! Values that everybody agrees on: their hashes and signatures are right, and how they look on the
//! wire is printed in protocol.md. They need not fit into one ledger; for blocks that do, see
//! [`crate::Lattice`].

mod blocks;
mod events;
mod keys;
pub mod messages;

pub use blocks::{BlockFixture, CHANGE, EPOCH, L_CHANGE, L_OPEN, L_RECEIVE, L_SEND, OPEN, SEND};
pub use events::{
    active_difficulty, bootstrap_exited, bootstrap_started, conf, election_status, stamped,
    started_election, stopped_election, telemetry, unconfirmed, v1, v2, vote, work_cancelled,
    work_success,
};
pub use keys::{A, B, BURN, C, D, INVALID_ACCOUNTS, KeyFixture};
