//! Keepalive: a sign of life that carries addresses of other nodes (`node.md §8.3`).
//!
//! Called by [`Message`](super::Message).

use std::net::{Ipv6Addr, SocketAddrV6};

use crate::bytes::Reader;
use crate::error::Problem;

/// Addresses of nodes that the sender knows, in eight slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keepalive {
    /// An unused slot is all zero. An unspecified address with a port in slot 0 tells where the
    /// sender itself listens.
    pub slots: [SocketAddrV6; Self::SLOTS],
}

impl Keepalive {
    /// How many addresses a message carries.
    pub const SLOTS: usize = 8;
    /// What an unused slot holds.
    pub const EMPTY_SLOT: SocketAddrV6 = SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, 0, 0, 0);

    /// Fills slots in order; what does not fit is left out.
    pub fn new(addresses: impl IntoIterator<Item = SocketAddrV6>) -> Self {
        let mut slots = [Self::EMPTY_SLOT; Self::SLOTS];
        for (slot, address) in slots.iter_mut().zip(addresses) {
            *slot = address;
        }
        Self { slots }
    }

    /// Returns the addresses of peers: slots with an address.
    pub fn peers(&self) -> impl Iterator<Item = SocketAddrV6> {
        self.slots.iter().copied().filter(|slot| !slot.ip().is_unspecified())
    }

    /// Appends the slots: address in network order, port little endian.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> u16 {
        for slot in &self.slots {
            out.extend_from_slice(&slot.ip().octets());
            out.extend_from_slice(&slot.port().to_le_bytes());
        }
        0
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        let mut slots = [Self::EMPTY_SLOT; Self::SLOTS];
        for slot in &mut slots {
            let address = Ipv6Addr::from(reader.array::<16>()?);
            *slot = SocketAddrV6::new(address, u16::from_le_bytes(reader.array()?), 0, 0);
        }
        Ok(Self { slots })
    }
}
