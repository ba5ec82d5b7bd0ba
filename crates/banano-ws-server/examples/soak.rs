//! A soak: connections that are opened and dropped in all states, while events flow and one client reads
//! them all. Prints descriptors, memory and counts as it goes, and fails unless they return to the start.
//!
//!     cargo run --release -p banano-ws-server --example soak -- 1000000

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement stops where it cannot go on, and needs the clock"
)]

use std::{
    env, fs,
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use banano_testkit::fixtures::{SEND, conf};
use banano_ws_journal::{Journal, Limits};
use banano_ws_protocol::{ConfirmationKind, Event, RenderSettings};
use banano_ws_server::{Config, RefusalReason, Server, start};
use socket2::{Domain, SockRef, Socket, Type};

/// Threads that open connections.
const CLIENTS: u64 = 8;

/// Connections that each of them holds open.
const HELD: usize = 60;

/// What is kept of the past.
const JOURNAL: Limits = Limits { events: 4_096, bytes: 64 << 20 };

const HANDSHAKE: &[u8] =
    b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

fn main() {
    let total: u64 = env::args().nth(1).map_or(100_000, |text| text.parse().expect("a number"));
    let config = Config {
        allowed_origins: Some(vec!["https://shop.example".to_owned()]),
        handshake_timeout_ms: 2_000,
        ..Config::default()
    };
    let journal = Journal::memory(JOURNAL, || 1_700_000_000_000);
    // Full from the start, so that what it holds is not taken for a leak.
    for _ in 0..JOURNAL.events {
        journal.append(vec![confirmation()]);
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = start(listener, config, journal.clone(), RenderSettings::default()).unwrap();
    let address = server.address();
    // What is made once and kept is made before the first look.
    churn(address, 2_000, 0, &AtomicU64::new(0));
    wait(&server, "before the start", 0);

    let (begun, done, over) = (Instant::now(), Arc::<AtomicU64>::default(), AtomicBool::new(false));
    let before = look(&server, 0, begun);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let done = Arc::clone(&done);
                scope.spawn(move || churn(address, total / CLIENTS, number, &done))
            })
            .collect();
        let (over, journal) = (&over, &journal);
        scope.spawn(move || {
            while !over.load(Relaxed) {
                journal.append(vec![confirmation()]);
                thread::park_timeout(Duration::from_millis(5));
            }
        });
        let mut next = total / 10;
        while !workers.iter().all(thread::ScopedJoinHandle::is_finished) {
            thread::park_timeout(Duration::from_millis(200));
            if done.load(Relaxed) >= next {
                look(&server, done.load(Relaxed), begun);
                next += total / 10;
            }
        }
        over.store(true, Relaxed);
    });
    wait(&server, "after the end", 0);
    let after = look(&server, done.load(Relaxed), begun);
    let stats = server.stats();
    for reason in RefusalReason::ALL {
        if stats.refused(reason) > 0 {
            println!("refused, {reason}: {}", stats.refused(reason));
        }
    }
    assert!(stats.totals_are_zero(), "{stats:?}");
    assert!(after.0 <= before.0, "descriptors: {} before, {} after", before.0, after.0);
    // The allocator keeps some of what was freed; of a million, a leak of 20 bytes each would be more.
    let most = before.1 + 16_384;
    assert!(after.1 <= most, "KiB: {} before, {} after", before.1, after.1);
    println!("descriptors, memory and counts are back where they began");
}

fn confirmation() -> Event {
    Event::Confirmation(conf(SEND, ConfirmationKind::ActiveQuorum))
}

/// Opens and drops `count` connections, each in the next state.
fn churn(address: SocketAddr, count: u64, number: u64, done: &AtomicU64) {
    let mut held = Vec::new();
    for step in 0..count {
        let state = step.wrapping_mul(7).wrapping_add(number) % 10;
        if let Some(stream) = bring(address, state, step) {
            held.push(stream);
        }
        if held.len() >= HELD {
            held.remove(usize::try_from(step).unwrap_or(0) * 31 % HELD);
        }
        done.fetch_add(1, Relaxed);
    }
}

