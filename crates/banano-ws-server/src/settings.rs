//! The configuration as sessions use it: the same values, in the types that are needed.
//!
//! Made once per shard. Touches nothing. Never changes while the server runs.

use std::time::Duration;

use axum::http::{Request, header};
use banano_ws_protocol::{ErrorReplies, RequestSettings};

use crate::{config::Config, outbox};

/// What a session needs to know.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) max_message_bytes: usize,
    pub(crate) outbox: outbox::Limits,
    pub(crate) handshake_timeout: Duration,
    pub(crate) write_timeout: Duration,
    pub(crate) close_timeout: Duration,
    pub(crate) replies: ReplySettings,
    allowed_origins: Option<Vec<String>>,
}

/// What decides how requests are read and answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReplySettings {
    pub(crate) requests: RequestSettings,
    pub(crate) error_replies: ErrorReplies,
}

impl Settings {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            max_message_bytes: config.max_message_bytes,
            outbox: outbox::Limits {
                messages: config.max_outbox_messages,
                bytes: config.max_outbox_bytes,
            },
            handshake_timeout: Duration::from_millis(config.handshake_timeout_ms),
            write_timeout: Duration::from_millis(config.write_timeout_ms),
            close_timeout: Duration::from_millis(config.close_timeout_ms),
            replies: ReplySettings {
                requests: RequestSettings { vote_without_options: config.vote_without_options },
                error_replies: config.error_replies,
            },
            allowed_origins: config.allowed_origins.clone(),
        }
    }

    /// Whether a page of the request's origin may connect. Programs that are no browser name none,
    /// and may.
    pub(crate) fn allows_origin<B>(&self, request: &Request<B>) -> bool {
        let (Some(allowed), Some(origin)) =
            (&self.allowed_origins, request.headers().get(header::ORIGIN))
        else {
            return true;
        };
        allowed.iter().any(|allowed| allowed.as_bytes().eq_ignore_ascii_case(origin.as_bytes()))
    }
}
