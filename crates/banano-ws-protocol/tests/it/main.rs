//! Black-box tests: every case of protocol.md §13 that needs no socket, by its number, and the
//! properties of readers and renderers.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at what it did not expect, in its helpers as well"
)]

mod client;

mod cursors;
mod extension_errors;
mod extension_texts;
mod extension_updates;
mod extensions;
mod failures;
mod filters;
mod hostile;
mod ids;
mod messages;
mod rendering;
mod round_trip;
mod schemas;
mod topics;
mod update;
mod votes;
mod warnings;

use banano_testkit::fixtures::messages as golden;
