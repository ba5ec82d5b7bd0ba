//! Addresses of nodes: learnt from keepalives, told in keepalives (`node.md` §8.3, §8.6).
//!
//! Fed by connections, asked by the connector. Bounded. Knows no socket; chance is handed in.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};

use banano_wire::Keepalive;
use rand::RngExt as _;
use rand::rngs::StdRng;

use super::limits::is_reserved;

/// Addresses that wait to be dialled. More are forgotten: keepalives name them again.
const CANDIDATES_MAX: usize = 1_024;
/// Our own addresses that others told us about.
const OWN_MAX: usize = 64;
/// First slot of a keepalive that holds a peer: before it stand our own addresses.
const PEERS_FROM: usize = 2;

/// Where nodes may be.
#[derive(Debug)]
pub(crate) struct Discovery {
    is_public: bool,
    candidates: Vec<SocketAddr>,
    own: Vec<SocketAddr>,
}

impl Discovery {
    pub(crate) fn new(is_public: bool) -> Self {
        Self { is_public, candidates: Vec::new(), own: Vec::new() }
    }

    /// Remembers that an address is our own, so that it is not dialled.
    pub(crate) fn is_own(&mut self, address: SocketAddr) {
        let address = canonical(address);
        self.candidates.retain(|known| *known != address);
        if self.own.len() < OWN_MAX && !self.own.contains(&address) {
            self.own.push(address);
        }
    }

    /// Hears of a node.
    pub(crate) fn learn(&mut self, address: SocketAddr) {
        let address = canonical(address);
        let ip = address.ip();
        let is_impossible = address.port() == 0
            || ip.is_unspecified()
            || ip.is_multicast()
            || (self.is_public && is_reserved(ip));
        if !is_impossible
            && self.candidates.len() < CANDIDATES_MAX
            && !self.candidates.contains(&address)
            && !self.own.contains(&address)
        {
            self.candidates.push(address);
        }
    }

    /// Takes one address, drawn by lot, that is not in `connected`. Those that are, are forgotten.
    pub(crate) fn next(
        &mut self,
        connected: &[SocketAddr],
        rng: &mut StdRng,
    ) -> Option<SocketAddr> {
        self.candidates.retain(|known| !connected.contains(known));
        let count = self.candidates.len();
        (count > 0).then(|| self.candidates.swap_remove(rng.random_range(0..count)))
    }
}

/// What we tell: where we listen, and up to six peers drawn by lot.
pub(crate) fn keepalive(port: u16, mut peers: Vec<SocketAddr>, rng: &mut StdRng) -> Keepalive {
    let mut slots = [Keepalive::EMPTY_SLOT; Keepalive::SLOTS];
    let (own, others) = slots.split_at_mut(PEERS_FROM);
    if let Some(own) = own.first_mut() {
        own.set_port(port);
    }
    for slot in others {
        let count = peers.len();
        if count == 0 {
            break;
        }
        *slot = mapped(peers.swap_remove(rng.random_range(0..count)));
    }
    Keepalive { slots }
}

/// Where the sender of a keepalive listens, if it tells: the port in an otherwise empty first slot.
pub(crate) fn told_port(keepalive: &Keepalive) -> Option<u16> {
    let [own, ..] = keepalive.slots;
    (own.ip().is_unspecified() && own.port() != 0).then_some(own.port())
}

/// As messages and notifications write it: IPv4 addresses mapped into IPv6.
pub(crate) fn mapped(address: SocketAddr) -> SocketAddrV6 {
    let ip: Ipv6Addr = match address.ip() {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    };
    SocketAddrV6::new(ip, address.port(), 0, 0)
}

/// One form for each address: IPv4 where it can be.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    fn address(number: u16) -> SocketAddr {
        SocketAddr::from(([8, 8, 8, 8], number))
    }

    #[test]
    fn addresses_are_learnt_once_and_dialled_once() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut discovery = Discovery::new(true);
        discovery.is_own(address(5));
        for text in ["8.8.8.8:1", "[::ffff:8.8.8.8]:1", "8.8.8.8:5", "8.8.8.8:0", "10.0.0.1:1"] {
            discovery.learn(text.parse().unwrap());
        }
        assert_eq!(discovery.next(&[], &mut rng), Some(address(1)));
        assert_eq!(discovery.next(&[], &mut rng), None);
        discovery.learn(address(1));
        assert_eq!(discovery.next(&[address(1)], &mut rng), None, "connected already");
        discovery.learn(address(1));
        discovery.is_own(address(1));
        assert_eq!(discovery.next(&[], &mut rng), None, "it was ourselves");
        let mut private = Discovery::new(false);
        private.learn("127.0.0.1:7".parse().unwrap());
        assert!(private.next(&[], &mut rng).is_some());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut discovery = Discovery::new(true);
        for port in 1..=5_000 {
            discovery.learn(address(port));
            discovery.is_own(address(port + 10_000));
        }
        assert_eq!((discovery.candidates.len(), discovery.own.len()), (1_024, 64));
    }

    #[test]
    fn a_keepalive_tells_our_port_and_six_peers() {
        let mut rng = StdRng::seed_from_u64(1);
        let told = keepalive(7071, (1..=20).map(address).collect(), &mut rng);
        assert_eq!(told_port(&told), Some(7071));
        assert_eq!(told.slots[1], Keepalive::EMPTY_SLOT);
        let mut ports: Vec<u16> = told.peers().map(|peer| peer.port()).collect();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 6);
        let silent = keepalive(0, Vec::new(), &mut rng);
        assert_eq!((told_port(&silent), silent.peers().count()), (None, 0));
    }
}
