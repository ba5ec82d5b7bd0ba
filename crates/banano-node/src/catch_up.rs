//! Fetching what never arrived: all of the ledger at first, and later what was sent while this node was
//! away, what a full queue dropped, and what votes and blocks point at.
//!
//! Owned by the processing task, which feeds it and hands the fetched blocks to the ledger like any
//! others. Speaks the ascending bootstrap's messages (`node.md` §7.2). Decides nothing: a block
//! counts only if the ledger takes it. Every list is bounded; what is dropped is found by the next
//! walk over a peer's frontiers.
//!
//! An attempt walks over the accounts of some peers, and fetches each chain from our head upwards.
//! What is stored leads on: to the rest of a long chain, to the account that a send pays, to the
//! chain that holds the send which a block waits for.

use banano_ledger::{LedgerRead, StoreError};
use banano_primitives::{Account, BlockHash};
use banano_wire::{AscPullReq, AscPullStart, Message, Request};
use rustc_hash::FxHashMap;

use crate::peers::{Changes, PeerId, Peers};

mod answers;
mod attempt;
mod line;
mod missing;
mod order;
mod serve;
mod walk;

use attempt::Attempts;
pub use attempt::{Attempt, Cause};
use line::{From, Line, Wish};
use missing::{Missing, Wanted};
pub use order::{BootstrapOrder, BootstrapStatus, Ordered, Whence};
pub(crate) use serve::answer;
use walk::{FRONTIERS_ASKED, OWN_STEP, Walk, Walks};

/// Requests under way at a time, and of these to one peer (`node.md` §7.2 allows 1024 and 16). So
/// many answers are 3 MiB at most.
const ASKED_MAX: usize = 64;
const ASKED_OF_PEER_MAX: usize = 16;
/// A request that is not answered by then is given up (`node.md` §7.2).
const ANSWER_MS: u64 = 5_000;
/// Fetched blocks that wait to be stored, above which nothing more is asked for (`node.md` §7.2).
const BACKLOG_MAX: usize = 1_000;
/// Peers whose accounts one attempt walks over.
const WALKED_PEERS: usize = 3;
/// After messages were dropped, how long until the walk that finds what was in them. The storm that
/// filled the queue is often over by then, and a walk per drop would add to it.
const WALK_AFTER_DROPS_MS: u64 = 250;
/// Blocks that one request asks for, the most that an answer may hold.
const BLOCKS_ASKED: u8 = 128;

/// What is being fetched, and what is to be.
#[derive(Debug)]
pub(crate) struct CatchUp {
    missing: Missing,
    line: Line,
    walks: Walks,
    attempts: Attempts,
    asked: FxHashMap<u64, Asked>,
    last_id: u64,
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
    Chain {
        wish: Wish,
        start: AscPullStart,
    },
    /// In which account a block is.
    Owner,
    Frontiers,
}

impl CatchUp {
    /// Makes its first attempt at once, and after one that found nothing waits for `interval_ms`.
    pub(crate) fn new(interval_ms: u64) -> Self {
        let mut attempts = Attempts::new(interval_ms);
        attempts.want(0);
        Self {
            missing: Missing::default(),
            line: Line::default(),
            walks: Walks::default(),
            attempts,
            asked: FxHashMap::default(),
            last_id: 0,
        }
    }

    /// Peers came or went. The first ones after a time alone may have what was missed in it.
    pub(crate) fn peers_changed(&mut self, changes: &Changes, mono_ms: u64) {
        for peer in &changes.gone {
            for asked in self.asked.values_mut().filter(|asked| asked.peer == *peer) {
                asked.due = 0;
            }
            self.walks.gone(*peer);
        }
        if changes.was_alone && !changes.came.is_empty() {
            self.attempts.want(mono_ms);
        }
    }

    /// Messages were dropped.
    pub(crate) fn dropped(&mut self, mono_ms: u64) {
        self.attempts.want(mono_ms.saturating_add(WALK_AFTER_DROPS_MS));
    }

    /// Somebody pointed at a block that the ledger lacks: a vote, or a block that builds on it and
    /// names the `account` that it should be in. It may be on its way, so it gets some time first.
    pub(crate) fn missing(&mut self, hash: BlockHash, account: Option<Account>, mono_ms: u64) {
        self.missing.insert(hash, account, mono_ms);
    }

    /// A block that was fetched receives this send, which the ledger lacks.
    pub(crate) fn lacks_source(&mut self, hash: BlockHash) {
        self.line.lacks(hash);
    }

    /// The ledger holds this block now.
    pub(crate) fn found(&mut self, hash: &BlockHash) {
        self.missing.remove(hash);
        self.line.found(hash);
    }

    /// A fetched block that was stored pays this account: there is a chain to look at.
    pub(crate) fn paid(&mut self, account: Account) {
        if self.is_running() {
            self.line.want(Wish { account, from: From::Head, peer: None });
        }
    }

    /// Whether an attempt is under way.
    pub(crate) fn is_running(&self) -> bool {
        self.attempts.running().is_some()
    }

    /// Whether an attempt has looked at everything and found nothing that the ledger lacked.
    pub(crate) fn is_in_sync(&self) -> bool {
        self.attempts.is_in_sync()
    }

    /// When [`CatchUp::ask`] has something to do again. What waits for peers is tried again when there
    /// are some, which wakes the node anyway.
    pub(crate) fn next_wakeup(&self, has_peers: bool) -> Option<u64> {
        let answers = self.asked.values().map(|asked| asked.due).min();
        let attempt = self.attempts.due().filter(|_| has_peers);
        [answers, attempt, self.missing.due()].into_iter().flatten().min()
    }

