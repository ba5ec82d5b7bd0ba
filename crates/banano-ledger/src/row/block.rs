//! The row of a block: its sideband in front at fixed places, the block's own bytes behind.
//!
//! Called by the reads and the writer. The successor is a table of its own, so a block's row never changes once
//! written; `Sideband::successor` is filled in by the reader. Never decodes a block where its place is enough.

use std::sync::Arc;

use banano_primitives::{
    Account, Amount, Block, BlockDetails, BlockHash, BlockKind, Epoch, SavedBlock, Sideband,
};

use super::{Fields, Value};

/// Where a block stands and what it left, without the block itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placement {
    pub(crate) kind: BlockKind,
    pub(crate) account: Account,
    pub(crate) height: u64,
    pub(crate) balance: Amount,
    pub(crate) timestamp: u64,
    pub(crate) details: BlockDetails,
    pub(crate) source_epoch: Epoch,
}

impl Value for Placement {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.kind.number());
        self.account.encode(out);
        self.height.encode(out);
        self.balance.encode(out);
        self.timestamp.encode(out);
        out.push(self.details.pack());
        self.source_epoch.encode(out);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self {
            kind: BlockKind::from_number(fields.read()?)?,
            account: fields.read()?,
            height: fields.read()?,
            balance: fields.read()?,
            timestamp: fields.read()?,
            details: BlockDetails::unpack(fields.read()?).ok()?,
            source_epoch: fields.read()?,
        })
    }
}

/// The row of a stored block.
pub(crate) fn encode_block(saved: &SavedBlock) -> Vec<u8> {
    let mut row = Vec::with_capacity(288);
    let sideband = &saved.sideband;
    Placement {
        kind: saved.block.kind(),
        account: sideband.account,
        height: sideband.height,
        balance: sideband.balance,
        timestamp: sideband.timestamp,
        details: sideband.details,
        source_epoch: sideband.source_epoch,
    }
    .encode(&mut row);
    saved.block.encode(&mut row);
    row
}

/// The front of a block's row.
pub(crate) fn decode_placement(row: &[u8]) -> Option<Placement> {
    Fields::new(row).read()
}

/// A whole block row. The hash is computed anew, so a caller can tell a damaged row by it.
pub(crate) fn decode_block(row: &[u8], successor: BlockHash) -> Option<SavedBlock> {
    let mut fields = Fields::new(row);
    let placement: Placement = fields.read()?;
    let block = Block::decode(placement.kind, fields.rest()).ok()?;
    let sideband = Sideband {
        successor,
        account: placement.account,
        height: placement.height,
        balance: placement.balance,
        timestamp: placement.timestamp,
        details: placement.details,
        source_epoch: placement.source_epoch,
    };
    Some(SavedBlock { block: Arc::new(block), sideband })
}
