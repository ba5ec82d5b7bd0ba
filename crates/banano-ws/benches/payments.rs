//! From `process` to the confirmation on a WebSocket, measured from outside.
//!
//! Starts the built `banano-ws`, makes signed blocks with work beforehand, and prints three figures:
//! latency of single payments, a chain of 500 blocks on one account, and payments per second over
//! many accounts. `cargo bench -p banano-ws --bench payments [-- BLOCKS [NODES]]`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a bench ends at the first surprise")]
#![expect(clippy::indexing_slicing, reason = "lists of this file, made with the lengths used here")]

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, KeyPair, Link, PrivateKey, Seed, Signature,
    StateBlock, Work,
};
use tokio_tungstenite::tungstenite;

/// Single payments, one after the other.
const PAYMENTS: usize = 300;
/// Length of the chain.
const CHAIN: usize = 500;
/// Accounts whose blocks are confirmed side by side.
const ACCOUNTS: u32 = 256;
/// Connections to the RPC.
const CONNECTIONS: usize = 8;

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let blocks = numbers.first().copied().unwrap_or(20_000);
    let nodes = numbers.get(1).copied().unwrap_or(4);
    let network = Network::start(nodes);
    println!("{nodes} nodes in one process, {} cores", cores());
    network.latency();
    network.chain();
    network.throughput(blocks);
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The program under test.
struct Network {
    child: Child,
    ws: String,
    rpc: String,
    funded: Vec<KeyPair>,
}

