//! A vote that was handled, and what it was worth.

use std::sync::Arc;

use banano_primitives::Vote;

use crate::Extra;

/// `message` of topic `vote` (protocol.md §6.2).
#[derive(Debug, Clone, PartialEq)]
pub struct VoteEvent {
    /// The vote.
    pub vote: Arc<Vote>,
    /// What it was worth.
    pub code: VoteCode,
    /// Members that a newer node added.
    pub extra: Extra,
}

/// `type` of a vote: what it was worth to the running elections (protocol.md §6.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VoteCode {
    /// New to at least one running election, and a replay for none.
    Vote,
    /// For at least one hash not newer than what that representative already said.
    Replay,
    /// No election runs, the block was confirmed lately.
    Late,
    /// No election, or a representative too small to count, or held back by a cooldown.
    Indeterminate,
    /// Has a name in the node's code and was never seen on the wire; rendered and passed on.
    Ignored,
}

impl VoteCode {
    /// All codes.
    pub const ALL: [Self; 5] =
        [Self::Vote, Self::Replay, Self::Late, Self::Indeterminate, Self::Ignored];

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vote => "vote",
            Self::Replay => "replay",
            Self::Late => "late",
            Self::Indeterminate => "indeterminate",
            Self::Ignored => "ignored",
        }
    }
}
