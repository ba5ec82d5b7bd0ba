//! What a peer can do, and what comes of it.

use banano_testkit::{Reaction, TestWorkPeer};

use super::*;
use crate::peer::at;

/// Longer than any test that works.
const LONG: Duration = Duration::from_secs(30);
/// A wait that is sure to be in vain need not be long.
const SOON: Duration = Duration::from_millis(20);
const PATIENT: Timeouts = Timeouts { connect: LONG, answer: LONG };

fn post(peer: &WorkPeer, timeouts: Timeouts) -> (String, Result<Vec<u8>, PeerFailure>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(super::post(peer, br#"{"action":"test"}"#.to_vec(), timeouts))
}

#[test]
fn a_request_is_what_nodes_expect() {
    let peer = TestWorkPeer::that(Reaction::ok("hello"));
    let (address, answer) = post(&at(peer.address), PATIENT);
    assert_eq!(answer.unwrap(), b"hello");
    assert_eq!(address, peer.address.to_string());
    let heard = peer.hears();
    assert!(heard.head.starts_with("post / http/1.1\r\n"), "{}", heard.head);
    assert!(heard.head.contains(&format!("\r\nhost: {}\r\n", peer.address)), "{}", heard.head);
    assert!(heard.head.contains("\r\ncontent-type: application/json\r\n"), "{}", heard.head);
    assert_eq!(heard.body["action"], "test");
}

#[test]
fn every_way_to_fail_has_its_name() {
    let long = "x".repeat(ANSWER_BYTES_MAX + 1);
    let endless_head = format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(BUFFER_BYTES_MAX));
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec();
    let rows = [
        ("status 500", Reaction::Says(500, "{}".to_owned()), "answered with HTTP status 500"),
        ("status 404", Reaction::Says(404, String::new()), "answered with HTTP status 404"),
        ("too long", Reaction::ok(&long), "answered with more than 16384 bytes"),
        ("cut", Reaction::Sends(cut), "broke off"),
        ("no HTTP", Reaction::Sends(b"220 mail.example ESMTP\r\n".to_vec()), "broke off"),
        ("endless head", Reaction::Sends(endless_head.into_bytes()), "broke off"),
        ("closed", Reaction::Closes, "broke off"),
    ];
    for (name, reaction, want) in rows {
        let peer = TestWorkPeer::that(reaction);
        let (address, answer) = post(&at(peer.address), PATIENT);
        assert_eq!(answer.unwrap_err().to_string(), want, "{name}");
        assert_eq!(address, peer.address.to_string(), "{name}");
    }
}

#[test]
fn nobody_there_fails_at_once() {
    let peer = at(TestWorkPeer::absent());
    let (address, answer) = post(&peer, PATIENT);
    assert!(matches!(answer, Err(PeerFailure::Connect(_))), "{answer:?}");
    assert_eq!(address, peer.to_string());
}

#[test]
fn the_name_of_a_host_becomes_its_address() {
    let peer = TestWorkPeer::that(Reaction::ok("{}"));
    let by_name = WorkPeer::new("localhost", peer.address.port()).unwrap();
    let (address, answer) = post(&by_name, PATIENT);
    assert_eq!(answer.unwrap(), b"{}");
    assert_eq!(address, peer.address.to_string());
}

#[test]
fn waiting_for_an_answer_has_an_end() {
    let peer = TestWorkPeer::that(Reaction::Hangs);
    let (address, answer) = post(&at(peer.address), Timeouts { answer: SOON, ..PATIENT });
    assert_eq!(answer.unwrap_err().to_string(), "did not answer within 20ms");
    assert_eq!(address, peer.address.to_string());
}

#[test]
fn waiting_for_a_connection_has_an_end() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let busy = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((std::net::Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        socket.listen(1).unwrap()
    });
    // Nobody accepts: once the system's queue is full, connections have to wait.
    let address = busy.local_addr().unwrap();
    let connect = || std::net::TcpStream::connect_timeout(&address, 10 * SOON).ok();
    let queue: Vec<_> = std::iter::from_fn(connect).take(16).collect();
    assert!(queue.len() < 16, "the queue was to be full");
    let peer: WorkPeer = address.to_string().parse().unwrap();
    let (named, answer) = post(&peer, Timeouts { connect: SOON, ..PATIENT });
    assert_eq!(answer.unwrap_err().to_string(), "did not accept the connection within 20ms");
    assert_eq!(named, peer.to_string());
}
