//! Addresses of work peers.
//!
//! Read from configuration and RPC, shown in notifications. Holds text only: a name is looked up
//! when the peer is asked.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Longest name of a host, by the rules of DNS.
const HOST_BYTES_MAX: usize = 253;

/// A node or work server that does work for us: `address:port`, where the address is an IP address
/// or the name of a host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WorkPeer {
    host: String,
    port: u16,
}

impl WorkPeer {
    /// A peer at `host`, which may be an IP address, with or without brackets.
    ///
    /// # Errors
    /// When `host` is neither an IP address nor can be the name of a host, or `port` is 0.
    pub fn new(host: &str, port: u16) -> Result<Self, PeerAddressError> {
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let is_name = |text: &str| {
            !text.is_empty()
                && text.len() <= HOST_BYTES_MAX
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        };
        if bare.parse::<IpAddr>().is_err() && !is_name(bare) {
            return Err(PeerAddressError::Host(cut(host)));
        }
        if port == 0 {
            return Err(PeerAddressError::Port("0".to_owned()));
        }
        Ok(Self { host: bare.to_owned(), port })
    }

    /// The IP address or name, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The value of a `Host` header.
    pub(crate) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            self.to_string()
        }
    }
}

/// As the reference writes it: never with brackets.
impl fmt::Display for WorkPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl FromStr for WorkPeer {
    type Err = PeerAddressError;

    fn from_str(text: &str) -> Result<Self, PeerAddressError> {
        let (host, port) =
            text.rsplit_once(':').ok_or_else(|| PeerAddressError::WithoutPort(cut(text)))?;
        let port = port.parse().map_err(|_| PeerAddressError::Port(cut(port)))?;
        Self::new(host, port)
    }
}

/// Why a text is no address of a work peer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeerAddressError {
    /// Not two parts.
    #[error("work peer {0:?}: must be address:port, such as 127.0.0.1:7072")]
    WithoutPort(String),
    /// Neither an IP address nor a name.
    #[error("work peer: {0:?} is neither an IP address nor the name of a host")]
    Host(String),
    /// Not a number that a port can have.
    #[error("work peer: {0:?} is not a port, which is a number from 1 to 65535")]
    Port(String),
}

/// What an error shows of a text that may be long.
fn cut(text: &str) -> String {
    text.chars().take(64).collect()
}

/// The peer at an address, for tests.
#[cfg(test)]
pub(crate) fn at(address: std::net::SocketAddr) -> WorkPeer {
    address.to_string().parse().expect("an address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown() {
        let rows = [
            ("127.0.0.1:7072", "127.0.0.1", "127.0.0.1:7072", "127.0.0.1:7072"),
            ("[::1]:7072", "::1", "::1:7072", "[::1]:7072"),
            ("::ffff:10.0.0.1:80", "::ffff:10.0.0.1", "::ffff:10.0.0.1:80", "[::ffff:10.0.0.1]:80"),
            ("work.example:65535", "work.example", "work.example:65535", "work.example:65535"),
        ];
        for (text, host, shown, authority) in rows {
            let peer: WorkPeer = text.parse().unwrap();
            assert_eq!(peer.host(), host, "{text}");
            assert_eq!(peer.to_string(), shown, "{text}");
            assert_eq!(peer.authority(), authority, "{text}");
            assert_eq!(shown.parse(), Ok(peer), "{text}: what is shown can be read");
        }
    }

    #[test]
    fn what_is_no_address_is_named() {
        let rows = [
            ("localhost", "work peer \"localhost\": must be address:port, such as 127.0.0.1:7072"),
            (":80", "work peer: \"\" is neither an IP address nor the name of a host"),
            ("a b:80", "work peer: \"a b\" is neither an IP address nor the name of a host"),
            ("[::1:80", "work peer: \"[::1\" is neither an IP address nor the name of a host"),
            ("h:0", "work peer: \"0\" is not a port, which is a number from 1 to 65535"),
            ("h:65536", "work peer: \"65536\" is not a port, which is a number from 1 to 65535"),
            ("h:", "work peer: \"\" is not a port, which is a number from 1 to 65535"),
        ];
        for (text, error) in rows {
            assert_eq!(text.parse::<WorkPeer>().unwrap_err().to_string(), error, "{text}");
        }
        assert!(WorkPeer::new(&"a".repeat(254), 1).is_err());
    }
}
