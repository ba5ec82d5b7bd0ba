//! What upstreams are asked when events were missed.
//!
//! Only the bookkeeping: which questions are open. Whoever holds the merge asks them by RPC, of as
//! many upstreams as must agree, and hands back what each found. Bounded: when too many questions are
//! open no more are asked, and the hole is reported instead.

use banano_primitives::{Account, BlockHash};
use banano_ws_protocol::Confirmation;
use rustc_hash::FxHashMap;

use crate::upstream::UpstreamId;

/// Most questions that are open at once.
pub(crate) const ASKS_MAX: usize = 256;

/// Names a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AskId(u64);

/// What was missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The confirmed blocks of an account from `newest` back to the one after `known`.
    Chain {
        /// Whose chain.
        account: Account,
        /// The newest block that is missing.
        newest: BlockHash,
        /// The newest one that is not.
        known: BlockHash,
    },
    /// Everything that was confirmed since then, in milliseconds since the Unix epoch.
    Since {
        /// Begin of the gap, with a margin for clocks.
        ms: u64,
    },
}

/// A question for upstreams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// To be given back with the answer.
    pub id: AskId,
    /// What is asked.
    pub question: Question,
}

/// What one upstream found.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The question.
    pub id: AskId,
    /// Who answers.
    pub by: UpstreamId,
    /// Confirmed blocks, oldest first. A long answer comes in parts.
    pub found: Vec<Confirmation>,
}

/// Questions that are open.
#[derive(Debug, Default)]
pub(crate) struct Healing {
    open: FxHashMap<AskId, Question>,
    next: u64,
}

impl Healing {
    /// Opens a question; `None` when too many are.
    pub(crate) fn ask(&mut self, question: Question) -> Option<Ask> {
        if self.open.len() >= ASKS_MAX {
            return None;
        }
        let id = AskId(self.next);
        self.next += 1;
        self.open.insert(id, question);
        Some(Ask { id, question })
    }

    /// Whether that question is open.
    pub(crate) fn is_open(&self, id: AskId) -> bool {
        self.open.contains_key(&id)
    }

    /// All who were asked have answered or given up.
    pub(crate) fn close(&mut self, id: AskId) -> Option<Question> {
        self.open.remove(&id)
    }
}
