//! Headers: checks, their order, and lengths.

use banano_wire::{Header, HeaderError, MAX_PAYLOAD, MessageKind};

use crate::bytes::protocol;

fn decode(bytes: [u8; 8]) -> Result<Header, HeaderError> {
    Header::decode(&bytes, protocol("live"))
}

#[test]
fn checks_come_in_the_order_of_the_reference_node() {
    let magic = HeaderError::Magic { found: *b"RC", expected: *b"BX" };
    let version = HeaderError::Version { found: 0x11, minimum: 0x12 };
    assert_eq!(decode([b'R', b'C', 0, 0, 0, 99, 0, 0]), Err(magic));
    assert_eq!(decode([b'B', b'X', 0x15, 0x11, 0x12, 99, 0, 0]), Err(version));
    assert_eq!(decode([b'B', b'X', 0x15, 0x12, 0x12, 99, 0, 0]), Err(HeaderError::Kind(99)));
    let header = decode([b'B', b'X', 0x15, 0x12, 0x11, 2, 0, 0]).unwrap();
    assert_eq!((header.version_max, header.version_using, header.version_min), (0x15, 0x12, 0x11));
    assert_eq!(magic.to_string(), {
        "message of another network: magic [52, 43] instead of [42, 58]"
    });
}

#[test]
fn kinds_that_do_not_exist_are_refused() {
    let known: Vec<u8> = MessageKind::ALL.map(MessageKind::number).into();
    assert_eq!(known, [2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15]);
    for number in 0..=u8::MAX {
        let kind = MessageKind::from_number(number);
        assert_eq!(kind.map(MessageKind::number), known.contains(&number).then_some(number));
    }
}

#[test]
fn lengths_follow_from_kind_and_extensions() {
    let length = |kind: MessageKind, extensions: u16| {
        let [low, high] = extensions.to_le_bytes();
        decode([b'B', b'X', 0x15, 0x15, 0x12, kind.number(), low, high])
            .map(|header| header.payload_length())
    };
    let cases = [
        (MessageKind::Keepalive, 0, 144),
        (MessageKind::Publish, 0x0200, 152),
        (MessageKind::Publish, 0x0300, 136),
        (MessageKind::Publish, 0x0404, 168),
        (MessageKind::Publish, 0x0500, 136),
        (MessageKind::Publish, 0x0604, 216),
        (MessageKind::ConfirmReq, 0x1100, 64),
        (MessageKind::ConfirmReq, 0xF1F1, 255 * 64),
        (MessageKind::ConfirmAck, 0x2104, 104 + 64),
        (MessageKind::ConfirmAck, 0x1101, 104 + 16 * 32),
        (MessageKind::BulkPull, 0, 64),
        (MessageKind::BulkPull, 2, 64),
        (MessageKind::BulkPull, 3, 72),
        (MessageKind::BulkPush, 0, 0),
        (MessageKind::FrontierReq, 2, 40),
        (MessageKind::NodeIdHandshake, 1, 32),
        (MessageKind::NodeIdHandshake, 2, 96),
        (MessageKind::NodeIdHandshake, 3, 128),
        (MessageKind::NodeIdHandshake, 5, 32),
        (MessageKind::NodeIdHandshake, 6, 160),
        (MessageKind::NodeIdHandshake, 7, 192),
        (MessageKind::BulkPullAccount, 0, 49),
        (MessageKind::TelemetryReq, 0, 0),
        (MessageKind::TelemetryAck, 0xFCCA, 202),
        (MessageKind::AscPullReq, 34, 43),
        (MessageKind::AscPullAck, 0xFFFF, 9 + 0xFFFF),
    ];
    for (kind, extensions, wanted) in cases {
        assert_eq!(length(kind, extensions), Ok(wanted), "{kind} {extensions:#06x}");
    }
    for block_kind in [0, 1, 7, 15] {
        let extensions = u16::from(block_kind) << 8;
        let wanted = Err(HeaderError::BlockKind(block_kind));
        assert_eq!(length(MessageKind::Publish, extensions), wanted);
    }
}

#[test]
fn no_header_announces_more_than_the_limit() {
    for kind in MessageKind::ALL {
        for extensions in 0..=u16::MAX {
            let [low, high] = extensions.to_le_bytes();
            let bytes = [b'B', b'X', 0x15, 0x15, 0x12, kind.number(), low, high];
            assert!(
                decode(bytes).is_ok_and(|header| header.payload_length() <= MAX_PAYLOAD)
                    || kind == MessageKind::Publish
            );
        }
    }
}
