//! Who wants which event, and the finished frames that they get.
//!
//! The hub knows the subscriptions of every session it was told of. Handed a batch of events, it
//! says which session gets which bytes: each variant of an event that somebody wants is rendered
//! once, as a WebSocket frame, and frames that go to the same session are joined. The cost of an
//! event grows with the sessions that want it, not with those that are there.
//!
//! Called by each shard of the server, which owns one hub. May touch nothing but memory. Never
//! waits, opens no socket, reads no clock.

mod behind;
mod chunk;
mod classes;
mod deflate;
pub mod frame;
mod framer;
mod hub;
mod index;
mod listings;
mod pass;
mod roster;
mod tally;
mod wishes;

pub use behind::{Order, Ticket};
pub use deflate::Window;
pub use frame::Framing;
pub use framer::Framer;
pub use hub::{Delivery, Hub, Limits, SessionId, Start, TooManyAccounts, Unchanged};
pub use tally::Tally;
