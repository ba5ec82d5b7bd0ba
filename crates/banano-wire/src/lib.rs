//! Messages that Banano nodes exchange, as values and as bytes.
//!
//! Pure values (`node.md §8`). No socket, no clock and no state of a connection.

mod message;

pub use message::{
    AccountInfoAnswer, AscPullAck, AscPullReq, AscPullStart, BulkPull, BulkPullAccount, Cookie,
    FrontierReq, Frontiers, Handshake, Keepalive, Message, Pulled, Request, ResponseV1, ResponseV2,
    Telemetry, WantedReceivables,
};
