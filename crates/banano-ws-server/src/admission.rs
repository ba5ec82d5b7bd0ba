//! Who may come in, and as whom.
//!
//! Asked by the task that greets a connection: [`arrive`] when it comes, [`Guest::admit`] when it wants
//! to become a session. Counts every refusal. Never lets anybody in twice, and never logs what a client
//! showed.

mod counts;
mod forwarded;
mod proxy;
mod ranges;
mod tokens;

use std::{cell::RefCell, sync::Arc};

use axum::http::{Request, StatusCode, header};
use banano_ws_protocol::{query_credential, query_name};

use crate::{
    config::{Access, ProxyProtocol},
    limits::ClientLimits,
    refusals::RefusalReason,
    settings::Settings,
    shard::{Admission, Shard},
    socket::Socket,
};

pub(crate) use counts::Counts;
pub(crate) use ranges::Peer;
pub use ranges::{AddressRange, NotARange};
pub(crate) use tokens::{Token, Tokens};
pub use tokens::{TokenHash, TokensError};

use counts::{Entry, Ticket, Whose};

/// A client that calls itself more than this has no name.
const NAME_BYTES_MAX: usize = 64;

/// A connection that is no session yet.
#[derive(Debug)]
pub(crate) struct Guest {
    /// From where, as far as is known.
    peer: Peer,
    /// Whether `peer` may speak for others.
    is_proxy: bool,
    refused: Option<RefusalReason>,
    /// Its place in the counts, until a session takes it over.
    ticket: RefCell<Option<Ticket>>,
}

/// Leave to become a session.
#[derive(Debug)]
pub(crate) struct Pass {
    pub(crate) peer: Peer,
    pub(crate) limits: Arc<ClientLimits>,
    pub(crate) token: Option<Token>,
    /// What it calls itself.
    pub(crate) name: Option<Box<str>>,
    _ticket: Option<Ticket>,
}

/// Why there is no leave.
#[derive(Debug)]
pub(crate) struct Denied {
    pub(crate) reason: RefusalReason,
    pub(crate) status: StatusCode,
    pub(crate) text: String,
}

/// Sees who a new connection is from. `None` if it is not even to be told that it is refused.
pub(crate) async fn arrive(
    shard: &Shard,
    socket: &mut Socket,
    peer: Peer,
    admission: Admission,
) -> Option<Guest> {
    let settings = shard.settings();
    let is_trusted = |peer: Peer| peer.is_in(&settings.trusted_proxies);
    let mut guest = Guest {
        peer,
        is_proxy: is_trusted(peer),
        refused: (admission == Admission::Refused).then_some(RefusalReason::Connections),
        ticket: RefCell::default(),
    };
    if settings.proxy_protocol == ProxyProtocol::Required {
        let said = if guest.is_proxy { proxy::read(socket).await.ok() } else { None };
        let Some(said) = said else {
            shard.counters.refuse(RefusalReason::ProxyHeader);
            return None;
        };
        if let Some(client) = said {
            guest.peer = Peer::Ip(client);
            guest.is_proxy = is_trusted(guest.peer);
        }
    }
    // Whoever a proxy stands for is known only by what it asks.
    if guest.is_proxy || guest.refused.is_some() {
        return Some(guest);
    }
    match count(shard, &settings, guest.peer) {
        Ok(ticket) => guest.ticket = RefCell::new(ticket),
        Err(Some(ticket)) => {
            guest.ticket = RefCell::new(Some(ticket));
            guest.refused = Some(RefusalReason::AddressConnections);
        }
        Err(None) => {
            shard.counters.refuse(RefusalReason::AddressConnections);
            return None;
        }
    }
    Some(guest)
}

/// Counts a connection of an address, unless that is exempt. An error is one too many, with a ticket if
/// it may be told so.
fn count(shard: &Shard, settings: &Settings, peer: Peer) -> Result<Option<Ticket>, Option<Ticket>> {
    let Some(ip) = peer.ip().filter(|_| !peer.is_in(&settings.exempt_addresses)) else {
        return Ok(None);
    };
    match shard.counts.enter(Whose::from(ip), settings.client.connections) {
        Entry::Admitted(ticket) => Ok(Some(ticket)),
        Entry::Refused(ticket) => Err(Some(ticket)),
        Entry::Dropped => Err(None),
    }
}

impl Guest {
    /// What a request that is no session's is told, if its connection is refused.
    pub(crate) fn refusal(&self, settings: &Settings) -> Option<Denied> {
        let reason = self.refused?;
        Some(match reason {
            RefusalReason::AddressConnections => too_many_of_address(&settings.client),
            _ => too_many(settings.totals.connections),
        })
    }

