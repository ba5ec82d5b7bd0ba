//! What a thousand clients that resume at once do to one that is live:
//! `cargo bench -p banano-ws-server --bench resume -- [CLIENTS]`.
//!
//! One client gets an event every few milliseconds, first alone, then while the others, in a process
//! of their own, all replay the same past. Prints the latency from the append to the arrival, and the
//! ratio of the two. On a machine with few cores the readers of the replays compete as well: they
//! are part of what is measured.

#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench stops when something is wrong, and measures real time"
)]

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use banano_testkit::fixtures::{SEND, conf, started_election};
use banano_ws_journal::{Journal, Limits};
use banano_ws_protocol::{ConfirmationKind, Event, RenderSettings};
use banano_ws_server::{Config, start};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    runtime::{Builder, LocalOptions},
    task::spawn_local,
};

const CLIENTS_DEFAULT: usize = 1_000;
/// Events that each of them replays.
const PAST: usize = 1_000;
/// Between two live events.
const GAP: Duration = Duration::from_millis(4);
const LIVE_ALONE: usize = 1_000;
const CHILD: &str = "BANANO_WS_RESUME_CHILD";
const HANDSHAKE: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const RESUME: &[u8] = br#"{"action":"subscribe","topic":"confirmation","since":"oldest"}"#;
const LIVE: &[u8] = br#"{"action":"subscribe","topic":"started_election","ack":true}"#;
/// In every replayed message, once.
const MARK: &[u8] = br#""replayed""#;

fn main() {
    if let Ok(order) = env::var(CHILD) {
        return resume_all(&order);
    }
    let clients = env::args().find_map(|arg| arg.parse().ok()).unwrap_or(CLIENTS_DEFAULT);
    let journal = Journal::memory(Limits::default(), || 1_700_000_000_700);
    let past = Event::Confirmation(conf(SEND, ConfirmationKind::ActiveQuorum));
    journal.append(vec![past; PAST]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server =
        start(listener, Config::default(), journal.clone(), RenderSettings::default()).unwrap();
    let mut live = Live::connect(server.address());

    let alone = live.measure(&journal, LIVE_ALONE, || false);
    let (mut child, said) = resumers(server.address(), clients);
    assert_eq!(said.recv().unwrap(), "ready");
    let begin = Instant::now();
    writeln!(child.stdin.as_mut().unwrap(), "go").unwrap();
    let during = live.measure(&journal, usize::MAX, || said.try_recv().is_ok());
    let took = begin.elapsed();
    let _ = child.kill();
    let _ = child.wait();

    assert_eq!(server.stats().messages_replayed as usize, clients * PAST);
    let rate = (clients * PAST) as f64 / took.as_secs_f64();
    println!("{clients} clients replay {PAST} events each: {took:.1?}, {rate:.0} messages/s");
    for (name, percent) in [("p50", 50.0), ("p99", 99.0)] {
        let (alone, during) = (percentile(&alone, percent), percentile(&during, percent));
        let ratio = during / alone;
        println!(
            "live latency {name}: {alone:.0} µs alone, {during:.0} µs during, ratio {ratio:.2}"
        );
    }
}

/// A client that measures how late it gets what is appended.
struct Live(TcpStream);

impl Live {
    fn connect(address: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(HANDSHAKE).unwrap();
        let mut live = Self(stream);
        live.until(b"\r\n\r\n");
        live.0.write_all(&frame(LIVE)).unwrap();
        live.until(b"}");
        live
    }

    fn until(&mut self, end: &[u8]) {
        let mut got = Vec::new();
        while !got.ends_with(end) {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            got.push(byte[0]);
        }
    }

    /// Microseconds from each append to the arrival.
    fn measure(
        &mut self,
        journal: &Journal,
        most: usize,
        mut is_over: impl FnMut() -> bool,
    ) -> Vec<f64> {
        let mut latencies = Vec::new();
        while latencies.len() < most && !is_over() {
            let begin = Instant::now();
            journal.append(vec![started_election(SEND)]);
            self.until(b"}}");
            latencies.push(begin.elapsed().as_secs_f64() * 1e6);
            thread::sleep(GAP);
        }
        latencies.sort_by(f64::total_cmp);
        latencies
    }
}

fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let place = (sorted.len() as f64 * percent / 100.0) as usize;
    sorted[place.min(sorted.len() - 1)]
}

/// A short text, masked with zeros.
fn frame(text: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x81, 0x80 | u8::try_from(text.len()).unwrap(), 0, 0, 0, 0];
    frame.extend_from_slice(text);
    frame
}

fn resumers(address: SocketAddr, clients: usize) -> (Child, mpsc::Receiver<String>) {
    let mut child = Command::new(env::current_exe().unwrap())
        .env(CHILD, format!("{address} {clients}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (sender, said) = mpsc::channel();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    thread::spawn(move || {
        lines.map_while(Result::ok).try_for_each(|line| sender.send(line)).ok();
    });
    (child, said)
}

/// The other process: connects, waits for the word, resumes with everybody at once, and says when
/// everybody has everything.
fn resume_all(order: &str) {
    let (address, clients) = order.split_once(' ').unwrap();
    let clients: usize = clients.parse().unwrap();
    let runtime =
        Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).unwrap();
    runtime.block_on(async {
        let mut streams = Vec::new();
        for _ in 0..clients {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(HANDSHAKE).await.unwrap();
            let mut got = Vec::new();
            while !got.ends_with(b"\r\n\r\n") {
                got.push(stream.read_u8().await.unwrap());
            }
            streams.push(stream);
        }
        println!("ready");
        std::io::stdin().read_line(&mut String::new()).unwrap();
        let waiting = Arc::new(AtomicUsize::new(clients));
        let done = Arc::new(tokio::sync::Notify::new());
        for mut stream in streams {
            let (waiting, done) = (Arc::clone(&waiting), Arc::clone(&done));
            spawn_local(async move {
                stream.write_all(&frame(RESUME)).await.unwrap();
                let (mut buffer, mut got) = (vec![0; 64 << 10], Marks::default());
                while got.count < PAST {
                    let length = stream.read(&mut buffer).await.unwrap();
                    got.read(&buffer[..length]);
                }
                if waiting.fetch_sub(1, Relaxed) == 1 {
                    done.notify_one();
                }
                // Stays, so that nobody has to see it leave.
                std::future::pending::<()>().await;
            });
        }
        done.notified().await;
        println!("done");
        std::future::pending::<()>().await;
    });
}

/// Counts replayed messages in a stream that is cut anywhere.
#[derive(Default)]
struct Marks {
    count: usize,
    matched: usize,
}

impl Marks {
    fn read(&mut self, bytes: &[u8]) {
        for byte in bytes {
            // The mark's first byte is not in it again but at the end, where it begins no other.
            self.matched = match self.matched {
                matched if MARK[matched] == *byte => matched + 1,
                _ => usize::from(MARK[0] == *byte),
            };
            if self.matched == MARK.len() {
                self.matched = 0;
                self.count += 1;
            }
        }
    }
}
