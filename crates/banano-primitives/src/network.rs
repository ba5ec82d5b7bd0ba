//! Networks as data: what makes Banano live, Nano live or a private network different.
//!
//! Called by the ledger, consensus, nodes and gateways; nothing else in the code knows one network
//! from another. Known networks come by name, others from a file (`node.md §2`).

mod banano;
mod file;
mod literal;
mod nano;
mod timings;

pub use file::NetworkError;
pub use timings::Timings;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::account::{Account, Prefix};
use crate::amount::Amount;
use crate::block::Block;
use crate::epoch::Epoch;
use crate::key::PrivateKey;
use crate::threshold::Thresholds;

/// The private key of every development network's genesis account. Public knowledge.
pub const DEV_GENESIS_KEY: PrivateKey = PrivateKey::from_bytes([
    0x34, 0xF0, 0xA3, 0x7A, 0xAD, 0x20, 0xF4, 0xA2, 0x60, 0xF0, 0xA5, 0xB3, 0xCB, 0x3D, 0x7F, 0xB5,
    0x06, 0x73, 0x21, 0x22, 0x63, 0xE5, 0x8A, 0x38, 0x0B, 0xC1, 0x04, 0x74, 0xBB, 0x03, 0x9C, 0xE4,
]);

/// All that distinguishes one network from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "file::NetworkFile", into = "file::NetworkFile")]
pub struct Network {
    /// Name in options and messages: `live`, `nano-beta`, …
    pub name: String,
    /// How accounts are written.
    pub prefix: Prefix,
    /// First two bytes of every message.
    pub magic: [u8; 2],
    /// The first block. It is inserted, never validated: not all of them would pass.
    pub genesis: Arc<Block>,
    /// Where nodes listen by default.
    pub ports: Ports,
    /// Work thresholds.
    pub thresholds: Thresholds,
    /// Who signs epoch blocks.
    pub epoch_signers: EpochSigners,
    /// The online weight is taken to be at least this.
    pub online_weight_minimum: Amount,
    /// A node's own representative votes only from this weight.
    pub vote_minimum: Amount,
    /// A representative below this weight is not counted.
    pub representative_minimum: Amount,
    /// A wallet receives by itself from this amount.
    pub receive_minimum: Amount,
    /// A representative is principal above 1/divisor of the trended online weight.
    pub principal_divisor: u32,
    /// Percent of online weight that confirms.
    pub quorum_percent: u8,
    /// Clocks of consensus and networking.
    pub timings: Timings,
    /// Protocol versions spoken and accepted.
    pub protocol: ProtocolVersions,
    /// Host names of first peers.
    pub peers: Vec<String>,
    /// Representatives for new wallet accounts.
    pub representatives: Vec<Account>,
}

impl Network {
    /// Names accepted by [`Network::by_name`].
    pub const NAMES: [&str; 8] =
        ["live", "beta", "test", "dev", "nano-live", "nano-beta", "nano-test", "nano-dev"];

    /// Returns a known network.
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "live" => Some(banano::live()),
            "beta" => Some(banano::beta()),
            "test" => Some(banano::test()),
            "dev" => Some(banano::dev()),
            "nano-live" => Some(nano::live()),
            "nano-beta" => Some(nano::beta()),
            "nano-test" => Some(nano::test()),
            "nano-dev" => Some(nano::dev()),
            _ => None,
        }
    }

    /// Returns the live network of Banano.
    pub fn live() -> Self {
        banano::live()
    }

    /// Returns the development network of Banano, whose genesis key is [`DEV_GENESIS_KEY`].
    pub fn dev() -> Self {
        banano::dev()
    }

    /// Returns the account that owns the whole supply at first.
    pub fn genesis_account(&self) -> Account {
        self.genesis.account().unwrap_or_default()
    }
}

/// Where the parts of a node listen by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ports {
    /// Peers.
    pub peering: u16,
    /// HTTP RPC.
    pub rpc: u16,
    /// IPC.
    pub ipc: u16,
    /// WebSocket.
    pub websocket: u16,
}

/// Who signs the blocks that upgrade accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochSigners {
    /// Signer of `epoch v1 block`.
    pub epoch_1: Account,
    /// Signer of `epoch v2 block`.
    pub epoch_2: Account,
}

impl EpochSigners {
    /// Returns the signer of an epoch; nobody upgrades to epoch 0.
    pub const fn signer(&self, epoch: Epoch) -> Option<Account> {
        match epoch {
            Epoch::Zero => None,
            Epoch::One => Some(self.epoch_1),
            Epoch::Two => Some(self.epoch_2),
        }
    }
}

/// Protocol versions (`node.md §2.6`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolVersions {
    /// The version that we speak.
    pub current: u8,
    /// The lowest that we accept.
    pub minimum: u8,
    /// The lowest that we bootstrap from.
    pub bootstrap_minimum: u8,
}
