//! Plain HTTP on the WebSocket's port: how to connect, and whether the server is well.
//!
//! Called for requests that ask for no WebSocket. Touches nothing but the stop signal. Never needs
//! anything of a session.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    routing::get,
};
use tokio_util::sync::CancellationToken;

/// All routes. `stop` is cancelled when the server begins to stop.
pub(crate) fn routes(stop: CancellationToken) -> Router {
    Router::new()
        .route("/", get(how_to_connect))
        .route("/health/live", get(|| async { "alive\n" }))
        .route("/health/ready", get(ready))
        .fallback(not_found)
        .with_state(stop)
}

async fn how_to_connect(headers: HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("HOST:PORT");
    format!(
        "This is a Banano WebSocket. Connect to ws://{host}/ and send, for example:\n\n  \
         {{\"action\":\"subscribe\",\"topic\":\"confirmation\",\"ack\":true}}\n"
    )
}

async fn ready(State(stop): State<CancellationToken>) -> (StatusCode, &'static str) {
    if stop.is_cancelled() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n")
    } else {
        (StatusCode::OK, "ready\n")
    }
}

async fn not_found(uri: Uri) -> (StatusCode, String) {
    let path = uri.path();
    (
        StatusCode::NOT_FOUND,
        format!("no page at {path}; WebSocket clients may connect here, see / for how\n"),
    )
}
