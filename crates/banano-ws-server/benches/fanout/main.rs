//! What one delivered message costs: `cargo bench -p banano-ws-server --bench fanout -- [CLIENTS]
//! [all|compressed|filtered|half_deaf|idle|report] [--rounds N] [--bun PATH] [--plot FILE]`.
//!
//! One confirmation to every subscriber over loopback, paced (one event at a time) and in bursts.
//! Prints CPU microseconds per delivered message of the server's process, its threads and the kernel's
//! work for them, beside those of a loop that does nothing but write one prepared buffer to each socket,
//! one by one (`raw`) or many by one system call (`raw uring`): loopback charges the receiver's work to
//! the sender, so read the ratio. With `--bun`, a program of that path runs `bun.js` as well. The clients
//! are a process of their own, and so is each server; each measurement waits until they have every message. `--rounds` repeats
//! all of them in turn, and prints medians.
//!
//! `compressed`: the clients agreed on compression. `filtered`: each client has ten accounts, and one
//! client's are those of the event: CPU per event. `half_deaf`: every other client never reads: CPU per
//! message to those who do, and memory. `idle`: nothing happens, for a minute. `report`: `all` with 1, 100,
//! 1,000 and 10,000 clients; `--plot` draws it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench stops when something is wrong, and measures real time"
)]

mod bun;
mod clients;
mod counting;
mod measure;
mod ours;
mod plot;
mod raw;
mod receivers;

use std::{
    env, fs,
    process::{Command, Stdio},
    time::SystemTime,
};

use banano_testkit::fixtures::{SEND, conf, stamped};
use banano_ws_hub::frame;
use banano_ws_protocol::{ConfirmationKind, Event, RenderSettings, Variant, render};
use banano_ws_server::Io;
use banano_ws_uring::Ring;
use bytes::Bytes;

use clients::Kind;
use measure::Costs;

const CLIENTS_DEFAULT: usize = 1_000;
const CLIENTS_OF_REPORT: [usize; 4] = [1, 100, 1_000, 10_000];
/// Says to a process of this program that it is to be clients, or to measure one server.
const CLIENTS: &str = "BANANO_WS_FANOUT_CLIENTS";
const SERVER: &str = "BANANO_WS_FANOUT_SERVER";

/// What is measured.
struct Task {
    kind: Kind,
    clients: usize,
    event: Event,
    /// Its text, and its frame.
    text: String,
    frame: Bytes,
    /// Whose block it is.
    sender: String,
}

/// Who is measured.
#[derive(Clone)]
enum Server {
    Raw,
    RawUring,
    Epoll,
    Uring,
    Bun(String),
}

impl Server {
    const fn name(&self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::RawUring => "raw uring",
            Self::Epoll => "ours, epoll",
            Self::Uring => "ours, uring",
            Self::Bun(_) => "Bun",
        }
    }

    fn named(name: &str, bun: &str) -> Self {
        let all = [Self::Raw, Self::RawUring, Self::Epoll, Self::Uring, Self::Bun(bun.to_owned())];
        all.into_iter().find(|server| server.name() == name).unwrap()
    }

    /// Measures in a process of its own, whose memory nothing else has used.
    fn measure_apart(&self, kind: Kind, clients: usize) -> Costs {
        let bun = match self {
            Self::Bun(path) => path,
            _ => "",
        };
        let order = format!("{}|{}|{clients}|{bun}", self.name(), kind.name());
        let mut command = Command::new(env::current_exe().unwrap());
        let output = command.env(SERVER, order).stderr(Stdio::inherit()).output().unwrap();
        Costs::parse(&String::from_utf8(output.stdout).unwrap())
    }

    fn measure(&self, task: &Task) -> Costs {
        match self {
            Self::Raw => raw::measure(task, None),
            Self::RawUring => raw::measure(task, Ring::open(256).ok()),
            Self::Epoll => ours::measure(task, Io::Epoll),
            Self::Uring => ours::measure(task, Io::Uring),
            Self::Bun(path) => bun::measure(task, path),
        }
    }
}

