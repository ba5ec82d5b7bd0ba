//! Fetching what never arrived: after a start, after a full queue, and for votes and blocks that
//! point at blocks which the ledger lacks.
//!
//! Owned by the processing task, which feeds it and hands the fetched blocks to the ledger like any
//! others. Speaks the ascending bootstrap's messages (`node.md` §7.2). Decides nothing: a block
//! counts only if the ledger takes it. Every list is bounded; what is dropped is found by the next
//! walk over a peer's frontiers.

use std::collections::VecDeque;
use std::sync::Arc;

use banano_ledger::{LedgerRead, StoreError};
use banano_primitives::{Account, Block, BlockHash};
use banano_wire::{AscPullAck, AscPullReq, AscPullStart, Message, Pulled, Request};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::peers::{PeerId, Peers};

mod missing;
mod serve;

use missing::{Missing, Wanted};
pub(crate) use serve::answer;

/// Requests under way at a time (`node.md` §7.2).
const ASKED_MAX: usize = 16;
/// A request that is not answered by then is given up (`node.md` §7.2).
const ANSWER_MS: u64 = 5_000;
/// Accounts in line to be fetched. A walk stops while half of this is in line.
const ACCOUNTS_MAX: usize = 4_096;
/// After messages were dropped, how long until the walk that finds what was in them. The storm that
/// filled the queue is often over by then, and a walk per drop would add to it.
const WALK_AFTER_DROPS_MS: u64 = 250;
/// Blocks, and frontiers, that one request asks for.
const BLOCKS_ASKED: u8 = 128;
const FRONTIERS_ASKED: u16 = 1_000;

/// What is being fetched, and what is to be.
#[derive(Debug, Default)]
pub(crate) struct CatchUp {
    missing: Missing,
    accounts: VecDeque<(Account, From)>,
    /// The same accounts, to keep each in line once.
    in_line: FxHashSet<Account>,
    /// Peers whose frontiers are still to be walked, and where the first one's walk stands.
    walks: VecDeque<PeerId>,
    walk_from: Account,
    walk_is_asked: bool,
    /// When the next walk over all peers begins.
    walk_due: Option<u64>,
    asked: FxHashMap<u64, Asked>,
    last_id: u64,
}

/// Where the wanted part of a chain begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// After our newest block.
    Head,
    /// After our newest cemented block: the peer does not know our head, so it holds a fork.
    Cemented,
}

/// A request under way.
#[derive(Debug)]
struct Asked {
    peer: PeerId,
    what: What,
    due: u64,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Chain { account: Account, from: From, start: AscPullStart },
    Block(BlockHash),
    Frontiers,
}

impl CatchUp {
    /// Walks over every peer's frontiers, from `mono_ms` on.
    pub(crate) fn walk(&mut self, mono_ms: u64) {
        self.walk_due.get_or_insert(mono_ms);
    }

    /// Messages were dropped.
    pub(crate) fn dropped(&mut self, mono_ms: u64) {
        self.walk(mono_ms.saturating_add(WALK_AFTER_DROPS_MS));
    }

    /// Somebody pointed at a block that the ledger lacks: a vote, or a block that builds on it and
    /// names the `account` that it should be in. It may be on its way, so it gets some time first.
    pub(crate) fn missing(&mut self, hash: BlockHash, account: Option<Account>, mono_ms: u64) {
        self.missing.insert(hash, account, mono_ms);
    }

    /// The ledger holds this block now.
    pub(crate) fn found(&mut self, hash: &BlockHash) {
        self.missing.remove(hash);
    }

    /// When [`CatchUp::ask`] has something to do again.
    pub(crate) fn next_wakeup(&self) -> Option<u64> {
        let answers = self.asked.values().map(|asked| asked.due).min();
        [answers, self.walk_due, self.missing.due()].into_iter().flatten().min()
    }

    /// Sends what is due. Cheap when nothing is.
    pub(crate) fn ask(
        &mut self,
        mono_ms: u64,
        peers: &mut Peers,
        ledger: &impl LedgerRead,
    ) -> Result<(), StoreError> {
        self.give_up(mono_ms);
        if self.walk_due.is_some_and(|due| due <= mono_ms) && self.walks.is_empty() {
            self.walk_due = None;
            self.walks = peers.ids().collect();
            self.walk_from = Account::ZERO;
        }
        while self.asked.len() < ASKED_MAX {
            if let Some(wanted) = self.missing.next_due(mono_ms) {
                self.ask_missing(wanted, mono_ms, peers, ledger)?;
            } else if let Some((account, from)) = self.accounts.pop_front() {
                self.in_line.remove(&account);
                self.ask_chain(account, from, mono_ms, peers, ledger)?;
            } else if let Some(peer) = self.walks.front().copied()
                && !self.walk_is_asked
            {
                self.walk_is_asked = true;
                let request = Request::Frontiers { start: self.walk_from, count: FRONTIERS_ASKED };
                self.send(peer, What::Frontiers, request, mono_ms, peers);
            } else {
                break;
            }
        }
        Ok(())
    }

