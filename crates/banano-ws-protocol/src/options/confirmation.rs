//! Options of a `confirmation` subscription.

use super::{AccountFilter, BlockFilter, Held, Update};
use crate::{BlockFacts, Confirmation, ConfirmationKind, Variant};

/// Options of a `confirmation` subscription (protocol.md §6.1.2). The default is what a subscription
/// without `options` has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfirmationOptions {
    /// What passes.
    pub filter: ConfirmationFilter,
    /// How it is rendered.
    pub variant: Variant,
    /// Whether an `update` may change it: it was made **with** `options`, of any value
    /// (protocol.md §3.2).
    pub updatable: bool,
}

impl ConfirmationOptions {
    /// What an `update` finds here.
    pub const fn held(&self) -> Held {
        if self.updatable { Held::Updatable } else { Held::Fixed }
    }

    /// Adds to each list, then removes from it: what is in both ends up out. A list that `update`
    /// names is a filter from then on (protocol.md §6.1.5, §11.1).
    pub fn apply(&mut self, update: &Update) {
        self.filter.accounts.apply(&update.accounts);
        if update.is_extension() {
            self.filter.blocks.get_or_insert_default().apply(update);
        }
    }
}

/// Which confirmations pass: kind **and** account **and** whatever else was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfirmationFilter {
    /// `confirmation_type`.
    pub kinds: KindFilter,
    /// `accounts` and `all_local_accounts`.
    pub accounts: AccountFilter,
    /// The extension filters, if one was ever used.
    pub blocks: Option<Box<BlockFilter>>,
}

impl ConfirmationFilter {
    /// Whether `confirmation` passes.
    pub fn matches(&self, confirmation: &Confirmation) -> bool {
        self.kinds.matches(confirmation.kind)
            && self.accounts.matches(confirmation)
            && self.blocks.as_ref().is_none_or(|filter| {
                filter.matches(&BlockFacts::from(confirmation), self.accounts.accounts())
            })
    }

    /// Whether it keeps to accounts or hashes that it names.
    pub fn is_narrow(&self) -> bool {
        self.accounts.accounts().is_some()
            || self.blocks.as_ref().is_some_and(|filter| filter.has_lists())
    }

    /// How many accounts and hashes it names.
    pub fn entries(&self) -> usize {
        self.accounts.len() + self.blocks.as_ref().map_or(0, |filter| filter.entries())
    }
}

/// `confirmation_type` of the options: which kinds pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum KindFilter {
    /// All three.
    #[default]
    All,
    /// The two active ones.
    Active,
    /// `active_quorum`.
    ActiveQuorum,
    /// `active_confirmation_height`.
    ActiveConfirmationHeight,
    /// `inactive`.
    Inactive,
}

impl KindFilter {
    /// All filters.
    pub const ALL: [Self; 5] = [
        Self::All,
        Self::Active,
        Self::ActiveQuorum,
        Self::ActiveConfirmationHeight,
        Self::Inactive,
    ];

    /// The word on the wire, which may be in any case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Active => "active",
            Self::ActiveQuorum => "active_quorum",
            Self::ActiveConfirmationHeight => "active_confirmation_height",
            Self::Inactive => "inactive",
        }
    }

    /// The filter of that name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.name().eq_ignore_ascii_case(name))
    }

    /// Whether `kind` passes.
    pub const fn matches(self, kind: ConfirmationKind) -> bool {
        match self {
            Self::All => true,
            Self::Active => !matches!(kind, ConfirmationKind::Inactive),
            Self::ActiveQuorum => matches!(kind, ConfirmationKind::ActiveQuorum),
            Self::ActiveConfirmationHeight => {
                matches!(kind, ConfirmationKind::ActiveConfirmationHeight)
            }
            Self::Inactive => matches!(kind, ConfirmationKind::Inactive),
        }
    }
}
