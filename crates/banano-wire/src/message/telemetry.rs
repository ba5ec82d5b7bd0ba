//! Telemetry: what a node says about itself (`node.md §7.1`).
//!
//! Called by [`Message`](super::Message), by nodes that report, and by those that show reports. The
//! signature covers every byte after it, also those that this version does not know.

use banano_primitives::{Account, BlockHash, Difficulty, KeyPair, Signature};

use crate::bytes::Reader;
use crate::error::{EncodeError, Problem};
use crate::header::MessageKind;

/// A node's signed report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telemetry {
    /// By the node id, over everything else.
    pub signature: Signature,
    /// Who reports.
    pub node_id: Account,
    /// Blocks in the ledger.
    pub block_count: u64,
    /// Irreversibly confirmed blocks.
    pub cemented_count: u64,
    /// Blocks that wait for others.
    pub unchecked_count: u64,
    /// Accounts in the ledger.
    pub account_count: u64,
    /// Bytes per second that the node sends at most, 0 without limit.
    pub bandwidth_cap: u64,
    /// Connected peers.
    pub peer_count: u32,
    /// Version of the wire protocol.
    pub protocol_version: u8,
    /// Seconds since the node started.
    pub uptime: u64,
    /// First block of the node's network.
    pub genesis_block: BlockHash,
    /// Version of the software.
    pub major_version: u8,
    /// Version of the software.
    pub minor_version: u8,
    /// Version of the software.
    pub patch_version: u8,
    /// Version of the software.
    pub pre_release_version: u8,
    /// Which software: 0 reference node, 1 the same with pruning, 2 a light node, 3 a Rust port.
    pub maker: u8,
    /// Milliseconds since the Unix epoch.
    pub timestamp: u64,
    /// Difficulty that the node currently asks for.
    pub active_difficulty: Difficulty,
    /// Fields of a later version, kept because they are signed; at most
    /// [`Telemetry::UNKNOWN_MAX`] bytes.
    pub unknown: Vec<u8>,
}

impl Telemetry {
    /// Bytes of the known fields, signature included.
    pub const SIZE: usize = 202;
    /// Most bytes of unknown fields: the size is a number of ten bits.
    pub const UNKNOWN_MAX: usize = Self::SIZE_MASK as usize - Self::SIZE;
    /// Bits of the extensions that hold the size.
    pub(crate) const SIZE_MASK: u16 = 0x3FF;

    /// Returns the report signed by its node. Sets the node id to that of the key.
    #[must_use]
    pub fn signed(self, node_key: &KeyPair) -> Self {
        let mut report = Self { node_id: node_key.account(), ..self };
        report.signature = node_key.sign(&report.signed_bytes());
        report
    }

    /// Tells whether the named node signed this report.
    pub fn verify(&self) -> bool {
        self.node_id.verifies(&self.signed_bytes(), &self.signature)
    }

    /// Appends the report and returns the extensions, which hold its size.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> Result<u16, EncodeError> {
        let size = Self::SIZE.saturating_add(self.unknown.len());
        let extensions = u16::try_from(size).ok().filter(|size| *size <= Self::SIZE_MASK).ok_or(
            EncodeError {
                kind: MessageKind::TelemetryAck,
                items: "unknown bytes",
                min: 0,
                max: Self::UNKNOWN_MAX,
                found: self.unknown.len(),
            },
        )?;
        out.extend_from_slice(self.signature.as_bytes());
        out.extend_from_slice(&self.signed_bytes());
        Ok(extensions)
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        Ok(Self {
            signature: reader.signature()?,
            node_id: reader.account()?,
            block_count: reader.u64_be()?,
            cemented_count: reader.u64_be()?,
            unchecked_count: reader.u64_be()?,
            account_count: reader.u64_be()?,
            bandwidth_cap: reader.u64_be()?,
            peer_count: u32::from_be_bytes(reader.array()?),
            protocol_version: reader.u8()?,
            uptime: reader.u64_be()?,
            genesis_block: reader.hash()?,
            major_version: reader.u8()?,
            minor_version: reader.u8()?,
            patch_version: reader.u8()?,
            pre_release_version: reader.u8()?,
            maker: reader.u8()?,
            timestamp: reader.u64_be()?,
            active_difficulty: Difficulty::new(reader.u64_be()?),
            unknown: reader.rest().to_vec(),
        })
    }

    /// Returns everything after the signature.
    fn signed_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::SIZE.saturating_add(self.unknown.len()));
        out.extend_from_slice(self.node_id.as_bytes());
        out.extend_from_slice(&self.block_count.to_be_bytes());
        out.extend_from_slice(&self.cemented_count.to_be_bytes());
        out.extend_from_slice(&self.unchecked_count.to_be_bytes());
        out.extend_from_slice(&self.account_count.to_be_bytes());
        out.extend_from_slice(&self.bandwidth_cap.to_be_bytes());
        out.extend_from_slice(&self.peer_count.to_be_bytes());
        out.push(self.protocol_version);
        out.extend_from_slice(&self.uptime.to_be_bytes());
        out.extend_from_slice(self.genesis_block.as_bytes());
        out.extend_from_slice(&[
            self.major_version,
            self.minor_version,
            self.patch_version,
            self.pre_release_version,
            self.maker,
        ]);
        out.extend_from_slice(&self.timestamp.to_be_bytes());
        out.extend_from_slice(&self.active_difficulty.value().to_be_bytes());
        out.extend_from_slice(&self.unknown);
        out
    }
}
