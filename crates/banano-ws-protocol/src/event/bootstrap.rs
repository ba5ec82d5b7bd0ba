//! A bootstrap attempt that began or ended.

use std::borrow::Cow;

use crate::Extra;

/// `message` of topic `bootstrap` (protocol.md §6.9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bootstrap {
    /// Names the attempt: text given by the caller, else 32 hex digits.
    pub id: String,
    /// How it goes about it.
    pub mode: BootstrapMode,
    /// Began, or ended.
    pub phase: BootstrapPhase,
    /// Members that a newer node added.
    pub extra: Extra,
}

/// How a bootstrap attempt goes about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BootstrapMode {
    /// By frontiers.
    Legacy,
    /// From one hash.
    Lazy,
    /// For the accounts of a wallet.
    WalletLazy,
    /// By accounts, from their first blocks up.
    Ascending,
    /// A word of a newer node.
    Other(Box<str>),
}

impl BootstrapMode {
    /// The word on the wire.
    pub fn name(&self) -> &str {
        match self {
            Self::Legacy => "legacy",
            Self::Lazy => "lazy",
            Self::WalletLazy => "wallet_lazy",
            Self::Ascending => "ascending",
            Self::Other(name) => name,
        }
    }

    /// The mode of that name.
    pub fn named(name: Cow<'_, str>) -> Self {
        [Self::Legacy, Self::Lazy, Self::WalletLazy, Self::Ascending]
            .into_iter()
            .find(|mode| mode.name() == name)
            .unwrap_or_else(|| Self::Other(name.into()))
    }
}

/// Whether an attempt began or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootstrapPhase {
    /// It began.
    Started,
    /// It ended.
    Exited {
        /// Blocks that it fetched.
        total_blocks: u64,
        /// How long it took, in whole **seconds**.
        duration_s: u64,
    },
}
