//! What a connection behind a proxy begins with: a header that ends where it says, or none, and never a
//! panic.
#![no_main]

use std::net::SocketAddr;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use libfuzzer_sys::fuzz_target;

// The file alone, without the server around it.
#[path = "../../crates/banano-ws-server/src/admission/proxy.rs"]
mod proxy;

/// The longest header that is read: of version 2, with its extensions.
const HEADER_MAX: usize = 16 + 4_096;

fuzz_target!(|bytes: &[u8]| {
    let Some((address, length)) = proxy_header(bytes) else { return };
    assert!(length <= bytes.len().min(HEADER_MAX), "{length} of {}", bytes.len());
    let (header, rest) = bytes.split_at(length);
    // What follows belongs to somebody else, and makes no difference.
    assert_eq!(proxy_header(header), Some((address, length)));
    assert_eq!(proxy_header(&[header, b"\r\n", rest].concat()), Some((address, length)));
    // Nothing of it can be missing.
    for end in [0, length / 2, length - 1] {
        assert_eq!(proxy_header(&header[..end]), None, "{end} of {length}");
    }
});

/// The client's address in the header with which `bytes` begin, and how long that is.
fn proxy_header(bytes: &[u8]) -> Option<(Option<SocketAddr>, usize)> {
    let mut rest = bytes;
    let read = match pin!(proxy::read(&mut rest)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(read) => read.ok(),
        Poll::Pending => panic!("a slice has nobody wait"),
    };
    read.map(|address| (address, bytes.len() - rest.len()))
}
