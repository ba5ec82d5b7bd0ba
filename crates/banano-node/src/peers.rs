//! The other nodes: how to reach them, and who speaks for which representative.
//!
//! Owned by the processing task. Collects what a pass wants to send and hands it over at the end.
//! Never blocks: a peer that has no room loses messages, and both sides know how to ask again.

use std::net::SocketAddrV6;
use std::sync::Arc;

use banano_primitives::Account;
use banano_wire::{Message, Protocol};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rustc_hash::FxHashMap;

use crate::net::{Channel, Channels, CloseReason, Packet, mapped};

mod letter;

use letter::Letter;

/// Representatives whose speaker is remembered. Only those with weight get in, so a network that
/// has more than this many forgets new ones, and asks everybody for their votes.
const SPEAKERS_MAX: usize = 8192;

/// Names a peer of a node. Whoever connects again is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PeerId(pub(crate) u64);

/// Who a peer is, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Its key among nodes, proven.
    pub(crate) node_id: Account,
    /// The other end of the connection.
    pub(crate) address: SocketAddrV6,
}

/// Peers that came and went since the last look.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) came: Vec<PeerId>,
    pub(crate) gone: Vec<PeerId>,
    /// There was nobody before.
    pub(crate) was_alone: bool,
}

/// A node's peers, and what waits to be sent to them until the pass is committed.
#[derive(Debug)]
pub(crate) struct Peers {
    protocol: Protocol,
    channels: Arc<Channels>,
    /// What the channels' version was at the last look.
    seen: u64,
    outgoing: Vec<Outgoing>,
    speakers: FxHashMap<Account, PeerId>,
    rng: StdRng,
}

#[derive(Debug)]
struct Outgoing {
    channel: Arc<Channel>,
    packets: Vec<Packet>,
}

impl Outgoing {
    fn put(&mut self, letter: &mut Letter<'_>) {
        self.packets.extend_from_slice(letter.packets(self.channel.peer.version));
    }
}

impl Peers {
    /// `seed` decides which peers a block is flooded to.
    pub(crate) fn new(channels: Arc<Channels>, protocol: Protocol, seed: u64) -> Self {
        Self {
            protocol,
            // Not the version that it has: the first look finds everybody.
            seen: channels.version().wrapping_sub(1),
            channels,
            outgoing: Vec::new(),
            speakers: FxHashMap::default(),
            rng: StdRng::seed_from_u64(seed),
        }
    }

