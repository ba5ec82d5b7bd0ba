//! Walks over all accounts, page by page: over those that a peer says it has, or over our own.
//!
//! Owned by [`super::CatchUp`]. Holds values only.

use std::collections::VecDeque;

use banano_primitives::{Account, BlockHash};

use crate::peers::PeerId;

/// Frontiers that one request asks for, the most that an answer may hold (`node.md` §8.3).
pub(super) const FRONTIERS_ASKED: u16 = 1_000;
/// Our own accounts that one step looks at.
pub(super) const OWN_STEP: usize = 256;

/// Whose accounts are walked over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walk {
    /// A peer's, by its frontiers.
    Peer(PeerId),
    /// Ours: each is asked for, whether or not a peer has more of it. For peers that do not tell their
    /// frontiers.
    Own,
}

/// The walks of an attempt, one after the other.
#[derive(Debug, Default)]
pub(super) struct Walks {
    ahead: VecDeque<Walk>,
    /// Where the first one stands.
    from: Account,
    /// Its next page is on the way.
    is_asked: bool,
    /// Walks that went to the end.
    completed: u32,
    /// Walks that did not.
    failed: u32,
}

impl Walks {
    /// Begins with these, and forgets what earlier ones came to.
    pub(super) fn begin(&mut self, walks: impl IntoIterator<Item = Walk>) {
        *self = Self { ahead: walks.into_iter().collect(), ..Self::default() };
    }

    /// The next page to ask for, unless one is on its way.
    pub(super) fn next(&self) -> Option<(Walk, Account)> {
        let walk = self.ahead.front().filter(|_| !self.is_asked)?;
        Some((*walk, self.from))
    }

    /// A page was asked for.
    pub(super) fn asked(&mut self) {
        self.is_asked = true;
    }

    /// Nothing is left to walk over.
    pub(super) fn is_empty(&self) -> bool {
        self.ahead.is_empty()
    }

    /// Whether there was a walk, and each went to its end.
    pub(super) fn is_complete(&self) -> bool {
        self.is_empty() && self.completed > 0 && self.failed == 0
    }

    /// Goes on from this account once the line is shorter.
    pub(super) fn pause_at(&mut self, account: Account) {
        self.is_asked = false;
        self.from = account;
    }

    /// A page was looked at: `last` is its last account if it was full.
    pub(super) fn page(&mut self, last: Option<Account>) {
        self.is_asked = false;
        match last.and_then(|account| after(&account)) {
            Some(next) if next > self.from => self.from = next,
            _ => {
                self.completed = self.completed.saturating_add(1);
                self.step();
            }
        }
    }

    /// The peer did not answer as asked. Our own accounts are walked over in place of its.
    pub(super) fn fail(&mut self) {
        self.failed = self.failed.saturating_add(1);
        self.step();
        if !self.ahead.contains(&Walk::Own) {
            self.ahead.push_back(Walk::Own);
        }
    }

    /// Part of what a walk came by was asked for in vain: it is no complete one.
    pub(super) fn lost(&mut self) {
        self.failed = self.failed.saturating_add(1);
    }

    /// A peer went. A page that is on its way fails in its time.
    pub(super) fn gone(&mut self, peer: PeerId) {
        let gone = Walk::Peer(peer);
        if self.ahead.front() == Some(&gone) && !self.is_asked {
            self.fail();
        }
        let mut is_asked = self.is_asked;
        self.ahead.retain(|walk| std::mem::take(&mut is_asked) || *walk != gone);
    }

    /// Walks no further.
    pub(super) fn end(&mut self) {
        self.ahead.clear();
        self.is_asked = false;
    }

    fn step(&mut self) {
        self.ahead.pop_front();
        self.from = Account::ZERO;
        self.is_asked = false;
    }
}

/// The last account of a page of frontiers that has a sequel.
pub(super) fn last_of_full(frontiers: &[(Account, BlockHash)]) -> Option<Account> {
    let last = frontiers.last().filter(|_| frontiers.len() >= usize::from(FRONTIERS_ASKED));
    last.map(|(account, _)| *account)
}

/// The next account in the order of keys; `None` after the last.
fn after(account: &Account) -> Option<Account> {
    let mut bytes = *account.as_bytes();
    for byte in bytes.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return Some(Account::from_bytes(bytes));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(first: u8, rest: u8) -> Account {
        let mut bytes = [rest; 32];
        bytes[0] = first;
        Account::from_bytes(bytes)
    }

    #[test]
    fn the_account_after_the_last_is_none() {
        assert_eq!(after(&account(0xff, 0xff)), None);
        assert_eq!(after(&account(1, 0xff)), Some(account(2, 0)));
    }

    #[test]
    fn a_walk_goes_up_and_ends() {
        let mut walks = Walks::default();
        let peer = Walk::Peer(PeerId(1));
        walks.begin([peer]);
        assert_eq!(walks.next(), Some((peer, Account::ZERO)));
        walks.asked();
        assert_eq!(walks.next(), None, "one page at a time");
        walks.page(Some(account(1, 0xff)));
        assert_eq!(walks.next(), Some((peer, account(2, 0))));
        walks.pause_at(account(3, 0));
        assert_eq!(walks.next(), Some((peer, account(3, 0))));
        assert!(!walks.is_complete());
        walks.page(None);
        assert_eq!(walks.next(), None);
        assert!(walks.is_complete());
    }

    #[test]
    fn a_peer_that_goes_round_in_circles_is_left() {
        let mut walks = Walks::default();
        walks.begin([Walk::Peer(PeerId(1))]);
        walks.page(Some(account(5, 0)));
        walks.page(Some(account(4, 0)));
        assert!(walks.is_empty());
    }

    #[test]
    fn who_tells_no_frontiers_is_asked_account_by_account() {
        let mut walks = Walks::default();
        walks.begin([Walk::Peer(PeerId(1)), Walk::Peer(PeerId(2))]);
        walks.fail();
        walks.fail();
        assert_eq!(walks.next(), Some((Walk::Own, Account::ZERO)));
        walks.page(None);
        assert!(walks.is_empty(), "once for all of them");
        assert!(!walks.is_complete());
    }
}
