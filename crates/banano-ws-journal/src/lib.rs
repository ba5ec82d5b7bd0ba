//! The log of events: gives each event its place, and keeps a window of them.
//!
//! Sources append batches of [`Event`](banano_ws_protocol::Event)s from any thread. Each event gets
//! the next sequence number and the time, and from then on is immutable and shared. Readers follow
//! at their own pace; one that falls out of the window is told exactly what it lost. May touch
//! nothing but memory. Never waits for a reader, and never lets one see events out of order.

mod footprint;
mod journal;
mod reader;
mod window;

pub use journal::{Journal, Limits};
pub use reader::{Batch, Reader};
