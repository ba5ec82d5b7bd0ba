//! How many connections there may be, in all and with whom (`node.md` §8.5).
//!
//! Asked before a connection is taken or made. A [`Seat`] is held for as long as the connection lives
//! and given back when it is dropped.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use banano_primitives::Network;
use rustc_hash::FxHashMap;

use super::bandwidth::BandwidthLimit;
use super::channel::Direction;
use super::counters::CloseReason;

/// Bounds of a node's network side.
///
/// Worst case in memory: (`inbound` + `outbound`) × (160 KiB for what is read and written, and
/// 4 × `queue` messages to send, which all peers share).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetLimits {
    /// Connections that others opened. Default 2,048.
    pub inbound: usize,
    /// Connections that this node opened. Default 2,048.
    pub outbound: usize,
    /// Connections with one IPv4 address, or with one /48 of IPv6. Default 4.
    pub per_address: usize,
    /// Connections with one /24 of IPv4, or with one /32 of IPv6. Default 16.
    pub per_subnet: usize,
    /// Messages of one kind of traffic that wait for a peer: one more is dropped and counted.
    /// Default 128.
    pub queue: usize,
    /// What may be sent. Default 10 MiB a second, three seconds of it at once; `None`: no limit.
    pub bandwidth: Option<BandwidthLimit>,
    /// Blocks and votes that are recognised when they come again. Default 2^20, 16 bytes each.
    pub filter: usize,
    /// Whether a vote is read once only. Default: yes. On a private network nobody passes votes on, and
    /// one that comes again was asked for: subscribers are told of it as a replay.
    pub filters_votes: bool,
    /// Whether only addresses that can be a peer's on the public internet are taken, and those that
    /// misbehave are kept away for hours. Default: yes.
    pub is_public: bool,
}

impl Default for NetLimits {
    fn default() -> Self {
        Self {
            inbound: 2048,
            outbound: 2048,
            per_address: 4,
            per_subnet: 16,
            queue: 128,
            bandwidth: Some(BandwidthLimit { rate: 10 << 20, burst: 3 }),
            filter: 1 << 20,
            filters_votes: true,
            is_public: true,
        }
    }
}

impl NetLimits {
    /// For nodes of one machine or one private network: everybody shares few addresses, and nobody is
    /// a stranger. A queue holds what a full pass of a node sends.
    pub fn private() -> Self {
        Self {
            inbound: 256,
            outbound: 256,
            per_address: 256,
            per_subnet: 256,
            queue: 8192,
            bandwidth: None,
            filter: 1 << 14,
            filters_votes: false,
            is_public: false,
        }
    }

    /// The defaults for the public networks, [`NetLimits::private`] for any other.
    pub fn of(network: &Network) -> Self {
        match network.name.trim_start_matches("nano-") {
            "live" | "beta" | "test" => Self::default(),
            _ => Self::private(),
        }
    }
}

/// Counts connections.
#[derive(Debug)]
pub(crate) struct Admission {
    limits: NetLimits,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    inbound: usize,
    outbound: usize,
    addresses: FxHashMap<IpAddr, usize>,
    subnets: FxHashMap<IpAddr, usize>,
}

/// The right to one connection. Dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Seat {
    admission: Arc<Admission>,
    address: IpAddr,
    direction: Direction,
}

impl Admission {
    pub(crate) fn new(limits: NetLimits) -> Arc<Self> {
        Arc::new(Self { limits, counts: Mutex::default() })
    }

    /// The counts stay whole: nothing that can panic runs under the lock.
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Admits one more connection with an address, or says which bound it would break.
    pub(crate) fn admit(
        self: &Arc<Self>,
        address: IpAddr,
        direction: Direction,
    ) -> Result<Seat, CloseReason> {
        let address = address.to_canonical();
        if self.limits.is_public && is_reserved(address) {
            return Err(CloseReason::Reserved);
        }
        let mut counts = self.lock();
        let (total, most) = match direction {
            Direction::In => (counts.inbound, self.limits.inbound),
            Direction::Out => (counts.outbound, self.limits.outbound),
        };
        let (one, subnet) = (group(address, 32, 48), group(address, 24, 32));
        let count = |map: &FxHashMap<IpAddr, usize>, key| map.get(&key).copied().unwrap_or(0);
        if total >= most {
            return Err(CloseReason::Full);
        }
        if count(&counts.addresses, one) >= self.limits.per_address {
            return Err(CloseReason::AddressLimit);
        }
        if count(&counts.subnets, subnet) >= self.limits.per_subnet {
            return Err(CloseReason::SubnetLimit);
        }
        *counts.total(direction) += 1;
        *counts.addresses.entry(one).or_default() += 1;
        *counts.subnets.entry(subnet).or_default() += 1;
        drop(counts);
        Ok(Seat { admission: Arc::clone(self), address, direction })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.admission.lock();
        let total = counts.total(self.direction);
        *total = total.saturating_sub(1);
        let (one, subnet) = (group(self.address, 32, 48), group(self.address, 24, 32));
        release(&mut counts.addresses, one);
        release(&mut counts.subnets, subnet);
    }
}

