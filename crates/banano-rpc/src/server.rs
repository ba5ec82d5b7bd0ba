//! The HTTP side: accepts connections, takes bodies, sends answers.
//!
//! Started by the binary with a bound socket and a signal to stop. Everything is answered with status 200
//! and JSON, errors too, as clients of the reference expect; any path will do. Never lets a client hold a
//! connection, a body or an answer beyond its bound.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use crate::config::Config;
use crate::error::Error;
use crate::reply::Reply;
use crate::respond::Respond;
use crate::stall::Stall;

/// Bodies above `SMALL_BODY` that are held at once; more wait, within the deadline of their request.
pub(crate) const LARGE_BODIES: usize = 4;
/// Up to this size a body counts as part of its connection.
pub(crate) const SMALL_BODY: u64 = 16 * 1024;
/// How long answers under way may take once the server stops.
const STOP_GRACE: Duration = Duration::from_secs(3);
/// How long somebody may take for the rest of a request once the server stops.
const REST_GRACE: Duration = Duration::from_millis(500);
/// Wait after an error of `accept`, such as too many open files, before it is tried again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts until `stop`, then lets answers under way finish.
pub(crate) async fn run(
    listener: TcpListener,
    config: Config,
    respond: impl Respond,
    stop: CancellationToken,
) {
    let seats = Arc::new(Semaphore::new(config.connections_max));
    let front = Arc::new(Front { config, respond, large: Arc::new(Semaphore::new(LARGE_BODIES)) });
    let tasks = TaskTracker::new();
    loop {
        let seat = tokio::select! {
            () = stop.cancelled() => break,
            seat = Arc::clone(&seats).acquire_owned() => seat,
        };
        let Ok(seat) = seat else { break };
        let stream = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match stream {
            Ok((stream, _)) => {
                let connection =
                    Connection { front: Arc::clone(&front), is_asked: AtomicBool::new(false) };
                let stop = stop.clone();
                tasks.spawn(async move {
                    connection.serve(stream, stop).await;
                    drop(seat);
                });
            }
            Err(cause) => {
                warn!("cannot accept a connection: {cause}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    tasks.close();
    if tokio::time::timeout(STOP_GRACE, tasks.wait()).await.is_err() {
        warn!("{} RPC connections were cut off", tasks.len());
    }
}

/// What all connections share.
struct Front<R> {
    config: Config,
    respond: R,
    large: Arc<Semaphore>,
}

/// One connection.
struct Connection<R> {
    front: Arc<Front<R>>,
    /// All of a request is there, and perhaps its answer.
    is_asked: AtomicBool,
}

impl<R: Respond> Connection<R> {
    async fn serve(self, stream: TcpStream, stop: CancellationToken) {
        // Answers are small and awaited; without this they could wait for an acknowledgement.
        let _ = stream.set_nodelay(true);
        let service = service_fn(async |request| Ok::<_, Infallible>(self.respond(request).await));
        let limit = self.front.config.idle_timeout();
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limit)
            .serve_connection(TokioIo::new(Stall::new(stream, limit)), service);
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                match tokio::time::timeout(REST_GRACE, connection.as_mut()).await {
                    Ok(ended) => ended,
                    Err(_) if self.is_asked.load(Relaxed) => connection.await,
                    // There is nothing to answer.
                    Err(_) => return,
                }
            }
        };
        if let Err(cause) = ended {
            debug!("a connection ended: {cause}");
        }
    }

    async fn respond(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        self.is_asked.store(false, Relaxed);
        match *request.method() {
            Method::POST => match self.body(request.into_body()).await {
                Ok((body, _seat)) => {
                    self.is_asked.store(true, Relaxed);
                    response(self.front.respond.respond(body).await)
                }
                Err(error) => {
                    // The rest of the body is not read, so the connection cannot go on.
                    let mut response = refused(&error);
                    let close = HeaderValue::from_static("close");
                    response.headers_mut().insert(header::CONNECTION, close);
                    response
                }
            },
            Method::OPTIONS => preflight(&request),
            _ => refused(&Error::NotPost),
        }
    }

    /// Takes a whole body, within its size and time. A large one keeps its seat until it is answered.
    async fn body(&self, body: Incoming) -> Result<(Bytes, Option<OwnedSemaphorePermit>), Error> {
        let config = &self.front.config;
        let most = config.body_bytes_max;
        let hint = body.size_hint();
        if hint.lower() > most as u64 {
            return Err(Error::BodyTooLarge(most));
        }
        let take = async {
            let mut seat = None;
            if hint.upper().is_none_or(|upper| upper > SMALL_BODY) {
                let large = Arc::clone(&self.front.large);
                seat = Some(large.acquire_owned().await.map_err(|_| Error::Stopped)?);
            }
            match Limited::new(body, most).collect().await {
                Ok(collected) => Ok((collected.to_bytes(), seat)),
                Err(cause) if cause.is::<LengthLimitError>() => Err(Error::BodyTooLarge(most)),
                Err(_) => Err(Error::BodyBroken),
            }
        };
        let limit = config.request_timeout();
        tokio::time::timeout(limit, take).await.unwrap_or(Err(Error::Deadline(limit)))
    }
}

fn refused(error: &Error) -> Response<Full<Bytes>> {
    let mut out = Vec::new();
    Reply::error(error).render(&mut out);
    response(out)
}

fn response(body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// Tells a browser that any page may post here, with whatever headers it asked for.
fn preflight(request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let methods = HeaderValue::from_static("POST, OPTIONS");
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let asked = asked.unwrap_or(HeaderValue::from_static(
        "Accept, Accept-Language, Content-Language, Content-Type",
    ));
    let mut response = Response::new(Full::default());
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, methods.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// Makes a listener of the runtime out of a bound one.
pub(crate) fn listener(bound: std::net::TcpListener) -> io::Result<TcpListener> {
    bound.set_nonblocking(true)?;
    TcpListener::from_std(bound)
}
