//! Options of a `vote` subscription.

use crate::{VoteCode, VoteEvent};

use super::AccountSet;

/// Options of a `vote` subscription (protocol.md §6.2.2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VoteOptions {
    /// What passes.
    pub filter: VoteFilter,
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
