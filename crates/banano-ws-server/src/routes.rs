//! Plain HTTP on the WebSocket's port: the pages, how to connect, and whether the server is well.
//!
//! Called for requests that ask for no WebSocket. Touches nothing but what the program told of itself
//! and of its sources. Never needs anything of a session.

use std::sync::{Arc, OnceLock};

use axum::{
    Extension, Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header},
    response::IntoResponse as _,
    routing::get,
};
use banano_ws_metrics::Registry;
use bytes::Bytes;

use crate::{
    admin,
    documents::{self, OverTls},
    pages,
    sources::Sources,
};

/// What all routes know.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// Whether there are events to be had, and for how long.
    pub(crate) sources: Sources,
    /// What the program tells pages of its network, as JSON; none until it does.
    pub(crate) network: Arc<OnceLock<Bytes>>,
    /// What is told at `/metrics`; none if that is not to be told here.
    pub(crate) metrics: Option<Registry>,
}

/// Where pages ask what network this is.
pub(crate) const NETWORK: &str = "/network.json";

/// All routes.
pub(crate) fn routes(known: Known) -> Router {
    Router::new()
        .route("/", get(front_door))
        .route(NETWORK, get(network))
        .route("/asyncapi.json", get(documents::description))
        .route("/schema", get(documents::schemas))
        .route("/schema/{name}", get(documents::one_schema))
        .route("/metrics", get(metrics))
        .route("/health/live", get(|| async { "alive\n" }))
        .route("/health/ready", get(ready))
        .fallback(page)
        .with_state(known)
}

/// People with a browser get the tester, everybody else the words that they need.
async fn front_door(over_tls: Option<Extension<OverTls>>, headers: HeaderMap) -> Response<Body> {
    if pages::wants_html(&headers)
        && let Some(tester) = pages::page(&Method::GET, "/", &headers)
    {
        return tester;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("HOST:PORT");
    let s = if documents::is_secure(over_tls, &headers) { "s" } else { "" };
    let text = format!(
        "This is a Banano WebSocket. Connect to ws{s}://{host}/ and send, for example:\n\n  \
         {{\"action\":\"subscribe\",\"topic\":\"confirmation\",\"ack\":true}}\n\n\
         Or read server-sent events:\n\n  curl -N 'http{s}://{host}/events?topic=confirmation'\n\n\
         Or open http{s}://{host}/ in a browser.\n"
    );
    ([(header::VARY, "Accept")], text).into_response()
}

async fn network(State(known): State<Known>) -> Response<Body> {
    let Some(network) = known.network.get() else {
        return (StatusCode::NOT_FOUND, "{}").into_response();
    };
    let mut response = Response::new(Body::from(network.clone()));
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// What Prometheus reads.
async fn metrics(State(known): State<Known>) -> Response<Body> {
    match &known.metrics {
        Some(metrics) => admin::exposed(metrics),
        None => (StatusCode::NOT_FOUND, "metrics are not told here\n").into_response(),
    }
}

async fn ready(State(known): State<Known>) -> (StatusCode, String) {
    match known.sources.unready() {
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
        None => (StatusCode::OK, "ready\n".to_owned()),
    }
}

async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let path = uri.path();
    pages::page(&method, path, &headers).unwrap_or_else(|| {
        let text =
            format!("no page at {path}; WebSocket clients may connect here, see / for how\n");
        (StatusCode::NOT_FOUND, text).into_response()
    })
}
