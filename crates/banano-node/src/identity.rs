//! What a node says about itself: version and telemetry.
//!
//! Called by `Node`. Computes only.

use std::time::Duration;

use banano_ledger::Counts;
use banano_primitives::{BlockHash, KeyPair, Network, Signature};
use banano_wire::Telemetry;

/// Major, minor, patch and pre-release of this program, from its crate.
const RELEASE: [u8; 4] = [
    part(env!("CARGO_PKG_VERSION_MAJOR")),
    part(env!("CARGO_PKG_VERSION_MINOR")),
    part(env!("CARGO_PKG_VERSION_PATCH")),
    0,
];

/// `maker` of our telemetry. 0 to 3 are taken (`node.md` §7.1); clients show others as they are.
const MAKER: u8 = 87;

/// Version of the ledger's tables as RPC tells it.
const STORE_VERSION: u32 = 1;

/// Where ledgers are kept.
const STORE_VENDOR: &str = "fjall";

/// What RPC `version` tells (`node.md` §9.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Of the RPC interface.
    pub rpc_version: u32,
    /// Of the ledger's tables.
    pub store_version: u32,
    /// Of the wire protocol.
    pub protocol_version: u8,
    /// Name and version of this program.
    pub node_vendor: String,
    /// Name of the store.
    pub store_vendor: String,
    /// Name of the network.
    pub network: String,
    /// Hash of its first block.
    pub network_identifier: BlockHash,
    /// What the program was built from.
    pub build_info: String,
}

impl Version {
    pub(crate) fn of(network: &Network) -> Self {
        Self {
            rpc_version: 1,
            store_version: STORE_VERSION,
            protocol_version: network.protocol.current,
            node_vendor: concat!("banano-ws ", env!("CARGO_PKG_VERSION")).to_owned(),
            store_vendor: STORE_VENDOR.to_owned(),
            network: network.name.clone(),
            network_identifier: network.genesis.hash(),
            build_info: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// What goes into telemetry.
pub(crate) struct Report {
    pub(crate) counts: Counts,
    pub(crate) unchecked: usize,
    pub(crate) peer_count: u32,
    pub(crate) uptime: Duration,
    pub(crate) unix_ms: u64,
}

impl Report {
    /// The signed message (`node.md` §7.1).
    pub(crate) fn telemetry(self, network: &Network, id: &KeyPair) -> Telemetry {
        let [major_version, minor_version, patch_version, pre_release_version] = RELEASE;
        Telemetry {
            signature: Signature::ZERO,
            node_id: id.account(),
            block_count: self.counts.blocks,
            cemented_count: self.counts.cemented,
            unchecked_count: u64::try_from(self.unchecked).unwrap_or(u64::MAX),
            account_count: self.counts.accounts,
            bandwidth_cap: 0,
            peer_count: self.peer_count,
            protocol_version: network.protocol.current,
            uptime: self.uptime.as_secs(),
            genesis_block: network.genesis.hash(),
            major_version,
            minor_version,
            patch_version,
            pre_release_version,
            maker: MAKER,
            timestamp: self.unix_ms,
            active_difficulty: network.thresholds.base,
            unknown: Vec::new(),
        }
        .signed(id)
    }
}

/// A decimal number of a version; 255 stands for all that are larger.
const fn part(text: &str) -> u8 {
    let bytes = text.as_bytes();
    let mut value: u8 = 0;
    let mut index = 0;
    while index < bytes.len() {
        #[expect(clippy::indexing_slicing, reason = "the loop's condition keeps the index inside")]
        let digit = bytes[index].saturating_sub(b'0');
        value = value.saturating_mul(10).saturating_add(digit);
        index += 1;
    }
    value
}
