//! Journals that share a NATS JetStream: sources publish into it, edges serve clients from it.
//!
//! Called by the program, which runs the futures that this gives. An event's cursor is its place in the
//! stream, and the journal's name is the stream's, so a client may move from edge to edge. Every wait
//! for the server is here; never does one hold up a source.

mod claims;
mod connection;
mod edge;
mod ids;
mod position;
mod publisher;
mod report;
mod shelf;

pub use connection::{StreamConfig, StreamError};
pub use edge::{Edge, FollowStatus, Follower};
pub use publisher::{PublishStatus, Publisher, PublisherConfig};
pub use report::StreamReport;
pub(crate) use shelf::CLOCK_MARGIN_MS;
