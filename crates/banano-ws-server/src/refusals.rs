//! Why somebody was turned away, as a closed list: a connection, a request, or a session that ended.
//!
//! Counted where the limit is, read through [`Stats`](crate::Stats). The names are labels of metrics
//! and do not change. Never decides anything.

use std::fmt;

/// A limit or rule that turned somebody away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalReason {
    /// `max_connections` were open.
    Connections,
    /// `max_connections_per_address` of that address were open.
    AddressConnections,
    /// `max_connections` of the token's class were open with that token.
    TokenConnections,
    /// No token where one is needed, or one that is not known.
    Credentials,
    /// A page of an origin that is not in `allowed_origins`.
    Origin,
    /// No header of the PROXY protocol where `proxy_protocol` asks for one, or one from elsewhere.
    ProxyHeader,
    /// The TLS handshake failed.
    Tls,
    /// No complete request within `handshake_timeout_ms`.
    HandshakeTimeout,
    /// A request whose head was too long, or no HTTP.
    RequestHead,
    /// A message above `max_messages_per_second` and `message_burst`.
    MessageRate,
    /// A session that ended because it went on beyond the rate.
    MessageFlood,
    /// A message longer than `max_message_bytes`.
    MessageBytes,
    /// A subscription above `max_topics_per_session`.
    Topics,
    /// A filter above `max_accounts_per_session`.
    AccountsPerSession,
    /// A filter above `max_total_accounts`.
    TotalAccounts,
    /// A subscription to everything where `require_filter` asks for less.
    Filter,
    /// A replay above `max_replays_per_session`.
    ReplaysPerSession,
    /// A replay above `max_total_replays`.
    TotalReplays,
    /// A session that ended because unfinished messages were above `max_total_message_bytes`.
    TotalMessageBytes,
    /// A session that ended because waiting messages were above `max_total_outbox_bytes`.
    TotalOutboxBytes,
    /// A session whose token is no longer good.
    Revoked,
}

impl RefusalReason {
    /// All reasons.
    pub const ALL: [Self; 21] = [
        Self::Connections,
        Self::AddressConnections,
        Self::TokenConnections,
        Self::Credentials,
        Self::Origin,
        Self::ProxyHeader,
        Self::Tls,
        Self::HandshakeTimeout,
        Self::RequestHead,
        Self::MessageRate,
        Self::MessageFlood,
        Self::MessageBytes,
        Self::Topics,
        Self::AccountsPerSession,
        Self::TotalAccounts,
        Self::Filter,
        Self::ReplaysPerSession,
        Self::TotalReplays,
        Self::TotalMessageBytes,
        Self::TotalOutboxBytes,
        Self::Revoked,
    ];

    /// Its name, as a label of a metric.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::AddressConnections => "address_connections",
            Self::TokenConnections => "token_connections",
            Self::Credentials => "credentials",
            Self::Origin => "origin",
            Self::ProxyHeader => "proxy_header",
            Self::Tls => "tls",
            Self::HandshakeTimeout => "handshake_timeout",
            Self::RequestHead => "request_head",
            Self::MessageRate => "message_rate",
            Self::MessageFlood => "message_flood",
            Self::MessageBytes => "message_bytes",
            Self::Topics => "topics",
            Self::AccountsPerSession => "accounts_per_session",
            Self::TotalAccounts => "total_accounts",
            Self::Filter => "filter",
            Self::ReplaysPerSession => "replays_per_session",
            Self::TotalReplays => "total_replays",
            Self::TotalMessageBytes => "total_message_bytes",
            Self::TotalOutboxBytes => "total_outbox_bytes",
            Self::Revoked => "revoked",
        }
    }

    /// The place in [`RefusalReason::ALL`], for tables with one entry per reason.
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reason_has_its_place_and_a_name_of_its_own() {
        let names: BTreeSet<_> = RefusalReason::ALL.iter().map(|reason| reason.name()).collect();
        assert_eq!(names.len(), RefusalReason::ALL.len());
        for (place, reason) in RefusalReason::ALL.into_iter().enumerate() {
            assert_eq!(reason.index(), place, "{reason}");
        }
    }
}
