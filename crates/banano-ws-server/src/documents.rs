//! The protocol as documents, over HTTP: `/asyncapi.json`, `/schema` and `/schema/NAME`.
//!
//! Called by the routes. The documents are those of `banano-ws-protocol`; pages draw their forms and
//! their help from them, and anybody may read them from anywhere. Never says anything of this server but
//! the address by which it was reached.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{self, Write as _},
};

use axum::{
    Extension,
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::IntoResponse as _,
};
use banano_ws_protocol::{asyncapi, schema, schema_names};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use crate::pages::names;

/// A mark of requests that came over this server's own TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OverTls;

/// The whole protocol, for the address by which the client came.
pub(crate) async fn description(
    over_tls: Option<Extension<OverTls>>,
    headers: HeaderMap,
) -> Response<Body> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let is_secure = is_secure(over_tls, &headers);
    document(&asyncapi(host, is_secure, env!("CARGO_PKG_VERSION")), &headers)
}

/// Whether the client came by TLS: the server's own, or that of a proxy before it, which says so.
pub(crate) fn is_secure(over_tls: Option<Extension<OverTls>>, headers: &HeaderMap) -> bool {
    let forwarded = headers.get("x-forwarded-proto").map(HeaderValue::as_bytes);
    over_tls.is_some() || forwarded == Some(b"https")
}

/// Which schemas there are.
pub(crate) async fn schemas(headers: HeaderMap) -> Response<Body> {
    document(&json!(schema_names().collect::<Vec<_>>()), &headers)
}

/// One of them, with or without `.json`.
pub(crate) async fn one_schema(Path(name): Path<String>, headers: HeaderMap) -> Response<Body> {
    if let Some(found) = schema(name.trim_end_matches(".json")) {
        return document(&found, &headers);
    }
    let all: Vec<_> = schema_names().collect();
    let text = format!("no schema {name:?}; there are {}\n", all.join(", "));
    (StatusCode::NOT_FOUND, text).into_response()
}

fn document(value: &Value, headers: &HeaderMap) -> Response<Body> {
    let text = value.to_string();
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    let mut response = if names(headers, header::IF_NONE_MATCH, &tag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        written(text, names(headers, header::ACCEPT_ENCODING, "gzip"))
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "Accept-Encoding"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn written(text: String, gzip: bool) -> Response<Body> {
    match if gzip { compressed(&text).ok() } else { None } {
        Some(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            let encoding = HeaderValue::from_static("gzip");
            response.headers_mut().insert(header::CONTENT_ENCODING, encoding);
            response
        }
        None => Response::new(Body::from(text)),
    }
}

fn compressed(text: &str) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes())?;
    gzip.finish()
}
