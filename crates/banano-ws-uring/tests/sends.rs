//! Sends over real sockets.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that is wrong must stop")]

use std::{
    io::{ErrorKind, Read as _},
    net::{TcpListener, TcpStream},
    os::fd::AsFd as _,
};

use banano_ws_uring::{Ring, Send};
use bytes::Bytes;

/// `None`, said aloud, where the system forbids it: then there is nothing to test.
fn ring(entries: u16) -> Option<Ring> {
    Ring::open(entries).inspect_err(|error| eprintln!("no io_uring here: {error}")).ok()
}

fn pairs(count: usize) -> Vec<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    (0..count)
        .map(|_| {
            let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            (listener.accept().unwrap().0, client)
        })
        .collect()
}

#[test]
fn every_socket_gets_its_own_bytes_in_more_rounds_than_one() {
    let Some(mut ring) = ring(4) else { return };
    let mut pairs = pairs(11);
    let mut results = Vec::new();
    for turn in 0..3 {
        let texts: Vec<Bytes> =
            (0..pairs.len()).map(|n| Bytes::from(format!("{turn} to {n};"))).collect();
        let sends: Vec<_> = pairs
            .iter()
            .zip(&texts)
            .map(|((server, _), bytes)| Send { socket: server.as_fd(), bytes })
            .collect();
        ring.send(&sends, &mut results);
        assert_eq!(results.len(), pairs.len());
        for (result, text) in results.iter().zip(&texts) {
            assert_eq!(*result.as_ref().unwrap(), text.len());
        }
        for ((_, client), text) in pairs.iter_mut().zip(&texts) {
            let mut got = vec![0; text.len()];
            client.read_exact(&mut got).unwrap();
            assert_eq!(got, *text);
        }
    }
}

#[test]
fn a_full_socket_and_a_broken_one_are_told_apart_and_stop_nobody() {
    let Some(mut ring) = ring(8) else { return };
    let mut pairs = pairs(3);
    let (mut results, large) = (Vec::new(), Bytes::from(vec![b'x'; 64 << 20]));
    let full = pairs[0].0.try_clone().unwrap();
    ring.send(&[Send { socket: full.as_fd(), bytes: &large }], &mut results);
    assert!(*results[0].as_ref().unwrap() < large.len(), "a socket takes what it has room for");

    let (gone, client) = pairs.remove(1);
    drop(client);
    let fine = &pairs[1].0;
    let small = Bytes::from_static(b"hello");
    let mut gone_error = None;
    for _ in 0..100 {
        let sends = [&full, &gone, fine]
            .map(|socket| Send { socket: socket.as_fd(), bytes: &small })
            .to_vec();
        ring.send(&sends, &mut results);
        assert_eq!(results[0].as_ref().unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(*results[2].as_ref().unwrap(), 5);
        if let Err(error) = &results[1] {
            gone_error = Some(error.kind());
            break;
        }
    }
    let gone = [Some(ErrorKind::BrokenPipe), Some(ErrorKind::ConnectionReset)];
    assert!(gone.contains(&gone_error), "{gone_error:?}");
}

#[test]
fn nothing_to_send_is_nothing() {
    let Some(mut ring) = ring(8) else { return };
    let mut results = vec![Ok(1)];
    ring.send(&[], &mut results);
    assert!(results.is_empty());
}
