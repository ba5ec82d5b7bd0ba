//! Proof of work: by local threads, and by work peers.
//!
//! Called by the node, for the work requests of its clients and for its own blocks. May use threads,
//! the clock, and HTTP towards the work peers that were configured. Never knows what a block is.
//!
//! [`WorkFactory`] takes every request. It hands them to the [`WorkPool`] of local threads, whose
//! loop is [`search`], and to work peers; what their answers mean is decided by attempts, which do
//! no I/O.

mod factory;
mod request;

mod answer;
mod attempt;
mod backoff;

mod http;
mod peer;
mod talks;

mod pool;
mod queue;
mod search;

pub use factory::{AddPeerError, PEERS_MAX, WorkFactory};
pub use peer::{PeerAddressError, WorkPeer};
pub use pool::WorkPool;
pub use queue::Cancelled;
pub use request::{Outcome, Request, Source, WorkError, WorkFinished, WorkReport};
pub use search::search;
