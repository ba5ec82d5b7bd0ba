//! Stopping: C012, and that it always comes to an end.

use std::{
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use banano_testkit::fixtures::SEND;
use banano_ws_server::Config;
use serde_json::json;

use crate::{
    host::{Host, config},
    raw::Raw,
};

#[test]
fn c012_every_client_gets_what_had_happened_and_then_1001() {
    let host =
        Host::start_with(Config { shards: Some(2.try_into().unwrap()), ..Config::default() });
    let mut clients: Vec<_> = (0..20).map(|_| host.subscriber("confirmation")).collect();
    let readers: Vec<_> = clients
        .drain(..)
        .map(|mut client| {
            thread::spawn(move || {
                assert_eq!(client.json()["message"]["hash"], SEND.hash);
                let (close, _) = client.close_frame();
                let close = close.expect("a reason");
                assert_eq!((u16::from(close.code), close.reason.as_str()), (1001, "Shutting down"));
                client.sees_the_end();
            })
        })
        .collect();
    host.confirm(SEND);
    host.stop();
    for reader in readers {
        reader.join().unwrap();
    }
    assert_eq!(host.stats().connections, 0);
    assert!(TcpStream::connect(host.address()).is_err(), "nobody is taken in any more");
    host.stop();
}

#[test]
fn a_stop_does_not_wait_for_clients_that_never_answer_or_never_read() {
    let host = Host::start_with(Config { close_timeout_ms: 300, ..config() });
    let _greeting = Raw::dial(host.address());
    let _silent = Raw::connect(host.address());
    let mut half = Raw::connect(host.address());
    half.write(b"\x81\xfe");
    let _stuck = host.subscriber("confirmation");
    for _ in 0..4_000 {
        host.confirm(SEND);
    }
    host.stop();
    assert_eq!(host.stats().connections, 0);
}

#[test]
fn a_source_that_goes_on_does_not_hold_up_the_stop() {
    let host = Arc::new(Host::start());
    let mut client = host.subscriber("confirmation");
    let is_over = Arc::new(AtomicBool::new(false));
    let source = thread::spawn({
        let (host, is_over) = (Arc::clone(&host), Arc::clone(&is_over));
        move || {
            while !is_over.load(Ordering::Relaxed) {
                host.confirm(SEND);
                thread::park_timeout(Duration::from_micros(50));
            }
        }
    });
    assert_eq!(client.json()["topic"], "confirmation");
    let reader = thread::spawn(move || client.close_frame().0.map(|close| u16::from(close.code)));
    host.stop();
    assert_eq!(reader.join().unwrap(), Some(1001));
    is_over.store(true, Ordering::Relaxed);
    source.join().unwrap();
}

#[test]
fn a_server_that_is_dropped_stops() {
    let host = Host::start();
    let address = host.address();
    let mut client = host.connect();
    assert_eq!(client.ask(&json!({"action": "ping"}))["ack"], "pong");
    drop(host);
    assert_eq!(u16::from(client.close_frame().0.unwrap().code), 1001);
    client.sees_the_end();
    let refused = (0..1_000).any(|_| TcpStream::connect(address).is_err());
    assert!(refused, "nobody is taken in any more");
}

#[test]
fn a_server_that_cannot_work_does_not_start() {
    use banano_testkit::FakeClock;
    use banano_ws_journal::{Journal, Limits};
    use banano_ws_protocol::RenderSettings;
    use banano_ws_server::{StartError, start};
    use std::net::TcpListener;

    let journal = Journal::memory(Limits::default(), FakeClock::at(0).reader());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = Config { max_connections: 0, max_message_bytes: 1, ..config() };
    match start(listener, config, journal, RenderSettings::default()) {
        Err(StartError::Config(problems)) => assert_eq!(problems.len(), 2),
        other => panic!("{other:?}"),
    }
}
