//! The other nodes: how to reach them, and who speaks for which representative.
//!
//! Owned by the processing task. Collects what a pass wants to send and hands it over at the end.
//! Never blocks: a peer that has no room loses messages, and both sides know how to ask again.

use std::sync::Arc;

use banano_primitives::Account;
use banano_wire::Message;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rustc_hash::FxHashMap;

use crate::inbox::Inbox;

/// Representatives whose speaker is remembered. Only those with weight get in, so a network that
/// has more than this many forgets new ones, and asks everybody for their votes.
const SPEAKERS_MAX: usize = 8192;

/// Names a peer of a node, from 0, in the order of its links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PeerId(pub(crate) u32);

/// The sending end of the pipe to a peer.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// Where the peer's messages wait.
    pub(crate) to: Arc<Inbox>,
    /// What the peer calls us.
    pub(crate) from: PeerId,
}

/// A node's peers, and what waits to be sent to them until the pass is committed.
#[derive(Debug)]
pub(crate) struct Peers {
    links: Vec<Outgoing>,
    speakers: FxHashMap<Account, PeerId>,
    rng: StdRng,
}

#[derive(Debug)]
struct Outgoing {
    link: Link,
    messages: Vec<Message>,
}

impl Peers {
    /// `seed` decides which peers a block is flooded to.
    pub(crate) fn new(links: Vec<Link>, seed: u64) -> Self {
        Self {
            links: links.into_iter().map(|link| Outgoing { link, messages: Vec::new() }).collect(),
            speakers: FxHashMap::default(),
            rng: StdRng::seed_from_u64(seed),
        }
    }

    /// Every peer.
    pub(crate) fn ids(&self) -> impl Iterator<Item = PeerId> + use<> {
        (0..u32::try_from(self.links.len()).unwrap_or(u32::MAX)).map(PeerId)
    }

    /// Sends to one peer.
    pub(crate) fn send(&mut self, peer: PeerId, message: Message) {
        let index = usize::try_from(peer.0).unwrap_or(usize::MAX);
        if let Some(outgoing) = self.links.get_mut(index) {
            outgoing.messages.push(message);
        }
    }

    /// Sends to every peer.
    pub(crate) fn broadcast(&mut self, message: &Message) {
        for outgoing in &mut self.links {
            outgoing.messages.push(message.clone());
        }
    }

    /// Sends to √n peers drawn by lot, none of them `except`: flooding (`node.md` §8.6).
    pub(crate) fn flood(&mut self, message: &Message, except: Option<PeerId>) {
        let count = self.links.len();
        let wanted = count.isqrt() + usize::from(count.isqrt().pow(2) < count);
        let except = except.and_then(|peer| usize::try_from(peer.0).ok());
        let start = self.rng.random_range(0..count.max(1));
        let (before, after) = self.links.split_at_mut(start.min(count));
        let others = (start..).zip(after).chain((0..).zip(before));
        for (_, outgoing) in others.filter(|(index, _)| Some(*index) != except).take(wanted) {
            outgoing.messages.push(message.clone());
        }
    }

    /// One peer drawn by lot.
    pub(crate) fn any(&mut self) -> Option<PeerId> {
        let count = u32::try_from(self.links.len()).unwrap_or(u32::MAX);
        (count > 0).then(|| PeerId(self.rng.random_range(0..count)))
    }

    /// Remembers that votes of `representative` come first hand from `peer`.
    pub(crate) fn learn(&mut self, representative: Account, peer: PeerId) {
        if self.speakers.len() < SPEAKERS_MAX || self.speakers.contains_key(&representative) {
            self.speakers.insert(representative, peer);
        }
    }

    /// Whether it is known who speaks for `representative`.
    pub(crate) fn knows(&self, representative: &Account, peer: PeerId) -> bool {
        self.speakers.get(representative) == Some(&peer)
    }

    /// Sends to those who speak for `representatives`, once each, and to everybody if one of these
    /// was never heard.
    pub(crate) fn ask(&mut self, representatives: &[Account], message: &Message) {
        let mut asked = Vec::with_capacity(representatives.len());
        for representative in representatives {
            match self.speakers.get(representative) {
                Some(peer) if asked.contains(peer) => {}
                Some(peer) => asked.push(*peer),
                None => return self.broadcast(message),
            }
        }
        for peer in asked {
            self.send(peer, message.clone());
        }
    }

    /// Hands over everything that was collected.
    pub(crate) fn flush(&mut self) {
        for Outgoing { link, messages } in &mut self.links {
            if !messages.is_empty() {
                link.to.receive(link.from, messages.drain(..));
            }
        }
    }
}
