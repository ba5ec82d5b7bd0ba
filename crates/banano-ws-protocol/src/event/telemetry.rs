//! What another node told about itself.

use std::net::Ipv6Addr;

use banano_primitives::{Account, BlockHash, Difficulty, Signature};

use crate::Extra;

/// `message` of topic `telemetry`, in the order of the wire (protocol.md §6.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telemetry {
    /// Blocks in its ledger.
    pub block_count: u64,
    /// Of these, cemented.
    pub cemented_count: u64,
    /// Blocks that wait for another.
    pub unchecked_count: u64,
    /// Accounts in its ledger.
    pub account_count: u64,
    /// Bytes a second that it allows itself; 0 is no limit.
    pub bandwidth_cap: u64,
    /// Its peers.
    pub peer_count: u32,
    /// Version of the wire protocol.
    pub protocol_version: u8,
    /// Since its start.
    pub uptime_s: u64,
    /// Hash of its genesis block.
    pub genesis_block: BlockHash,
    /// First part of its version.
    pub major_version: u8,
    /// Second part.
    pub minor_version: u8,
    /// Third part.
    pub patch_version: u8,
    /// Fourth part.
    pub pre_release_version: u8,
    /// Who made it: 0 the C++ node, 1 the same with pruning, others by agreement.
    pub maker: u8,
    /// When it said so, by its own clock, in milliseconds since the Unix epoch.
    pub timestamp_ms: u64,
    /// The difficulty that it works at.
    pub active_difficulty: Difficulty,
    /// Its key, written with `node_`.
    pub node_id: Account,
    /// Its signature over all of this.
    pub signature: Signature,
    /// Where it is; IPv4 mapped.
    pub address: Ipv6Addr,
    /// Its peering port.
    pub port: u16,
    /// Members that a newer node added.
    pub extra: Extra,
}