fn main() {
    if let Ok(order) = env::var(CLIENTS) {
        return clients::run(&order);
    }
    if let Ok(order) = env::var(SERVER) {
        let words: Vec<&str> = order.split('|').collect();
        let task = task(Kind::named(words[1]).unwrap(), words[2].parse().unwrap());
        return println!("{}", Server::named(words[0], words[3]).measure(&task));
    }
    let args: Vec<String> = env::args().collect();
    let behind = |flag: &str| {
        let at = args.iter().position(|arg| arg == flag)?;
        args.get(at + 1).cloned()
    };
    let rounds = behind("--rounds").map_or(1, |rounds| rounds.parse().unwrap());
    let clients = args.get(1).and_then(|arg| arg.parse().ok()).unwrap_or(CLIENTS_DEFAULT);
    let has = |word: &str| args.iter().any(|arg| arg == word);
    let mut servers = vec![Server::Raw, Server::Epoll];
    if Ring::open(1).is_ok() {
        servers = vec![Server::Raw, Server::RawUring, Server::Epoll, Server::Uring];
    }
    servers.extend(behind("--bun").map(Server::Bun));
    if has("idle") {
        let used = ours::idle(&task(Kind::All, clients), Io::Auto);
        return println!("{clients} idle clients: {used:.2} ms of CPU a second, pings included");
    }
    if has("report") {
        let report = CLIENTS_OF_REPORT.map(|clients| compare(Kind::All, clients, &servers, rounds));
        if let Some(file) = behind("--plot") {
            fs::write(file, plot::draw(&CLIENTS_OF_REPORT, &report)).unwrap();
        }
        return;
    }
    let kind = Kind::EVERY.into_iter().find(|kind| has(kind.name())).unwrap_or(Kind::All);
    compare(kind, clients, &servers, rounds);
}

/// Measures all servers in turn and prints the medians.
fn compare(
    kind: Kind,
    clients: usize,
    servers: &[Server],
    rounds: usize,
) -> Vec<(&'static str, Costs)> {
    let task = task(kind, clients);
    println!("{clients} clients ({}), {} bytes a message", kind.name(), task.frame.len());
    let mut costs = vec![Vec::new(); servers.len()];
    for _ in 0..rounds {
        for (server, costs) in servers.iter().zip(&mut costs) {
            costs.push(server.measure_apart(kind, clients));
        }
    }
    let medians: Vec<_> = servers
        .iter()
        .zip(&costs)
        .map(|(server, costs)| (server.name(), Costs::median(costs)))
        .collect();
    for (name, costs) in &medians {
        print(name, costs, &medians[0].1);
    }
    medians
}

fn task(kind: Kind, clients: usize) -> Task {
    let confirmation = conf(SEND, ConfirmationKind::ActiveQuorum);
    let sender = confirmation.account.to_string();
    let event = Event::Confirmation(confirmation);
    let mut text = Vec::new();
    let settings = RenderSettings::default();
    render(&stamped(event.clone(), 1_700_000_000_700), Variant::default(), &settings, &mut text);
    let frame = frame::text(&text);
    Task { kind, clients, event, text: String::from_utf8(text).unwrap(), frame, sender }
}

fn print(name: &str, costs: &Costs, raw: &Costs) {
    println!(
        "{name:>12}: paced {:.2} µs CPU a message ({:.2} of raw), p99 {:.0} µs ({:.2} of raw); \
         burst {:.2} ({:.2} of raw)",
        costs.paced,
        costs.paced / raw.paced,
        costs.p99_us,
        costs.p99_us / raw.p99_us,
        costs.burst,
        costs.burst / raw.burst,
    );
    if costs.connect > 0.0 {
        println!(
            "              connect and subscribe {:.1} µs CPU, {:.0} a second; {:.2} KB an idle \
             client; peak {:.1} MiB",
            costs.connect,
            costs.connects_per_second,
            costs.idle_bytes / 1024.0,
            costs.peak_bytes / f64::from(1 << 20),
        );
    }
}

/// Nanoseconds of a clock that all processes share.
fn clock_ns() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_nanos()).unwrap()
}
