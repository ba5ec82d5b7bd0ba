//! Reads JSON by the rules of protocol.md §2.2: strict text, loose values.
//!
//! Called by the reader of client actions and the reader of server messages. A text becomes a flat
//! list of tokens that borrow from it, so neither depth nor size of hostile input costs stack, and
//! the source text of a number stays at hand (`1.50` as an `id` is echoed as `1.50`). Never builds
//! a tree, never recurses.

mod node;
mod scan;
mod text;

pub(crate) use node::{Json, Node};
pub use scan::JsonError;
pub(crate) use text::flag as flag_word;
