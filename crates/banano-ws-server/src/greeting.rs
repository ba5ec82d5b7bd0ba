//! The first thing that a connection says: a WebSocket handshake, a request for events, or a plain
//! HTTP request.
//!
//! A task of the shard, until the handshake is done; then the session's task takes over with the
//! bare socket, and nothing of HTTP is left in memory. Every request target is accepted for a
//! WebSocket (protocol.md §1); subprotocols that are offered are left unanswered, and so is compression
//! unless it is switched on.
//! Never lasts longer than the handshake timeout, whatever the client does.

use std::{
    cell::{Cell, RefCell},
    convert::Infallible,
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::Poll,
};

use axum::{
    body::Body,
    http::{HeaderValue, Method, Request, Response, StatusCode, header},
};
use banano_ws_hub::Framing;
use banano_ws_protocol::query_subscribes;
use bytes::Bytes;
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::time::timeout;
use tracing::debug;
use tungstenite::{
    error::{Error, ProtocolError},
    handshake::server::create_response_with_body,
};

use crate::{
    admission::{self, Denied, Guest, Pass, Peer},
    compression, documents,
    events::{self, Opening},
    refusals::RefusalReason,
    routes,
    shard::{Admission, Shard},
    socket::Socket,
};

/// What HTTP keeps of a request before it is complete, in bytes: the bound of its headers.
const HTTP_BUFFER_BYTES: usize = 16 << 10;

/// A connection that has become a session.
#[derive(Debug)]
pub(crate) struct Greeted {
    /// The bare socket.
    pub(crate) stream: Socket,
    /// With what it came in.
    pub(crate) pass: Pass,
    pub(crate) wish: Wish,
}

/// What a connection wants to be.
#[derive(Debug)]
pub(crate) enum Wish {
    /// A WebSocket, and it was told that it is.
    WebSocket {
        /// What was read past the handshake.
        first: Bytes,
        /// The query of its URL, if that subscribes.
        query: Option<String>,
        /// How messages are framed, as was agreed on.
        framing: Framing,
    },
    /// A stream of server-sent events, of which nothing is written yet.
    Events(Opening),
}

/// Serves HTTP until the client becomes a WebSocket or asks for events. `None` if the connection
/// ended.
pub(crate) async fn greet(
    shard: &Rc<Shard>,
    stream: Socket,
    peer: Peer,
    admission: Admission,
) -> Option<Greeted> {
    let progress = Rc::new(Progress::default());
    let limit = shard.settings().handshake_timeout;
    if let Ok(greeted) = timeout(limit, converse(shard, stream, peer, admission, &progress)).await {
        return greeted;
    }
    // A page that was read, and the connection held open behind it, is nobody's fault.
    if !progress.has_asked.get() {
        shard.counters.refuse(RefusalReason::HandshakeTimeout);
    }
    None
}

