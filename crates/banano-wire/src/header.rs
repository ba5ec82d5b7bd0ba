//! The eight bytes in front of every message (`node.md §8.1`, `§8.2`).
//!
//! Called before a payload is read: the header says what follows and how long it is. Everything
//! that fails here closes the connection, whereas a payload that does not parse is only dropped.

use std::fmt;

use banano_primitives::{BlockKind, Network, ProtocolVersions};

use crate::item_count;
use crate::message::{AscPullAck, Telemetry, handshake, legacy_bootstrap, publish};

/// Longest payload that a node reads. No header announces more; a test holds it to that.
pub const MAX_PAYLOAD: usize = 66_560;

/// What our side writes into headers and asks of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protocol {
    /// First two bytes of every message of the network.
    pub magic: [u8; 2],
    /// Versions spoken and accepted.
    pub versions: ProtocolVersions,
}

impl Protocol {
    /// Takes the protocol of a network.
    pub fn of(network: &Network) -> Self {
        Self { magic: network.magic, versions: network.protocol }
    }
}

/// A header that passed every check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Newest version that the sender knows.
    pub version_max: u8,
    /// Version of this message.
    pub version_using: u8,
    /// Oldest version that the sender accepts.
    pub version_min: u8,
    /// What the payload is.
    pub kind: MessageKind,
    /// Sixteen bits whose meaning depends on the kind.
    pub extensions: u16,
    payload_length: usize,
}

impl Header {
    /// Bytes of a header.
    pub const SIZE: usize = 8;

    /// Reads and checks a header, in the order of the reference node.
    ///
    /// # Errors
    ///
    /// When the network, the version or the kind is not ours; the connection is to be closed.
    pub fn decode(bytes: &[u8; Self::SIZE], protocol: Protocol) -> Result<Self, HeaderError> {
        let [magic_0, magic_1, version_max, version_using, version_min, kind, ext_0, ext_1] =
            *bytes;
        let found = [magic_0, magic_1];
        if found != protocol.magic {
            return Err(HeaderError::Magic { found, expected: protocol.magic });
        }
        let minimum = protocol.versions.minimum;
        if version_using < minimum {
            return Err(HeaderError::Version { found: version_using, minimum });
        }
        let kind = MessageKind::from_number(kind).ok_or(HeaderError::Kind(kind))?;
        let extensions = u16::from_le_bytes([ext_0, ext_1]);
        let payload_length = payload_length(kind, extensions)?;
        Ok(Self { version_max, version_using, version_min, kind, extensions, payload_length })
    }

    /// Returns how many bytes follow the header, at most [`MAX_PAYLOAD`].
    pub fn payload_length(&self) -> usize {
        self.payload_length
    }

    /// Writes a header of ours.
    pub(crate) fn encode(protocol: Protocol, kind: MessageKind, extensions: u16) -> [u8; 8] {
        let [magic_0, magic_1] = protocol.magic;
        let ProtocolVersions { current, minimum, .. } = protocol.versions;
        let [ext_0, ext_1] = extensions.to_le_bytes();
        [magic_0, magic_1, current, current, minimum, kind.number(), ext_0, ext_1]
    }
}

/// Why a connection is closed after a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// A node of another network, or no node at all.
    #[error("message of another network: magic {found:02X?} instead of {expected:02X?}")]
    Magic {
        /// First two bytes of the message.
        found: [u8; 2],
        /// Those of our network.
        expected: [u8; 2],
    },
    /// A node too old to talk to.
    #[error("protocol version {found}, but {minimum} is the oldest accepted")]
    Version {
        /// Version of the message.
        found: u8,
        /// Oldest that we accept.
        minimum: u8,
    },
    /// A kind of message that does not exist, so that its length is unknown.
    #[error("message type {0} does not exist")]
    Kind(u8),
    /// A published block of a kind that does not exist, so that its length is unknown.
    #[error("block type {0} does not exist")]
    BlockKind(u8),
}

