//! The rules of RFC 6455, family by family as in the Autobahn suite, of both servers that share the code:
//! the one that serves events, and the one that gives every message back.

mod closing;
mod data;
mod rules;
mod utf8;

use std::{net::SocketAddr, thread};

use banano_ws_server::Server;

use crate::{
    host::{Host, echo},
    raw::{Raw, masked},
};

/// Both servers.
pub(crate) struct Servers {
    host: Host,
    echo: Server,
}

/// What a client gets for what it sends.
#[derive(Debug, Clone)]
pub(crate) enum Want {
    /// These frames, by first byte and payload, and then whatever it asks next.
    Frames(Vec<(u8, Vec<u8>)>),
    /// These frames, then a close with this code, and the end.
    Close(Vec<(u8, Vec<u8>)>, u16),
    /// These frames, then a close without a code, and the end.
    BareClose(Vec<(u8, Vec<u8>)>),
}

impl Servers {
    pub(crate) fn start() -> Self {
        Self { host: Host::start(), echo: echo(false) }
    }

    pub(crate) fn echo(&self) -> SocketAddr {
        self.echo.address()
    }

    /// Sends `pieces`, one after the other, and compares what comes. Frames with data are only given back
    /// by one of the servers; the other is asked for what both do.
    pub(crate) fn check(&self, name: &str, pieces: &[Vec<u8>], want: &Want) {
        check(self.echo(), name, pieces, want, true);
        check(self.host.address(), name, pieces, want, false);
    }

    /// The same, however the bytes are cut.
    pub(crate) fn check_cut(&self, name: &str, bytes: &[u8], want: &Want) {
        for step in [bytes.len().max(1), 1] {
            let pieces: Vec<_> = bytes.chunks(step).map(<[u8]>::to_vec).collect();
            self.check(&format!("{name}, {step} bytes at a time"), &pieces, want);
        }
    }
}

fn check(address: SocketAddr, name: &str, pieces: &[Vec<u8>], want: &Want, is_echo: bool) {
    let mut raw = Raw::connect(address);
    for piece in pieces {
        raw.write(piece);
    }
    let (Want::Frames(frames) | Want::Close(frames, _) | Want::BareClose(frames)) = want;
    for (first, payload) in frames {
        let is_data = first & 0x08 == 0;
        if is_echo || !is_data {
            let got = raw.read_frame();
            assert!(got == (*first, payload.clone()), "{name}: {:?}", brief(&got));
        } else {
            // What was in it is no request; that it was read is what counts.
            let got = raw.read_text();
            assert!(got.contains(r#""code":"invalid_"#), "{name}: {got}");
        }
    }
    match want {
        Want::Frames(_) => {
            raw.frame(0x89, b"still there?");
            let got = raw.read_frame();
            assert_eq!(got, (0x8a, b"still there?".to_vec()), "{name}: {:?}", brief(&got));
        }
        Want::Close(_, code) => {
            let (first, payload) = raw.read_frame();
            assert_eq!(first, 0x88, "{name}");
            assert_eq!(payload.get(..2), Some(code.to_be_bytes().as_slice()), "{name}");
            assert!(std::str::from_utf8(&payload[2..]).is_ok(), "{name}");
            raw.expect_end();
        }
        Want::BareClose(_) => {
            assert_eq!(raw.read_frame(), (0x88, Vec::new()), "{name}");
            raw.expect_end();
        }
    }
}

fn brief((first, payload): &(u8, Vec<u8>)) -> (u8, usize, String) {
    let start = &payload[..payload.len().min(80)];
    (*first, payload.len(), String::from_utf8_lossy(start).into_owned())
}

/// A text in one frame, and what comes back.
pub(crate) fn text(payload: &[u8]) -> (Vec<u8>, (u8, Vec<u8>)) {
    (masked(0x81, payload), (0x81, payload.to_vec()))
}

/// Sends `bytes` while reading: neither side may have to wait for the other to keep all of it.
pub(crate) fn send_and_read(
    address: SocketAddr,
    bytes: Vec<u8>,
    frames: usize,
) -> Vec<(u8, Vec<u8>)> {
    let mut raw = Raw::connect(address);
    let mut writer = Raw { stream: raw.stream.try_clone().unwrap() };
    let sending = thread::spawn(move || writer.write(&bytes));
    let got = (0..frames).map(|_| raw.read_frame()).collect();
    sending.join().unwrap();
    got
}