    /// Every peer.
    pub(crate) fn ids(&self) -> impl Iterator<Item = PeerId> + use<'_> {
        self.outgoing.iter().map(|outgoing| outgoing.channel.id)
    }

    /// Up to `count` peers drawn by lot.
    pub(crate) fn some(&mut self, count: usize) -> Vec<PeerId> {
        let all = self.outgoing.len();
        let chosen = rand::seq::index::sample(&mut self.rng, all, count.min(all));
        let id = |index: usize| self.outgoing.get(index).map(|outgoing| outgoing.channel.id);
        chosen.into_iter().filter_map(id).collect()
    }

    /// The peer at an address: of its connection, or where it listens.
    pub(crate) fn at(&self, address: SocketAddrV6) -> Option<PeerId> {
        let is_there = |channel: &Channel| {
            mapped(channel.peer.remote) == address
                || channel.peering().is_some_and(|peering| mapped(peering) == address)
        };
        let mut channels = self.outgoing.iter().map(|outgoing| &outgoing.channel);
        channels.find(|channel| is_there(channel)).map(|channel| channel.id)
    }

    /// How many peers there are.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.outgoing.len()).unwrap_or(u32::MAX)
    }

    /// Looks who is there now.
    pub(crate) fn refresh(&mut self) -> Changes {
        let mut changes = Changes { was_alone: self.outgoing.is_empty(), ..Changes::default() };
        let version = self.channels.version();
        if version == self.seen {
            return changes;
        }
        self.seen = version;
        let list = self.channels.list();
        self.outgoing.retain(|outgoing| {
            let id = outgoing.channel.id;
            let stays = list.iter().any(|channel| channel.id == id);
            if !stays {
                changes.gone.push(id);
            }
            stays
        });
        for channel in list {
            if !self.outgoing.iter().any(|outgoing| outgoing.channel.id == channel.id) {
                changes.came.push(channel.id);
                self.outgoing.push(Outgoing { channel, packets: Vec::new() });
            }
        }
        if !changes.gone.is_empty() {
            self.speakers.retain(|_, peer| !changes.gone.contains(peer));
        }
        changes
    }

    /// Who a peer is; `None` when it is gone.
    pub(crate) fn identity(&self, peer: PeerId) -> Option<Identity> {
        self.channel(peer).map(|channel| Identity {
            node_id: channel.peer.node_id,
            address: mapped(channel.peer.remote),
        })
    }

    /// Ends the connection with a peer that misbehaved.
    pub(crate) fn disconnect(&self, peer: PeerId, reason: CloseReason) {
        if let Some(channel) = self.channel(peer) {
            tracing::debug!(peer = ?self.identity(peer), reason = reason.name(), "misbehaviour");
            channel.close(reason);
        }
    }

    fn channel(&self, peer: PeerId) -> Option<&Arc<Channel>> {
        self.outgoing.iter().map(|outgoing| &outgoing.channel).find(|channel| channel.id == peer)
    }

    /// Sends to one peer.
    pub(crate) fn send(&mut self, peer: PeerId, message: &Message) {
        self.send_all(&[peer], message);
    }

    /// Sends to every peer.
    pub(crate) fn broadcast(&mut self, message: &Message) {
        let mut letter = Letter::new(message, self.protocol);
        for outgoing in &mut self.outgoing {
            outgoing.put(&mut letter);
        }
    }

    /// Sends to √n peers drawn by lot, none of them `except`: flooding (`node.md` §8.6).
    pub(crate) fn flood(&mut self, message: &Message, except: Option<PeerId>) {
        let count = self.outgoing.len();
        if count == 0 {
            return;
        }
        let mut letter = Letter::new(message, self.protocol);
        let wanted = count.isqrt() + usize::from(count.isqrt().pow(2) < count);
        let start = self.rng.random_range(0..count);
        let (before, after) = self.outgoing.split_at_mut(start);
        let others = after.iter_mut().chain(before);
        for outgoing in others.filter(|one| Some(one.channel.id) != except).take(wanted) {
            outgoing.put(&mut letter);
        }
    }

    /// One peer drawn by lot.
    pub(crate) fn any(&mut self) -> Option<PeerId> {
        let index = self.rng.random_range(0..self.outgoing.len().max(1));
        self.outgoing.get(index).map(|outgoing| outgoing.channel.id)
    }

    /// Remembers that votes of `representative` come first hand from `peer`.
    pub(crate) fn learn(&mut self, representative: Account, peer: PeerId) {
        if self.speakers.len() < SPEAKERS_MAX || self.speakers.contains_key(&representative) {
            self.speakers.insert(representative, peer);
        }
    }

    /// Who speaks for which representative, and where.
    pub(crate) fn speakers(&self) -> impl Iterator<Item = (Account, Identity)> + use<'_> {
        let known = self.speakers.iter();
        known.filter_map(|(account, peer)| Some((*account, self.identity(*peer)?)))
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
        self.send_all(&asked, message);
    }

    fn send_all(&mut self, peers: &[PeerId], message: &Message) {
        let mut letter = Letter::new(message, self.protocol);
        let chosen = |outgoing: &&mut Outgoing| peers.contains(&outgoing.channel.id);
        for outgoing in self.outgoing.iter_mut().filter(chosen) {
            outgoing.put(&mut letter);
        }
    }

    /// Sends to ½√n peers drawn by lot: how the vote of somebody else is passed on (`node.md` §4.8).
    pub(crate) fn pass_on(&mut self, message: &Message) {
        let count = usize::try_from(self.count()).unwrap_or(usize::MAX);
        let root = count.isqrt() + usize::from(count.isqrt().pow(2) < count);
        let chosen = self.some(root.div_ceil(2));
        self.send_all(&chosen, message);
    }

    /// A key drawn by lot.
    pub(crate) fn draw(&mut self) -> Account {
        Account::from_bytes(self.rng.random())
    }

    /// Hands over everything that was collected.
    pub(crate) fn flush(&mut self) {
        for Outgoing { channel, packets } in &mut self.outgoing {
            if !packets.is_empty() {
                channel.push(packets.drain(..));
            }
        }
    }
}
