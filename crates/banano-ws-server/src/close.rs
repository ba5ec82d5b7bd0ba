//! Every way in which a session ends, with the words that the client gets.
//!
//! Decided by whoever notices; carried out by the connection's task. Touches nothing. Never a
//! silent end where the client could still read a reason.

use banano_ws_hub::{Framing, frame};
use banano_ws_protocol::{ErrorCode, ErrorReplies, Fault, Refusal, render_error};

use crate::{
    inbound::InboundEnd,
    limits::{ClientLimits, TotalLimits},
    rate::Rate,
    refusals::RefusalReason,
};

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
    /// 1013: what the client still has to get cannot be read from the journal.
    Unreadable,
    /// 1008: the client went on sending faster than it may.
    Flood { rate: Rate },
    /// 1008: its token is no longer good.
    Revoked,
    /// 1013: unfinished messages of all clients are more than may be kept.
    MessagesFull { max: usize },
    /// 1013: what waits for all clients is more than may.
    OutboxesFull { max: usize },
    /// 4000: the client does not read its replies, and this much would have to wait for it.
    Slow { messages: usize, bytes: usize },
    /// 4000: the client reads so slowly that what it still has to get has left the journal.
    Expired,
}

impl Close {
    /// The reasons of all ways to end, as metrics name them.
    pub(crate) const REASONS: [&'static str; 14] = [
        "client",
        "gone",
        "shutdown",
        "protocol",
        "invalid_utf8",
        "too_large",
        "lost",
        "unreadable",
        "slow",
        "expired",
        "flood",
        "revoked",
        "messages_full",
        "outboxes_full",
    ];

    /// The place of its reason in [`Close::REASONS`].
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Echoed => 0,
            Self::Gone => 1,
            Self::Shutdown => 2,
            Self::Protocol => 3,
            Self::InvalidUtf8 => 4,
            Self::TooLarge { .. } => 5,
            Self::Lost { .. } => 6,
            Self::Unreadable => 7,
            Self::Slow { .. } => 8,
            Self::Expired => 9,
            Self::Flood { .. } => 10,
            Self::Revoked => 11,
            Self::MessagesFull { .. } => 12,
            Self::OutboxesFull { .. } => 13,
        }
    }

    /// The reason of an inbound side that ended, with the limits that it had.
    pub(crate) fn of_inbound(end: InboundEnd, client: &ClientLimits, totals: TotalLimits) -> Self {
        match end {
            InboundEnd::Closed => Self::Echoed,
            InboundEnd::TooLarge => Self::TooLarge { max: client.message_bytes },
            InboundEnd::Flood => Self::Flood { rate: client.rate },
            InboundEnd::Crowded => Self::MessagesFull { max: totals.message_bytes },
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
            Self::Flood { .. } => Some((1008, "Too many messages: send fewer")),
            Self::Revoked => Some((1008, "Your token is no longer good")),
            Self::MessagesFull { .. } | Self::OutboxesFull { .. } => {
                Some((1013, "Overloaded: come back later"))
            }
            Self::Lost { .. } => Some((1013, "Overloaded: events were lost, come back later")),
            Self::Unreadable => Some((1013, "The journal cannot be read: come back later")),
            Self::Slow { .. } => Some((4000, "Too slow: reconnect at once")),
            Self::Expired => Some((4000, "Too slow: reconnect at once with your last cursor")),
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
                held: None,
            }),
            Self::Flood { rate: Rate { per_second, burst } } => Some(Fault::limited(format!(
                "more than {per_second} messages a second (`max_messages_per_second`, at first \
                 {burst}, `message_burst`), and you went on after you were told; send fewer, with more \
                 accounts in each"
            ))),
            Self::Revoked => Some(Fault::limited(
                "your token is no longer good; ask the operator of this server for a new one"
                    .to_owned(),
            )),
            Self::MessagesFull { max } => Some(Fault::limited(format!(
                "all clients together send more than {max} bytes of messages that are not complete \
                 (`max_total_message_bytes`); reconnect later, and send shorter messages"
            ))),
            Self::OutboxesFull { max } => Some(Fault::limited(format!(
                "more than {max} bytes wait for all clients together (`max_total_outbox_bytes`), and \
                 you do not read your replies; reconnect later"
            ))),
            Self::Slow { messages, bytes } => Some(Fault {
                code: ErrorCode::LimitExceeded,
                text: format!(
                    "{messages} messages of {bytes} bytes wait for you to read them, more than this \
                     server keeps; reconnect at once, read faster or subscribe to less"
                ),
                held: None,
            }),
            Self::Expired => Some(Fault {
                code: ErrorCode::LimitExceeded,
                text: "you read too slowly: what you have not got yet is no longer kept; reconnect \
                       at once with your last cursor, which tells what is left, and look up the rest"
                    .to_owned(),
                held: None,
            }),
            Self::Unreadable => Some(Fault::journal_unreadable()),
            _ => None,
        }
    }

    /// Whether it is the client's own slowness that ends it.
    pub(crate) const fn is_slowness(self) -> bool {
        matches!(self, Self::Slow { .. } | Self::OutboxesFull { .. } | Self::Expired)
    }

    /// The limit that ends it, to be counted.
    pub(crate) const fn refusal(self) -> Option<RefusalReason> {
        match self {
            Self::TooLarge { .. } => Some(RefusalReason::MessageBytes),
            Self::Flood { .. } => Some(RefusalReason::MessageFlood),
            Self::Revoked => Some(RefusalReason::Revoked),
            Self::MessagesFull { .. } => Some(RefusalReason::TotalMessageBytes),
            Self::OutboxesFull { .. } => Some(RefusalReason::TotalOutboxBytes),
            _ => None,
        }
    }

    /// What to write last: an error message, for those who may get one, and the close frame.
    pub(crate) fn last_words(
        self,
        framing: Framing,
        error_replies: ErrorReplies,
        time_ms: u64,
    ) -> Vec<u8> {
        let mut out = Vec::new();
        let refusal = self.fault().map(Refusal::from);
        if let Some(refusal) = refusal.filter(|refusal| error_replies.tells(refusal)) {
            let mut text = Vec::new();
            render_error(&refusal, time_ms, &mut text);
            match framing {
                Framing::WebSocket | Framing::Deflated(_) => frame::append_text(&text, &mut out),
                Framing::EventStream => frame::append_error_event(&text, &mut out),
            }
        }
        if let Some((code, reason)) = self.code_and_reason()
            && framing.is_websocket()
        {
            frame::append_close(code, reason, &mut out);
        }
        out
    }
}
