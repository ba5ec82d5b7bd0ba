//! What one delivered message costs: `cargo bench -p banano-ws-server --bench fanout -- [CLIENTS]`.
//!
//! One confirmation to every subscriber over loopback, paced (one event at a time) and in bursts.
//! Prints CPU microseconds per delivered message of this process, its threads and the kernel's work
//! for them, beside those of a loop that does nothing but write one prepared buffer to each socket:
//! loopback charges the receiver's work to the sender, so read the ratio. The clients are a process
//! of their own; each measurement waits until they have every byte.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench stops when something is wrong, and measures real time"
)]

mod clients;

use std::{
    env, fs,
    io::{BufRead, BufReader, ErrorKind, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use banano_testkit::fixtures::{SEND, conf, stamped};
use banano_ws_hub::frame;
use banano_ws_journal::{Journal, Limits};
use banano_ws_protocol::{ConfirmationKind, Event, RenderSettings, Variant, render};
use banano_ws_server::{Config, start};
use bytes::Bytes;

const CLIENTS_DEFAULT: usize = 1_000;
/// Deliveries a second while paced.
const PACE: usize = 20_000;
const PACED_TIME: Duration = Duration::from_secs(5);
const BURST_EVENTS: usize = 3_000;
const CHILD: &str = "BANANO_WS_FANOUT_CHILD";

fn main() {
    if let Ok(order) = env::var(CHILD) {
        return clients::run(&order);
    }
    let clients = env::args().find_map(|arg| arg.parse().ok()).unwrap_or(CLIENTS_DEFAULT);
    let event = Event::Confirmation(conf(SEND, ConfirmationKind::ActiveQuorum));
    let mut text = Vec::new();
    let settings = RenderSettings::default();
    render(&stamped(event.clone(), 1_700_000_000_700), Variant::default(), &settings, &mut text);
    let frame = frame::text(&text);
    println!("{clients} clients, {} bytes a message", frame.len());

    let raw = raw(clients, &frame);
    let ours = ours(clients, &event, frame.len());
    for (name, raw, ours) in [("paced", raw.paced, ours.paced), ("burst", raw.burst, ours.burst)] {
        let ratio = ours / raw;
        println!("{name}: {ours:.2} µs CPU a message, raw {raw:.2}, ratio {ratio:.2}");
    }
    println!("memory of a subscribed idle client: {:.2} KB", ours.idle_bytes / 1024.0);
    println!("connect, handshake and subscribe: {:.1} µs CPU", ours.connect);
}

/// CPU microseconds per delivered message.
#[derive(Default)]
struct Costs {
    paced: f64,
    burst: f64,
    connect: f64,
    idle_bytes: f64,
}

/// The ceiling: a write per message and client.
fn raw(clients: usize, frame: &Bytes) -> Costs {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut receivers = Receivers::start(listener.local_addr().unwrap(), clients, "raw");
    let sockets: Vec<TcpStream> = (0..clients).map(|_| listener.accept().unwrap().0).collect();
    for socket in &sockets {
        socket.set_nodelay(true).unwrap();
        socket.set_nonblocking(true).unwrap();
    }
    receivers.are_ready();
    let write_all = || sockets.iter().for_each(|socket| write(socket, frame));
    let paced = paced(&mut receivers, clients, frame.len(), write_all);
    let burst = burst(&mut receivers, clients, frame.len(), || {
        (0..BURST_EVENTS).for_each(|_| write_all());
    });
    Costs { paced, burst, ..Costs::default() }
}

fn write(mut socket: &TcpStream, frame: &[u8]) {
    let mut rest = frame;
    while !rest.is_empty() {
        match socket.write(rest) {
            Ok(written) => rest = rest.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

fn ours(clients: usize, event: &Event, frame_bytes: usize) -> Costs {
    let journal = Journal::memory(Limits::default(), || 1_700_000_000_700);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = Config {
        // A burst is to be measured to its end, not to the bound of a slow client.
        max_outbox_messages: 1_000_000,
        max_outbox_bytes: 1 << 30,
        ..Config::default()
    };
    let server = start(listener, config, journal.clone(), RenderSettings::default()).unwrap();
    let (memory, cpu) = (memory_bytes(), cpu_us());
    let mut receivers = Receivers::start(server.address(), clients, "ws");
    receivers.are_ready();
    let connect = (cpu_us() - cpu) / clients as f64;
    let idle_bytes = (memory_bytes() - memory) / clients as f64;
    let paced = paced(&mut receivers, clients, frame_bytes, || journal.append(vec![event.clone()]));
    let burst = burst(&mut receivers, clients, frame_bytes, || {
        for _ in 0..BURST_EVENTS {
            journal.append(vec![event.clone()]);
        }
    });
    let stats = server.stats();
    assert_eq!((stats.closed_slow, stats.events_lost), (0, 0), "somebody missed something");
    Costs { paced, burst, connect, idle_bytes }
}

fn paced(
    receivers: &mut Receivers,
    clients: usize,
    frame_bytes: usize,
    mut publish: impl FnMut(),
) -> f64 {
    let gap = Duration::from_secs_f64(clients as f64 / PACE as f64);
    let start = (Instant::now(), cpu_us());
    let mut events = 0;
    while start.0.elapsed() < PACED_TIME {
        publish();
        events += 1;
        let next = start.0 + gap * events;
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    let deliveries = clients * events as usize;
    receivers.have_all(deliveries * frame_bytes);
    (cpu_us() - start.1) / deliveries as f64
}

fn burst(
    receivers: &mut Receivers,
    clients: usize,
    frame_bytes: usize,
    publish: impl FnOnce(),
) -> f64 {
    let start = cpu_us();
    publish();
    let deliveries = clients * BURST_EVENTS;
    receivers.have_all(deliveries * frame_bytes);
    (cpu_us() - start) / deliveries as f64
}

/// CPU time of all threads of this process, in microseconds.
fn cpu_us() -> f64 {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    let of_task = |path: std::path::PathBuf| -> Option<f64> {
        fs::read_to_string(path.join("schedstat")).ok()?.split(' ').next()?.parse().ok()
    };
    tasks.filter_map(|task| of_task(task.path())).sum::<f64>() / 1_000.0
}

/// Resident memory of this process.
fn memory_bytes() -> f64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<f64>().unwrap() * 4096.0
}

/// The clients, in a process of their own.
struct Receivers {
    child: Child,
    said: BufReader<std::process::ChildStdout>,
    had: usize,
}

impl Receivers {
    fn start(address: SocketAddr, clients: usize, kind: &str) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .env(CHILD, format!("{kind} {address} {clients}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        Self { child, said, had: 0 }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn are_ready(&mut self) {
        assert_eq!(self.line(), "ready");
    }

    /// Returns when so many more bytes have arrived.
    fn have_all(&mut self, bytes: usize) {
        self.had += bytes;
        writeln!(self.child.stdin.as_mut().unwrap(), "{}", self.had).unwrap();
        assert_eq!(self.line(), "all");
    }
}

impl Drop for Receivers {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
