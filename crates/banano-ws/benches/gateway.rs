//! What a gateway costs: its processor time for each message of an upstream and for each one delivered.
//!
//! Starts the built `banano-ws serve` before an upstream that says signed blocks, 5,000 a second, all
//! options on, with votes; first with one client, then with 1,000, each of whom wants a few accounts,
//! so that every confirmation goes to ten of them. The time is that of the gateway's process alone.
//! `cargo bench -p banano-ws --bench gateway [-- SECONDS [CLIENTS]]`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench ends at the first surprise"
)]

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use banano_primitives::{Amount, BlockHash, Subtype, VoteTimestamp};
use banano_testkit::Lattice;
use banano_ws_protocol::{
    Confirmation, ConfirmationKind, ConfirmationSideband, ElectionInfo, ElectionVote, Event, Extra,
    Includes, RenderSettings, Stamped, Variant, render,
};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_util::task::TaskTracker;

/// Confirmations that the upstream says in a second.
const RATE: usize = 5_000;
/// Accounts that send in turn.
const ACCOUNTS: u32 = 500;
/// Clients that want each account, when there are many clients.
const FANS: usize = 10;
/// Votes in each confirmation: some principal representatives.
const VOTES: u8 = 20;

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let seconds = numbers.first().copied().unwrap_or(10);
    let clients = numbers.get(1).copied().unwrap_or(1_000);
    let (accounts, texts) = messages(seconds * RATE);
    let bytes = texts.first().map_or(0, String::len);
    println!("{} confirmations of some {bytes} bytes, {RATE} a second", texts.len());
    let texts = Arc::new(texts);
    let alone = run(&texts, &accounts, 0);
    let per_message = alone.cpu / f64::from(u32::try_from(texts.len()).unwrap());
    println!(
        "one client that wants one: {alone}, {:.1} µs for each message heard",
        per_message * 1e6
    );
    let many = run(&texts, &accounts, clients);
    let delivered = f64::from(u32::try_from(many.delivered).unwrap());
    let per_delivery = (many.cpu - alone.cpu) / delivered;
    println!(
        "{clients} clients: {many}, {} delivered, {:.1} µs more for each of these",
        many.delivered,
        per_delivery * 1e6
    );
}

/// What a run took.
struct Took {
    wall: f64,
    cpu: f64,
    delivered: usize,
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = 100.0 * self.cpu / self.wall;
        write!(f, "{:.2} s of processor in {:.2} s ({share:.0} %)", self.cpu, self.wall)
    }
}

/// Accounts, and confirmations of them as a node says them; one more, of another, comes last.
fn messages(count: usize) -> (Vec<String>, Vec<String>) {
    let mut lattice = Lattice::dev();
    let genesis = lattice.genesis_key();
    let keys: Vec<_> = (0..=ACCOUNTS).map(|index| lattice.key(index)).collect();
    for key in &keys {
        let send = lattice.send(&genesis, key.account(), Amount::from_raw(1 << 40));
        lattice.receive(key, send.hash());
    }
    let (last, senders) = keys.split_last().unwrap();
    let turns = senders.iter().cycle().take(count.saturating_sub(1)).chain([last]);
    let texts = turns
        .map(|key| {
            let height = lattice.chain(&key.account()).unwrap().height + 1;
            let block = lattice.send(key, genesis.account(), Amount::from_raw(1));
            text(Confirmation {
                account: key.account(),
                amount: Amount::from_raw(1),
                kind: ConfirmationKind::ActiveQuorum,
                subtype: Some(Subtype::Send),
                linked_account: Some(genesis.account()),
                sideband: Some(ConfirmationSideband { height, local_timestamp: 1_700_000_000 }),
                election: Some(election(block.hash())),
                local: false,
                healed: false,
                extra: Extra::NONE,
                block,
            })
        })
        .collect();
    (keys.iter().map(|key| key.account().to_string()).collect(), texts)
}

fn election(hash: BlockHash) -> ElectionInfo {
    let votes = (0..VOTES).map(|index| ElectionVote {
        representative: banano_primitives::Account::from_bytes([index; 32]),
        timestamp: VoteTimestamp::FINAL,
        hash,
        weight: Amount::from_raw(1 << 100),
    });
    ElectionInfo { votes: votes.collect(), ..ElectionInfo::without_quorum(1_700_000_000_000) }
}

fn text(confirmation: Confirmation) -> String {
    let all = Includes {
        block: true,
        election_info: true,
        election_info_with_votes: true,
        sideband_info: true,
        linked_account: true,
    };
    let event = Event::Confirmation(confirmation);
    let stamped = Stamped { journal: 1, sequence: 1, time_ms: 1_700_000_000_000, event };
    let mut text = Vec::new();
    render(&stamped, Variant::confirmation(all), &RenderSettings::default(), &mut text);
    String::from_utf8(text).unwrap()
}

