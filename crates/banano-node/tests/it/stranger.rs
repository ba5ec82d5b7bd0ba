//! A peer that is no node: the other end of a connection, byte by byte.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use banano_node::{CloseReason, Node};
use banano_primitives::{KeyPair, Network};
use banano_wire::{Frames, Greeting, Handshake, Header, Identity, Message, Nonces, Protocol};

use crate::support::PATIENCE;

/// How long a proof may take.
const LIFETIME: Duration = Duration::from_secs(5);

/// A stranger on a connection of its own.
pub(crate) struct Stranger {
    pub(crate) stream: TcpStream,
    protocol: Protocol,
}

impl Stranger {
    pub(crate) fn connect(node: &Node) -> Self {
        Self::on(TcpStream::connect(node.peering().unwrap()).unwrap(), node.network())
    }

    fn on(stream: TcpStream, network: &Network) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream, protocol: Protocol::of(network) }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        // It may have been dropped already.
        let _ = self.stream.write_all(bytes);
    }

    pub(crate) fn send(&mut self, message: &Message) {
        let mut bytes = Vec::new();
        message.encode(self.protocol, &mut bytes).unwrap();
        self.write(&bytes);
    }

    pub(crate) fn shake(&mut self, shake: Handshake) {
        self.send(&Message::NodeIdHandshake(Box::new(shake)));
    }

    /// The bytes of the next message; `None` when the node closed the connection.
    pub(crate) fn next_bytes(&mut self) -> Option<Vec<u8>> {
        let mut bytes = vec![0; Header::SIZE];
        self.fill(&mut bytes)?;
        let header = bytes.first_chunk().unwrap();
        let length = Header::decode(header, self.protocol).unwrap().payload_length();
        bytes.resize(Header::SIZE + length, 0);
        self.fill(&mut bytes[Header::SIZE..])?;
        Some(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Option<()> {
        match self.stream.read_exact(bytes) {
            Ok(()) => Some(()),
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => {
                panic!("still connected after {PATIENCE:?}")
            }
            Err(_) => None,
        }
    }

    /// Reads bytes as a message of this network.
    pub(crate) fn decode(&self, bytes: &[u8]) -> Message {
        let mut frames = Frames::new(self.protocol);
        frames.push(bytes);
        frames.next_frame().unwrap().expect("a whole message").decode().unwrap()
    }

    /// The next message; `None` when the node closed the connection.
    pub(crate) fn next(&mut self) -> Option<Message> {
        let bytes = self.next_bytes()?;
        Some(self.decode(&bytes))
    }

    pub(crate) fn handshake(&mut self) -> Handshake {
        match self.next() {
            Some(Message::NodeIdHandshake(shake)) => *shake,
            other => panic!("{other:?}"),
        }
    }

    /// Reads until the node closes the connection.
    pub(crate) fn dropped(&mut self) {
        while self.next_bytes().is_some() {}
    }

    /// Dials a node and goes through a whole handshake, as a node with that key would.
    pub(crate) fn greeted(node: &Node, key: &KeyPair) -> Self {
        let mut stranger = Self::connect(node);
        let (mut greeting, query) = dial(node.network(), key);
        stranger.shake(query);
        let both = stranger.handshake();
        let reply = greeting.take(&both, nonces(), 1).unwrap().reply.unwrap();
        stranger.shake(reply);
        stranger
    }

    /// Takes the connection of a node that dials, as a node with that key would.
    pub(crate) fn greeting(listener: &TcpListener, network: &Network, key: &KeyPair) -> Self {
        let (stream, _) = listener.accept().unwrap();
        let mut stranger = Self::on(stream, network);
        let mut greeting = Greeting::listen(identity(network, key), LIFETIME);
        let query = stranger.handshake();
        let both = greeting.take(&query, nonces(), 1).unwrap().reply.unwrap();
        stranger.shake(both);
        let proof = stranger.handshake();
        assert!(greeting.take(&proof, nonces(), 1).unwrap().node_id.is_some());
        stranger
    }
}

fn identity(network: &Network, key: &KeyPair) -> Identity {
    Identity { key: key.clone(), genesis: network.genesis.hash() }
}

fn nonces() -> Nonces {
    Nonces { cookie: [1; 32], salt: [2; 32] }
}

/// The dialling side of a handshake, and its first message.
pub(crate) fn dial(network: &Network, key: &KeyPair) -> (Greeting, Handshake) {
    Greeting::dial(identity(network, key), nonces(), LIFETIME, 0)
}

/// Waits until a reason was counted so often. Each look is a round trip through the node.
pub(crate) async fn counted(node: &Node, reason: CloseReason, times: u64) {
    let wait = async {
        while node.net_stats().closed_for(reason) < times {
            node.stats().await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, wait).await;
    assert!(waited.is_ok(), "{reason:?} was not counted {times} times: {:?}", node.net_stats());
}
