//! Options of a `confirmation` subscription.

use crate::{Confirmation, ConfirmationKind, Variant};

use super::{AccountFilter, AccountSet, Update};

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
    /// Adds accounts, then removes accounts: one in both ends up out. From then on there is an
    /// account filter, if `update` names a list at all (protocol.md §6.1.5).
    pub fn apply(&mut self, update: &Update) {
        let Update { accounts_add, accounts_del } = update;
        if accounts_add.is_none() && accounts_del.is_none() {
            return;
        }
        if let AccountFilter::Any = self.filter.accounts {
            self.filter.accounts =
                AccountFilter::Only { accounts: AccountSet::default(), local: false };
        }
        if let AccountFilter::Only { accounts, .. } = &mut self.filter.accounts {
            accounts.insert_all(accounts_add.as_deref().unwrap_or_default());
            accounts.remove_all(accounts_del.as_deref().unwrap_or_default());
        }
    }
}

/// Which confirmations pass: kind **and** account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfirmationFilter {
    /// `confirmation_type`.
    pub kinds: KindFilter,
    /// `accounts` and `all_local_accounts`.
    pub accounts: AccountFilter,
}

impl ConfirmationFilter {
    /// Whether `confirmation` passes.
    pub fn matches(&self, confirmation: &Confirmation) -> bool {
        self.kinds.matches(confirmation.kind) && self.accounts.matches(confirmation)
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
