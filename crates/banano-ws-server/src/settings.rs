//! The configuration as it is in force: the same values, in the types that are needed.
//!
//! Made at the start and when the configuration is read again; shards and the acceptor then go on with
//! the new one. Touches nothing but the file of tokens, when it is made. What cannot change while the
//! server runs is in [`Config::NEED_RESTART`], and not here.

use std::{sync::Arc, time::Duration};

use axum::http::{Request, header};
use banano_ws_protocol::{ErrorReplies, RequestSettings};

use crate::{
    admission::{AddressRange, Tokens, TokensError},
    config::{Access, Config, ProxyProtocol},
    limits::{ClientLimits, TotalLimits},
};

/// What everybody needs to know.
#[derive(Debug)]
pub(crate) struct Settings {
    /// What a client without a token may do.
    pub(crate) client: Arc<ClientLimits>,
    pub(crate) totals: TotalLimits,
    pub(crate) tokens: Tokens,
    pub(crate) access: Access,
    pub(crate) exempt_addresses: Vec<AddressRange>,
    pub(crate) trusted_proxies: Vec<AddressRange>,
    pub(crate) proxy_protocol: ProxyProtocol,
    pub(crate) handshake_timeout: Duration,
    pub(crate) write_timeout: Duration,
    pub(crate) close_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) compression: bool,
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
    /// Takes over a configuration, with the tokens that it names.
    ///
    /// # Errors
    ///
    /// If the file of tokens cannot be used.
    pub(crate) fn load(config: &Config) -> Result<Self, TokensError> {
        let client = ClientLimits::new(config);
        let tokens = match &config.tokens {
            Some(path) => Tokens::load(path, &client)?,
            None => Tokens::default(),
        };
        Ok(Self {
            client: Arc::new(client),
            totals: TotalLimits::new(config),
            tokens,
            access: config.access,
            exempt_addresses: config.exempt_addresses.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
            proxy_protocol: config.proxy_protocol,
            handshake_timeout: Duration::from_millis(config.handshake_timeout_ms),
            write_timeout: Duration::from_millis(config.write_timeout_ms),
            close_timeout: Duration::from_millis(config.close_timeout_ms),
            idle_timeout: Duration::from_millis(config.idle_timeout_ms),
            replies: ReplySettings {
                requests: RequestSettings { vote_without_options: config.vote_without_options },
                error_replies: config.error_replies,
            },
            compression: config.compression,
            allowed_origins: config.allowed_origins.clone(),
        })
    }

    /// Whether only pages of some origins may connect.
    pub(crate) const fn restricts_origins(&self) -> bool {
        self.allowed_origins.is_some()
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
