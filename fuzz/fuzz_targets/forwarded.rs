//! `X-Forwarded-For`, a line of it for each line of the input: whoever connects by himself is who he is, and
//! what stands left of the first address that is no proxy's makes no difference.
#![no_main]

use std::net::SocketAddr;

use axum::http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

// The files alone, without the server around them.
#[path = "../../crates/banano-ws-server/src/admission/forwarded.rs"]
mod forwarded;
#[expect(dead_code, reason = "the server needs more of it")]
#[path = "../../crates/banano-ws-server/src/admission/ranges.rs"]
mod ranges;

use ranges::{AddressRange, Peer};

fuzz_target!(|bytes: &[u8]| {
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let trusted: [AddressRange; 2] =
        ["10.0.0.0/8", "fd00::/8"].map(|range| range.parse().expect("it is one"));
    let [proxy, stranger] =
        ["10.0.0.1:80", "1.1.1.1:80"].map(|it| Peer::Ip(it.parse::<SocketAddr>().expect("it is one")));

    assert_eq!(forwarded::client(stranger, &headers(&lines), &trusted), stranger);
    let client = forwarded::client(proxy, &headers(&lines), &trusted);
    if client != proxy {
        let ip = client.ip().expect("a header tells of no socket");
        assert!(named(&lines).any(|it| it == ip), "{ip} is not in the header");
    }
    if !client.is_in(&trusted) {
        let forged = [&[b"6.6.6.6, 10.6.6.6".as_slice()], lines.as_slice()].concat();
        assert_eq!(forwarded::client(proxy, &headers(&forged), &trusted), client);
    }
});

fn headers(lines: &[&[u8]]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in lines.iter().filter_map(|line| HeaderValue::from_bytes(line).ok()) {
        headers.append("x-forwarded-for", value);
    }
    headers
}

/// Every address that can be read out of the lines at all.
fn named(lines: &[&[u8]]) -> impl Iterator<Item = std::net::IpAddr> {
    let text = lines.iter().filter_map(|line| str::from_utf8(line).ok());
    let words = text.flat_map(|line| line.split([',', ' ', '\t']));
    words.filter_map(|word| {
        let bare = word.trim_matches(['[', ']']);
        let address = bare.parse().ok().or_else(|| Some(word.parse::<SocketAddr>().ok()?.ip()));
        address.map(|address| address.to_canonical())
    })
}
