//! Lists of addresses, as an operator writes them: `10.0.0.0/8`, `::1`, `unix`.
//!
//! Read by the configuration, asked for every connection. Touches nothing.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

/// Some addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AddressRange {
    /// Everything with this prefix.
    Net(IpNet),
    /// Whoever connects to a Unix socket.
    Unix,
}

impl AddressRange {
    /// All addresses that only this machine has.
    pub(crate) fn this_machine() -> Vec<Self> {
        let nets = [
            Ipv4Net::new_assert(Ipv4Addr::LOCALHOST, 8).trunc().into(),
            IpAddr::from(Ipv6Addr::LOCALHOST).into(),
        ];
        nets.into_iter().map(Self::Net).chain([Self::Unix]).collect()
    }
}

/// A text that is no range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address, no range such as 10.0.0.0/8 and not the word unix")]
pub struct NotARange(String);

impl FromStr for AddressRange {
    type Err = NotARange;

    fn from_str(text: &str) -> Result<Self, NotARange> {
        if text == "unix" {
            return Ok(Self::Unix);
        }
        let net = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        net.map(|net| Self::Net(net.trunc())).map_err(|_| NotARange(text.to_owned()))
    }
}

impl TryFrom<String> for AddressRange {
    type Error = NotARange;

    fn try_from(text: String) -> Result<Self, NotARange> {
        text.parse()
    }
}

impl From<AddressRange> for String {
    fn from(range: AddressRange) -> Self {
        range.to_string()
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net(net) if net.prefix_len() == net.max_prefix_len() => net.addr().fmt(f),
            Self::Net(net) => net.fmt(f),
            Self::Unix => f.write_str("unix"),
        }
    }
}

/// Where a connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Over TCP.
    Ip(SocketAddr),
    /// From this machine, by a Unix socket.
    Unix,
}

impl Peer {
    /// Its IP address; an IPv4 address that looks like IPv6 is one of IPv4.
    pub(crate) fn ip(self) -> Option<IpAddr> {
        match self {
            Self::Ip(address) => Some(address.ip().to_canonical()),
            Self::Unix => None,
        }
    }

    /// Whether one of these ranges has it.
    pub(crate) fn is_in(self, ranges: &[AddressRange]) -> bool {
        ranges.iter().any(|range| match (range, self.ip()) {
            (AddressRange::Net(net), Some(ip)) => net.contains(&ip),
            (AddressRange::Unix, None) => true,
            _ => false,
        })
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Unix => f.write_str("unix"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_ranges_and_who_is_in_them() {
        let rows: [(&str, &str, &str, bool); 9] = [
            ("10.0.0.0/8", "10.0.0.0/8", "10.1.2.3:1", true),
            ("10.1.2.3/8", "10.0.0.0/8", "11.1.2.3:1", false),
            ("127.0.0.1", "127.0.0.1", "127.0.0.1:1", true),
            ("127.0.0.1", "127.0.0.1", "127.0.0.2:1", false),
            ("127.0.0.0/8", "127.0.0.0/8", "[::ffff:127.0.0.1]:1", true),
            ("::1", "::1", "[::1]:1", true),
            ("2001:db8::/32", "2001:db8::/32", "[2001:db8:1::1]:1", true),
            ("2001:db8::/32", "2001:db8::/32", "10.0.0.1:1", false),
            ("unix", "unix", "10.0.0.1:1", false),
        ];
        for (text, shown, address, is_in) in rows {
            let range: AddressRange = text.parse().unwrap();
            assert_eq!(range.to_string(), shown);
            assert_eq!(
                Peer::Ip(address.parse().unwrap()).is_in(&[range]),
                is_in,
                "{address} in {text}"
            );
        }
        assert!(Peer::Unix.is_in(&["10.0.0.0/8".parse().unwrap(), AddressRange::Unix]));
        for text in ["", "localhost", "10.0.0.0/33", "10.0.0", "::1/129", "Unix"] {
            let error = text.parse::<AddressRange>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }
}
