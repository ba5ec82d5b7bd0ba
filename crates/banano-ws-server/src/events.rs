//! `GET /events`: a subscription as server-sent events (WHATWG HTML §9.2; protocol.md §11.3).
//!
//! Called by the greeting for such a request, and by the session that it becomes. What is wrong is
//! answered as plain HTTP, before anything is streamed. Never goes on as HTTP: the stream ends with
//! the connection, so that events go to the bare socket like those of a WebSocket.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header},
};
use banano_ws_hub::{Start, frame};
use banano_ws_protocol::{
    Action, Cursor, ErrorCode, Fault, Follow, Refusal, Subscription, parse_query, render_error,
};

use crate::{
    clock,
    limits::ClientLimits,
    quota::{Quota, Shares},
    requests,
    shard::Shard,
};

/// The path of the stream.
pub(crate) const PATH: &str = "/events";

/// What a browser waits before it reconnects, in milliseconds.
const RETRY_MS: u32 = 1_000;

/// Sent when there was nothing else for a while.
pub(crate) const HEARTBEAT: &[u8] = b":\n\n";

const LAST_EVENT_ID: &str = "last-event-id";

/// A stream that can begin.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) wanted: Wanted,
    allowed_origin: Option<HeaderValue>,
}

/// What is to be streamed.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// The events of a subscription.
    Events {
        /// Which.
        subscription: Subscription,
        /// From where on.
        start: Start,
    },
    /// How the server is doing.
    Status,
}

/// Reads a request for a stream.
///
/// # Errors
///
/// The answer, if there is to be no stream.
pub(crate) fn open<B>(
    shard: &Shard,
    limits: &ClientLimits,
    request: &Request<B>,
) -> Result<Opening, Box<Response<Body>>> {
    let settings = shard.settings();
    let origin = allowed_origin(settings.restricts_origins(), request.headers());
    if *request.method() != Method::GET {
        return Err(Box::new(wrong_method()));
    }
    let refuse =
        |refused: Refusal| Box::new(refusal(status(refused.code), &refused, origin.clone()));
    let last = request.headers().get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    let query = request.uri().query().unwrap_or_default();
    let asked = parse_query(query, last, settings.replies.requests).map_err(refuse)?;
    let subscription = match asked.action {
        Action::Subscribe(Some(subscription)) => subscription,
        Action::SubscribeStatus => {
            return Ok(Opening { wanted: Wanted::Status, allowed_origin: origin });
        }
        _ => return Err(refuse(Fault::nothing_to_stream().into())),
    };
    let follow = Follow { cursor: true, ..asked.follow };
    let start = requests::start(follow, subscription.topic(), &shard.journal)
        .map_err(|fault| refuse(fault.into()))?;
    // Its shares of what all may have it takes when it is a session: until then they are looked at.
    let shares = Shares::new(&shard.totals);
    let counters = &shard.counters;
    let quota = Quota { limits, totals: settings.totals, shares: &shares, counters };
    quota.open(&subscription, start.after.is_some()).map_err(|fault| refuse(fault.into()))?;
    let wanted = Wanted::Events { subscription, start };
    Ok(Opening { wanted, allowed_origin: origin })
}

impl Opening {
    /// Everything before the first event. `place` is where the client goes on if it gets none; `None`
    /// if there is no place to go on from.
    pub(crate) fn head(&self, place: Option<Cursor>) -> Vec<u8> {
        let mut head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
            Cache-Control: no-store\r\nX-Accel-Buffering: no\r\nConnection: close\r\n"
            .to_vec();
        if let Some(origin) = &self.allowed_origin {
            head.extend_from_slice(b"Access-Control-Allow-Origin: ");
            head.extend_from_slice(origin.as_bytes());
            head.extend_from_slice(b"\r\nVary: Origin\r\n");
        }
        head.extend_from_slice(format!("\r\nretry: {RETRY_MS}\n").as_bytes());
        if let Some(place) = place {
            frame::append_event_id(place, &mut head);
        }
        head.push(b'\n');
        head
    }
}

/// What a browser is told about who may read: everybody, or the origin that it comes from.
fn allowed_origin(is_restricted: bool, headers: &HeaderMap) -> Option<HeaderValue> {
    if is_restricted {
        headers.get(header::ORIGIN).cloned()
    } else {
        Some(HeaderValue::from_static("*"))
    }
}

const fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::CursorExpired => StatusCode::GONE,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

fn refusal(status: StatusCode, refusal: &Refusal, origin: Option<HeaderValue>) -> Response<Body> {
    let mut text = Vec::new();
    render_error(refusal, clock::now_ms(), &mut text);
    text.push(b'\n');
    let mut response = answer(status, text.into(), origin);
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// What a browser is told that asks whether a page may read events.
pub(crate) fn preflight<B>(shard: &Shard, request: &Request<B>) -> Response<Body> {
    let settings = shard.settings();
    if !settings.allows_origin(request) {
        return answer(StatusCode::FORBIDDEN, Body::empty(), None);
    }
    let origin = allowed_origin(settings.restricts_origins(), request.headers());
    let mut response = answer(StatusCode::NO_CONTENT, Body::empty(), origin);
    let headers = response.headers_mut();
    let allowed = HeaderValue::from_static("GET");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, allowed);
    let allowed = HeaderValue::from_static("Authorization, Last-Event-ID, Cache-Control");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    response
}

fn wrong_method() -> Response<Body> {
    let text = "events are read by GET\n";
    let mut response = answer(StatusCode::METHOD_NOT_ALLOWED, text.into(), None);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, OPTIONS"));
    response
}

fn answer(status: StatusCode, body: Body, origin: Option<HeaderValue>) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    }
    response
}
