//! Families 1, 9 and 10: messages of every length, whole, in fragments, in any pieces.

use super::{Servers, Want, send_and_read};
use crate::raw::masked;

fn payload(length: usize) -> Vec<u8> {
    (0..length).map(|n| b'a' + u8::try_from(n % 26).unwrap()).collect()
}

/// `payload` in frames of `each` bytes.
pub(super) fn fragments(first: u8, payload: &[u8], each: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let last = payload.chunks(each).count().saturating_sub(1);
    for (place, chunk) in payload.chunks(each).enumerate() {
        let opcode = if place == 0 { first } else { 0 };
        out.extend(masked(opcode | if place == last { 0x80 } else { 0 }, chunk));
    }
    out
}

#[test]
fn messages_of_every_form_of_length_come_back() {
    let servers = Servers::start();
    for length in [0, 1, 125, 126, 127, 128, 65_535, 65_536] {
        for (first, name) in [(0x81, "text"), (0x82, "binary")] {
            let payload = payload(length);
            let want = Want::Frames(vec![(first, payload.clone())]);
            let bytes = masked(first, &payload);
            for step in [bytes.len(), 997] {
                let pieces: Vec<_> = bytes.chunks(step).map(<[u8]>::to_vec).collect();
                servers.check(&format!("{length} bytes of {name}"), &pieces, &want);
            }
        }
    }
}

#[test]
fn messages_of_megabytes_come_back_whole_however_they_were_sent() {
    let servers = Servers::start();
    let cases = [
        ("16 MiB of text", 0x81, 16 << 20, 16 << 20),
        ("16 MiB of bytes", 0x82, 16 << 20, 16 << 20),
        ("4 MiB in fragments of 256", 0x82, 4 << 20, 256),
        ("4 MiB in fragments of 64 KiB", 0x81, 4 << 20, 64 << 10),
        ("64 KiB in fragments of 1,300", 0x81, 64 << 10, 1_300),
    ];
    for (name, first, length, each) in cases {
        let payload = payload(length);
        let got = send_and_read(servers.echo(), fragments(first & 0x0f, &payload, each), 1);
        assert!(got[0].0 == first && got[0].1 == payload, "{name}: {} bytes", got[0].1.len());
    }
}

#[test]
fn a_thousand_messages_come_back_in_their_order() {
    let servers = Servers::start();
    let mut bytes = Vec::new();
    for n in 0..1_000_usize {
        bytes.extend(masked(0x82, &[n.to_be_bytes().as_slice(), &payload(n * 4)].concat()));
    }
    let got = send_and_read(servers.echo(), bytes, 1_000);
    for (n, (first, payload)) in got.iter().enumerate() {
        assert_eq!((*first, payload.len()), (0x82, 8 + n * 4));
        assert_eq!(payload[..8], n.to_be_bytes());
    }
}
