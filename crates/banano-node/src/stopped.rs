//! What a caller learns when the node is gone.
//!
//! Returned by every request to a node. Holds nothing. Never says why: the owner of the node is
//! told that, once.

/// The node stopped before it could answer. Whether the request took effect is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the node has stopped")]
pub struct Stopped;
