//! Payloads that no honest node sends.

use banano_wire::{Header, Message, MessageKind, PayloadError};

use crate::bytes::protocol;

fn decode(kind: MessageKind, extensions: u16, payload: &[u8]) -> Result<Message, PayloadError> {
    let [low, high] = extensions.to_le_bytes();
    let bytes = [b'B', b'X', 0x15, 0x15, 0x12, kind.number(), low, high];
    Message::decode(&Header::decode(&bytes, protocol("live")).unwrap(), payload)
}

#[test]
fn a_payload_of_another_length_is_refused() {
    let kind = MessageKind::Keepalive;
    let error = decode(kind, 0, &[0; 143]).unwrap_err();
    assert_eq!(error, PayloadError::Length { kind, expected: 144, found: 143 });
    assert_eq!(error.to_string(), "the header announces keepalive with 144 bytes, found 143");
    assert!(decode(MessageKind::BulkPush, 0, &[0]).is_err());
}

#[test]
fn requests_and_votes_about_nothing_are_refused() {
    let kind = MessageKind::ConfirmReq;
    assert_eq!(decode(kind, 0x0100, &[]), Err(PayloadError::Empty { kind, items: "pairs" }));
    let kind = MessageKind::ConfirmAck;
    let error = PayloadError::Empty { kind, items: "hashes" };
    assert_eq!(decode(kind, 0x0101, &[0; 104]), Err(error));
}

#[test]
fn numbers_without_meaning_are_refused() {
    let unknown = |kind, field, value| Err(PayloadError::Unknown { kind, field, value });
    let (req, ack) = (MessageKind::AscPullReq, MessageKind::AscPullAck);
    for value in [0, 4, 255] {
        let payload = [&[value], [0; 42].as_slice()].concat();
        assert_eq!(decode(req, 34, &payload), unknown(req, "request type", value));
        assert_eq!(decode(ack, 34, &payload), unknown(ack, "answer type", value));
    }
    let start = [&[1], [0; 41].as_slice(), &[2]].concat();
    assert_eq!(decode(req, 34, &start), unknown(req, "start type", 2));
    let target = [&[2], [0; 40].as_slice(), &[9]].concat();
    assert_eq!(decode(req, 33, &target), unknown(req, "start type", 9));
    let block = [&[1], [0; 8].as_slice(), &[0]].concat();
    assert_eq!(decode(ack, 1, &block), unknown(ack, "block type", 0));

    let kind = MessageKind::BulkPullAccount;
    let flags = [[0; 48].as_slice(), &[3]].concat();
    assert_eq!(decode(kind, 0, &flags), unknown(kind, "flags", 3));
    let kind = MessageKind::BulkPull;
    let extended = [[0; 64].as_slice(), &[1], &[0; 7]].concat();
    assert_eq!(decode(kind, 1, &extended), unknown(kind, "extended parameter", 1));
}

#[test]
fn an_answer_that_ends_too_early_is_refused() {
    let kind = MessageKind::AscPullAck;
    let short = Err(PayloadError::Short { kind });
    let head = |number: u8| [&[number], [0; 8].as_slice()].concat();
    assert_eq!(decode(kind, 0, &head(1)), short, "no terminator");
    assert_eq!(decode(kind, 0, &head(2)), short);
    assert_eq!(decode(kind, 0, &head(3)), short);
    let block = [head(1).as_slice(), &[6], &[0; 215]].concat();
    assert_eq!(decode(kind, 216, &block), short, "a block without its last byte");
    let frontier = [head(3).as_slice(), &[1; 64]].concat();
    assert_eq!(decode(kind, 64, &frontier), short, "no terminator");
    let kind = MessageKind::TelemetryAck;
    assert_eq!(decode(kind, 201, &[0; 201]), Err(PayloadError::Short { kind }));
}

/// Versions to come may append fields to these two.
#[test]
fn bytes_after_an_ascending_message_are_ignored() {
    let kind = MessageKind::AscPullAck;
    let empty = [&[1], [0; 8].as_slice(), &[1]].concat();
    let longer = [empty.as_slice(), &[9; 10]].concat();
    assert_eq!(decode(kind, 11, &longer).unwrap(), decode(kind, 1, &empty).unwrap());
    let kind = MessageKind::AscPullReq;
    let plain = [&[3], [0; 42].as_slice()].concat();
    let longer = [plain.as_slice(), &[9; 10]].concat();
    assert_eq!(decode(kind, 44, &longer).unwrap(), decode(kind, 34, &plain).unwrap());
}
