//! Numbers that an operator watches: counts, durations, and how Prometheus reads them.
//!
//! Used by everyone who has something to count. Whoever counts owns its numbers and adds to them without
//! a lock; whoever is asked at `/metrics` reads them. Opens no socket, reads no clock. Never makes the one
//! who counts wait for the one who reads.

mod exposition;
mod histogram;
mod registry;

pub use exposition::{CONTENT_TYPE, Exposition, Family, Kind};
pub use histogram::{Buckets, Histogram};
pub use registry::Registry;
