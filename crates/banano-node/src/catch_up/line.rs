//! Accounts whose chains are to be fetched, in the order in which that is done.
//!
//! Owned by [`super::CatchUp`]. Holds values only. Never holds an account twice, nor more than its
//! bound: what finds no room is found by the next walk.

use std::collections::VecDeque;

use banano_primitives::{Account, BlockHash};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::peers::PeerId;

/// Accounts in line. A walk stops while half of this is in line.
const ACCOUNTS_MAX: usize = 4_096;
/// Chains of which one part was fetched and is being stored.
const SEQUELS_MAX: usize = 4_096;
/// Sources that fetched blocks wait for.
const SOURCES_MAX: usize = 16_384;

/// Where the wanted part of a chain begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// After our newest block.
    Head,
    /// After our newest cemented block: the peer does not know our head, so it holds a fork.
    Cemented,
}

/// A chain to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) account: Account,
    pub(super) from: From,
    /// Who is known to have more of it.
    pub(super) peer: Option<PeerId>,
}

/// What is to be fetched next, by account.
#[derive(Debug, Default)]
pub(super) struct Line {
    wishes: VecDeque<Wish>,
    members: FxHashSet<Account>,
    /// The last block of a part that was as long as an answer can be: when it is stored, the account is
    /// wanted again. Before that the next request would bring the same blocks.
    sequels: FxHashMap<BlockHash, Account>,
    /// Sends that fetched blocks receive and that the ledger lacks. Most of them come by themselves,
    /// with the chain that they are in.
    sources: VecDeque<BlockHash>,
    source_members: FxHashSet<BlockHash>,
}

impl Line {
    /// Puts an account in line.
    pub(super) fn want(&mut self, wish: Wish) {
        if self.wishes.len() < ACCOUNTS_MAX && self.members.insert(wish.account) {
            self.wishes.push_back(wish);
        }
    }

    /// Whether a walk should wait.
    pub(super) fn is_long(&self) -> bool {
        self.wishes.len() >= ACCOUNTS_MAX / 2
    }

    pub(super) fn pop(&mut self) -> Option<Wish> {
        let wish = self.wishes.pop_front()?;
        self.members.remove(&wish.account);
        Some(wish)
    }

    /// Notes that the chain goes on after `last`.
    pub(super) fn goes_on(&mut self, account: Account, last: BlockHash) {
        if self.sequels.len() < SEQUELS_MAX {
            self.sequels.insert(last, account);
        }
    }

    /// Notes that a fetched block waits for this send.
    pub(super) fn lacks(&mut self, source: BlockHash) {
        if self.sources.len() >= SOURCES_MAX {
            let members = &self.source_members;
            self.sources.retain(|source| members.contains(source));
        }
        if self.sources.len() < SOURCES_MAX && self.source_members.insert(source) {
            self.sources.push_back(source);
        }
    }

    /// A source that did not come by itself.
    pub(super) fn pop_source(&mut self) -> Option<BlockHash> {
        while let Some(source) = self.sources.pop_front() {
            if self.source_members.remove(&source) {
                return Some(source);
            }
        }
        None
    }

    /// The ledger holds this block now.
    pub(super) fn found(&mut self, hash: &BlockHash) {
        if !self.sequels.is_empty()
            && let Some(account) = self.sequels.remove(hash)
        {
            self.want(Wish { account, from: From::Head, peer: None });
        }
        // Its place in the line of sources is skipped when its turn comes.
        if !self.source_members.is_empty() {
            self.source_members.remove(hash);
        }
        if self.source_members.is_empty() {
            self.sources.clear();
        }
    }

    /// Whether nothing is wanted.
    pub(super) fn is_empty(&self) -> bool {
        self.wishes.is_empty() && self.source_members.is_empty()
    }

    /// Forgets what only the ended attempt wanted.
    pub(super) fn end(&mut self) {
        self.sequels.clear();
        self.sources.clear();
        self.source_members.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u64) -> BlockHash {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        BlockHash::from_bytes(bytes)
    }

    fn wish(number: u64) -> Wish {
        let account = Account::from_bytes(*hash(number).as_bytes());
        Wish { account, from: From::Head, peer: None }
    }

    #[test]
    fn each_account_stands_in_line_once_and_the_line_has_an_end() {
        let mut line = Line::default();
        for number in 0..2 * ACCOUNTS_MAX as u64 {
            line.want(wish(number));
            line.want(wish(number));
        }
        assert!(line.is_long());
        let mut count = 0;
        while line.pop().is_some() {
            count += 1;
        }
        assert_eq!(count, ACCOUNTS_MAX);
        line.want(wish(1));
        assert_eq!(line.pop(), Some(wish(1)), "who had a turn may come again");
    }

    #[test]
    fn a_chain_goes_on_once_its_last_part_is_stored() {
        let mut line = Line::default();
        line.goes_on(wish(1).account, hash(9));
        assert_eq!(line.pop(), None);
        line.found(&hash(8));
        assert_eq!(line.pop(), None);
        line.found(&hash(9));
        assert_eq!(line.pop(), Some(wish(1)));
    }

    #[test]
    fn only_sources_that_never_came_are_looked_for() {
        let mut line = Line::default();
        for number in 0..3 {
            line.lacks(hash(number));
        }
        line.found(&hash(1));
        assert_eq!(line.pop_source(), Some(hash(0)));
        assert_eq!(line.pop_source(), Some(hash(2)));
        assert_eq!(line.pop_source(), None);
        assert!(line.is_empty());
    }

    #[test]
    fn sources_that_come_at_once_take_no_room() {
        let mut line = Line::default();
        for number in 0..4 * SOURCES_MAX as u64 {
            line.lacks(hash(number));
            line.found(&hash(number));
        }
        assert!(line.sources.len() <= SOURCES_MAX);
        assert!(line.is_empty());
    }
}
