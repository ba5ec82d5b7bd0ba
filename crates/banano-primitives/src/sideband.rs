//! What a ledger knows about a block that the block does not say.
//!
//! Called by the ledger, which makes it, and by everything that tells people about blocks
//! (`node.md §3.1`).

use crate::account::Account;
use crate::amount::Amount;
use crate::epoch::Epoch;
use crate::hash::BlockHash;

const IS_SEND: u8 = 0x80;
const IS_RECEIVE: u8 = 0x40;
const IS_EPOCH: u8 = 0x20;
const EPOCH_MASK: u8 = 0x1F;

/// What a state block did. Legacy blocks have [`DetailKind::None`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DetailKind {
    /// None of the others: a change of representative, or a legacy block.
    #[default]
    None,
    /// The balance fell.
    Send,
    /// A send was received.
    Receive,
    /// The account was upgraded.
    Epoch,
}

/// Epoch and kind of a block, one byte in stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct BlockDetails {
    /// The epoch of the account after this block.
    pub epoch: Epoch,
    /// What the block did.
    pub kind: DetailKind,
}

impl BlockDetails {
    /// Packs into one byte: three flags and the stored epoch number.
    pub const fn pack(self) -> u8 {
        let flag = match self.kind {
            DetailKind::None => 0,
            DetailKind::Send => IS_SEND,
            DetailKind::Receive => IS_RECEIVE,
            DetailKind::Epoch => IS_EPOCH,
        };
        flag | self.epoch.stored_number()
    }

    /// Unpacks the byte.
    ///
    /// # Errors
    ///
    /// When more than one flag is set or the epoch is unknown.
    pub fn unpack(byte: u8) -> Result<Self, InvalidDetails> {
        let kind = match byte & !EPOCH_MASK {
            0 => DetailKind::None,
            IS_SEND => DetailKind::Send,
            IS_RECEIVE => DetailKind::Receive,
            IS_EPOCH => DetailKind::Epoch,
            _ => return Err(InvalidDetails(byte)),
        };
        let epoch = Epoch::from_stored_number(byte & EPOCH_MASK).ok_or(InvalidDetails(byte))?;
        Ok(Self { epoch, kind })
    }
}

/// A byte that packs no block details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0:#04x} is not a byte of block details: one flag and an epoch number of 2 to 4")]
pub struct InvalidDetails(pub u8);

/// Data about a stored block that is not in the block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sideband {
    /// The block after it, zero at the head of the chain.
    pub successor: BlockHash,
    /// Whose chain it is in.
    pub account: Account,
    /// Position in the chain, from 1.
    pub height: u64,
    /// Balance of the account after the block.
    pub balance: Amount,
    /// When this node first stored it, in seconds since the Unix epoch.
    pub timestamp: u64,
    /// What the block did, and its epoch.
    pub details: BlockDetails,
    /// The epoch of the send that was received, else 0.
    pub source_epoch: Epoch,
}
