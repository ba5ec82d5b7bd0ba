//! Frames in pieces of every size, compressed and not, against what the parser should get of them.

use flate2::{Compress, Compression, FlushCompress};

use super::*;
use crate::masked::frame;

/// All that the parser gets for `bytes` that come in pieces of `step`.
fn recut(recut: &mut Recut, bytes: &[u8], step: usize) -> Result<Vec<Vec<u8>>, InboundEnd> {
    let mut pieces = Vec::new();
    for mut input in bytes.chunks(step) {
        let mut made = Vec::new();
        while let Some(piece) = recut.next(&mut input, &mut made)? {
            pieces.push(piece.to_vec());
        }
        assert!(input.is_empty());
    }
    Ok(pieces)
}

/// The payloads of the data frames in `pieces`, joined by message, with the first byte of each frame.
fn messages(pieces: &[Vec<u8>]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let bytes = pieces.concat();
    let (mut messages, mut rest) = (Vec::new(), bytes.as_slice());
    let (mut firsts, mut payload) = (Vec::new(), Vec::new());
    while let [first, ..] = rest {
        let mut cursor = Cursor::new(rest);
        let (header, length) = FrameHeader::parse(&mut cursor).unwrap().unwrap();
        let start = usize::try_from(cursor.position()).unwrap();
        let end = start + usize::try_from(length).unwrap();
        let (masked, behind) = (&rest[start..end], &rest[end..]);
        rest = behind;
        if !matches!(header.opcode, OpCode::Data(_)) {
            continue;
        }
        firsts.push(*first);
        let mask = header.mask.unwrap();
        payload.extend(masked.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        if header.is_final {
            messages.push((std::mem::take(&mut firsts), std::mem::take(&mut payload)));
        }
    }
    messages
}

fn deflate(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 64);
    let mut stream = Compress::new(Compression::default(), false);
    stream.compress_vec(text, &mut out, FlushCompress::Sync).unwrap();
    out.truncate(out.len() - 4);
    out
}

#[test]
fn what_is_there_as_a_whole_goes_on_as_it_is() {
    let bytes = [frame(0x81, b"one"), frame(0x89, b"ping"), frame(0x82, &vec![7; 70_000])].concat();
    let pieces = recut(&mut Recut::new(100_000, false), &bytes, bytes.len()).unwrap();
    assert_eq!(pieces.len(), 3);
    assert_eq!(pieces.concat(), bytes);
}

#[test]
fn however_a_message_is_cut_its_payload_is_the_same_and_only_its_last_byte_ends_it() {
    let text: Vec<u8> = (0..70_000_u32).map(|n| b"0123456789"[(n % 10) as usize]).collect();
    for (length, step) in [(0, 1), (125, 1), (126, 3), (127, 14), (0xffff, 1_000), (70_000, 4_099)]
    {
        let bytes = frame(0x81, &text[..length]);
        let mut cut = Recut::new(100_000, false);
        let pieces = recut(&mut cut, &bytes, step).unwrap();
        assert!(cut.is_between_messages());
        let [(firsts, payload)] = &messages(&pieces)[..] else {
            panic!("{length}: not one message")
        };
        assert_eq!(payload, &text[..length], "{length} in pieces of {step}");
        assert!(
            firsts[1..].iter().all(|first| matches!(first, 0x00 | 0x80)),
            "{length}: {firsts:?}"
        );
        let mut unfinished = Recut::new(100_000, false);
        recut(&mut unfinished, &bytes[..bytes.len() - 1], step).unwrap();
        assert!(!unfinished.is_between_messages(), "{length}");
    }
}

#[test]
fn control_frames_stay_whole_and_end_nothing() {
    let bytes = [frame(0x01, b"he"), frame(0x89, &[b'p'; 125]), frame(0x80, b"llo")].concat();
    for step in [1, 5, 1_000] {
        let mut cut = Recut::new(1_024, false);
        let pieces = recut(&mut cut, &bytes, step).unwrap().concat();
        assert!(cut.is_between_messages());
        let ping = frame(0x89, &[b'p'; 125]);
        assert!(pieces.windows(ping.len()).any(|window| window == ping), "step {step}");
    }
    let mut cut = Recut::new(1_024, false);
    recut(&mut cut, &[frame(0x01, b"he"), frame(0x89, b"")].concat(), 100).unwrap();
    assert!(!cut.is_between_messages());
}

