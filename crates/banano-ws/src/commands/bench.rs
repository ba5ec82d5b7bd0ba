//! `banano-ws bench`: many listeners at once, and what each of them gets.
//!
//! Measures a server from outside, as clients see it. Latency is from the server's clock to ours, so
//! that only a server on the same machine is measured truly.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use banano_ws_client::{Builder, Confirmations, Events, Item, OnFull, Rpc, Status, StreamExt as _};
use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::usage;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  banano-ws bench ws://127.0.0.1:7074 --clients 200 --rpc http://127.0.0.1:7072
                                                   pays by itself, on a dev network
  banano-ws bench ws://127.0.0.1:7074 --seconds 60 listens to what happens anyway

Every client subscribes to all confirmations. Latency is from the server's clock to this
machine's: run it on the same machine.";

/// Milliseconds that are told apart; what takes longer counts as this.
const LATENCY_MS_MAX: usize = 60_000;

pub(super) fn command() -> Command {
    let number = |name: &'static str, value: &'static str, default: &'static str, range| {
        Arg::new(name)
            .long(name)
            .value_name(value)
            .default_value(default)
            .value_parser(value_parser!(u64).range(range))
    };
    Command::new("bench")
        .about("Loads a server with many listeners and measures what they get")
        .arg(Arg::new("url").value_name("URL").required(true).help("The server's WebSocket"))
        .arg(number("clients", "N", "100", 1..=20_000).help("How many listeners"))
        .arg(number("seconds", "N", "10", 1..=86_400).help("How long to listen"))
        .arg(
            Arg::new("rpc")
                .long("rpc")
                .value_name("URL")
                .help("RPC of a dev network: let its faucet pay all the time"),
        )
        .arg(number("payers", "N", "4", 1..=64).help("How many pay at once, with --rpc"))
        .after_help(EXAMPLES)
}

/// What all listeners count together.
#[derive(Debug)]
struct Counts {
    events: AtomicU64,
    payments: AtomicU64,
    failures: AtomicU64,
    latencies: Vec<AtomicU64>,
}

pub(super) async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let number = |name| matches.get_one::<u64>(name).copied().unwrap_or(1);
    let url = super::text(matches, "url");
    let rpc = match matches.get_one::<String>("rpc") {
        Some(url) => Some(Rpc::new(url).map_err(|error| usage(format_args!("--rpc {error}")))?),
        None => None,
    };
    let counts = Arc::new(Counts {
        events: AtomicU64::new(0),
        payments: AtomicU64::new(0),
        failures: AtomicU64::new(0),
        latencies: (0..=LATENCY_MS_MAX).map(|_| AtomicU64::new(0)).collect(),
    });
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let mut clients = Vec::new();
    for _ in 0..number("clients") {
        // Checking and leaving out repeats is the clients' work, not the server's.
        let builder = Builder::new(url).checked(false).window(0).queue(1_000, OnFull::Wait);
        let (client, events) = builder.connect().await.map_err(anyhow::Error::from)?;
        client.subscribe(Confirmations::new()).await.map_err(anyhow::Error::from)?;
        tasks.spawn(listen(events, Arc::clone(&counts)));
        clients.push(client);
        progress(&format!("{} clients connected", clients.len()));
    }
    let seconds = number("seconds");
    for _ in 0..rpc.as_ref().map_or(0, |_| number("payers")) {
        if let Some(rpc) = rpc.clone() {
            tasks.spawn(pay(rpc, Arc::clone(&counts), stop.clone()));
        }
    }
    let began = Instant::now();
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while began.elapsed() < Duration::from_secs(seconds) {
        ticks.tick().await;
        let events = counts.events.load(Relaxed);
        progress(&format!("{:>3} of {seconds} s, {events} events", began.elapsed().as_secs()));
    }
    stop.cancel();
    let elapsed = began.elapsed();
    let table = table(&counts, clients.len(), elapsed);
    for client in &clients {
        client.close().await;
    }
    tasks.close();
    tasks.wait().await;
    progress("");
    let _ = std::io::stdout().write_all(table.as_bytes());
    Ok(())
}

async fn listen(mut events: Events, counts: Arc<Counts>) {
    while let Some(item) = events.next().await {
        match item {
            Item::Event(event) => {
                counts.events.fetch_add(1, Relaxed);
                let latency = unix_ms().saturating_sub(event.time_ms);
                let latency = usize::try_from(latency).unwrap_or(LATENCY_MS_MAX);
                if let Some(count) = counts.latencies.get(latency.min(LATENCY_MS_MAX)) {
                    count.fetch_add(1, Relaxed);
                }
            }
            Item::Status(Status::Disconnected { .. } | Status::Lagged { .. }) => {
                counts.failures.fetch_add(1, Relaxed);
            }
            Item::Status(_) => {}
        }
    }
}

async fn pay(rpc: Rpc, counts: Arc<Counts>, stop: CancellationToken) {
    let account = banano_primitives::Account::from_bytes(rand::random()).to_string();
    let request = json!({"action": "dev_faucet", "account": account, "amount": "1"});
    while !stop.is_cancelled() {
        let count = match rpc.call(&request).await {
            Ok(_) => &counts.payments,
            Err(_) => &counts.failures,
        };
        count.fetch_add(1, Relaxed);
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people, rounded anyway")]
fn table(counts: &Counts, clients: usize, elapsed: Duration) -> String {
    let events = counts.events.load(Relaxed);
    let seconds = elapsed.as_secs_f64();
    let mut lines = vec![
        ("clients", clients.to_string()),
        ("seconds", format!("{seconds:.1}")),
        ("payments", counts.payments.load(Relaxed).to_string()),
        ("events", events.to_string()),
        ("events per second", format!("{:.0}", events as f64 / seconds)),
        ("events per client", format!("{:.1}", events as f64 / clients as f64)),
        ("lost connections, failed payments", counts.failures.load(Relaxed).to_string()),
    ];
    for (name, share) in [("latency, median", 0.5), ("latency, 99 of 100", 0.99)] {
        lines.push((name, percentile(&counts.latencies, events, share)));
    }
    lines
        .iter()
        .map(|(name, value)| format!("{name:<36}{value:>12}\n"))
        .collect::<Vec<_>>()
        .concat()
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count, rounded up"
)]
fn percentile(latencies: &[AtomicU64], events: u64, share: f64) -> String {
    let wanted = (events as f64 * share).ceil() as u64;
    let mut sum = 0;
    for (latency, count) in latencies.iter().enumerate() {
        sum += count.load(Relaxed);
        if sum >= wanted && events > 0 {
            return format!("{latency} ms");
        }
    }
    "none".to_owned()
}

/// One line that replaces itself, for people only.
fn progress(text: &str) {
    let mut out = std::io::stderr().lock();
    if out.is_terminal() {
        let _ = write!(out, "\r\x1b[2K{text}");
        let _ = out.flush();
    }
}

/// The clock that the server's `time` is compared with.
#[expect(clippy::disallowed_methods, reason = "latency is measured against the wall clock")]
fn unix_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
