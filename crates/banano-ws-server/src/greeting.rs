//! The first thing that a connection says: a WebSocket handshake, or a plain HTTP request.
//!
//! A task of the shard, until the handshake is done; then the session's task takes over with the
//! bare socket, and nothing of HTTP is left in memory. Every request target is accepted for a
//! WebSocket (protocol.md §1); subprotocols and extensions that are offered are left unanswered.
//! Never lasts longer than the handshake timeout, whatever the client does.

use std::{cell::Cell, convert::Infallible, future::Future, pin::Pin, rc::Rc};

use axum::{
    body::Body,
    http::{HeaderValue, Method, Request, Response, StatusCode, header},
};
use bytes::Bytes;
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{net::TcpStream, time::timeout};
use tungstenite::{
    error::{Error, ProtocolError},
    handshake::server::create_response_with_body,
};

use crate::shard::{Admission, Shard};

/// What HTTP keeps of a request before it is complete, in bytes: the bound of its headers.
const HTTP_BUFFER_BYTES: usize = 16 << 10;

/// Serves HTTP until the client becomes a WebSocket. Returns the bare socket and what was read past
/// the handshake; `None` if the connection ended.
pub(crate) async fn greet(
    shard: &Rc<Shard>,
    stream: TcpStream,
    admission: Admission,
) -> Option<(TcpStream, Bytes)> {
    let is_upgraded = Rc::new(Cell::new(false));
    let service =
        Greeter { shard: Rc::clone(shard), admission, is_upgraded: Rc::clone(&is_upgraded) };
    let http = http1::Builder::new()
        .max_buf_size(HTTP_BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .without_shutdown();
    let parts = timeout(shard.settings.handshake_timeout, http).await.ok()?.ok()?;
    is_upgraded.get().then(|| (parts.io.into_inner(), parts.read_buf))
}

/// Answers the requests of one connection.
#[derive(Debug)]
struct Greeter {
    shard: Rc<Shard>,
    admission: Admission,
    is_upgraded: Rc<Cell<bool>>,
}

impl Service<Request<Incoming>> for Greeter {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>>>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        if self.admission == Admission::Refused {
            return Box::pin(std::future::ready(Ok(too_many())));
        }
        if !asks_for_websocket(&request) {
            return Box::pin(TowerToHyperService::new(self.shard.routes.clone()).call(request));
        }
        let response = if self.shard.settings.allows_origin(&request) {
            upgrade(&request)
        } else {
            let text = "this origin may not connect; the operator decides in `allowed_origins`\n";
            plain(StatusCode::FORBIDDEN, text)
        };
        self.is_upgraded.set(response.status() == StatusCode::SWITCHING_PROTOCOLS);
        Box::pin(std::future::ready(Ok(response)))
    }
}

fn asks_for_websocket(request: &Request<Incoming>) -> bool {
    let wanted = request.headers().get_all(header::UPGRADE).iter();
    wanted.filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|protocol| protocol.trim().eq_ignore_ascii_case("websocket"))
    })
}

/// The answer to a handshake: 101, or what is wrong with it.
fn upgrade(request: &Request<Incoming>) -> Response<Body> {
    if hyper::body::Body::size_hint(request.body()).exact() != Some(0) {
        return plain(StatusCode::BAD_REQUEST, "a WebSocket handshake has no body\n");
    }
    match create_response_with_body(request, Body::empty) {
        Ok(response) => response,
        Err(Error::Protocol(ProtocolError::MissingSecWebSocketVersionHeader)) => {
            let text = "unknown WebSocket version: `Sec-WebSocket-Version` must be 13\n";
            let mut response = plain(StatusCode::UPGRADE_REQUIRED, text);
            let version = HeaderValue::from_static("13");
            response.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, version);
            response
        }
        Err(Error::Protocol(ProtocolError::WrongHttpMethod)) => {
            let text = format!("a WebSocket handshake is a GET, not {}\n", request.method());
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, text);
            let allowed = HeaderValue::from_static(Method::GET.as_str());
            response.headers_mut().insert(header::ALLOW, allowed);
            response
        }
        Err(error) => plain(StatusCode::BAD_REQUEST, format!("no WebSocket handshake: {error}\n")),
    }
}

fn too_many() -> Response<Body> {
    let text = "too many connections; come back later\n";
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, text);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
    response
}

fn plain(status: StatusCode, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
