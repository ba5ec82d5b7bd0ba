//! Checks what a server says, as far as a message can be checked by itself.
//!
//! Called by the session for every event unless that is switched off, and by applications. Cannot see
//! whether a block was confirmed, nor what it moved: that is the server's word, and several servers'
//! agreement is the remedy.

use banano_primitives::{Account, Block, BlockHash, Network, Subtype};
use banano_ws_protocol::ReceivedEvent;

/// Why an event cannot be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The hash is not that of the block.
    #[error("told as {told}, but the block's hash is {computed}")]
    Hash {
        /// What the message says.
        told: BlockHash,
        /// What the block says.
        computed: BlockHash,
    },
    /// The block is another account's.
    #[error("block {hash} was told as one of {told}, but it is another account's")]
    Account {
        /// The block.
        hash: BlockHash,
        /// What the message says.
        told: Account,
    },
    /// The signature is not the owner's.
    #[error("block {0} is not signed by its account")]
    BlockSignature(BlockHash),
    /// The work does not reach the network's threshold.
    #[error("work of block {0} is not enough for this network")]
    Work(BlockHash),
    /// The signature is not the representative's.
    #[error("vote of {0} is not signed by it")]
    VoteSignature(Account),
}

/// Recomputes hashes, and checks signatures and, if `network` is given, work. An event without block
/// or signature passes: there is nothing to check.
///
/// # Errors
///
/// If the event cannot be right.
pub fn validate(event: &ReceivedEvent, network: Option<&Network>) -> Result<(), Invalid> {
    match event {
        ReceivedEvent::Confirmation(it) => {
            let Some(block) = &it.block else { return Ok(()) };
            if block.hash() != it.hash {
                return Err(Invalid::Hash { told: it.hash, computed: block.hash() });
            }
            if block.account().is_some_and(|owner| owner != it.account) {
                return Err(Invalid::Account { hash: it.hash, told: it.account });
            }
            check(block, Some(it.account), it.subtype, network)
        }
        ReceivedEvent::NewUnconfirmedBlock(it) => {
            check(&it.block, it.account.or_else(|| it.block.account()), it.subtype, network)
        }
        ReceivedEvent::Vote(it) if !it.vote.verify() => {
            Err(Invalid::VoteSignature(it.vote.account))
        }
        _ => Ok(()),
    }
}

/// An epoch block is signed by the network's signer, whom only `network` knows.
fn check(
    block: &Block,
    owner: Option<Account>,
    subtype: Option<Subtype>,
    network: Option<&Network>,
) -> Result<(), Invalid> {
    let is_signed = match (owner, subtype, network) {
        (Some(owner), Some(Subtype::Epoch), Some(network)) => {
            let signers = network.epoch_signers;
            [owner, signers.epoch_1, signers.epoch_2].iter().any(|it| block.is_signed_by(it))
        }
        (Some(owner), subtype, _) => subtype == Some(Subtype::Epoch) || block.is_signed_by(&owner),
        (None, ..) => true,
    };
    if !is_signed {
        return Err(Invalid::BlockSignature(block.hash()));
    }
    let is_enough =
        network.is_none_or(|network| block.difficulty() >= network.thresholds.entry_of(block));
    if is_enough { Ok(()) } else { Err(Invalid::Work(block.hash())) }
}
