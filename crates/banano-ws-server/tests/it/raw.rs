//! A client in bytes: for what no library would send.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

use crate::host::PATIENCE;

/// A connection after its handshake, or before.
pub(crate) struct Raw {
    pub(crate) stream: TcpStream,
}

impl Raw {
    /// Only the TCP connection.
    pub(crate) fn dial(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream }
    }

    /// With the handshake.
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let mut raw = Self::dial(address);
        let head = raw.handshake("/", "");
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        raw
    }

    /// Asks for a WebSocket at `target`, with more headers. Returns the head of the answer.
    pub(crate) fn handshake(&mut self, target: &str, headers: &str) -> String {
        self.write(
            format!(
                "GET {target} HTTP/1.1\r\nHost: here\r\nConnection: keep-alive, Upgrade\r\n\
                 Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                 Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
            )
            .as_bytes(),
        );
        self.head()
    }

    /// Reads to the end of an HTTP head.
    pub(crate) fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte).expect("the end of the head");
            head.push(byte[0]);
        }
        String::from_utf8(head).unwrap()
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Sends a frame, masked, with `first` as its first byte.
    pub(crate) fn frame(&mut self, first: u8, payload: &[u8]) {
        self.write(&masked(first, payload));
    }

    /// The next frame: its first byte and its payload.
    pub(crate) fn read_frame(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 2];
        self.stream.read_exact(&mut head).expect("a frame");
        let length_bytes = match head[1] {
            126 => 2,
            127 => 8,
            short => return (head[0], self.read_payload(short.into())),
        };
        let mut length = [0; 8];
        self.stream.read_exact(&mut length[8 - length_bytes..]).expect("a whole header");
        (head[0], self.read_payload(u64::from_be_bytes(length)))
    }

    fn read_payload(&mut self, length: u64) -> Vec<u8> {
        let mut payload = vec![0; length.try_into().unwrap()];
        self.stream.read_exact(&mut payload).expect("a whole frame");
        payload
    }

    /// The next frame, which must be a text.
    pub(crate) fn read_text(&mut self) -> String {
        let (first, payload) = self.read_frame();
        assert_eq!(first, 0x81, "{payload:?}");
        String::from_utf8(payload).unwrap()
    }

    /// Reads a close frame with `code`, then the end of the stream. Returns the reason.
    pub(crate) fn expect_close(&mut self, code: u16) -> String {
        let (first, payload) = self.read_frame();
        assert_eq!(first, 0x88, "{payload:?}");
        assert_eq!(payload[..2], code.to_be_bytes());
        self.expect_end();
        String::from_utf8(payload[2..].to_vec()).unwrap()
    }

    /// Fails unless the server drops the connection, with whatever it has not read of it.
    pub(crate) fn expect_drop(&mut self) {
        let mut rest = Vec::new();
        match self.stream.read_to_end(&mut rest) {
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
            Ok(_) => assert!(rest.is_empty(), "something came: {rest:?}"),
        }
    }

    /// Fails unless the server closes its side and says nothing more.
    pub(crate) fn expect_end(&mut self) {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).expect("the end of the stream");
        assert!(rest.is_empty(), "something came: {rest:?}");
    }
}

/// A masked frame, as clients send it.
pub(crate) fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x12, 0x34, 0x56, 0x78];
    let mut frame = vec![first];
    if let Ok(short @ ..=125) = u8::try_from(payload.len()) {
        frame.push(0x80 | short);
    } else if let Ok(medium) = u16::try_from(payload.len()) {
        frame.push(0xfe);
        frame.extend_from_slice(&medium.to_be_bytes());
    } else {
        frame.push(0xff);
        frame.extend_from_slice(&(payload.len() as u64).to_be_bytes());
    }
    frame.extend_from_slice(&mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}
