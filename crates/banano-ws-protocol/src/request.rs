//! What a client asks for: from the bytes of one message to a typed action, or a refusal.
//!
//! Called by sessions with what a frame held. Applies protocol.md §2.2 (loose values), §3 (actions)
//! and §4 (the first failing check is reported). Never fails because of an option that nodes know:
//! what cannot be read there is left out, and told to those who asked for warnings.

mod action;
mod fault;
mod filters;
mod known;
mod options;
mod query;
mod warnings;

pub use action::{Action, Follow, Request, RequestSettings, VoteWithoutOptions, parse_request};
pub use fault::{ErrorCode, ErrorReplies, Fault, Refusal};
#[cfg(test)]
pub(crate) use query::{LISTS, VALUES};
pub use query::{parse_query, query_credential, query_name, query_subscribes};
