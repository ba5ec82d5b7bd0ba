//! For whom a trusted proxy connects, by `X-Forwarded-For`.
//!
//! Asked for each request that wants to become a session. Touches nothing. Never believes what the
//! client itself wrote: what stands left of the first address that is no proxy's is anybody's word.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

use super::ranges::{AddressRange, Peer};

const HEADER: &str = "x-forwarded-for";

/// The client behind `peer`: the rightmost address that is not a trusted proxy's. If there is none, or
/// something else stands there, the last proxy that is known.
pub(crate) fn client(peer: Peer, headers: &HeaderMap, trusted: &[AddressRange]) -> Peer {
    let mut here = peer;
    let lines = headers.get_all(HEADER).iter().filter_map(|line| line.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    for hop in hops.into_iter().rev() {
        if !here.is_in(trusted) {
            break;
        }
        let Some(address) = address(hop) else { break };
        here = Peer::Ip(SocketAddr::new(address, 0));
    }
    here
}

/// An address, perhaps with a port behind it, as some proxies write it.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let with_port = || text.parse().map(|address: SocketAddr| address.ip());
    bare.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn rows_of_headers_and_whom_they_are_about() {
        let trusted: Vec<AddressRange> =
            ["10.0.0.0/8", "unix"].into_iter().map(|it| it.parse().unwrap()).collect();
        let rows: [(&str, &str, &[&str], &str); 12] = [
            ("no proxy", "1.1.1.1:9", &["2.2.2.2"], "1.1.1.1:9"),
            ("no header", "10.0.0.1:9", &[], "10.0.0.1:9"),
            ("one hop", "10.0.0.1:9", &["2.2.2.2"], "2.2.2.2:0"),
            (
                "what the client wrote is not believed",
                "10.0.0.1:9",
                &["9.9.9.9, 2.2.2.2"],
                "2.2.2.2:0",
            ),
            ("two hops", "10.0.0.1:9", &["9.9.9.9, 2.2.2.2, 10.0.0.2"], "2.2.2.2:0"),
            ("lines in order", "10.0.0.1:9", &["9.9.9.9", "2.2.2.2,10.0.0.2"], "2.2.2.2:0"),
            ("all are proxies", "10.0.0.1:9", &["10.0.0.3, 10.0.0.2"], "10.0.0.3:0"),
            ("nonsense", "10.0.0.1:9", &["unknown"], "10.0.0.1:9"),
            ("nonsense behind a proxy", "10.0.0.1:9", &["2.2.2.2, ?, 10.0.0.2"], "10.0.0.2:0"),
            ("with a port", "10.0.0.1:9", &["2.2.2.2:123"], "2.2.2.2:0"),
            ("IPv6", "10.0.0.1:9", &["2001:db8::1"], "[2001:db8::1]:0"),
            ("IPv6 with a port", "10.0.0.1:9", &["[2001:db8::1]:5"], "[2001:db8::1]:0"),
        ];
        for (name, peer, lines, want) in rows {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(HEADER, HeaderValue::from_static(line));
            }
            let got = client(Peer::Ip(peer.parse().unwrap()), &headers, &trusted);
            assert_eq!(got.to_string(), want, "{name}");
        }
        let mut headers = HeaderMap::new();
        headers.append(HEADER, HeaderValue::from_static("2.2.2.2"));
        assert_eq!(client(Peer::Unix, &headers, &trusted).to_string(), "2.2.2.2:0");
    }
}
