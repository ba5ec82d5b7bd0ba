//! Round trips of all events, and what is refused.

use banano_testkit::arbitrary;
use banano_testkit::fixtures::{SEND, started_election};
use banano_ws_protocol::Event;
use proptest::prelude::*;

use super::*;

fn bytes_of(time_ms: u64, event: &Event) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(time_ms, event, &mut bytes);
    bytes
}

proptest! {
    #[test]
    fn every_event_is_read_as_it_was_written(stamped in arbitrary::stamped()) {
        let bytes = bytes_of(stamped.time_ms, &stamped.event);
        prop_assert_eq!(decode_time(&bytes), Ok(stamped.time_ms));
        let read = decode(stamped.journal, stamped.sequence, &bytes);
        prop_assert_eq!(read.as_deref(), Ok(&stamped));
    }

    #[test]
    fn an_event_cut_short_or_with_something_behind_it_is_damaged(
        stamped in arbitrary::stamped(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = bytes_of(stamped.time_ms, &stamped.event);
        let cut = cut.index(bytes.len());
        let read = decode(0, 1, &bytes[..cut]);
        prop_assert_eq!(read.err(), Some(DecodeError::Damaged { length: cut }));
        bytes.push(0);
        let read = decode(0, 1, &bytes);
        prop_assert_eq!(read.err(), Some(DecodeError::Damaged { length: bytes.len() }));
    }

    #[test]
    fn no_bytes_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = decode(0, 1, &bytes);
        if let Some(first) = bytes.first_mut() {
            *first = VERSION;
        }
        let _ = decode(0, 1, &bytes);
    }
}

#[test]
fn the_layout_of_version_2_stays() {
    let mut want = vec![2, 0x84, 0x07, 2];
    want.extend(SEND.hash().as_bytes());
    want.push(0);
    assert_eq!(bytes_of(900, &started_election(SEND)), want);
}

#[test]
fn what_another_version_wrote_is_refused_by_name() {
    let mut bytes = bytes_of(900, &started_election(SEND));
    bytes[0] = 1;
    let error = decode(0, 1, &bytes).unwrap_err();
    assert_eq!(error, DecodeError::Version { found: 1 });
    assert!(error.to_string().contains("version 1"));
}
