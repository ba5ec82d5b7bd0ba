//! Family 6: text is UTF-8, and what is not ends the connection at its first wrong byte.

use super::{Servers, Want, data::fragments};
use crate::raw::masked;

/// Not a request, so that the server of events answers it with an error.
fn valid() -> Vec<Vec<u8>> {
    let mut valid: Vec<Vec<u8>> = [
        "Hello-\u{b5}@\u{df}\u{f6}\u{e4}\u{fc}\u{e0}\u{e1}-UTF-8!!",
        "\u{3ba}\u{1f79}\u{3c3}\u{3bc}\u{3b5}",
        "x\u{0}y",
        "\u{7f}\u{80}\u{7ff}\u{800}\u{fff}\u{d7ff}\u{e000}\u{fffd}\u{fffe}\u{ffff}\u{feff}",
        "\u{10000}\u{1fffe}\u{1ffff}\u{fffff}\u{10ffff}",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    // Characters at the borders of the fragments of a long text.
    valid.push("\u{20ac}\u{1f34c}".repeat(1_000).into_bytes());
    valid
}

const INVALID: [&[u8]; 22] = [
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
    b"\x80",
    b"\xbf",
    b"\x80\xbf\x80\xbf",
    b"\xc0 \xc1 ",
    b"\xe0 \xe1 ",
    b"\xf0 \xf1 ",
    b"\xf8 \xf9 ",
    b"\xfc ",
    b"\xc3",
    b"\xe2\x82",
    b"\xf0\x9f\x8d",
    b"\xfe",
    b"\xff",
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xf0\x80\x80\xaf",
    b"\xf8\x80\x80\x80\xaf",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xed\xa0\x80\xed\xb0\x80",
    b"\xf4\x90\x80\x80",
];

#[test]
fn valid_text_comes_back_however_it_is_fragmented() {
    let servers = Servers::start();
    for payload in valid() {
        let want = Want::Frames(vec![(0x81, payload.clone())]);
        for each in [payload.len(), 1, 3] {
            let bytes = fragments(0x01, &payload, each);
            servers.check("valid text", &[bytes], &want);
        }
        servers.check_cut("valid text", &masked(0x81, &payload), &want);
    }
}

#[test]
fn invalid_text_ends_with_1007_however_it_is_fragmented() {
    let servers = Servers::start();
    for payload in INVALID {
        for each in [payload.len(), 1] {
            let bytes = fragments(0x01, payload, each);
            servers.check(&format!("{payload:x?}"), &[bytes], &Want::Close(Vec::new(), 1007));
        }
    }
    // Bytes may be anything.
    let bytes = masked(0x82, b"\xff\xfe");
    servers.check("bytes", &[bytes], &Want::Frames(vec![(0x82, b"\xff\xfe".to_vec())]));
}

#[test]
fn the_first_wrong_byte_is_enough() {
    let servers = Servers::start();
    let want = Want::Close(Vec::new(), 1007);
    let good = "\u{3ba}\u{1f79}\u{3c3}\u{3bc}\u{3b5}".as_bytes();
    for bad in [b"\xf4\x90\x80\x80".as_slice(), b"\xed\xa0\x80", b"\xff"] {
        // A fragment whose message would go on.
        let fragments = vec![masked(0x01, good), masked(0x00, bad)];
        servers.check("the message is not over", &fragments, &want);
        // A frame of which more is announced than ever comes.
        let whole = masked(0x81, &[good, bad, &[b'x'; 1_000]].concat());
        let header = whole.len() - good.len() - bad.len() - 1_000;
        let part = whole[..header + good.len() + bad.len()].to_vec();
        servers.check("the frame is not over", std::slice::from_ref(&part), &want);
        servers.check_cut("the frame is not over", &part, &want);
    }
}
