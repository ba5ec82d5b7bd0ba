//! Messages that Banano nodes exchange, as values and as bytes.
//!
//! Pure: bytes in, values out, and back (`node.md §8`). No socket, no clock and no state of a
//! connection; whoever reads from a peer takes [`Header::SIZE`] bytes, learns from the [`Header`]
//! how many follow, and hands those to [`Message::decode`]. Decoding never panics and never
//! allocates more than the payload justifies.

mod bytes;
mod codec;
mod error;
mod header;
mod item_count;
mod message;

pub use error::{EncodeError, PayloadError};
pub use header::{Header, HeaderError, MAX_PAYLOAD, MessageKind, Protocol};
pub use message::{
    AccountInfoAnswer, AscPullAck, AscPullReq, AscPullStart, BulkPull, BulkPullAccount, Cookie,
    FrontierReq, Frontiers, Handshake, Keepalive, Message, Pulled, Request, ResponseV1, ResponseV2,
    Telemetry, WantedReceivables,
};
