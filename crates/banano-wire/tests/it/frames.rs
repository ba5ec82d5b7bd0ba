//! Streams of messages, cut anywhere.

use banano_wire::{Frames, Header, HeaderError, MAX_PAYLOAD, Message};
use proptest::prelude::*;
use serde_json::Value;

use crate::bytes::{from_hex, protocol};

fn recorded() -> Vec<Vec<u8>> {
    include_str!("../data/wire_two_nodes.jsonl")
        .lines()
        .map(|line| from_hex(serde_json::from_str::<Value>(line).unwrap()["hex"].as_str().unwrap()))
        .collect()
}

proptest! {
    #[test]
    fn a_recorded_stream_gives_the_same_messages_however_it_is_cut(
        cuts in prop::collection::vec(1_usize..400, 1..60),
    ) {
        let messages = recorded();
        let stream = messages.concat();
        let mut frames = Frames::new(protocol("nano-dev"));
        let (mut found, mut rest) = (Vec::new(), stream.as_slice());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break; }
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            frames.push(piece);
            while let Some(frame) = frames.next_frame().unwrap() {
                prop_assert!(frame.decode().is_ok());
                found.push(frame.payload.to_vec());
            }
            rest = after;
        }
        prop_assert!(!frames.is_partial());
        let want: Vec<_> = messages.iter().map(|message| message[Header::SIZE..].to_vec()).collect();
        prop_assert_eq!(found, want);
    }

    #[test]
    fn garbage_never_gives_more_than_it_has(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut frames = Frames::new(protocol("nano-dev"));
        frames.push(&bytes);
        let mut read = 0;
        while let Ok(Some(frame)) = frames.next_frame() {
            read += Header::SIZE + frame.payload.len();
        }
        prop_assert!(read <= bytes.len());
    }
}

#[test]
fn a_header_that_is_not_ours_stays_an_error() {
    let mut frames = Frames::new(protocol("live"));
    frames.push(&recorded()[0]);
    for _ in 0..2 {
        assert!(matches!(frames.next_frame(), Err(HeaderError::Magic { .. })));
    }
}

#[test]
fn a_begun_message_is_partial_until_its_last_byte() {
    let message = recorded().remove(0);
    let mut frames = Frames::new(protocol("nano-dev"));
    assert!(!frames.is_partial());
    let (last, begin) = message.split_last().unwrap();
    for byte in begin {
        frames.push(std::slice::from_ref(byte));
        assert_eq!(frames.next_frame(), Ok(None));
        assert!(frames.is_partial());
    }
    frames.push(&[*last]);
    let decoded = frames.next_frame().unwrap().unwrap().decode();
    assert!(matches!(decoded, Ok(Message::NodeIdHandshake(_))));
    assert!(!frames.is_partial());
}

#[test]
fn the_longest_message_that_a_header_announces_is_read() {
    let mut message = recorded().remove(0);
    message.truncate(Header::SIZE);
    message[5] = 15; // asc_pull_ack
    message[6..8].copy_from_slice(&u16::MAX.to_le_bytes());
    let mut frames = Frames::new(protocol("nano-dev"));
    frames.push(&message);
    assert_eq!(frames.next_frame(), Ok(None));
    frames.push(&vec![0; MAX_PAYLOAD]);
    let frame = frames.next_frame().unwrap().unwrap();
    assert_eq!(frame.payload.len(), 9 + usize::from(u16::MAX));
    assert!(frame.decode().is_err());
}
