//! Attempts that somebody asks for, and what can be seen of the one that runs (`node.md` §9.1).

use std::net::SocketAddrV6;

use banano_primitives::{Account, BlockHash};
use rustc_hash::FxHashSet;

use super::line::{From, Wish};
use super::walk::Walk;
use super::{Attempt, CatchUp, Cause, What};
use crate::peers::Peers;

/// A bootstrap that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootstrapOrder {
    /// Names the attempt; `None` draws a name.
    pub id: Option<String>,
    /// Whether one that runs is ended for it. Otherwise nothing happens while one runs.
    pub force: bool,
    /// Where to begin.
    pub from: Whence,
}

/// Where an attempt begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whence {
    /// With this account, then all accounts of some peers.
    Peers {
        /// Fetched first.
        account: Option<Account>,
    },
    /// With all accounts of the peer at this address.
    Peer(SocketAddrV6),
    /// With the chain that this block is in.
    Hash(BlockHash),
}

/// What an attempt is at, and how many there were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootstrapStatus {
    /// The one that runs.
    pub running: Option<Attempt>,
    /// How long it has run, in milliseconds.
    pub running_ms: u64,
    /// Attempts since the node's start, the running one included.
    pub attempts: u64,
    /// Requests that wait for an answer.
    pub asked: usize,
    /// Peers that none of these were sent to.
    pub idle_peers: u32,
    /// Whether there are accounts left to look at.
    pub is_walking: bool,
    /// Whether an attempt has looked at everything and found nothing that the ledger lacked.
    pub is_in_sync: bool,
}

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// An attempt runs for it.
    Started,
    /// Another one runs, or there is nobody to ask.
    Refused,
    /// No peer has that address.
    UnknownPeer,
}

impl CatchUp {
    /// Begins an attempt as asked.
    pub(crate) fn order(
        &mut self,
        order: BootstrapOrder,
        mono_ms: u64,
        peers: &mut Peers,
    ) -> Ordered {
        if peers.count() == 0 || (self.attempts.running().is_some() && !order.force) {
            return Ordered::Refused;
        }
        match order.from {
            Whence::Peers { account } => {
                self.begin(order.id, Cause::Request, mono_ms, peers);
                if let Some(account) = account {
                    self.line.want(Wish { account, from: From::Head, peer: None });
                }
            }
            Whence::Peer(address) => {
                let Some(peer) = peers.at(address) else { return Ordered::UnknownPeer };
                self.begin(order.id, Cause::Request, mono_ms, peers);
                self.walks.begin([Walk::Peer(peer)]);
            }
            Whence::Hash(hash) => {
                self.attempts.begin(order.id, Cause::Hash, mono_ms);
                self.walks.end();
                self.line.lacks(hash);
            }
        }
        // Answers to the walk of an attempt that was ended say nothing about this one.
        self.asked.retain(|_, asked| !matches!(asked.what, What::Frontiers));
        Ordered::Started
    }

    pub(crate) fn status(&self, mono_ms: u64, peers: &Peers) -> BootstrapStatus {
        let busy: FxHashSet<_> = self.asked.values().map(|asked| asked.peer).collect();
        let busy = u32::try_from(busy.len()).unwrap_or(u32::MAX);
        let running = self.attempts.running().cloned();
        let started_ms = running.as_ref().map_or(mono_ms, |attempt| attempt.started_ms);
        BootstrapStatus {
            running,
            running_ms: mono_ms.saturating_sub(started_ms),
            attempts: self.attempts.count(),
            asked: self.asked.len(),
            idle_peers: peers.count().saturating_sub(busy),
            is_walking: !self.walks.is_empty(),
            is_in_sync: self.attempts.is_in_sync(),
        }
    }

    /// What subscribers are to be told.
    pub(crate) fn take_notices(&mut self) -> Vec<banano_ws_protocol::Bootstrap> {
        self.attempts.take_notices()
    }
}