impl Counts {
    fn total(&mut self, direction: Direction) -> &mut usize {
        match direction {
            Direction::In => &mut self.inbound,
            Direction::Out => &mut self.outbound,
        }
    }
}

fn release(map: &mut FxHashMap<IpAddr, usize>, key: IpAddr) {
    if let Some(count) = map.get_mut(&key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            map.remove(&key);
        }
    }
}

/// The first bits of an address.
fn group(address: IpAddr, v4_bits: u32, v6_bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shl(32 - v4_bits).unwrap_or(0);
            IpAddr::V4((ip.to_bits() & mask).into())
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX.checked_shl(128 - v6_bits).unwrap_or(0);
            IpAddr::V6((ip.to_bits() & mask).into())
        }
    }
}

/// Whether no peer of a public network can have this address.
pub(crate) fn is_reserved(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_broadcast()
                || ip.is_documentation()
                || ip.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && ip.octets()[2] == 0)
                || (a == 198 && (18..20).contains(&b))
        }
        IpAddr::V6(ip) => {
            let documentation = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0);
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_multicast()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
                || group(ip.into(), 32, 32) == documentation
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn rows_of_addresses_that_no_public_peer_has() {
        for (text, reserved) in [
            ("127.0.0.1", true),
            ("10.1.2.3", true),
            ("192.168.0.1", true),
            ("100.64.0.1", true),
            ("169.254.1.1", true),
            ("224.0.0.1", true),
            ("0.1.2.3", true),
            ("::1", true),
            ("::", true),
            ("fe80::1", true),
            ("fd00::1", true),
            ("2001:db8::1", true),
            ("::ffff:10.0.0.1", true),
            ("8.8.8.8", false),
            ("::ffff:8.8.8.8", false),
            ("2a00:1450::1", false),
        ] {
            assert_eq!(is_reserved(ip(text)), reserved, "{text}");
        }
    }

    #[test]
    fn each_bound_holds_and_a_seat_comes_back() {
        let limits =
            NetLimits { inbound: 7, per_address: 2, per_subnet: 3, ..NetLimits::default() };
        let admission = Admission::new(limits);
        let admit = |text| admission.admit(ip(text), Direction::In);
        let seats = [admit("8.8.8.1").unwrap(), admit("::ffff:8.8.8.1").unwrap()];
        assert_eq!(admit("8.8.8.1").unwrap_err(), CloseReason::AddressLimit);
        let third = admit("8.8.8.2").unwrap();
        assert_eq!(admit("8.8.8.3").unwrap_err(), CloseReason::SubnetLimit);
        assert_eq!(admit("10.0.0.1").unwrap_err(), CloseReason::Reserved);
        // One /48, then one /32, of IPv6.
        let six = [admit("2a00:1:1:1::1").unwrap(), admit("2a00:1:1:2::1").unwrap()];
        assert_eq!(admit("2a00:1:1:3::1").unwrap_err(), CloseReason::AddressLimit);
        let more = [admit("2a00:1:2::1").unwrap(), admit("9.9.9.9").unwrap()];
        assert_eq!(admit("2a00:1:3::1").unwrap_err(), CloseReason::Full);
        assert!(admission.admit(ip("7.7.7.7"), Direction::Out).is_ok());
        drop((seats, third, six, more));
        let counts = admission.lock();
        assert_eq!((counts.inbound, counts.outbound), (0, 0));
        assert!(counts.addresses.is_empty() && counts.subnets.is_empty());
    }
}
