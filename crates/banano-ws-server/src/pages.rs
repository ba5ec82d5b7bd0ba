//! The web pages over HTTP: what is found for a path, with the headers that keep a page harmless.
//!
//! Called by the routes for every path that is no other route. The files themselves are those of
//! `banano-ws-pages`. Never serves anything that was not built in, and lets a page run no script and
//! load no style but ours.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header},
};
use banano_ws_pages::File;

/// What a page may do. It may connect anywhere: the tester tries any server that a person names.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self' ws: wss: http: https:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The file that a path means, as an answer to this request; none if there is no such file.
pub(crate) fn page(method: &Method, path: &str, headers: &HeaderMap) -> Option<Response<Body>> {
    let file = banano_ws_pages::find(path)?;
    if method != Method::GET && method != Method::HEAD {
        let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Some(response);
    }
    Some(if names(headers, header::IF_NONE_MATCH, file.tag) {
        described(empty(StatusCode::NOT_MODIFIED), file)
    } else {
        // Of HEAD's answer only the headers go out.
        described(contents(file, names(headers, header::ACCEPT_ENCODING, "gzip")), file)
    })
}

/// Whether a browser asks, that wants to show the answer to a person.
pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
    names(headers, header::ACCEPT, "text/html")
}

fn contents(file: &'static File, gzip: bool) -> Response<Body> {
    let mut response = Response::new(Body::from(if gzip { file.gzip } else { file.plain }));
    if gzip {
        let encoding = HeaderValue::from_static("gzip");
        response.headers_mut().insert(header::CONTENT_ENCODING, encoding);
    }
    response
}

fn described(mut response: Response<Body>, file: &'static File) -> Response<Body> {
    let headers = response.headers_mut();
    let rows = [
        (header::CONTENT_TYPE, file.kind),
        (header::ETAG, file.tag),
        // Kept, and asked for again: a newer program has newer pages.
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "Accept, Accept-Encoding"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in rows {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Whether a header that is a list names `wanted`, whatever its parameters but one: a quality of 0 is a no.
pub(crate) fn names(headers: &HeaderMap, name: header::HeaderName, wanted: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|element| {
        let mut parts = element.split(';').map(str::trim);
        parts.next().is_some_and(|first| first.eq_ignore_ascii_case(wanted))
            && !parts.any(|parameter| matches!(parameter, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(given: &[(&'static str, &str)]) -> Response<Body> {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        page(&Method::GET, "/clients/js/src/index.js", &headers).unwrap()
    }

    #[test]
    fn a_page_comes_compressed_to_those_who_understand_that() {
        let rows = [
            (vec![], None),
            (vec![("accept-encoding", "gzip")], Some("gzip")),
            (vec![("accept-encoding", "br, GZIP;q=0.5")], Some("gzip")),
            (vec![("accept-encoding", "br"), ("accept-encoding", "gzip")], Some("gzip")),
            (vec![("accept-encoding", "gzip;q=0, br")], None),
            (vec![("accept-encoding", "identity")], None),
        ];
        for (given, want) in rows {
            let response = asked(&given);
            let encoding = response.headers().get(header::CONTENT_ENCODING);
            assert_eq!(encoding.map(HeaderValue::as_bytes), want.map(str::as_bytes), "{given:?}");
        }
    }

    #[test]
    fn a_page_that_did_not_change_is_not_sent_again() {
        let tag = asked(&[]).headers().get(header::ETAG).unwrap().to_str().unwrap().to_owned();
        for given in [tag.clone(), format!("W/\"0\", {tag}")] {
            assert_eq!(asked(&[("if-none-match", &given)]).status(), StatusCode::NOT_MODIFIED);
        }
        assert_eq!(asked(&[("if-none-match", "W/\"0\"")]).status(), StatusCode::OK);
    }

    #[test]
    fn every_answer_with_a_page_has_the_policy() {
        for given in [vec![], vec![("accept-encoding", "gzip")]] {
            let response = asked(&given);
            assert_eq!(response.headers()[header::CONTENT_SECURITY_POLICY], POLICY);
            assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        }
        for word in ["unsafe", "*", "data:;script"] {
            assert!(!POLICY.contains(word), "{word}");
        }
    }

    #[test]
    fn pages_are_only_read() {
        let refused = page(&Method::POST, "/", &HeaderMap::new()).unwrap();
        assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert!(page(&Method::GET, "/nothing", &HeaderMap::new()).is_none());
    }
}
