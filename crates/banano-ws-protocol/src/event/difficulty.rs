//! The difficulty that the network works at.

use banano_primitives::Difficulty;

use crate::Extra;

/// `message` of topic `active_difficulty` (protocol.md §6.5). `multiplier` and
/// `network_receive_current` follow from these three values and are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveDifficulty {
    /// Base threshold for send and change.
    pub minimum: Difficulty,
    /// Threshold for receive; zero where receives need no work. `None` behind an upstream node
    /// that does not tell (before V21.2).
    pub receive_minimum: Option<Difficulty>,
    /// What the network works at now.
    pub current: Difficulty,
    /// Members that a newer node added.
    pub extra: Extra,
}

impl ActiveDifficulty {
    /// `current` over `minimum`.
    pub fn multiplier(&self) -> f64 {
        self.current.multiplier(self.minimum)
    }

    /// What receives need at the current multiplier, by the node's formula in doubles: zero where
    /// receives need no work at all (protocol.md §6.5, node.md §5).
    pub fn receive_current(&self) -> Option<Difficulty> {
        let receive_minimum = self.receive_minimum?;
        if receive_minimum == Difficulty::ZERO {
            return Some(receive_minimum);
        }
        let ratio = self.minimum.multiplier(receive_minimum);
        let multiplier = self.multiplier() * ratio + 1.0 - ratio;
        Some(Difficulty::from_multiplier(multiplier, receive_minimum))
    }
}