    /// Takes an answer and returns the blocks in it. Answers that nobody asked for, or that do not
    /// fit the question, are worth nothing.
    pub(crate) fn answered(
        &mut self,
        peer: PeerId,
        answer: AscPullAck,
        ledger: &impl LedgerRead,
    ) -> Result<Vec<Arc<Block>>, StoreError> {
        if self.asked.get(&answer.id).is_none_or(|asked| asked.peer != peer) {
            return Ok(Vec::new());
        }
        let Some(asked) = self.asked.remove(&answer.id) else { return Ok(Vec::new()) };
        match (asked.what, answer.pulled) {
            (What::Frontiers, Pulled::Frontiers(frontiers)) => {
                self.walked(&frontiers, ledger)?;
                Ok(Vec::new())
            }
            (What::Block(hash), Pulled::Blocks(blocks)) => {
                let fits = blocks.first().is_some_and(|first| first.hash() == hash);
                Ok(if fits && is_chain(&blocks) { blocks } else { Vec::new() })
            }
            (What::Chain { account, from, start }, Pulled::Blocks(blocks)) => {
                Ok(self.pulled(account, from, start, blocks))
            }
            (What::Frontiers, _) => {
                self.end_walk();
                Ok(Vec::new())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Blocks of one account. A full answer has a sequel; an empty one to our head may mean that
    /// the peer is on the other side of a fork.
    fn pulled(
        &mut self,
        account: Account,
        from: From,
        start: AscPullStart,
        blocks: Vec<Arc<Block>>,
    ) -> Vec<Arc<Block>> {
        let fits = match (blocks.first(), start) {
            (None, AscPullStart::Block(_)) if from == From::Head => {
                self.want(account, From::Cemented);
                false
            }
            (None, _) => false,
            (Some(first), AscPullStart::Block(hash)) => first.hash() == hash,
            (Some(first), AscPullStart::Account(account)) => {
                first.account() == Some(account) && first.previous().is_zero()
            }
        };
        if !fits || !is_chain(&blocks) {
            return Vec::new();
        }
        if blocks.len() >= usize::from(BLOCKS_ASKED) && from == From::Head {
            self.want(account, From::Head);
        }
        blocks
    }

    /// One page of a walk: what the ledger lacks gets in line.
    fn walked(
        &mut self,
        frontiers: &[(Account, BlockHash)],
        ledger: &impl LedgerRead,
    ) -> Result<(), StoreError> {
        self.walk_is_asked = false;
        for (account, head) in frontiers {
            if self.accounts.len() >= ACCOUNTS_MAX / 2 {
                // Goes on from here once the line is shorter.
                self.walk_from = *account;
                return Ok(());
            }
            if !ledger.block_exists(head)? {
                self.want(*account, From::Head);
            }
        }
        let last = frontiers.last().filter(|_| frontiers.len() >= usize::from(FRONTIERS_ASKED));
        match last.and_then(|(account, _)| after(account)) {
            Some(next) if next > self.walk_from => self.walk_from = next,
            _ => self.end_walk(),
        }
        Ok(())
    }

    fn end_walk(&mut self) {
        self.walks.pop_front();
        self.walk_from = Account::ZERO;
        self.walk_is_asked = false;
    }

    fn want(&mut self, account: Account, from: From) {
        if self.accounts.len() < ACCOUNTS_MAX && self.in_line.insert(account) {
            self.accounts.push_back((account, from));
        }
    }

    fn ask_missing(
        &mut self,
        wanted: Wanted,
        mono_ms: u64,
        peers: &mut Peers,
        ledger: &impl LedgerRead,
    ) -> Result<(), StoreError> {
        if ledger.block_exists(&wanted.hash)? {
            self.missing.remove(&wanted.hash);
            return Ok(());
        }
        if let Some(account) = wanted.account {
            self.want(account, From::Head);
            return Ok(());
        }
        let Some(peer) = peers.any() else { return Ok(()) };
        let start = AscPullStart::Block(wanted.hash);
        let request = Request::Blocks { start, count: BLOCKS_ASKED };
        self.send(peer, What::Block(wanted.hash), request, mono_ms, peers);
        Ok(())
    }

    fn ask_chain(
        &mut self,
        account: Account,
        from: From,
        mono_ms: u64,
        peers: &mut Peers,
        ledger: &impl LedgerRead,
    ) -> Result<(), StoreError> {
        let known = match from {
            From::Head => ledger.account(&account)?.map(|info| info.head),
            From::Cemented => Some(ledger.confirmation_height(&account)?.frontier),
        };
        let start = match known.filter(|hash| !hash.is_zero()) {
            Some(hash) => AscPullStart::Block(hash),
            None => AscPullStart::Account(account),
        };
        let Some(peer) = peers.any() else { return Ok(()) };
        let request = Request::Blocks { start, count: BLOCKS_ASKED };
        self.send(peer, What::Chain { account, from, start }, request, mono_ms, peers);
        Ok(())
    }

    fn send(
        &mut self,
        peer: PeerId,
        what: What,
        request: Request,
        mono_ms: u64,
        peers: &mut Peers,
    ) {
        self.last_id = self.last_id.wrapping_add(1);
        let due = mono_ms.saturating_add(ANSWER_MS);
        self.asked.insert(self.last_id, Asked { peer, what, due });
        peers.send(peer, Message::AscPullReq(AscPullReq { id: self.last_id, request }));
    }

    /// Forgets requests that were not answered. What they wanted is found by the next walk, or
    /// asked for again by [`Missing`].
    fn give_up(&mut self, mono_ms: u64) {
        if self.asked.values().all(|asked| asked.due > mono_ms) {
            return;
        }
        let late = self.asked.extract_if(|_, asked| asked.due <= mono_ms).collect::<Vec<_>>();
        for (_, asked) in late {
            match asked.what {
                What::Frontiers => self.end_walk(),
                What::Chain { account, from, .. } => self.want(account, from),
                What::Block(_) => {}
            }
        }
    }
}

/// Whether each block names the one before it.
fn is_chain(blocks: &[Arc<Block>]) -> bool {
    blocks.len() <= AscPullAck::BLOCKS_MAX
        && blocks.windows(2).all(|pair| match pair {
            [before, after] => after.previous() == before.hash(),
            _ => true,
        })
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
mod tests;
