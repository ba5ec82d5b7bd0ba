//! Addresses that misbehaved (`node.md` §8.5).
//!
//! Asked before a connection is taken or made. Bounded; is given the time.

use std::collections::VecDeque;
use std::net::IpAddr;

use rustc_hash::FxHashMap;

/// Addresses remembered. The one that is longest in gives way.
const ADDRESSES_MAX: usize = 5_000;
/// Strikes from which an address is out.
const STRIKES_OUT: u64 = 2;
const HOUR_MS: u64 = 60 * 60 * 1000;

/// Who is out, and until when.
#[derive(Debug, Default)]
pub(crate) struct Exclusions {
    strikes: FxHashMap<IpAddr, Strikes>,
    /// The same addresses, oldest first.
    order: VecDeque<IpAddr>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Strikes {
    count: u64,
    out_until_ms: u64,
}

impl Exclusions {
    /// Counts one more against an address: out for an hour at the second, then for twice as many
    /// hours as it has strikes.
    pub(crate) fn strike(&mut self, address: IpAddr, mono_ms: u64) {
        if !self.strikes.contains_key(&address) {
            if self.strikes.len() >= ADDRESSES_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                self.strikes.remove(&oldest);
            }
            self.order.push_back(address);
        }
        let strikes = self.strikes.entry(address).or_default();
        strikes.count = strikes.count.saturating_add(1);
        let hours = match strikes.count {
            ..STRIKES_OUT => return,
            STRIKES_OUT => 1,
            count => count.saturating_mul(2),
        };
        strikes.out_until_ms = mono_ms.saturating_add(HOUR_MS.saturating_mul(hours));
    }

    /// Whether nothing is exchanged with an address for now.
    pub(crate) fn contains(&self, address: &IpAddr, mono_ms: u64) -> bool {
        self.strikes.get(address).is_some_and(|strikes| strikes.out_until_ms > mono_ms)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn address(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(number).into()
    }

    #[test]
    fn two_strikes_are_out_for_an_hour_and_more_for_longer() {
        let mut exclusions = Exclusions::default();
        exclusions.strike(address(1), 0);
        assert!(!exclusions.contains(&address(1), 0));
        exclusions.strike(address(1), 0);
        assert!(exclusions.contains(&address(1), HOUR_MS - 1));
        assert!(!exclusions.contains(&address(1), HOUR_MS));
        exclusions.strike(address(1), 0);
        assert!(exclusions.contains(&address(1), 6 * HOUR_MS - 1));
        assert!(!exclusions.contains(&address(2), 0));
    }

    #[test]
    fn the_oldest_address_gives_way() {
        let mut exclusions = Exclusions::default();
        for number in 0..=5_000 {
            exclusions.strike(address(number), 0);
            exclusions.strike(address(number), 0);
        }
        assert!(!exclusions.contains(&address(0), 1));
        assert!(exclusions.contains(&address(1), 1) && exclusions.contains(&address(5_000), 1));
        assert_eq!((exclusions.strikes.len(), exclusions.order.len()), (5_000, 5_000));
    }
}