/// Has the gateway hear everything and `clients` listen; one more waits for the end.
fn run(texts: &Arc<Vec<String>>, accounts: &[String], clients: usize) -> Took {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let upstream = format!("ws://{}", listener.local_addr().unwrap());
    let go = Arc::new(Barrier::new(2));
    let (script, start) = (Arc::clone(texts), Arc::clone(&go));
    let upstream_thread = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        play(stream, &script, &start);
    });
    let gateway = Gateway::start(&upstream);
    let (end, senders) = accounts.split_last().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (delivered, listeners) = (Arc::new(AtomicUsize::new(0)), TaskTracker::new());
    let last = runtime.block_on(async {
        for number in 0..clients {
            // Client n wants every account whose number leaves the same rest as n.
            let groups = clients.div_ceil(FANS).max(1);
            let wanted: Vec<_> = senders.iter().skip(number % groups).step_by(groups).collect();
            let mut socket = subscribe(&gateway.ws, &json!(wanted)).await;
            let delivered = Arc::clone(&delivered);
            listeners.spawn(async move {
                while let Some(Ok(Message::Text(_))) = socket.next().await {
                    delivered.fetch_add(1, Relaxed);
                }
            });
        }
        subscribe(&gateway.ws, &json!([end])).await
    });
    let (before, begun) = (gateway.cpu(), clock());
    go.wait();
    runtime.block_on(async move {
        let mut last = last;
        assert!(matches!(last.next().await, Some(Ok(Message::Text(_)))), "the last one came");
    });
    // What goes to slower clients may be on its way still.
    let want = if clients == 0 { 0 } else { (texts.len() - 1) * FANS.min(clients) };
    let until = clock() + Duration::from_secs(30);
    while delivered.load(Relaxed) < want && clock() < until {
        thread::yield_now();
    }
    let (cpu, wall) = (gateway.cpu() - before, (clock() - begun).as_secs_f64());
    let delivered = delivered.load(Relaxed);
    drop(gateway);
    drop(runtime);
    upstream_thread.join().unwrap();
    Took { wall, cpu, delivered }
}

type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn subscribe(url: &str, accounts: &Value) -> Socket {
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    let request = json!({"action": "subscribe", "topic": "confirmation", "ack": true, "options": {"accounts": accounts}});
    socket.send(Message::text(request.to_string())).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().to_text().unwrap().contains("ack"));
    socket
}

/// An upstream: acknowledges, waits for the start, and says everything at its pace.
fn play(stream: TcpStream, texts: &[String], start: &Barrier) {
    let mut socket = tungstenite::accept(stream).unwrap();
    loop {
        let request: Value = match socket.read().unwrap() {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            _ => continue,
        };
        let ack = json!({"ack": request["action"], "id": request["id"], "time": "1"});
        socket.send(Message::text(ack.to_string())).unwrap();
        if request["topic"] == "confirmation" {
            break;
        }
    }
    start.wait();
    let begun = clock();
    for (number, batch) in texts.chunks(RATE / 100).enumerate() {
        let due = begun + Duration::from_millis(10 * u64::try_from(number).unwrap());
        thread::park_timeout(due.saturating_duration_since(clock()));
        for text in batch {
            socket.write(Message::text(text.clone())).unwrap();
        }
        socket.flush().unwrap();
    }
    // Until the gateway is gone.
    while socket.read().is_ok() {}
}

/// The program under test. Ends when it is dropped.
struct Gateway {
    child: Child,
    ws: String,
}

impl Gateway {
    fn start(upstream: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("gateway.json");
        let child = Command::new(env!("CARGO_BIN_EXE_banano-ws"))
            .args(["serve", "--network", "dev", "--listen", "127.0.0.1:0", "-q"])
            .args(["--upstream", upstream])
            .arg("--config-out")
            .arg(&out)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let until = clock() + Duration::from_secs(10);
        let text = loop {
            if let Ok(text) = std::fs::read_to_string(&out) {
                break text;
            }
            assert!(clock() < until, "the gateway did not start");
            thread::yield_now();
        };
        let told: Value = serde_json::from_str(&text).unwrap();
        Self { child, ws: told["ws"].as_str().unwrap().to_owned() }
    }

    /// Processor time that it has taken, in seconds.
    fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // Behind the name, which may hold anything, user and system time are the 12th and 13th.
        let (_, rest) = stat.rsplit_once(')').unwrap();
        let ticks: u32 =
            rest.split_whitespace().skip(11).take(2).map(|it| it.parse::<u32>().unwrap()).sum();
        f64::from(ticks) / 100.0
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
fn clock() -> Instant {
    Instant::now()
}