#[test]
fn a_length_that_is_too_much_is_not_waited_for() {
    let cases: [(&str, &[u8], InboundEnd); 2] = [
        ("message", b"\x81\xfe\x04\x01\x01\x02\x03\x04", InboundEnd::TooLarge),
        ("ping", b"\x89\xfe\x00\x7e\x01\x02\x03\x04", InboundEnd::Protocol),
    ];
    for (name, header, want) in cases {
        assert_eq!(recut(&mut Recut::new(1_024, true), header, 1), Err(want), "{name}");
    }
}

#[test]
fn compressed_messages_are_inflated_however_they_are_cut() {
    let text: Vec<u8> = (0..50_000_u32).map(|n| b"abcdefgh"[(n * n % 7) as usize]).collect();
    let packed = deflate(&text);
    let (one, two) = packed.split_at(packed.len() / 2);
    let whole = frame(0xc1, &packed);
    let fragments =
        [frame(0x41, one), frame(0x89, b"p"), frame(0x00, two), frame(0x80, b"")].concat();
    for (name, bytes) in [("whole", &whole), ("fragments", &fragments)] {
        for step in [1, 7, 1_000, 100_000] {
            let mut cut = Recut::new(100_000, true);
            let again = [bytes.as_slice(), &frame(0x81, b"plain"), bytes].concat();
            let pieces = recut(&mut cut, &again, step).unwrap();
            assert!(cut.is_between_messages() && cut.inflater.is_none());
            let got = messages(&pieces);
            assert_eq!(got.len(), 3, "{name} in pieces of {step}");
            assert!(got[0].1 == text && got[2].1 == text, "{name} in pieces of {step}");
            assert_eq!(got[1].1, b"plain");
            assert_eq!(got[0].0[0] & 0x4f, 0x01, "the bit is taken out");
        }
    }
}

#[test]
fn a_last_block_may_be_followed_by_others() {
    // RFC 7692 §7.2.3.4.
    let packed = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00];
    let pieces = recut(&mut Recut::new(1_024, true), &frame(0xc1, &packed), 100).unwrap();
    assert_eq!(messages(&pieces)[0].1, b"Hello");
}

#[test]
fn what_is_not_compressed_data_is_against_the_rules() {
    let bytes = frame(0xc1, &[0xff; 40]);
    assert_eq!(recut(&mut Recut::new(1_024, true), &bytes, 10), Err(InboundEnd::Protocol));
}

#[test]
fn the_bit_is_left_to_the_parser_where_it_means_nothing() {
    let packed = deflate(b"Hello, hello, hello");
    let (one, two) = packed.split_at(3);
    let cases = [
        ("not agreed", false, frame(0xc1, &packed)),
        ("continuation", true, [frame(0x41, one), frame(0xc0, two)].concat()),
        ("ping", true, frame(0xc9, b"p")),
    ];
    for (name, inflates, bytes) in cases {
        let pieces = recut(&mut Recut::new(1_024, inflates), &bytes, 100).unwrap();
        assert!(pieces.iter().any(|piece| piece[0] & 0x40 != 0), "{name}");
    }
}

#[test]
fn a_bomb_comes_in_pieces_that_can_be_stopped() {
    let bomb = frame(0xc2, &deflate(&vec![0; 50_000_000]));
    assert!(bomb.len() < 64 << 10);
    let (mut cut, mut input, mut made) = (Recut::new(1 << 20, true), bomb.as_slice(), Vec::new());
    for _ in 0..3 {
        let piece = cut.next(&mut input, &mut made).unwrap().unwrap();
        assert!(piece.len() <= Inflater::OUTPUT_BYTES + HEADER_MAX);
    }
}