    /// Sends what is due. Cheap when nothing is. `waiting`: fetched blocks that are not stored yet.
    pub(crate) fn ask(
        &mut self,
        mono_ms: u64,
        waiting: usize,
        peers: &mut Peers,
        ledger: &impl LedgerRead,
    ) -> Result<(), StoreError> {
        self.give_up(mono_ms);
        if self.attempts.due().is_some_and(|due| due <= mono_ms) && peers.count() > 0 {
            self.begin(None, Cause::Timer, mono_ms, peers);
        }
        while self.asked.len() < ASKED_MAX && waiting < BACKLOG_MAX {
            if let Some(wanted) = self.missing.next_due(mono_ms) {
                self.ask_missing(wanted, mono_ms, peers, ledger)?;
            } else if let Some(peer) = self.free_peer(peers) {
                if let Some(wish) = self.line.pop() {
                    self.ask_chain(wish, peer, mono_ms, peers, ledger)?;
                } else if self.walks.next().is_some() {
                    self.walk_on(mono_ms, peers, ledger)?;
                } else if let Some(source) = self.line.pop_source() {
                    self.ask_owner(source, peer, mono_ms, peers);
                } else {
                    break;
                }
            } else {
                break;
            }
        }
        let is_done = self.line.is_empty() && self.walks.is_empty();
        if is_done && self.asked.is_empty() && waiting == 0 {
            self.attempts.end(mono_ms, self.walks.is_complete());
            self.line.end();
        }
        Ok(())
    }

    /// Begins an attempt over the accounts of some peers.
    fn begin(&mut self, id: Option<String>, cause: Cause, mono_ms: u64, peers: &mut Peers) {
        self.attempts.begin(id, cause, mono_ms);
        let walked = peers.some(WALKED_PEERS);
        self.walks.begin(walked.into_iter().map(Walk::Peer));
    }

    /// A peer drawn by lot that may be asked for more.
    fn free_peer(&self, peers: &mut Peers) -> Option<PeerId> {
        // Once more for one that is busy, then later.
        (0..2).find_map(|_| peers.any().filter(|peer| self.is_free(*peer)))
    }

    fn is_free(&self, peer: PeerId) -> bool {
        self.asked.values().filter(|asked| asked.peer == peer).count() < ASKED_OF_PEER_MAX
    }

    /// The next page of a walk: a peer's is asked for, our own is looked at.
    fn walk_on(
        &mut self,
        mono_ms: u64,
        peers: &mut Peers,
        ledger: &impl LedgerRead,
    ) -> Result<(), StoreError> {
        let Some((walk, start)) = self.walks.next() else { return Ok(()) };
        match walk {
            Walk::Peer(peer) => {
                self.walks.asked();
                let request = Request::Frontiers { start, count: FRONTIERS_ASKED };
                self.send(peer, What::Frontiers, request, mono_ms, peers);
            }
            Walk::Own => {
                let own = ledger.accounts(&start, OWN_STEP)?;
                for (account, _) in &own {
                    self.line.want(Wish { account: *account, from: From::Head, peer: None });
                }
                let last = own.last().filter(|_| own.len() >= OWN_STEP);
                self.walks.page(last.map(|(account, _)| *account));
            }
        }
        Ok(())
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
        } else if let Some(account) = wanted.account {
            self.line.want(Wish { account, from: From::Head, peer: None });
        } else if let Some(peer) = peers.any() {
            self.ask_owner(wanted.hash, peer, mono_ms, peers);
        }
        Ok(())
    }

    fn ask_owner(&mut self, hash: BlockHash, peer: PeerId, mono_ms: u64, peers: &mut Peers) {
        let request = Request::AccountInfo { target: AscPullStart::Block(hash) };
        self.send(peer, What::Owner, request, mono_ms, peers);
    }

    fn ask_chain(
        &mut self,
        wish: Wish,
        any: PeerId,
        mono_ms: u64,
        peers: &mut Peers,
        ledger: &impl LedgerRead,
    ) -> Result<(), StoreError> {
        let known = match wish.from {
            From::Head => ledger.account(&wish.account)?.map(|info| info.head),
            From::Cemented => Some(ledger.confirmation_height(&wish.account)?.frontier),
        };
        let start = match known.filter(|hash| !hash.is_zero()) {
            Some(hash) => AscPullStart::Block(hash),
            None => AscPullStart::Account(wish.account),
        };
        let peer = wish.peer.filter(|peer| self.is_free(*peer)).unwrap_or(any);
        let request = Request::Blocks { start, count: BLOCKS_ASKED };
        self.send(peer, What::Chain { wish, start }, request, mono_ms, peers);
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
        peers.send(peer, &Message::AscPullReq(AscPullReq { id: self.last_id, request }));
    }

    /// Forgets requests that were not answered. What they wanted is asked for again, of somebody else,
    /// or found by the next walk.
    fn give_up(&mut self, mono_ms: u64) {
        if self.asked.values().all(|asked| asked.due > mono_ms) {
            return;
        }
        let late = self.asked.extract_if(|_, asked| asked.due <= mono_ms).collect::<Vec<_>>();
        for (_, asked) in late {
            match asked.what {
                What::Frontiers => self.walks.fail(),
                What::Chain { wish, .. } if wish.peer.is_some() => {
                    self.line.want(Wish { peer: None, ..wish });
                }
                // Nobody told what is in this chain, so not everything was looked at.
                What::Chain { .. } => self.walks.lost(),
                What::Owner => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
