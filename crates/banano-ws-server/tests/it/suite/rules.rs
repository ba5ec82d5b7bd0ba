//! Families 2 to 5: pings, reserved bits, opcodes, fragments.

use super::{Servers, Want, text};
use crate::raw::masked;

#[test]
fn pings_are_answered_with_their_payload_and_pongs_are_not() {
    let servers = Servers::start();
    let pong = |payload: &[u8]| (0x8a_u8, payload.to_vec());
    for payload in [b"".as_slice(), b"Hello, world!", &[0, 0xff, 0xfe, 0xfd], &[0xfe; 125]] {
        let want = Want::Frames(vec![pong(payload)]);
        servers.check_cut("ping", &masked(0x89, payload), &want);
        servers.check_cut("pong", &masked(0x8a, payload), &Want::Frames(Vec::new()));
    }
    let ten: Vec<u8> = (0..10_u8).flat_map(|n| masked(0x89, &[n])).collect();
    let pongs = (0..10_u8).map(|n| pong(&[n])).collect();
    servers.check_cut("ten pings", &ten, &Want::Frames(pongs));
    let mixed = [masked(0x8a, b"unasked"), masked(0x89, b"asked")].concat();
    servers.check_cut("pong, then ping", &mixed, &Want::Frames(vec![pong(b"asked")]));
    servers.check_cut("126 bytes", &masked(0x89, &[0xfe; 126]), &Want::Close(Vec::new(), 1002));
}

#[test]
fn reserved_bits_and_opcodes_end_the_connection_behind_what_came_before() {
    let servers = Servers::start();
    let (hello, back) = text(b"Hello, world!");
    let reserved_bits = (1..8_u8).flat_map(|rsv| [0x81, 0x82, 0x89, 0x88].map(|it| it | rsv << 4));
    let reserved_opcodes = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(|opcode| 0x80 | opcode);
    for first in reserved_bits.chain(reserved_opcodes) {
        for payload in [b"".as_slice(), b"Hello, world!"] {
            let name = format!("{first:#04x} with {} bytes", payload.len());
            let frames = [hello.clone(), masked(first, payload), masked(0x89, b"")].concat();
            servers.check_cut(&name, &frames, &Want::Close(vec![back.clone()], 1002));
        }
    }
    let unmasked = [hello.as_slice(), b"\x81\x05Hello"].concat();
    servers.check_cut("unmasked", &unmasked, &Want::Close(vec![back], 1002));
}

#[test]
fn fragments_are_joined_and_control_frames_may_come_between() {
    let servers = Servers::start();
    let whole = (0x81_u8, b"fragment1fragment2".to_vec());
    let pong = (0x8a_u8, b"ping".to_vec());
    let one = masked(0x01, b"fragment1");
    let two = masked(0x80, b"fragment2");
    let ping = masked(0x89, b"ping");
    let broken = |frames: Vec<(u8, Vec<u8>)>| Want::Close(frames, 1002);
    let cases: [(&str, Vec<Vec<u8>>, Want); 14] = [
        ("fragmented ping", vec![masked(0x09, b"one"), masked(0x80, b"two")], broken(vec![])),
        ("fragmented pong", vec![masked(0x0a, b"one"), masked(0x80, b"two")], broken(vec![])),
        ("two", vec![one.clone(), two.clone()], Want::Frames(vec![whole.clone()])),
        (
            "a ping between",
            vec![one.clone(), ping.clone(), two.clone()],
            Want::Frames(vec![pong.clone(), whole.clone()]),
        ),
        (
            "many pings between many",
            vec![
                masked(0x01, b"frag"),
                ping.clone(),
                masked(0x00, b"ment1"),
                ping.clone(),
                masked(0x00, b""),
                masked(0x80, b"fragment2"),
            ],
            Want::Frames(vec![pong.clone(), pong.clone(), whole.clone()]),
        ),
        (
            "all empty",
            vec![masked(0x01, b""), masked(0x80, b"")],
            Want::Frames(vec![(0x81, vec![])]),
        ),
        (
            "empty around",
            vec![masked(0x01, b""), masked(0x00, b"x"), masked(0x80, b"")],
            Want::Frames(vec![(0x81, b"x".to_vec())]),
        ),
        ("continues nothing", vec![masked(0x80, b"x"), two.clone()], broken(vec![])),
        ("goes on with nothing", vec![masked(0x00, b"x"), two.clone()], broken(vec![])),
        (
            "continues a whole message",
            vec![masked(0x81, b"[]x"), masked(0x80, b"x")],
            broken(vec![(0x81, b"[]x".to_vec())]),
        ),
        ("a message within another", vec![one.clone(), masked(0x81, b"x")], broken(vec![])),
        ("a fragment within another", vec![one.clone(), masked(0x02, b"x"), two], broken(vec![])),
        ("never continued", vec![one.clone(), ping.clone()], Want::Frames(vec![pong.clone()])),
        (
            "again and again",
            vec![one.clone(), masked(0x80, b""), one, masked(0x80, b"")],
            Want::Frames(vec![(0x81, b"fragment1".to_vec()), (0x81, b"fragment1".to_vec())]),
        ),
    ];
    for (name, frames, want) in cases {
        servers.check(name, &frames, &want);
        servers.check_cut(name, &frames.concat(), &want);
    }
}