impl Network {
    fn start(nodes: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("net.json");
        let child = Command::new(env!("CARGO_BIN_EXE_banano-ws"))
            .args(["--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0", "-q", "--nodes"])
            .arg(nodes.to_string())
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
            assert!(clock() < until, "the network did not start");
            thread::yield_now();
        };
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let key = |account: &serde_json::Value| {
            let key: PrivateKey = account["private_key"].as_str().unwrap().parse().unwrap();
            KeyPair::from(key)
        };
        Self {
            child,
            ws: json["ws"].as_str().unwrap().to_owned(),
            rpc: json["rpc"].as_str().unwrap().trim_start_matches("http://").to_owned(),
            funded: json["accounts"].as_array().unwrap().iter().map(key).collect(),
        }
    }

    /// One payment after the other: when does the confirmation come?
    fn latency(&self) {
        let mut rpc = Rpc::connect(&self.rpc);
        let (confirmed, _) = self.listen();
        let mut chain = Chain::of(&mut rpc, &self.funded[0]);
        let (mut from_request, mut from_answer) = (Vec::new(), Vec::new());
        for _ in 0..PAYMENTS {
            let block = chain.send(chain.key.account(), 1);
            let request = process_request(&block);
            let asked = clock();
            rpc.process(&request);
            let answered = clock();
            let (hash, at) = confirmed.recv_timeout(Duration::from_secs(5)).unwrap();
            assert_eq!(hash, block.hash());
            from_request.push(at - asked);
            from_answer.push(at.saturating_duration_since(answered));
        }
        print_percentiles("process asked → confirmation on the socket", &mut from_request);
        print_percentiles("process answered → confirmation on the socket", &mut from_answer);
    }

    /// A chain on one account: the election of each block starts when the one before is cemented.
    fn chain(&self) {
        let mut rpc = Rpc::connect(&self.rpc);
        let (confirmed, _) = self.listen();
        let mut chain = Chain::of(&mut rpc, &self.funded[1]);
        let blocks: Vec<_> = (0..CHAIN).map(|_| chain.send(chain.key.account(), 1)).collect();
        let requests: Vec<_> = blocks.iter().map(process_request).collect();
        let start = clock();
        thread::scope(|scope| {
            scope.spawn(|| {
                for request in &requests {
                    rpc.process(request);
                }
            });
            for block in &blocks {
                let (hash, _) = confirmed.recv_timeout(Duration::from_secs(30)).unwrap();
                assert_eq!(hash, block.hash(), "in the order of the chain");
            }
        });
        println!(
            "{CHAIN} blocks of one account, first asked → last confirmed: {:.0?}",
            start.elapsed()
        );
    }

    /// Payments of many accounts, as fast as they are taken.
    fn throughput(&self, count: usize) {
        let mut rpc = Rpc::connect(&self.rpc);
        let (confirmed, delivered) = self.listen();
        let mut chains = self.open_accounts(&mut rpc, &confirmed);
        eprintln!("signing {count} blocks …");
        let mut lanes: Vec<Vec<Vec<u8>>> = vec![Vec::new(); CONNECTIONS];
        let mut expected = HashSet::new();
        for number in 0..count {
            let index = number % chains.len();
            let to = chains[(index * 7 + number) % chains.len()].key.account();
            let block = chains[index].send(to, 1);
            expected.insert(block.hash());
            lanes[index % CONNECTIONS].push(process_request(&block));
        }
        let before = delivered.load(Ordering::Relaxed);
        let cpu = cpu_time(self.child.id());
        let start = clock();
        thread::scope(|scope| {
            for lane in &lanes {
                scope.spawn(move || {
                    let mut rpc = Rpc::connect(&self.rpc);
                    for request in lane {
                        rpc.process(request);
                    }
                });
            }
            let mut accepted = None;
            while !expected.is_empty() {
                let (hash, _) =
                    confirmed.recv_timeout(Duration::from_mins(1)).unwrap_or_else(|_| {
                        panic!("{} of {count} were never confirmed", expected.len())
                    });
                assert!(expected.remove(&hash), "confirmed once");
                accepted.get_or_insert_with(clock);
            }
        });
        let took = start.elapsed();
        let delivered = delivered.load(Ordering::Relaxed) - before;
        let cpu = cpu_time(self.child.id()).saturating_sub(cpu);
        let blocks = u32::try_from(delivered).unwrap();
        println!(
            "{count} payments of {ACCOUNTS} accounts over {CONNECTIONS} connections, process to \
             delivery: {:.0} blocks/s, {:.0?} CPU of the server per block",
            f64::from(blocks) / took.as_secs_f64(),
            cpu / blocks
        );
    }

    /// Opens fresh accounts, each funded by one of the network's.
    fn open_accounts(&self, rpc: &mut Rpc, confirmed: &Confirmed) -> Vec<Chain> {
        let seed = Seed::from_bytes([7; 32]);
        let mut funders: Vec<_> = self.funded.iter().map(|key| Chain::of(rpc, key)).collect();
        let mut chains = Vec::new();
        for index in 0..ACCOUNTS {
            let key = seed.key_pair(index);
            let funder = &mut funders[index as usize % self.funded.len()];
            let send = funder.send(key.account(), 1_000_000);
            rpc.process(&process_request(&send));
            let mut chain = Chain {
                previous: BlockHash::ZERO,
                balance: Amount::ZERO,
                representative: funder.representative,
                key,
            };
            let open = chain.receive(send.hash(), 1_000_000);
            rpc.process(&process_request(&open));
            chains.push(chain);
        }
        for _ in 0..ACCOUNTS * 2 {
            confirmed.recv_timeout(Duration::from_secs(10)).unwrap();
        }
        chains
    }

    /// Subscribes to everything that is confirmed, with an acknowledgement.
    fn listen(&self) -> (Confirmed, Arc<AtomicUsize>) {
        let stream = TcpStream::connect(self.ws.trim_start_matches("ws://")).unwrap();
        stream.set_nodelay(true).unwrap();
        let (mut socket, _) = tungstenite::client(&self.ws, stream).unwrap();
        let subscribe = r#"{"action":"subscribe","topic":"confirmation","ack":true}"#;
        socket.send(subscribe.into()).unwrap();
        assert!(socket.read().unwrap().to_text().unwrap().contains("subscribe"));
        let (sender, receiver) = mpsc::channel();
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        thread::spawn(move || {
            while let Ok(message) = socket.read() {
                let at = clock();
                let Ok(text) = message.to_text() else { return };
                let Some(start) = text.find("\"hash\":\"") else { continue };
                let hash = text[start + 8..start + 72].parse().unwrap();
                counter.fetch_add(1, Ordering::Relaxed);
                if sender.send((hash, at)).is_err() {
                    return;
                }
            }
        });
        (receiver, count)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

type Confirmed = mpsc::Receiver<(BlockHash, Instant)>;

/// The head of an account, and what signs the next block.
struct Chain {
    key: KeyPair,
    previous: BlockHash,
    balance: Amount,
    representative: Account,
}

impl Chain {
    fn of(rpc: &mut Rpc, key: &KeyPair) -> Self {
        let account = key.account();
        let info = rpc.call(&format!(
            r#"{{"action":"account_info","account":"{account}","representative":"true"}}"#
        ));
        let text = |name: &str| info[name].as_str().unwrap().to_owned();
        Self {
            key: key.clone(),
            previous: text("frontier").parse().unwrap(),
            balance: text("balance").parse().unwrap(),
            representative: text("representative").parse().unwrap(),
        }
    }

    fn send(&mut self, to: Account, raw: u128) -> Block {
        self.balance = self.balance.checked_sub(Amount::from_raw(raw)).unwrap();
        self.next(Link::from_bytes(*to.as_bytes()))
    }

    fn receive(&mut self, send: BlockHash, raw: u128) -> Block {
        self.balance = self.balance.checked_add(Amount::from_raw(raw)).unwrap();
        self.next(Link::from_bytes(*send.as_bytes()))
    }

    fn next(&mut self, link: Link) -> Block {
        let body = Body::State(StateBlock {
            account: self.key.account(),
            previous: self.previous,
            representative: self.representative,
            balance: self.balance,
            link,
        });
        let threshold = banano_primitives::Network::dev().thresholds.base;
        let root = body.root();
        let work = (0..u64::MAX).map(Work::new).find(|work| work.difficulty(&root) >= threshold);
        let block = Block::signed(body, &self.key, work.unwrap());
        assert_ne!(*block.signature(), Signature::ZERO);
        self.previous = block.hash();
        block
    }
}

fn process_request(block: &Block) -> Vec<u8> {
    let block = serde_json::to_string(block).unwrap();
    http(&format!(r#"{{"action":"process","json_block":"true","block":{block}}}"#))
}

fn http(body: &str) -> Vec<u8> {
    format!("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .into()
}

/// One kept-alive connection to the RPC.
struct Rpc(BufReader<TcpStream>);

impl Rpc {
    fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    fn process(&mut self, request: &[u8]) {
        let answer = self.exchange(request);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.contains("\"hash\""), "{answer}");
    }

    fn call(&mut self, body: &str) -> serde_json::Value {
        serde_json::from_slice(&self.exchange(&http(body))).unwrap()
    }

    fn exchange(&mut self, request: &[u8]) -> Vec<u8> {
        self.0.get_mut().write_all(request).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(self.0.read_line(&mut line).unwrap(), 0, "the RPC hung up");
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        body
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn clock() -> Instant {
    Instant::now()
}

fn print_percentiles(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("{what}: p50 {:.2?}, p99 {:.2?}, max {:.2?}", at(50), at(99), at(100));
}

/// User and system time of a process so far, in steps of 10 ms.
fn cpu_time(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<_> = stat[stat.rfind(')').unwrap() + 2..].split(' ').collect();
    let ticks: u64 = [11, 12].iter().map(|at| fields[*at].parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}
