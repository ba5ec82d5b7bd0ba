//! The log of events: gives each event its place, and keeps a window of them.
//!
//! Sources append batches of [`Event`](banano_ws_protocol::Event)s from any thread. Each event gets
//! the next sequence number and the time, and from then on is immutable and shared. Readers follow
//! at their own pace; one that falls out of the window is told exactly what it lost. May touch
//! nothing but memory. Never waits for a reader, and never lets one see events out of order.

mod archive;
mod codec;
mod core;
mod disk;
mod failure;
mod footprint;
mod history;
mod journal;
mod locate;
mod meters;
mod query;
mod reader;
mod replay;
mod stream;
mod window;

pub use disk::{
    DiskConfig, Examined, OpenError, OpenReport, Opened, Past, Retention, SyncPolicy, TopicExtent,
};
pub use failure::JournalFailure;
pub use history::History;
pub use journal::{Journal, Limits};
pub use locate::{Expired, LocateError};
pub use meters::JournalStats;
pub use query::Query;
pub use reader::{Batch, Reader};
pub use replay::{Replay, ReplayBatch};
pub use stream::{
    Edge, FollowStatus, Follower, PublishStatus, Publisher, PublisherConfig, StreamConfig,
    StreamError, StreamReport,
};
