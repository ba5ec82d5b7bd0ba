//! Every way in which a session ends, with the words that the client gets.
//!
//! Decided by whoever notices; carried out by the connection's task. Touches nothing. Never a
//! silent end where the client could still read a reason.

use banano_ws_hub::frame;
use banano_ws_protocol::{ErrorCode, ErrorReplies, Fault, Refusal, render_error};

use crate::inbound::InboundEnd;

/// Why a session ends (protocol.md §1, "Close codes that we send"; design.md, "Close codes").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Close {
    /// The client closed, and the echo is on its way.
    Echoed,
    /// The connection broke or ended, or the client fell silent: there is nobody to tell.
    Gone,
    /// 1001: the server stops.
    Shutdown,
    /// 1002: frames against the rules.
    Protocol,
    /// 1007: a text that is not UTF-8.
    InvalidUtf8,
    /// 1009: a message longer than this many bytes.
    TooLarge { max: usize },
    /// 1013: this server itself fell out of the journal and can't say what this many events were.
    Lost { events: u64 },
    /// 4000: the client reads too slowly, and this much would have to wait for it.
    Slow { messages: usize, bytes: usize },
}

impl Close {
    /// The reason of an inbound side that ended. `max` is the longest message allowed.
    pub(crate) fn of_inbound(end: InboundEnd, max: usize) -> Self {
        match end {
            InboundEnd::Closed => Self::Echoed,
            InboundEnd::TooLarge => Self::TooLarge { max },
            InboundEnd::InvalidUtf8 => Self::InvalidUtf8,
            InboundEnd::Protocol => Self::Protocol,
        }
    }

    /// Code and reason of the close frame. `None` if none is to be sent.
    fn code_and_reason(self) -> Option<(u16, &'static str)> {
        match self {
            Self::Echoed | Self::Gone => None,
            Self::Shutdown => Some((1001, "Shutting down")),
            Self::Protocol => Some((1002, "Protocol error")),
            Self::InvalidUtf8 => Some((1007, "Invalid UTF-8 in a text message")),
            Self::TooLarge { .. } => Some((1009, "Message too long")),
            Self::Lost { .. } => Some((1013, "Overloaded: events were lost, come back later")),
            Self::Slow { .. } => Some((4000, "Too slow: reconnect at once")),
        }
    }

    /// The error message that goes before the close frame.
    fn fault(self) -> Option<Fault> {
        match self {
            Self::TooLarge { max } => Some(Fault::message_too_large(max)),
            Self::Lost { events } => Some(Fault {
                code: ErrorCode::LimitExceeded,
                text: format!(
                    "the server was overloaded and lost {events} events before it could send them; \
                     reconnect later and look up what you missed"
                ),
            }),
            Self::Slow { messages, bytes } => Some(Fault {
                code: ErrorCode::LimitExceeded,
                text: format!(
                    "{messages} messages of {bytes} bytes wait for you to read them, more than this \
                     server keeps; reconnect at once, read faster or subscribe to less"
                ),
            }),
            _ => None,
        }
    }

    /// What to write last: an error message, for those who may get one, and the close frame.
    pub(crate) fn last_words(self, error_replies: ErrorReplies, time_ms: u64) -> Vec<u8> {
        let mut out = Vec::new();
        let refusal = self.fault().map(Refusal::from);
        if let Some(refusal) = refusal.filter(|refusal| error_replies.tells(refusal)) {
            let mut text = Vec::new();
            render_error(&refusal, time_ms, &mut text);
            frame::append_text(&text, &mut out);
        }
        if let Some((code, reason)) = self.code_and_reason() {
            frame::append_close(code, reason, &mut out);
        }
        out
    }
}
