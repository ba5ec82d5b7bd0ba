//! Whether the operator lets this node vote for a block (the dev network's `--confirm`).
//!
//! Called by `consensus` before each own vote. Knows nothing of the rules of the network; those come on top.

use banano_primitives::BlockHash;

use crate::bounded_set::BoundedSet;
use crate::{Now, VotePolicy};

/// How many held and released blocks are remembered.
const CAPACITY: usize = 65_536;

/// The policy, and what was released under [`VotePolicy::Manual`].
#[derive(Debug)]
pub(crate) struct Permission {
    policy: VotePolicy,
    is_paused: bool,
    held: BoundedSet<BlockHash>,
    released: BoundedSet<BlockHash>,
}

/// What the policy says to a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Vote.
    Granted,
    /// Vote from this time on.
    NotBefore(u64),
    /// Don't vote.
    Withheld,
}

impl Permission {
    pub(crate) fn new(policy: VotePolicy) -> Self {
        Self {
            policy,
            is_paused: false,
            held: BoundedSet::new(CAPACITY),
            released: BoundedSet::new(CAPACITY),
        }
    }

    pub(crate) fn set_policy(&mut self, policy: VotePolicy) {
        self.policy = policy;
    }

    /// Withholds every vote, or goes on as the policy says.
    pub(crate) fn set_paused(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
    }

    /// On a vote for a block whose election started then; `None`: it has no election.
    pub(crate) fn verdict(&self, hash: &BlockHash, started: Option<Now>, now: Now) -> Verdict {
        match self.policy {
            _ if self.is_paused => Verdict::Withheld,
            VotePolicy::Instant => Verdict::Granted,
            VotePolicy::Manual if self.released.contains(hash) => Verdict::Granted,
            VotePolicy::Manual | VotePolicy::Never => Verdict::Withheld,
            VotePolicy::After { ms } => match started.map(|at| at.mono_ms.saturating_add(ms)) {
                Some(due) if due <= now.mono_ms => Verdict::Granted,
                Some(due) => Verdict::NotBefore(due),
                None => Verdict::Withheld,
            },
        }
    }

    /// Whether this node ever votes.
    pub(crate) fn is_voter(&self) -> bool {
        self.policy != VotePolicy::Never
    }

    /// Notes a block that waits for its release.
    pub(crate) fn hold(&mut self, hash: BlockHash) {
        if self.policy == VotePolicy::Manual && !self.released.contains(&hash) {
            self.held.insert(hash);
        }
    }

    /// Lets a block be voted for, now or whenever its turn comes.
    pub(crate) fn release(&mut self, hash: BlockHash) {
        self.held.remove(&hash);
        self.released.insert(hash);
    }

    /// Releases all that are held.
    pub(crate) fn release_all(&mut self) {
        for hash in self.held.drain() {
            self.released.insert(hash);
        }
    }

    /// Forgets a cemented block.
    pub(crate) fn forget(&mut self, hash: &BlockHash) {
        if self.policy == VotePolicy::Manual {
            self.held.remove(hash);
            self.released.remove(hash);
        }
    }
}
