//! A peer without a socket, for unit tests: what is sent to it can be read.
//!
//! Called by tests of the processing task and its parts.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use banano_primitives::{KeyPair, Network, Seed};
use banano_wire::{Frames, Message, Protocol};

use super::bandwidth::Bandwidth;
use super::channel::{Channel, Direction, PeerIdentity};
use super::channels::Channels;
use super::counters::Counters;
use crate::clock::Clock;
use crate::peers::{PeerId, Peers};

/// What the only peer is called.
pub(crate) const PEER: PeerId = PeerId(1);

/// The peer's end.
#[derive(Debug)]
pub(crate) struct Pipe {
    protocol: Protocol,
    channel: Arc<Channel>,
}

/// Peers of a node of `network`: one, called [`PEER`].
pub(crate) fn pipe(network: &Network) -> (Peers, Pipe) {
    pipe_of(network, network.protocol.current)
}

/// The same; the peer speaks `version`.
pub(crate) fn pipe_of(network: &Network, version: u8) -> (Peers, Pipe) {
    let (protocol, counters) = (Protocol::of(network), Arc::new(Counters::default()));
    let bandwidth = Arc::new(Bandwidth::new(None, Clock::start()));
    let channels = Channels::new(key(0).account(), usize::MAX, bandwidth, counters);
    let peer = PeerIdentity {
        node_id: key(1).account(),
        remote: SocketAddr::from((Ipv4Addr::LOCALHOST, 44_000)),
        direction: Direction::Out,
        version,
    };
    let channel = channels.add(peer).unwrap();
    let peers = Peers::new(channels, protocol, 1);
    (peers, Pipe { protocol, channel })
}

/// The node's own key is number 0, the peer's number 1.
pub(crate) fn key(index: u32) -> KeyPair {
    Seed::from_bytes([8; 32]).key_pair(index)
}

impl Pipe {
    /// What was sent since the last look.
    pub(crate) fn mail(&self) -> Vec<Message> {
        let mut frames = Frames::new(self.protocol);
        for packet in self.channel.drain() {
            frames.push(&packet.bytes);
        }
        let mut mail = Vec::new();
        while let Some(frame) = frames.next_frame().unwrap() {
            mail.push(frame.decode().unwrap());
        }
        mail
    }
}
