//! Epochs: the upgrade levels of accounts.
//!
//! Called by the ledger, sidebands and thresholds (`node.md §2.5`, `§3.4`).

use crate::hash::Link;

/// The upgrade level of an account or block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Epoch {
    /// Never upgraded.
    #[default]
    Zero,
    /// After `epoch v1 block`.
    One,
    /// After `epoch v2 block`.
    Two,
}

impl Epoch {
    /// Every epoch, lowest first.
    pub const ALL: [Self; 3] = [Self::Zero, Self::One, Self::Two];

    /// Returns the number that people and JSON use: 0, 1, 2.
    pub const fn number(self) -> u8 {
        match self {
            Self::Zero => 0,
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// Returns the number of stores and packed details: 2, 3, 4.
    pub const fn stored_number(self) -> u8 {
        match self {
            Self::Zero => 2,
            Self::One => 3,
            Self::Two => 4,
        }
    }

    /// Reads the number of stores and packed details.
    pub const fn from_stored_number(number: u8) -> Option<Self> {
        match number {
            2 => Some(Self::Zero),
            3 => Some(Self::One),
            4 => Some(Self::Two),
            _ => None,
        }
    }

    /// Returns the `link` of a block that upgrades to this epoch; nothing upgrades to epoch 0.
    pub const fn link(self) -> Option<Link> {
        match self {
            Self::Zero => None,
            Self::One => Some(epoch_link(b"epoch v1 block")),
            Self::Two => Some(epoch_link(b"epoch v2 block")),
        }
    }

    /// Returns the epoch whose link this is.
    pub fn of_link(link: &Link) -> Option<Self> {
        Self::ALL.into_iter().find(|epoch| epoch.link().as_ref() == Some(link))
    }
}

/// Pads the text with zeros on the right.
const fn epoch_link(text: &[u8; 14]) -> Link {
    let mut bytes = [0; 32];
    let (head, _) = bytes.split_at_mut(14);
    head.copy_from_slice(text);
    Link::from_bytes(bytes)
}