/// Brings a connection into a state. `None` if it did not come so far: the server was faster.
fn bring(address: SocketAddr, state: u64, step: u64) -> Option<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).ok()?;
    // From many addresses of this machine, since each has some 28,000 ports.
    let last = u8::try_from(1 + step % 250).unwrap_or(1);
    let source = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 1, last)), 0);
    socket.bind(&source.into()).ok()?;
    socket.connect(&address.into()).ok()?;
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    if !step.is_multiple_of(16) {
        // An abrupt end, which leaves no port behind; every sixteenth says goodbye as is usual.
        SockRef::from(&stream).set_linger(Some(Duration::ZERO)).ok()?;
    }
    match state {
        0 => {}
        1 => stream.write_all(b"GET / HTTP/1.1\r\nHos").ok()?,
        2 => stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n").ok()?,
        3 => {
            let refused =
                "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nOrigin: https://a\r\n\r\n";
            stream.write_all(refused.as_bytes()).ok()?;
            stream.read_exact(&mut [0; 12]).ok()?;
        }
        4 => {
            stream.write_all(b"GET /events?topic=confirmation HTTP/1.1\r\nHost: h\r\n\r\n").ok()?;
        }
        _ => {
            stream.write_all(HANDSHAKE).ok()?;
            let mut head = [0; 12];
            stream.read_exact(&mut head).ok()?;
            assert_eq!(&head, b"HTTP/1.1 101");
        }
    }
    match state {
        6 => {
            let request = r#"{"action":"subscribe","topic":"confirmation","options":{"accounts":["ban_3uft4k7umf6s99we4pggzunsmyquzr1w1wckmzi759b9bp9d7gaswqmbqcxq"]}}"#;
            stream.write_all(&masked(request.as_bytes())).ok()?;
        }
        7 => {
            let all = br#"{"action":"subscribe","topic":"confirmation","since":"oldest"}"#;
            stream.write_all(&masked(all)).ok()?;
        }
        8 => {
            let frame = masked(&vec![b'x'; 40_000]);
            stream.write_all(frame.get(..20_000)?).ok()?;
        }
        9 => stream.write_all(b"\x88\x82\0\0\0\0\x03\xe8").ok()?,
        _ => {}
    }
    Some(stream)
}

/// A text as a client sends it.
fn masked(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("it is short");
    let mut frame = vec![0x81];
    if length < 126 {
        frame.push(0x80 | length.to_be_bytes()[1]);
    } else {
        frame.push(0xfe);
        frame.extend(length.to_be_bytes());
    }
    frame.extend([0; 4]);
    frame.extend(text);
    frame
}

/// Waits until the server has so many connections.
fn wait(server: &Server, what: &str, connections: usize) {
    let begun = Instant::now();
    while server.stats().connections != connections {
        assert!(begun.elapsed() < Duration::from_mins(1), "{what}: {:?}", server.stats());
        thread::park_timeout(Duration::from_millis(20));
    }
}

/// Prints how it is. Returns descriptors and KiB of memory.
fn look(server: &Server, done: u64, begun: Instant) -> (usize, u64) {
    let descriptors = fs::read_dir("/proc/self/fd").unwrap().count();
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kib = line.trim().trim_end_matches(" kB").parse().unwrap();
    let stats = server.stats();
    println!(
        "{done:>9} connections in {:>4} s: {descriptors:>5} descriptors, {kib:>7} KiB, {:>5} open, {:>5} sessions, \
         {:>5} replays, {:>9} bytes wait",
        begun.elapsed().as_secs(),
        stats.connections,
        stats.sessions,
        stats.replays,
        stats.outbox_bytes
    );
    (descriptors, kib)
}
