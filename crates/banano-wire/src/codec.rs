//! Messages to bytes and back.
//!
//! Called by connections. Encoding writes header and payload in one go; decoding takes a payload
//! whose header was read before. The bodies are written by the modules of their kinds.

use std::sync::Arc;

use crate::bytes::Reader;
use crate::error::{EncodeError, PayloadError, Problem};
use crate::header::{Header, MessageKind, Protocol};
use crate::message::{
    AscPullAck, AscPullReq, BulkPull, BulkPullAccount, FrontierReq, Handshake, Keepalive, Message,
    Telemetry, publish, voting,
};

impl Message {
    /// Returns the kind.
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::Keepalive(_) => MessageKind::Keepalive,
            Self::Publish { .. } => MessageKind::Publish,
            Self::ConfirmReq { .. } => MessageKind::ConfirmReq,
            Self::ConfirmAck { .. } => MessageKind::ConfirmAck,
            Self::BulkPull(_) => MessageKind::BulkPull,
            Self::BulkPush => MessageKind::BulkPush,
            Self::FrontierReq(_) => MessageKind::FrontierReq,
            Self::NodeIdHandshake(_) => MessageKind::NodeIdHandshake,
            Self::BulkPullAccount(_) => MessageKind::BulkPullAccount,
            Self::TelemetryReq => MessageKind::TelemetryReq,
            Self::TelemetryAck(_) => MessageKind::TelemetryAck,
            Self::AscPullReq(_) => MessageKind::AscPullReq,
            Self::AscPullAck(_) => MessageKind::AscPullAck,
        }
    }

    /// Appends header and payload.
    ///
    /// # Errors
    ///
    /// When the message has more items than its kind can carry, or none where one is needed; `out`
    /// is then as it was.
    pub fn encode(&self, protocol: Protocol, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let start = out.len();
        out.extend_from_slice(&[0; Header::SIZE]);
        let extensions = self.encode_payload(out).inspect_err(|_| out.truncate(start))?;
        let header = Header::encode(protocol, self.kind(), extensions);
        if let Some(slot) = out.get_mut(start..).and_then(<[u8]>::first_chunk_mut) {
            *slot = header;
        }
        Ok(())
    }

    /// Reads the payload that follows a header: exactly [`Header::payload_length`] bytes.
    ///
    /// # Errors
    ///
    /// When the payload does not parse. The message is to be dropped; the connection may live on.
    pub fn decode(header: &Header, payload: &[u8]) -> Result<Self, PayloadError> {
        let (kind, expected, found) = (header.kind, header.payload_length(), payload.len());
        if found != expected {
            return Err(PayloadError::Length { kind, expected, found });
        }
        let mut reader = Reader::new(payload);
        let message =
            Self::decode_payload(header, &mut reader).map_err(|problem| problem.of(kind))?;
        match kind {
            // Later versions may append fields to these.
            MessageKind::AscPullReq | MessageKind::AscPullAck => Ok(message),
            _ if reader.left() == 0 => Ok(message),
            _ => Err(PayloadError::Trailing { kind, bytes: reader.left() }),
        }
    }

    /// Appends the payload and returns the extensions of its header.
    fn encode_payload(&self, out: &mut Vec<u8>) -> Result<u16, EncodeError> {
        match self {
            Self::Keepalive(body) => Ok(body.encode(out)),
            Self::Publish { block, originator } => Ok(publish::encode(block, *originator, out)),
            Self::ConfirmReq { pairs } => voting::encode_request(pairs, out),
            Self::ConfirmAck { vote, rebroadcasted } => {
                voting::encode_vote(vote, *rebroadcasted, out)
            }
            Self::BulkPull(body) => Ok(body.encode(out)),
            Self::BulkPush | Self::TelemetryReq | Self::TelemetryAck(None) => Ok(0),
            Self::FrontierReq(body) => Ok(body.encode(out)),
            Self::NodeIdHandshake(body) => Ok(body.encode(out)),
            Self::BulkPullAccount(body) => Ok(body.encode(out)),
            Self::TelemetryAck(Some(body)) => body.encode(out),
            Self::AscPullReq(body) => Ok(body.encode(out)),
            Self::AscPullAck(body) => body.encode(out),
        }
    }

    fn decode_payload(header: &Header, reader: &mut Reader<'_>) -> Result<Self, Problem> {
        let extensions = header.extensions;
        Ok(match header.kind {
            MessageKind::Keepalive => Self::Keepalive(Box::new(Keepalive::decode(reader)?)),
            MessageKind::Publish => Self::Publish {
                block: Arc::new(publish::decode(extensions, reader)?),
                originator: publish::originator(extensions),
            },
            MessageKind::ConfirmReq => {
                Self::ConfirmReq { pairs: voting::decode_request(extensions, reader)? }
            }
            MessageKind::ConfirmAck => Self::ConfirmAck {
                vote: Arc::new(voting::decode_vote(extensions, reader)?),
                rebroadcasted: voting::rebroadcasted(extensions),
            },
            MessageKind::BulkPull => Self::BulkPull(BulkPull::decode(extensions, reader)?),
            MessageKind::BulkPush => Self::BulkPush,
            MessageKind::FrontierReq => Self::FrontierReq(FrontierReq::decode(extensions, reader)?),
            MessageKind::NodeIdHandshake => {
                Self::NodeIdHandshake(Box::new(Handshake::decode(extensions, reader)?))
            }
            MessageKind::BulkPullAccount => Self::BulkPullAccount(BulkPullAccount::decode(reader)?),
            MessageKind::TelemetryReq => Self::TelemetryReq,
            MessageKind::TelemetryAck if reader.left() == 0 => Self::TelemetryAck(None),
            MessageKind::TelemetryAck => {
                Self::TelemetryAck(Some(Box::new(Telemetry::decode(reader)?)))
            }
            MessageKind::AscPullReq => Self::AscPullReq(AscPullReq::decode(reader)?),
            MessageKind::AscPullAck => Self::AscPullAck(AscPullAck::decode(reader)?),
        })
    }
}
