//! The background walk over all accounts, for those that the schedulers have lost sight of.
//!
//! Driven by `consensus`. Finds what was uncemented before a restart, what fell out of a full queue and whose
//! election expired (node.md §4.2). Rests while everything is cemented.

use banano_primitives::Account;

/// How many accounts are looked at in one step; with the pause between steps 10 000 a second.
pub(crate) const STEP_ACCOUNTS: usize = 1_000;

/// Pause between two steps of one round.
const STEP_PAUSE_MS: u64 = 100;

/// Pause between two rounds. The schedulers need no scan as a rule, so a short list isn't walked without end.
const ROUND_PAUSE_MS: u64 = 5_000;

/// Where the walk is.
#[derive(Debug)]
pub(crate) struct Scan {
    from: Account,
    /// When the next step is due; `None` while there is nothing to find.
    due_ms: Option<u64>,
}

impl Scan {
    /// Due at once: a ledger may come with uncemented blocks.
    pub(crate) fn new() -> Self {
        Self { from: Account::ZERO, due_ms: Some(0) }
    }

    pub(crate) fn due(&self) -> Option<u64> {
        self.due_ms
    }

    /// Where the next step begins.
    pub(crate) fn from(&self) -> Account {
        self.from
    }

    /// Ends a step: `next` is where the next one begins, `None` when the round is over.
    pub(crate) fn end_step(&mut self, next: Option<Account>, mono_ms: u64) {
        let pause_ms = if next.is_some() { STEP_PAUSE_MS } else { ROUND_PAUSE_MS };
        self.from = next.unwrap_or(Account::ZERO);
        self.due_ms = Some(mono_ms.saturating_add(pause_ms));
    }

    /// Everything is cemented: no step until a block is stored.
    pub(crate) fn rest(&mut self) {
        self.from = Account::ZERO;
        self.due_ms = None;
    }

    /// A block was stored, so there will be something to find if all else fails.
    pub(crate) fn wake(&mut self, mono_ms: u64) {
        self.due_ms.get_or_insert(mono_ms.saturating_add(ROUND_PAUSE_MS));
    }
}
