//! What one client may do, and what all may together: the configuration's numbers as they are asked for.
//!
//! Made when the configuration is read, and again when it is read again; sessions hold those of their
//! class. Values only.

use crate::{config::Config, outbox, rate::Rate};

/// What one client may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientLimits {
    /// Of one address, or with one token.
    pub(crate) connections: usize,
    pub(crate) rate: Rate,
    pub(crate) message_bytes: usize,
    pub(crate) topics: usize,
    pub(crate) accounts: usize,
    pub(crate) replays: usize,
    pub(crate) outbox: outbox::Limits,
    pub(crate) require_filter: bool,
}

impl ClientLimits {
    /// Those of a client without a token.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            connections: config.max_connections_per_address,
            rate: Rate { per_second: config.max_messages_per_second, burst: config.message_burst },
            message_bytes: config.max_message_bytes,
            topics: config.max_topics_per_session,
            accounts: config.max_accounts_per_session,
            replays: config.max_replays_per_session,
            outbox: outbox::Limits {
                messages: config.max_outbox_messages,
                bytes: config.max_outbox_bytes,
            },
            require_filter: config.require_filter,
        }
    }
}

/// What all clients may have together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TotalLimits {
    pub(crate) connections: usize,
    pub(crate) message_bytes: usize,
    pub(crate) accounts: usize,
    pub(crate) replays: usize,
    pub(crate) outbox_bytes: usize,
}

impl TotalLimits {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            connections: config.max_connections,
            message_bytes: config.max_total_message_bytes,
            accounts: config.max_total_accounts,
            replays: config.max_total_replays,
            outbox_bytes: config.max_total_outbox_bytes,
        }
    }
}
