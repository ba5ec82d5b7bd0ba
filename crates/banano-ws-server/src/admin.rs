//! What an operator may ask and do, on a listener of its own: who is connected, and dropping one.
//!
//! Started by the program if it is given a place to listen. Asks the shards. Meant for this machine only:
//! there is no password, so that a page of a browser, which could be made to ask, is refused.

use std::{net::IpAddr, str::FromStr};

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header, uri::Authority},
    middleware::{self, Next},
    response::IntoResponse as _,
    routing::{delete, get},
};
use banano_ws_metrics::Registry;
use banano_ws_protocol::{STATUS_TOPIC, Topic};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use tracing::info;

use crate::{
    admission::Peer, ask::Shards, close::Close, config::Metrics, connection::Connection,
    shard::Shard, watching::Watching,
};

/// Clients that one answer lists, unless more are asked for.
const LISTED: usize = 1_000;
/// Clients that one answer lists at most.
const LISTED_MAX: usize = 10_000;

/// What the routes know.
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    pub(crate) shards: Shards,
    pub(crate) metrics: Registry,
    pub(crate) tells: Metrics,
}

/// One client.
#[derive(Debug, Serialize)]
struct Client {
    id: String,
    address: Option<String>,
    /// When its session began, in milliseconds since the Unix epoch.
    since: u64,
    kind: &'static str,
    topics: Vec<Listed>,
    queue_messages: usize,
    queue_bytes: usize,
    sent_bytes: u64,
    is_behind: bool,
}

/// One subscription.
#[derive(Debug, Serialize)]
struct Listed {
    topic: &'static str,
    /// Accounts and hashes that its filters list.
    filters: usize,
}

/// Who is connected.
#[derive(Debug, Serialize)]
struct Clients {
    /// All that fit the question, listed or not.
    total: usize,
    clients: Vec<Client>,
}

/// Which clients are to be listed, in the words of the question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    limit: Option<String>,
    topic: Option<String>,
    address: Option<String>,
}

/// The same, understood.
#[derive(Debug, Clone)]
struct Which {
    limit: usize,
    topic: Option<String>,
    address: Option<IpAddr>,
}

impl Question {
    /// Reads it, or says what would be right.
    fn read(self) -> Result<Which, String> {
        let Self { limit, topic, address } = self;
        let topics = Topic::ALL.map(Topic::name).into_iter().chain([STATUS_TOPIC]);
        if let Some(topic) = &topic
            && !topics.clone().any(|known| known == topic)
        {
            let known = topics.collect::<Vec<_>>().join(", ");
            return Err(format!("`topic`: there is no topic {topic:?}; use {known}\n"));
        }
        let right = |limit: &usize| (1..=LISTED_MAX).contains(limit);
        let limit = match limit {
            None => LISTED,
            Some(text) => text.parse().ok().filter(right).ok_or_else(|| {
                format!("`limit`: {text} is not possible, it must be 1 to {LISTED_MAX}\n")
            })?,
        };
        let address = address.map(|text| {
            text.parse().map_err(|_| {
                format!("`address`: {text} is not possible, it must be an IP address\n")
            })
        });
        Ok(Which { limit, topic, address: address.transpose()? })
    }
}

pub(crate) fn routes(admin: Admin) -> Router {
    Router::new()
        .route("/", get(|| async { INDEX }))
        .route("/clients", get(clients))
        .route("/clients/{id}", delete(drop_client))
        .route("/metrics", get(metrics))
        .layer(middleware::from_fn(refuse_pages))
        .with_state(admin)
}

const INDEX: &str = "GET /clients[?limit=N][&topic=TOPIC][&address=IP]  who is connected\n\
                     DELETE /clients/ID                                drop one\n\
                     GET /metrics                                      for Prometheus\n";

/// A page that a browser shows could be made to ask here, by its own name or by one that leads to this
/// machine. Whoever means to ask names an address.
async fn refuse_pages(request: Request, next: Next) -> Response<Body> {
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) || !names_an_address(headers) {
        let text = "not for pages: ask by an address or localhost, without `Origin`\n";
        return (StatusCode::FORBIDDEN, text).into_response();
    }
    next.run(request).await
}

