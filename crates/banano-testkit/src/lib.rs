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
pub mod fixtures;
pub mod lattice;

pub use clock::FakeClock;
pub use lattice::Lattice;
