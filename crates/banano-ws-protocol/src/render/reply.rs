//! Acks and error messages.

use super::{RenderSettings, writer::Writer};
use crate::{Cursor, Refusal, Request};

/// Appends the ack of `request`, whose success was at `time_ms`, to `out` (protocol.md §3.1). To be
/// sent only if [`Request::wants_ack`]. `cursor` is the place behind which the new subscription is
/// live; told only to those who asked for cursors (§11.2).
pub fn render_ack(request: &Request, cursor: Cursor, time_ms: u64, out: &mut Vec<u8>) {
    let settings = RenderSettings::default();
    let mut w = Writer::new(out, &settings);
    w.open_root();
    w.ascii("ack", request.action.ack_word());
    w.number("time", time_ms);
    if let Some(id) = &request.id {
        w.text("id", id);
    }
    if request.follow.cursor {
        w.cursor("cursor", cursor);
    }
    if !request.warnings.is_empty() {
        w.list("warnings", &request.warnings, |w, warning| w.text_element(warning));
    }
    w.close();
}

/// Appends the error message of `refusal` to `out` (protocol.md §4). It has no `topic`, `message` or
/// `ack`, ever: clients dispatch on these.
pub fn render_error(refusal: &Refusal, time_ms: u64, out: &mut Vec<u8>) {
    let settings = RenderSettings::default();
    let mut w = Writer::new(out, &settings);
    w.open_root();
    w.text("error", &refusal.text);
    w.ascii("code", refusal.code.name());
    w.number("time", time_ms);
    if let Some(id) = &refusal.id {
        w.text("id", id);
    }
    if let Some(held) = refusal.held {
        w.cursor("oldest", held.oldest);
        w.cursor("newest", held.newest);
    }
    w.close();
}
