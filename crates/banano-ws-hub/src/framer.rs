//! From an event to the finished message that tells it.
//!
//! Called by the hub for what is live, and for what a session gets of the past. Touches nothing. Holds
//! buffers, so that each message does not need new ones; never anything of the message before.

use banano_ws_protocol::{RenderSettings, Stamped, Variant, render};
use bytes::Bytes;

use crate::{
    deflate::Deflater,
    frame::{self, Framing, HEADER_MAX, Kind},
};

/// How a session wants to see an event.
pub(crate) type Look = (Variant, Framing);

/// Makes finished messages.
#[derive(Debug, Default)]
pub struct Framer {
    text: Vec<u8>,
    deflater: Deflater,
}

impl Framer {
    /// The finished message that tells `event`, to be shared.
    pub(crate) fn message(
        &mut self,
        event: &Stamped,
        look: Look,
        settings: RenderSettings,
    ) -> Bytes {
        self.render(event, look.0, settings);
        let mut out = Vec::with_capacity(HEADER_MAX.saturating_add(self.text.len()));
        self.append_rendered(event, look.1, &mut out);
        if matches!(look.1, Framing::Deflated(_)) {
            out.shrink_to_fit();
        }
        Bytes::from(out)
    }

    /// Appends the finished message that tells `event` to `out`.
    pub(crate) fn append_message(
        &mut self,
        event: &Stamped,
        look: Look,
        settings: RenderSettings,
        out: &mut Vec<u8>,
    ) {
        self.render(event, look.0, settings);
        self.append_rendered(event, look.1, out);
    }

    /// Appends a frame with `payload` to `out`, as `framing` wants it.
    pub fn append(&mut self, kind: Kind, payload: &[u8], framing: Framing, out: &mut Vec<u8>) {
        append(&mut self.deflater, kind, payload, framing, out);
    }

    fn render(&mut self, event: &Stamped, variant: Variant, settings: RenderSettings) {
        self.text.clear();
        render(event, variant, &settings, &mut self.text);
    }

    fn append_rendered(&mut self, event: &Stamped, framing: Framing, out: &mut Vec<u8>) {
        match framing {
            Framing::WebSocket | Framing::Deflated(_) => {
                append(&mut self.deflater, Kind::Text, &self.text, framing, out);
            }
            Framing::EventStream => frame::append_event(event.cursor(), &self.text, out),
        }
    }
}

fn append(
    deflater: &mut Deflater,
    kind: Kind,
    payload: &[u8],
    framing: Framing,
    out: &mut Vec<u8>,
) {
    let packed = match framing {
        Framing::Deflated(window) => deflater.deflate(payload, window),
        Framing::WebSocket | Framing::EventStream => None,
    };
    frame::append_data(kind, packed.is_some(), packed.unwrap_or(payload), out);
}