async fn converse(
    shard: &Rc<Shard>,
    mut stream: Socket,
    peer: Peer,
    admission: Admission,
    progress: &Rc<Progress>,
) -> Option<Greeted> {
    let guest = admission::arrive(shard, &mut stream, peer, admission).await?;
    let stream = shard.secure(stream).ok()?;
    let is_tls = matches!(stream, Socket::Tls(_));
    let service = Greeter { shard: Rc::clone(shard), guest, is_tls, progress: Rc::clone(progress) };
    let mut http = http1::Builder::new()
        .max_buf_size(HTTP_BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let served = poll_fn(|context| match http.poll_without_shutdown(context) {
        // Nobody answers that request over HTTP any more.
        Poll::Pending if progress.is_over() => Poll::Ready(Ok(())),
        served => served,
    });
    let served = served.await;
    let parts = http.into_parts();
    let (stream, first) = (parts.io.into_inner(), parts.read_buf);
    if stream.is_shaking_hands() {
        shard.counters.refuse(RefusalReason::Tls);
        return None;
    }
    if let Err(error) = served {
        if error.is_parse() || error.is_parse_too_large() {
            shard.counters.refuse(RefusalReason::RequestHead);
        }
        return None;
    }
    let Some((asked, pass)) = progress.wish.take() else {
        // Over TLS, an end that is not announced looks like an accident.
        if let Err(error) = stream.shut_down_writing() {
            debug!(%error, "a client was gone before the end");
        }
        return None;
    };
    let wish = match asked {
        Asked::WebSocket { query, framing } => Wish::WebSocket { first, query, framing },
        Asked::Events(opening) => Wish::Events(opening),
    };
    Some(Greeted { stream, pass, wish })
}

/// What came of the requests so far.
#[derive(Debug, Default)]
struct Progress {
    has_asked: Cell<bool>,
    /// What the last request asked for, beside an answer.
    wish: RefCell<Option<(Asked, Pass)>>,
}

#[derive(Debug)]
enum Asked {
    /// To be a WebSocket, and it was told that it is.
    WebSocket {
        /// The query, if that subscribes.
        query: Option<String>,
        framing: Framing,
    },
    Events(Opening),
}

impl Progress {
    fn is_over(&self) -> bool {
        matches!(*self.wish.borrow(), Some((Asked::Events(_), _)))
    }
}

/// Answers the requests of one connection.
#[derive(Debug)]
struct Greeter {
    shard: Rc<Shard>,
    guest: Guest,
    is_tls: bool,
    progress: Rc<Progress>,
}

impl Service<Request<Incoming>> for Greeter {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>>>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        self.progress.has_asked.set(true);
        let answer = if asks_for_websocket(&request) {
            self.shake_hands(&request)
        } else if request.uri().path() == events::PATH {
            self.open_events(&request)
        } else {
            self.read(&request)
        };
        match answer {
            Answer::Ready(response) => Box::pin(std::future::ready(Ok(*response))),
            Answer::Denied(denied) => {
                // Those beyond `max_connections` were counted when they came.
                if denied.reason != RefusalReason::Connections {
                    self.shard.counters.refuse(denied.reason);
                }
                Box::pin(std::future::ready(Ok(refusal(denied))))
            }
            Answer::Never => Box::pin(std::future::pending()),
            Answer::Page => {
                if self.is_tls {
                    request.extensions_mut().insert(documents::OverTls);
                }
                Box::pin(TowerToHyperService::new(self.shard.routes.clone()).call(request))
            }
        }
    }
}

/// What a request gets.
enum Answer {
    Ready(Box<Response<Body>>),
    Denied(Denied),
    /// Nothing over HTTP.
    Never,
    /// What the routes say.
    Page,
}

impl Greeter {
    fn shake_hands(&self, request: &Request<Incoming>) -> Answer {
        let pass = match self.guest.admit(&self.shard, request) {
            Ok(pass) => pass,
            Err(denied) => return Answer::Denied(denied),
        };
        let mut response = upgrade(request);
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let mut framing = Framing::WebSocket;
            if self.shard.settings().compression
                && let Some(agreement) = compression::agree(request.headers())
            {
                framing = agreement.framing;
                response.headers_mut().insert(header::SEC_WEBSOCKET_EXTENSIONS, agreement.answer);
            }
            let query = request.uri().query().filter(|query| query_subscribes(query));
            let asked = Asked::WebSocket { query: query.map(str::to_owned), framing };
            self.progress.wish.replace(Some((asked, pass)));
        }
        Answer::Ready(Box::new(response))
    }

    fn open_events(&self, request: &Request<Incoming>) -> Answer {
        // Before it says who it is, a browser asks whether it may.
        if request.method() == Method::OPTIONS
            && self.guest.refusal(&self.shard.settings()).is_none()
        {
            return Answer::Ready(Box::new(events::preflight(&self.shard, request)));
        }
        let pass = match self.guest.admit(&self.shard, request) {
            Ok(pass) => pass,
            Err(denied) => return Answer::Denied(denied),
        };
        match events::open(&self.shard, &pass.limits, request) {
            Ok(opening) => {
                self.progress.wish.replace(Some((Asked::Events(opening), pass)));
                Answer::Never
            }
            Err(response) => Answer::Ready(response),
        }
    }

    /// Pages are everybody's; what they tell of this network is not, where a token is needed.
    fn read(&self, request: &Request<Incoming>) -> Answer {
        let settings = self.shard.settings();
        if let Some(denied) = self.guest.refusal(&settings) {
            return Answer::Denied(denied);
        }
        if request.uri().path() == routes::NETWORK
            && let Err(denied) = admission::may_read(&settings, request)
        {
            return Answer::Denied(denied);
        }
        Answer::Page
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

/// What somebody who is turned away is told. There is nothing more to say on that connection.
fn refusal(denied: Denied) -> Response<Body> {
    let Denied { status, text, .. } = denied;
    let mut response = plain(status, text);
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
        }
        StatusCode::UNAUTHORIZED => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    response
}

fn plain(status: StatusCode, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