    /// Whether this request may become a session. Once it has leave, the guest's place is the session's.
    pub(crate) fn admit<B>(&self, shard: &Shard, request: &Request<B>) -> Result<Pass, Denied> {
        let settings = shard.settings();
        if self.refused == Some(RefusalReason::Connections) {
            return Err(too_many(settings.totals.connections));
        }
        if !settings.allows_origin(request) {
            return Err(wrong_origin());
        }
        let peer = if self.is_proxy {
            forwarded::client(self.peer, request.headers(), &settings.trusted_proxies)
        } else {
            self.peer
        };
        let name = request.uri().query().and_then(query_name);
        let name = name.filter(|name| name.len() <= NAME_BYTES_MAX).map(String::into_boxed_str);
        match credential(&settings, request) {
            Some(shown) => {
                let token = settings.tokens.find(&shown).cloned().ok_or_else(unknown_token)?;
                // It counts for its token now, no more for its address.
                drop(self.ticket.take());
                let max = token.limits.connections;
                let Entry::Admitted(ticket) =
                    shard.counts.enter(Whose::Token(Arc::clone(&token.name)), max)
                else {
                    return Err(too_many_of_token(max));
                };
                let limits = Arc::clone(&token.limits);
                Ok(Pass { peer, limits, token: Some(token), name, _ticket: Some(ticket) })
            }
            None if settings.access == Access::Token => Err(no_token()),
            None => {
                if self.refused.is_some() {
                    return Err(too_many_of_address(&settings.client));
                }
                let ticket = if self.is_proxy {
                    count(shard, &settings, peer)
                        .map_err(|_| too_many_of_address(&settings.client))?
                } else {
                    self.ticket.take()
                };
                let limits = Arc::clone(&settings.client);
                Ok(Pass { peer, limits, token: None, name, _ticket: ticket })
            }
        }
    }
}

/// Whether a request that only reads something may do so: by the same credentials.
pub(crate) fn may_read<B>(settings: &Settings, request: &Request<B>) -> Result<(), Denied> {
    match credential(settings, request) {
        Some(shown) => settings.tokens.find(&shown).map(drop).ok_or_else(unknown_token),
        None if settings.access == Access::Token => Err(no_token()),
        None => Ok(()),
    }
}

/// The token that a client shows: in the header, or in the URL, for browsers that cannot set one. Where
/// there are no tokens, as on a node, what clients show is meant for somebody else.
fn credential<B>(settings: &Settings, request: &Request<B>) -> Option<String> {
    if settings.tokens.is_empty() {
        return None;
    }
    let bearer = request.headers().get(header::AUTHORIZATION).map(|value| {
        // Something else than a token there is shown as one, and is none.
        let value = value.to_str().unwrap_or_default();
        match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                token.trim().to_owned()
            }
            _ => String::new(),
        }
    });
    bearer.or_else(|| query_credential(request.uri().query()?))
}

fn too_many(max: usize) -> Denied {
    Denied {
        reason: RefusalReason::Connections,
        status: StatusCode::SERVICE_UNAVAILABLE,
        text: format!(
            "too many connections: this server takes {max} (`max_connections`); come back later\n"
        ),
    }
}

fn too_many_of_address(limits: &ClientLimits) -> Denied {
    Denied {
        reason: RefusalReason::AddressConnections,
        status: StatusCode::TOO_MANY_REQUESTS,
        text: format!(
            "too many connections from your address: {} are allowed (`max_connections_per_address`); \
             close some, or share one among your subscriptions\n",
            limits.connections
        ),
    }
}

fn too_many_of_token(max: usize) -> Denied {
    Denied {
        reason: RefusalReason::TokenConnections,
        status: StatusCode::TOO_MANY_REQUESTS,
        text: format!(
            "too many connections with your token: {max} are allowed (`max_connections` of its class); \
             close some, or share one among your subscriptions\n"
        ),
    }
}

fn no_token() -> Denied {
    let text = "this server wants a token: send `Authorization: Bearer TOKEN`, or `?api=TOKEN` in the \
                URL; its operator gives tokens out\n";
    let status = StatusCode::UNAUTHORIZED;
    Denied { reason: RefusalReason::Credentials, status, text: text.to_owned() }
}

fn unknown_token() -> Denied {
    let text = "your token is not known here: check it for a typing mistake, or ask the operator for a \
                new one; it belongs in `Authorization: Bearer TOKEN`, or in the URL as `?api=TOKEN`\n";
    let status = StatusCode::UNAUTHORIZED;
    Denied { reason: RefusalReason::Credentials, status, text: text.to_owned() }
}

fn wrong_origin() -> Denied {
    let text = "this origin may not connect; the operator decides in `allowed_origins`\n";
    let status = StatusCode::FORBIDDEN;
    Denied { reason: RefusalReason::Origin, status, text: text.to_owned() }
}