fn names_an_address(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let Some(Ok(host)) = host.map(Authority::from_str) else { return false };
    let host = host.host().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok()
}

async fn clients(State(admin): State<Admin>, Query(asked): Query<Question>) -> Response<Body> {
    let which = match asked.read() {
        Ok(which) => which,
        Err(problem) => return (StatusCode::BAD_REQUEST, problem).into_response(),
    };
    let limit = which.limit;
    let look = move |number, shard: &Shard| listed(number, shard, &which);
    let found = spawn_blocking(move || admin.shards.each(look)).await.unwrap_or_default();
    let mut answer = Clients { total: 0, clients: Vec::new() };
    for Clients { total, mut clients } in found {
        answer.total += total;
        answer.clients.append(&mut clients);
    }
    answer.clients.truncate(limit);
    Json(answer).into_response()
}

fn listed(number: usize, shard: &Shard, which: &Which) -> Clients {
    let mut found = Clients { total: 0, clients: Vec::new() };
    shard.each_connection(|connection| {
        let address = match connection.pass.peer {
            Peer::Ip(address) => Some(address),
            Peer::Unix => None,
        };
        let is_there = |wanted: IpAddr| address.is_some_and(|it| it.ip().to_canonical() == wanted);
        if which.address.is_some_and(|wanted| !is_there(wanted)) {
            return;
        }
        let topics = topics(shard, connection);
        if which.topic.as_ref().is_some_and(|wanted| !topics.iter().any(|it| it.topic == wanted)) {
            return;
        }
        found.total += 1;
        if found.clients.len() < which.limit {
            let (queue_messages, queue_bytes) = connection.depth();
            found.clients.push(Client {
                id: id(number, connection),
                address: address.map(|address| address.to_string()),
                since: connection.since_ms,
                kind: if connection.framing.is_websocket() { "websocket" } else { "event_stream" },
                topics,
                queue_messages,
                queue_bytes,
                sent_bytes: connection.sent_bytes(),
                is_behind: connection.is_behind(),
            });
        }
    });
    found
}

fn topics(shard: &Shard, connection: &Connection) -> Vec<Listed> {
    let hub = shard.hub.borrow();
    let subscriptions = hub.subscriptions(connection.id);
    let mut topics: Vec<_> =
        subscriptions.map(|(topic, filters)| Listed { topic: topic.name(), filters }).collect();
    if connection.watching() != Watching::No {
        topics.push(Listed { topic: STATUS_TOPIC, filters: 0 });
    }
    topics
}

/// Names a client: places are given to others later, so the time belongs to it.
fn id(number: usize, connection: &Connection) -> String {
    format!("{number}-{}-{}", connection.id.index(), connection.since_ms)
}

async fn drop_client(State(admin): State<Admin>, Path(wanted): Path<String>) -> Response<Body> {
    let text = format!("no client {wanted}; GET /clients lists them\n");
    let look = move |number, shard: &Shard| {
        let mut dropped = 0_usize;
        shard.each_connection(|connection| {
            if connection.ending().is_none() && id(number, connection) == wanted {
                info!(target: "ws", "client {}: dropped by the operator", connection.id.index());
                connection.end(Close::Gone);
                dropped += 1;
            }
        });
        dropped
    };
    let dropped = spawn_blocking(move || admin.shards.each(look)).await.unwrap_or_default();
    if dropped.into_iter().sum::<usize>() > 0 {
        (StatusCode::OK, "dropped\n").into_response()
    } else {
        (StatusCode::NOT_FOUND, text).into_response()
    }
}

async fn metrics(State(admin): State<Admin>) -> Response<Body> {
    if admin.tells == Metrics::Off {
        return (StatusCode::NOT_FOUND, "metrics are switched off\n").into_response();
    }
    exposed(&admin.metrics)
}

/// The answer to a scrape.
pub(crate) fn exposed(metrics: &Registry) -> Response<Body> {
    let mut response = Response::new(Body::from(metrics.scrape()));
    let kind = HeaderValue::from_static(banano_ws_metrics::CONTENT_TYPE);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
