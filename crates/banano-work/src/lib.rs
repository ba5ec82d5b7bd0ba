//! Proof of work on local threads.
//!
//! Called by the node, for the work requests of its clients and for its own blocks. May use threads
//! and the clock. Never touches the network: work peers are the node's business.
//!
//! [`WorkPool`] takes requests and answers them in turn; [`search`] is the loop that a thread runs.

mod pool;
mod queue;
mod search;

pub use pool::{Finished, Report, WorkPool};
pub use queue::Cancelled;
pub use search::search;
