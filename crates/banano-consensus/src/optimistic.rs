//! Accounts that are far behind: an election for the head may confirm the whole chain at once (node.md §4.2).
//!
//! Fed by the background scan, asked by `consensus`. The wait lets a chain that moves by itself go on.

use std::collections::VecDeque;

use banano_primitives::Account;
use rustc_hash::FxHashSet;

/// How many uncemented blocks make an account far behind.
const GAP: u64 = 32;

/// How many accounts wait at once. What finds no place comes again with the next scan.
const WAITING_MAX: usize = 16_384;

/// Percent of all elections that may be optimistic ones.
pub(crate) const SHARE_PERCENT: usize = 10;

/// Accounts in the order of their due times.
#[derive(Debug)]
pub(crate) struct Laggards {
    delay_ms: u64,
    order: VecDeque<(u64, Account)>,
    members: FxHashSet<Account>,
}

impl Laggards {
    pub(crate) fn new(delay_ms: u64) -> Self {
        Self { delay_ms, order: VecDeque::new(), members: FxHashSet::default() }
    }

    /// Notes an account if it is far behind.
    pub(crate) fn consider(&mut self, account: Account, blocks: u64, cemented: u64, mono_ms: u64) {
        if is_behind(blocks, cemented)
            && self.order.len() < WAITING_MAX
            && self.members.insert(account)
        {
            self.order.push_back((mono_ms.saturating_add(self.delay_ms), account));
        }
    }

    pub(crate) fn due(&self) -> Option<u64> {
        self.order.front().map(|(due, _)| *due)
    }

    pub(crate) fn pop_due(&mut self, mono_ms: u64) -> Option<Account> {
        if self.due()? > mono_ms {
            return None;
        }
        let (_, account) = self.order.pop_front()?;
        self.members.remove(&account);
        Some(account)
    }
}

/// Nothing is cemented, or more than 32 blocks aren't.
pub(crate) fn is_behind(blocks: u64, cemented: u64) -> bool {
    cemented < blocks && (cemented == 0 || blocks - cemented > GAP)
}
