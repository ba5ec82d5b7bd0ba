//! Messages that Banano nodes exchange, as values and as bytes.
//!
//! Pure: bytes in, values out, and back (`node.md §8`). No socket and no clock; whoever reads from a
//! peer hands the bytes to [`Frames`] as they come, and handshake messages to a [`Greeting`]. Decoding
//! never panics and never allocates more than what really came justifies.

mod bytes;
mod codec;
mod error;
mod frames;
mod greeting;
mod header;
mod item_count;
mod message;

pub use error::{EncodeError, PayloadError};
pub use frames::{Frame, Frames};
pub use greeting::{Greeted, Greeting, Identity, Nonces, Refusal};
pub use header::{Header, HeaderError, MAX_PAYLOAD, MessageKind, Protocol};
pub use message::{
    AccountInfoAnswer, AscPullAck, AscPullReq, AscPullStart, BulkPull, BulkPullAccount, Cookie,
    FrontierReq, Frontiers, Handshake, Keepalive, Message, Pulled, Request, ResponseV1, ResponseV2,
    Telemetry, WantedReceivables,
};
