//! Which difficulty a block must reach.
//!
//! Called by the ledger and by work generation (`node.md §1.8`).

use crate::block::{Block, BlockKind};
use crate::difficulty::Difficulty;
use crate::epoch::Epoch;
use crate::sideband::{BlockDetails, DetailKind};

/// The work thresholds of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// Every block of epochs 0 and 1, and every legacy block.
    pub epoch_1: Difficulty,
    /// Sends and changes of epoch 2.
    pub epoch_2: Difficulty,
    /// Receives, opens and epoch blocks of epoch 2.
    pub epoch_2_receive: Difficulty,
    /// What multipliers are relative to: the hardest.
    pub base: Difficulty,
    /// What a state block must reach to be looked at: the easiest.
    pub entry: Difficulty,
}

impl Thresholds {
    /// Derives base and entry from the three thresholds.
    pub fn new(epoch_1: Difficulty, epoch_2: Difficulty, epoch_2_receive: Difficulty) -> Self {
        Self {
            epoch_1,
            epoch_2,
            epoch_2_receive,
            base: epoch_1.max(epoch_2).max(epoch_2_receive),
            entry: epoch_1.min(epoch_2).min(epoch_2_receive),
        }
    }

    /// Returns what a state block with these details must reach.
    pub const fn required(&self, details: BlockDetails) -> Difficulty {
        match (details.epoch, details.kind) {
            (Epoch::Zero | Epoch::One, _) => self.epoch_1,
            (Epoch::Two, DetailKind::Receive | DetailKind::Epoch) => self.epoch_2_receive,
            (Epoch::Two, DetailKind::None | DetailKind::Send) => self.epoch_2,
        }
    }

    /// Returns what a legacy block must reach.
    pub const fn legacy(&self) -> Difficulty {
        self.epoch_1
    }

    /// Returns what a block must reach before it is worth looking at its chain.
    pub fn entry_of(&self, block: &Block) -> Difficulty {
        if block.kind() == BlockKind::State { self.entry } else { self.epoch_1 }
    }
}
