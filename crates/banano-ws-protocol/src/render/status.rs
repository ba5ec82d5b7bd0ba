//! Messages of topic `status`.

use super::{RenderSettings, writer::Writer};
use crate::{STATUS_TOPIC, Status};

/// Appends the message that tells `status`, made at `time_ms`, to `out` (protocol.md §11.5).
pub fn render_status(status: &Status, time_ms: u64, out: &mut Vec<u8>) {
    let settings = RenderSettings::default();
    let mut w = Writer::new(out, &settings);
    w.open_root();
    w.ascii("topic", STATUS_TOPIC);
    w.number("time", time_ms);
    w.open("message");
    match status {
        Status::Source(source) => {
            w.ascii("kind", "source");
            w.text("source", &source.name);
            w.ascii("state", source.state.name());
            w.number("since", source.since_ms);
            w.text("detail", &source.detail);
        }
        Status::Shutdown { deadline_ms } => {
            w.ascii("kind", "shutdown");
            w.number("deadline", *deadline_ms);
        }
    }
    w.close();
    w.close();
}
