//! Options of a `vote` subscription.

use super::{AccountSet, Held, Update};
use crate::{VoteCode, VoteEvent};

/// Options of a `vote` subscription (protocol.md §6.2.2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VoteOptions {
    /// What passes.
    pub filter: VoteFilter,
    /// Whether an `update` may change it: it was made **with** `options`, of any value. Nodes update
    /// no votes at all; see [`Held::Extensible`](crate::Held::Extensible).
    pub updatable: bool,
}

impl VoteOptions {
    /// What an `update` finds here.
    pub const fn held(&self) -> Held {
        if self.updatable { Held::Extensible } else { Held::Fixed }
    }

    /// Adds representatives, then removes some. A list that ends up empty is no filter, as it is
    /// none when a subscription is made with it (protocol.md §6.2.2, §11.1).
    pub fn apply(&mut self, update: &Update) {
        let list = &mut self.filter.representatives;
        update.representatives.apply_to(list);
        if list.as_ref().is_some_and(AccountSet::is_empty) {
            *list = None;
        }
    }
}

/// Which votes pass: code **and** representative. The default is that of `"options": {}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoteFilter {
    /// `representatives`; `None` is everyone, and so is a list without a valid account.
    pub representatives: Option<AccountSet>,
    /// `include_replays`.
    pub replays: bool,
    /// `include_indeterminate`.
    pub indeterminate: bool,
    /// `include_late`, ours.
    pub late: bool,
}

impl Default for VoteFilter {
    fn default() -> Self {
        Self { representatives: None, replays: false, indeterminate: false, late: true }
    }
}

impl VoteFilter {
    /// What a node lets through without `options`: everything (protocol.md §6.2.2).
    pub const EVERYTHING: Self =
        Self { representatives: None, replays: true, indeterminate: true, late: true };

    /// Whether `vote` passes.
    pub fn matches(&self, vote: &VoteEvent) -> bool {
        self.lets_through(vote.code)
            && self.representatives.as_ref().is_none_or(|set| set.contains(&vote.vote.account))
    }

    /// How many accounts it names.
    pub fn entries(&self) -> usize {
        self.representatives.as_ref().map_or(0, AccountSet::len)
    }

    /// Whether votes of `code` pass, whoever cast them.
    pub const fn lets_through(&self, code: VoteCode) -> bool {
        match code {
            VoteCode::Vote | VoteCode::Ignored => true,
            VoteCode::Replay => self.replays,
            VoteCode::Indeterminate => self.indeterminate,
            VoteCode::Late => self.late,
        }
    }
}
