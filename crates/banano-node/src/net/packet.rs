//! A message on its way out: encoded once, shared by all channels that send it.
//!
//! Made by the processing task's `Peers` and by the network side. Holds bytes.

use banano_wire::{EncodeError, Message, Protocol};
use bytes::Bytes;

use super::counters::DropReason;

/// What a message is for. Each kind has a queue of its own in every channel, so that none can push
/// another out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Traffic {
    /// Keepalives and telemetry.
    Control,
    /// Published blocks.
    Block,
    /// Votes, and requests for votes.
    Vote,
    /// Requests for old blocks, and answers.
    Bootstrap,
}

impl Traffic {
    pub(crate) const ALL: [Self; 4] = [Self::Control, Self::Block, Self::Vote, Self::Bootstrap];

    fn of(message: &Message) -> Self {
        match message {
            Message::Publish { .. } => Self::Block,
            Message::ConfirmReq { .. } | Message::ConfirmAck { .. } => Self::Vote,
            Message::AscPullReq(_)
            | Message::AscPullAck(_)
            | Message::BulkPull(_)
            | Message::BulkPush
            | Message::BulkPullAccount(_)
            | Message::FrontierReq(_) => Self::Bootstrap,
            Message::Keepalive(_)
            | Message::NodeIdHandshake(_)
            | Message::TelemetryReq
            | Message::TelemetryAck(_) => Self::Control,
        }
    }

    /// What is counted when its queue is full.
    pub(crate) fn overflow(self) -> DropReason {
        match self {
            Self::Control => DropReason::ControlQueue,
            Self::Block => DropReason::BlockQueue,
            Self::Vote => DropReason::VoteQueue,
            Self::Bootstrap => DropReason::BootstrapQueue,
        }
    }
}

/// A message as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) traffic: Traffic,
    pub(crate) bytes: Bytes,
}

impl Packet {
    /// Encodes a message for everybody who is to get it.
    pub(crate) fn of(message: &Message, protocol: Protocol) -> Result<Self, EncodeError> {
        let mut bytes = Vec::with_capacity(256);
        message.encode(protocol, &mut bytes)?;
        Ok(Self { traffic: Traffic::of(message), bytes: bytes.into() })
    }
}
