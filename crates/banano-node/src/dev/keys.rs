//! The keys of a dev network, all from one seed.
//!
//! Called when the network is set up. Computes only. Funded accounts are the seed's keys 0, 1, 2 …
//! as any wallet derives them; what the network needs for itself comes from indexes that no wallet
//! reaches.

use banano_primitives::{Amount, KeyPair, Seed};

/// First index of the representatives' keys.
const REPRESENTATIVES: u32 = 0x8000_0000;
/// First index of the nodes' identities.
const NODE_IDS: u32 = 0x9000_0000;
/// Index of the faucet's key.
const FAUCET: u32 = 0xa000_0000;
/// First index of the traffic generator's keys.
const ACTIVITY: u32 = 0xb000_0000;

/// A funded account, told to the user.
#[derive(Clone, Debug)]
pub struct DevAccount {
    /// Index in the seed.
    pub index: u32,
    /// Its key. Public, as everything that comes from a printed seed.
    pub keypair: KeyPair,
    /// What it started with.
    pub balance: Amount,
}

/// Derives keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys(pub(crate) Seed);

impl Keys {
    fn at(self, base: u32, offset: u32) -> KeyPair {
        KeyPair::from(self.0.private_key(base.wrapping_add(offset)))
    }

    /// Funded account number `index`.
    pub(crate) fn account(self, index: u32) -> KeyPair {
        self.at(0, index)
    }

    /// What node number `index` votes with.
    pub(crate) fn representative(self, index: u32) -> KeyPair {
        self.at(REPRESENTATIVES, index)
    }

    /// What node number `index` is known by.
    pub(crate) fn node_id(self, index: u32) -> KeyPair {
        self.at(NODE_IDS, index)
    }

    /// The account that gives money away.
    pub(crate) fn faucet(self) -> KeyPair {
        self.at(FAUCET, 0)
    }

    /// Account number `index` of the traffic generator.
    pub(crate) fn activity(self, index: u32) -> KeyPair {
        self.at(ACTIVITY, index)
    }
}
