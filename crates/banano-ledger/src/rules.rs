//! The constants of a network that decide about blocks.
//!
//! Made once when a ledger opens; read by the checks. Never changes afterwards.

use std::sync::Arc;

use banano_primitives::{Block, EpochSigners, Network, Thresholds};

/// What a ledger needs to know of its network.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// The network's name, for error texts.
    pub(crate) network: String,
    pub(crate) genesis: Arc<Block>,
    pub(crate) thresholds: Thresholds,
    pub(crate) signers: EpochSigners,
}

impl Rules {
    pub(crate) fn of(network: &Network) -> Self {
        Self {
            network: network.name.clone(),
            genesis: Arc::clone(&network.genesis),
            thresholds: network.thresholds,
            signers: network.epoch_signers,
        }
    }
}