/// The kind of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// [`Message::Keepalive`](crate::Message::Keepalive)
    Keepalive,
    /// [`Message::Publish`](crate::Message::Publish)
    Publish,
    /// [`Message::ConfirmReq`](crate::Message::ConfirmReq)
    ConfirmReq,
    /// [`Message::ConfirmAck`](crate::Message::ConfirmAck)
    ConfirmAck,
    /// [`Message::BulkPull`](crate::Message::BulkPull)
    BulkPull,
    /// [`Message::BulkPush`](crate::Message::BulkPush)
    BulkPush,
    /// [`Message::FrontierReq`](crate::Message::FrontierReq)
    FrontierReq,
    /// [`Message::NodeIdHandshake`](crate::Message::NodeIdHandshake)
    NodeIdHandshake,
    /// [`Message::BulkPullAccount`](crate::Message::BulkPullAccount)
    BulkPullAccount,
    /// [`Message::TelemetryReq`](crate::Message::TelemetryReq)
    TelemetryReq,
    /// [`Message::TelemetryAck`](crate::Message::TelemetryAck)
    TelemetryAck,
    /// [`Message::AscPullReq`](crate::Message::AscPullReq)
    AscPullReq,
    /// [`Message::AscPullAck`](crate::Message::AscPullAck)
    AscPullAck,
}

impl MessageKind {
    /// Every kind, by number.
    pub const ALL: [Self; 13] = [
        Self::Keepalive,
        Self::Publish,
        Self::ConfirmReq,
        Self::ConfirmAck,
        Self::BulkPull,
        Self::BulkPush,
        Self::FrontierReq,
        Self::NodeIdHandshake,
        Self::BulkPullAccount,
        Self::TelemetryReq,
        Self::TelemetryAck,
        Self::AscPullReq,
        Self::AscPullAck,
    ];

    /// Returns the number in headers.
    pub const fn number(self) -> u8 {
        match self {
            Self::Keepalive => 2,
            Self::Publish => 3,
            Self::ConfirmReq => 4,
            Self::ConfirmAck => 5,
            Self::BulkPull => 6,
            Self::BulkPush => 7,
            Self::FrontierReq => 8,
            Self::NodeIdHandshake => 10,
            Self::BulkPullAccount => 11,
            Self::TelemetryReq => 12,
            Self::TelemetryAck => 13,
            Self::AscPullReq => 14,
            Self::AscPullAck => 15,
        }
    }

    /// Returns the kind with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// Returns the word of logs and statistics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keepalive => "keepalive",
            Self::Publish => "publish",
            Self::ConfirmReq => "confirm_req",
            Self::ConfirmAck => "confirm_ack",
            Self::BulkPull => "bulk_pull",
            Self::BulkPush => "bulk_push",
            Self::FrontierReq => "frontier_req",
            Self::NodeIdHandshake => "node_id_handshake",
            Self::BulkPullAccount => "bulk_pull_account",
            Self::TelemetryReq => "telemetry_req",
            Self::TelemetryAck => "telemetry_ack",
            Self::AscPullReq => "asc_pull_req",
            Self::AscPullAck => "asc_pull_ack",
        }
    }
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The table of `node.md §8.2`.
fn payload_length(kind: MessageKind, extensions: u16) -> Result<usize, HeaderError> {
    let items = || usize::from(item_count::decode(extensions));
    Ok(match kind {
        MessageKind::Keepalive => 144,
        MessageKind::Publish => {
            let number = publish::block_number(extensions);
            BlockKind::from_number(number).ok_or(HeaderError::BlockKind(number))?.size()
        }
        MessageKind::ConfirmReq => 64 * items(),
        MessageKind::ConfirmAck => 104 + 32 * items(),
        MessageKind::BulkPull => legacy_bootstrap::bulk_pull_length(extensions),
        MessageKind::FrontierReq => 40,
        MessageKind::NodeIdHandshake => handshake::length(extensions),
        MessageKind::BulkPullAccount => 49,
        MessageKind::TelemetryAck => usize::from(extensions & Telemetry::SIZE_MASK),
        MessageKind::AscPullReq | MessageKind::AscPullAck => {
            AscPullAck::HEAD + usize::from(extensions)
        }
        MessageKind::BulkPush | MessageKind::TelemetryReq => 0,
    })
}
