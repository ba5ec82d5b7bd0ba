//! The header of the PROXY protocol, versions 1 and 2, with which a proxy says for whom it connects.
//!
//! Read before anything else of a connection, TLS included. Reads no byte beyond the header: what
//! follows is somebody else's.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
};

use ppp::{v1, v2};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// As long as the shortest header of either version: enough to tell which it is.
const BEGIN_BYTES: usize = 12;

/// The longest header of version 1 (its specification, section 2.1).
const V1_BYTES_MAX: usize = 107;

/// What is read of a header of version 2: addresses and the extensions behind them.
const V2_BYTES_MAX: usize = 4 << 10;

/// Before this, a header of version 2 has its own length.
const V2_BYTES_MIN: usize = 16;

/// Reads a header. Returns the client's address; `None` where the proxy speaks for itself, as for a
/// health check, or knows no IP address.
///
/// # Errors
///
/// If there is no header, or the connection broke.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<SocketAddr>> {
    let mut head = vec![0; BEGIN_BYTES];
    stream.read_exact(&mut head).await?;
    if head.starts_with(v1::PROTOCOL_PREFIX.as_bytes()) {
        // Where it ends only its end tells.
        while !head.ends_with(b"\r\n") {
            if head.len() >= V1_BYTES_MAX {
                return Err(malformed());
            }
            head.push(stream.read_u8().await?);
        }
        let header = v1::Header::try_from(head.as_slice()).map_err(|_| malformed())?;
        return Ok(match header.addresses {
            v1::Addresses::Unknown => None,
            v1::Addresses::Tcp4(it) => Some((it.source_address, it.source_port).into()),
            v1::Addresses::Tcp6(it) => Some((it.source_address, it.source_port).into()),
        });
    }
    if head != v2::PROTOCOL_PREFIX {
        return Err(malformed());
    }
    head.resize(V2_BYTES_MIN, 0);
    let (_, rest) = head.split_at_mut(BEGIN_BYTES);
    stream.read_exact(rest).await?;
    let [.., high, low] = head.as_slice() else { return Err(malformed()) };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if length > V2_BYTES_MAX {
        return Err(malformed());
    }
    head.resize(V2_BYTES_MIN + length, 0);
    let (_, rest) = head.split_at_mut(V2_BYTES_MIN);
    stream.read_exact(rest).await?;
    let header = v2::Header::try_from(head.as_slice()).map_err(|_| malformed())?;
    Ok(match (header.command, header.addresses) {
        (v2::Command::Proxy, v2::Addresses::IPv4(it)) => {
            Some((it.source_address, it.source_port).into())
        }
        (v2::Command::Proxy, v2::Addresses::IPv6(it)) => {
            Some((it.source_address, it.source_port).into())
        }
        _ => None,
    })
}

fn malformed() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "no header of the PROXY protocol")
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::*;

    fn v2(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
        let mut header = v2::PROTOCOL_PREFIX.to_vec();
        header.extend([0x20 | command, family]);
        header.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
        header.extend(body);
        header
    }

    #[test]
    fn rows_of_headers_each_read_to_its_last_byte_and_no_further() {
        let v4 = [1, 2, 3, 4, 10, 0, 0, 1, 0x12, 0x34, 0, 80];
        let mut with_extension = v4.to_vec();
        with_extension.extend([4, 0, 2, 9, 9]);
        let v6: Vec<u8> = std::iter::repeat_n(0x20, 32).chain([0, 7, 0, 80]).collect();
        let rows: [(&str, Vec<u8>, Option<&str>); 8] = [
            ("v1", b"PROXY TCP4 1.2.3.4 10.0.0.1 4660 80\r\n".to_vec(), Some("1.2.3.4:4660")),
            ("v1, IPv6", b"PROXY TCP6 2001:db8::1 ::1 7 80\r\n".to_vec(), Some("[2001:db8::1]:7")),
            ("v1, unknown", b"PROXY UNKNOWN\r\n".to_vec(), None),
            ("v2", v2(1, 0x11, &v4), Some("1.2.3.4:4660")),
            ("v2 with an extension", v2(1, 0x11, &with_extension), Some("1.2.3.4:4660")),
            ("v2, IPv6", v2(1, 0x21, &v6), Some("[2020:2020:2020:2020:2020:2020:2020:2020]:7")),
            ("v2 for itself", v2(0, 0x11, &v4), None),
            ("v2 of nothing", v2(0, 0, &[]), None),
        ];
        let runtime = Builder::new_current_thread().build().unwrap();
        for (name, header, want) in rows {
            let bytes = [header.as_slice(), b"GET /"].concat();
            let mut rest = bytes.as_slice();
            let got = runtime.block_on(read(&mut rest)).unwrap();
            assert_eq!(got.map(|it| it.to_string()).as_deref(), want, "{name}");
            assert_eq!(rest, b"GET /", "{name}");
        }
    }

    #[test]
    fn what_is_no_header_is_an_error_and_never_a_panic() {
        let long = [b"PROXY TCP4 ".as_slice(), &[b' '; 200]].concat();
        let mut huge = v2(1, 0x11, &[]);
        huge.truncate(14);
        huge.extend([0xff, 0xff]);
        let cases: [Vec<u8>; 7] = [
            b"GET / HTTP/1.1\r\n\r\n".to_vec(),
            b"PROXY TCP4 1.2.3.4 10.0.0.1 4660\r\n".to_vec(),
            b"PROXY TCP4 1.2.3".to_vec(),
            long,
            huge,
            v2(1, 0x11, &[1, 2, 3]),
            v2(9, 0x11, &[0; 12]),
        ];
        let runtime = Builder::new_current_thread().build().unwrap();
        for bytes in cases {
            assert!(runtime.block_on(read(&mut bytes.as_slice())).is_err(), "{bytes:?}");
        }
    }
}
