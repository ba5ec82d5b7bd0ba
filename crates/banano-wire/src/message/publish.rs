//! Published blocks (`node.md §8.2`, `§8.3`).
//!
//! Called by the codec. The kind of the block stands in the extensions of the header.

use banano_primitives::{Block, BlockKind};

use crate::bytes::Reader;
use crate::error::Problem;

const ORIGINATOR: u16 = 4;

/// Appends the block and returns the extensions.
pub(crate) fn encode(block: &Block, originator: bool, out: &mut Vec<u8>) -> u16 {
    block.encode(out);
    let flag = if originator { ORIGINATOR } else { 0 };
    flag | u16::from(block.kind().number()) << 8
}

/// Reads the block.
pub(crate) fn decode(extensions: u16, reader: &mut Reader<'_>) -> Result<Block, Problem> {
    block(block_number(extensions), reader)
}

/// Returns the number of the block's kind.
pub(crate) fn block_number(extensions: u16) -> u8 {
    let [_, high] = extensions.to_le_bytes();
    high & 15
}

/// Tells whether the sender is the first to publish the block.
pub(crate) fn originator(extensions: u16) -> bool {
    extensions & ORIGINATOR != 0
}

/// Reads a block whose kind has this number.
pub(super) fn block(number: u8, reader: &mut Reader<'_>) -> Result<Block, Problem> {
    let kind = BlockKind::from_number(number).ok_or(Problem::Unknown("block type", number))?;
    Block::decode(kind, reader.slice(kind.size())?).map_err(|_| Problem::Short)
}
