//! Fixtures and fakes for the tests of the workspace.
//!
//! A dependency of tests only. What a test builds wrongly stops that test with a panic that says
//! what was wrong; nothing here is fit for a running program.

#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a fixture that is wrong must stop the test that uses it"
)]

pub mod arbitrary;
pub mod clock;
pub mod exposition;
pub mod faulty;
pub mod fixtures;
pub mod lattice;
pub mod work_peer;

pub use clock::FakeClock;
pub use exposition::Scrape;
pub use faulty::{Faults, FaultyProxy, Line};
pub use lattice::Lattice;
pub use work_peer::{Reaction, TestWorkPeer};
