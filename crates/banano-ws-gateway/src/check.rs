//! Whether what an upstream says can be true.
//!
//! A block proves itself: its hash, the signature of its owner (or of the epoch signer), its work. A
//! gateway can't know what is confirmed; that is what agreement is for. Pure.

use banano_primitives::{Account, Block, BlockHash, Body, Network, Subtype, Thresholds};
use banano_ws_protocol::{Confirmation, UnconfirmedBlock, VoteEvent};

/// Why a message was dropped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lie {
    /// The block is missing, or has another hash than told.
    #[error("confirmation of {0} without a block of that hash")]
    Hash(BlockHash),
    /// The block belongs to another account.
    #[error("confirmation of {hash} tells account {told}, but the block is of another")]
    Owner {
        /// The block.
        hash: BlockHash,
        /// `message.account`.
        told: Account,
    },
    /// Not signed by its owner.
    #[error("block {0} has a bad signature")]
    Signature(BlockHash),
    /// Too little work.
    #[error("block {0} has too little work")]
    Work(BlockHash),
    /// The amount is not what the balances say.
    #[error("confirmation of {0} tells an amount that its balances do not")]
    Amount(BlockHash),
    /// The height is not one more than that of the block before.
    #[error("confirmation of {0} tells a height that its chain does not have")]
    Height(BlockHash),
    /// Not signed by its representative.
    #[error("vote of {0} has a bad signature")]
    Vote(Account),
}

/// The rules of one network. Where it is not known, work is not checked, and whoever signs epoch
/// blocks on any network that is known by name is believed.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    epoch_signers: Vec<Account>,
    thresholds: Option<Thresholds>,
}

impl Check {
    pub(crate) fn new(network: Option<&Network>) -> Self {
        let known = || Network::NAMES.iter().filter_map(|name| Network::by_name(name)).collect();
        let networks: Vec<Network> = network.map_or_else(known, |network| vec![network.clone()]);
        let signers = |it: &Network| [it.epoch_signers.epoch_1, it.epoch_signers.epoch_2];
        Self {
            epoch_signers: networks.iter().flat_map(signers).collect(),
            thresholds: network.map(|network| network.thresholds),
        }
    }

    pub(crate) fn confirmation(&self, it: &Confirmation) -> Result<(), Lie> {
        let hash = it.block.hash();
        if it.block.account().is_some_and(|owner| owner != it.account) {
            return Err(Lie::Owner { hash, told: it.account });
        }
        self.block(&it.block, it.account, it.subtype == Some(Subtype::Epoch))
    }

    pub(crate) fn stored(&self, it: &UnconfirmedBlock) -> Result<(), Lie> {
        match it.account.or_else(|| it.block.account()) {
            Some(account) => self.block(&it.block, account, it.subtype == Some(Subtype::Epoch)),
            // A legacy block does not name its owner, so its signature can't be checked.
            None => self.work(&it.block),
        }
    }

    pub(crate) fn vote(it: &VoteEvent) -> Result<(), Lie> {
        if it.vote.verify() { Ok(()) } else { Err(Lie::Vote(it.vote.account)) }
    }

    fn block(&self, block: &Block, owner: Account, is_epoch: bool) -> Result<(), Lie> {
        let is_signed = if is_epoch {
            self.epoch_signers.iter().any(|signer| block.is_signed_by(signer))
        } else {
            block.is_signed_by(&owner)
        };
        if !is_signed {
            return Err(Lie::Signature(block.hash()));
        }
        self.work(block)
    }

    fn work(&self, block: &Block) -> Result<(), Lie> {
        let Some(thresholds) = &self.thresholds else { return Ok(()) };
        // Which threshold holds depends on the account's epoch, which a gateway can't know for sure:
        // the entry threshold is what every block must reach.
        let wanted = match block.body() {
            Body::State(_) => thresholds.entry,
            _ => thresholds.legacy(),
        };
        if block.difficulty() < wanted { Err(Lie::Work(block.hash())) } else { Ok(()) }
    }
}
