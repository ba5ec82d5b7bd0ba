//! From events and replies to the bytes that clients read.
//!
//! Called by the hub, once per event and variant, and by sessions for replies. Writes compact JSON
//! straight into a buffer, members in the order of protocol.md §6, every scalar a string, an empty
//! list as the empty string. Never builds a tree and never allocates but for the buffer.

mod block;
mod confirmation;
mod reply;
mod status;
mod topics;
mod writer;

use banano_primitives::Prefix;

pub use reply::{render_ack, render_error};
pub use status::render_status;

use crate::{Confirmation, CursorDetail, Event, Place, Stamped, Variant};
pub(crate) use writer::Writer;

/// Settings that change the text of all messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderSettings {
    /// Whether amounts are told in BAN as well, in members that end in `_decimal`, as Banano's
    /// nodes do and Nano's do not (protocol.md §5).
    pub decimal_fields: bool,
    /// What accounts begin with.
    pub prefix: Prefix,
}

impl Default for RenderSettings {
    fn default() -> Self {
        Self { decimal_fields: true, prefix: Prefix::Ban }
    }
}

/// Appends the message that tells `stamped` to `out`, as `variant` wants it.
pub fn render(stamped: &Stamped, variant: Variant, settings: &RenderSettings, out: &mut Vec<u8>) {
    let mut w = Writer::new(out, settings);
    w.open_root();
    w.text("topic", stamped.event.topic().name());
    w.number("time", stamped.time_ms);
    match variant.cursor() {
        CursorDetail::None => {}
        CursorDetail::Live => w.cursor("cursor", stamped.cursor()),
        CursorDetail::Replayed => {
            w.cursor("cursor", stamped.cursor());
            w.flag("replayed", true);
        }
    }
    if let Event::Confirmation(Confirmation { healed: true, .. }) = &stamped.event
        && variant.cursor() != CursorDetail::None
    {
        w.flag("healed", true);
    }
    let extra = match &stamped.event {
        Event::Confirmation(it) => {
            confirmation::write(it, variant, &mut w);
            &it.extra
        }
        Event::Vote(it) => {
            topics::vote(it, &mut w);
            &it.extra
        }
        Event::StartedElection(it) | Event::StoppedElection(it) => {
            topics::election(it, &mut w);
            &it.extra
        }
        Event::ActiveDifficulty(it) => {
            topics::active_difficulty(it, &mut w);
            &it.extra
        }
        Event::Work(it) => {
            topics::work(it, &mut w);
            &it.extra
        }
        Event::Telemetry(it) => {
            topics::telemetry(it, &mut w);
            &it.extra
        }
        Event::NewUnconfirmedBlock(it) => {
            topics::new_unconfirmed_block(it, &mut w);
            &it.extra
        }
        Event::Bootstrap(it) => {
            topics::bootstrap(it, &mut w);
            &it.extra
        }
    };
    w.extra(extra, Place::Envelope);
    w.close();
}
