//! What a server sends, as a client or gateway reads it.
//!
//! Called with the text of one frame from a server: ours, or a node of any version since V19
//! (protocol.md §8). Members that an old node did not have are `None`; members that a newer node has
//! and we do not know are kept in [`Extra`](crate::Extra). Never judges: whether a hash fits its
//! block is asked by [`ReceivedConfirmation::complete`].

mod block;
mod confirmation;
mod fields;
mod parse;
mod received;
mod topics;

pub use fields::FieldError;
pub use parse::{MessageError, parse_message};
pub use received::{
    Ack, ErrorMessage, Incomplete, ReceivedConfirmation, ReceivedEvent, ServerEvent, ServerMessage,
    ServerStatus,
};
