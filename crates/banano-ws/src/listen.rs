//! Takes a port, or says who should do what when it cannot be had.
//!
//! Called before anything starts, so that a port in use costs nothing else.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use anyhow::{Error, anyhow};

use crate::settings::Endpoint;

/// Listens at `endpoint`, which `flag` can change.
pub(crate) fn listen(endpoint: &Endpoint, flag: &str) -> Result<TcpListener, Error> {
    TcpListener::bind(endpoint.parts()).map_err(|cause| {
        let port = endpoint.port();
        match cause.kind() {
            ErrorKind::AddrInUse => anyhow!(
                "{endpoint} is in use: stop the program that listens there, or choose another port \
                 with {flag} HOST:PORT (port 0 picks a free one)"
            ),
            ErrorKind::PermissionDenied => anyhow!(
                "no permission to listen at {endpoint}: choose a port above 1023 with {flag} HOST:PORT \
                 (port 0 picks a free one)"
            ),
            ErrorKind::AddrNotAvailable => anyhow!(
                "{endpoint} is no address of this machine: choose one with {flag}, as in {flag} \
                 127.0.0.1:{port}"
            ),
            _ => anyhow!(
                "cannot listen at {endpoint} ({cause}): choose another address with {flag}, as in \
                 {flag} 127.0.0.1:{port}"
            ),
        }
    })
}

/// Where a client of this machine connects to a listener.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_all_is_reached_at_one() {
        for (given, want) in
            [("0.0.0.0:1", "127.0.0.1:1"), ("[::]:1", "[::1]:1"), ("10.1.2.3:1", "10.1.2.3:1")]
        {
            assert_eq!(reachable(given.parse().unwrap()).to_string(), want);
        }
    }

    #[test]
    fn every_refusal_names_the_address_and_the_flag() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let taken = taken.local_addr().unwrap().to_string();
        for (endpoint, part) in
            [(taken.as_str(), "in use"), ("192.0.2.1:7074", "no address of this machine")]
        {
            let error = listen(&endpoint.parse().unwrap(), "--listen").unwrap_err().to_string();
            for part in [part, endpoint, "--listen"] {
                assert!(error.contains(part), "{error}");
            }
            assert!(!error.contains('\n'));
        }
    }
}
