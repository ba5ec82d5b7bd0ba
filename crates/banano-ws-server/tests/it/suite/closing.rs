//! Family 7: how a connection is closed.

use super::{Servers, Want, text};
use crate::raw::masked;

fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    masked(0x88, &[&code.to_be_bytes(), reason].concat())
}

#[test]
fn what_was_sent_before_a_close_is_answered_and_nothing_after_it() {
    let servers = Servers::start();
    let (hello, back) = text(b"Hello, world!");
    let done = close(1000, b"");
    let cases: [(&str, Vec<Vec<u8>>, Want); 6] = [
        ("message, close", vec![hello.clone(), done.clone()], Want::Close(vec![back], 1000)),
        ("twice", vec![done.clone(), done.clone()], Want::Close(vec![], 1000)),
        ("close, ping", vec![done.clone(), masked(0x89, b"")], Want::Close(vec![], 1000)),
        ("close, message", vec![done.clone(), hello], Want::Close(vec![], 1000)),
        (
            "in the middle of a message",
            vec![masked(0x01, b"frag"), done, masked(0x80, b"ment")],
            Want::Close(vec![], 1000),
        ),
        ("without a code", vec![masked(0x88, b"")], Want::BareClose(vec![])),
    ];
    for (name, frames, want) in cases {
        servers.check_cut(name, &frames.concat(), &want);
    }
}

#[test]
fn a_close_is_echoed_with_its_code_and_reason() {
    let servers = Servers::start();
    let longest = [b'*'; 123];
    for reason in [b"".as_slice(), b"Hello, world!", "\u{20ac}".as_bytes(), &longest] {
        for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999] {
            let name = format!("{code} with {} bytes", reason.len());
            servers.check(&name, &[close(code, reason)], &Want::Close(vec![], code));
        }
    }
}

#[test]
fn a_close_against_the_rules_is_answered_with_what_is_wrong() {
    let servers = Servers::start();
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        for reason in [b"".as_slice(), b"why"] {
            let name = format!("{code} with {} bytes", reason.len());
            servers.check_cut(&name, &close(code, reason), &Want::Close(vec![], 1002));
        }
    }
    let cases = [
        ("one byte", masked(0x88, b"\x03"), 1002),
        ("126 bytes", close(1000, &[b'*'; 124]), 1002),
        ("in fragments", masked(0x08, b"\x03\xe8"), 1002),
        ("reason that is not UTF-8", close(1000, b"\xce\xba\xed\xa0\x80"), 1007),
    ];
    for (name, bytes, code) in cases {
        servers.check_cut(name, &bytes, &Want::Close(vec![], code));
    }
}
