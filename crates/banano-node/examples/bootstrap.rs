//! Measures how fast an empty node fetches a ledger and learns that it is cemented, and where the time goes.
//!
//! `cargo run --release -p banano-node --example bootstrap [blocks] [accounts] [data folder]`
//!
//! A dev network of four nodes makes the blocks; a node without keys, as `serve` runs it, starts with nothing
//! and connects to the first of them over TCP. All run in this process, so they share its cores.
#![expect(clippy::expect_used, reason = "it measures or ends")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use banano_ledger::{Ledger, LedgerRead, ProcessResult};
use banano_node::{DevConfig, DevNet, EventSink, Limits, Node, Observer, ObserverConfig};
use banano_primitives::{
    Account, Amount, Block, Body, KeyPair, Link, Network, Root, StateBlock, Thresholds,
};

fn main() {
    let mut args = std::env::args().skip(1);
    let blocks: usize = args.next().map_or(10_000, |text| text.parse().expect("blocks"));
    let accounts: u32 = args.next().map_or(500, |text| text.parse().expect("accounts"));
    let data = args.next().map(PathBuf::from);
    let config = DevConfig { accounts, ..DevConfig::default() };
    let silent: EventSink = Arc::new(|_| {});
    let net = DevNet::start(&config, &silent).expect("start");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("rt");
    runtime.block_on(async {
        make(&net, blocks).await;
        bootstrap(&net, data).await;
        net.stop().await.expect("stop");
    });
}

/// Lets each account in its turn pay 1 raw, until there are so many blocks more, all cemented.
async fn make(net: &DevNet, count: usize) {
    let thresholds = net.node().network().thresholds;
    let key = |index: usize| net.accounts().get(index).expect("funded").keypair.clone();
    let accounts = net.accounts().len();
    let mut wallets: Vec<Wallet> =
        (0..accounts).map(|index| Wallet::of(net.node(), key(index), thresholds)).collect();
    let mut answers = Vec::with_capacity(count);
    for number in 0..count {
        let wallet = wallets.get_mut(number % accounts).expect("there are accounts");
        answers.push(net.node().submit(wallet.send(), false).await.expect("submit"));
    }
    for answer in answers {
        assert_eq!(answer.result().await.expect("result"), ProcessResult::Progress);
    }
    until(|| net.node().ledger().counts(), |counts| counts.blocks == counts.cemented);
}

async fn bootstrap(net: &DevNet, data: Option<PathBuf>) {
    let wanted = net.node().ledger().counts();
    let before = threads();
    let network = net.node().network().clone();
    let address = net.node().peering().expect("a dev network listens");
    let start = now();
    let config = ObserverConfig {
        network: network.clone(),
        peers: vec![address.to_string()],
        listener: None,
        data,
        work_peers: Vec::new(),
        weights: None,
        limits: Limits::default(),
    };
    let silent: EventSink = Arc::new(|_| {});
    let observer = Observer::start(config, &silent).expect("start");
    let ledger = observer.node().ledger();
    until(|| ledger.counts(), |counts| counts.blocks == wanted.blocks);
    let fetched = start.elapsed();
    until(|| ledger.counts(), |counts| counts.cemented == wanted.cemented);
    let cemented = start.elapsed();
    let after = threads();
    println!("{} blocks of {} accounts, {:?}", wanted.blocks, wanted.accounts, wanted);
    println!("fetched and checked in {}", rate(wanted.blocks, fetched));
    println!("cemented by the network's votes after {}", rate(wanted.blocks, cemented));
    let share = |name: &str, seconds: f64| {
        println!("  {:>8.1} us a block  {name}", seconds / exact(wanted.blocks) * 1e6);
    };
    println!("CPU of all threads until then:");
    for (id, (name, seconds)) in &after {
        match before.get(id) {
            None => share(&format!("the new node, thread {name}"), *seconds),
            Some((_, earlier)) if seconds > earlier => {
                share(&format!("the network, thread {name}"), seconds - earlier);
            }
            Some(_) => {}
        }
    }
    println!("alone, on one thread:");
    let all = blocks_of(ledger);
    let signatures = timed(|| {
        assert!(all.iter().all(|(block, owner)| block.is_signed_by(owner)), "signed");
    });
    share("signatures of the blocks", signatures);
    let stored = timed(|| fill(&network, &all));
    share("ledger rules and an in-memory store, signatures taken for granted", stored);
    let stats = observer.node().stats().await.expect("stats");
    println!("{stats:?}\n{:?}", observer.node().net_stats());
    observer.stop().await.expect("stop");
}

/// Every block of a ledger but the genesis block, with its owner, chain by chain.
fn blocks_of(ledger: &Arc<Ledger>) -> Vec<(Arc<Block>, Account)> {
    let mut all = Vec::new();
    for (account, info) in ledger.accounts(&Account::ZERO, usize::MAX).expect("read") {
        let mut next = info.open_block;
        while let Some(saved) = ledger.block(&next).expect("read") {
            next = saved.sideband.successor;
            if saved.hash() != ledger.genesis() {
                all.push((saved.block, account));
            }
        }
    }
    all
}

/// Stores blocks, each after those that it builds on.
fn fill(network: &Network, all: &[(Arc<Block>, Account)]) {
    let ledger = Ledger::memory(network).expect("memory");
    let mut writer = ledger.writer();
    let mut left = all.to_vec();
    while !left.is_empty() {
        left.retain(|(block, owner)| {
            let outcome = writer.process(block, Some(*owner), 1).expect("memory");
            outcome.result != ProcessResult::Progress
        });
        writer.commit().expect("memory");
    }
}

/// A funded account that pays 1 raw at a time.
struct Wallet {
    key: KeyPair,
    state: StateBlock,
    thresholds: Thresholds,
}

impl Wallet {
    fn of(node: &Node, key: KeyPair, thresholds: Thresholds) -> Self {
        let account = key.account();
        let info = node.ledger().account(&account).expect("read").expect("opened");
        let state = StateBlock {
            account,
            previous: info.head,
            representative: info.representative,
            balance: info.balance,
            link: Link::from(Account::ZERO),
        };
        Self { key, state, thresholds }
    }

    fn send(&mut self) -> Arc<Block> {
        self.state.balance = self.state.balance.saturating_sub(Amount::from_raw(1));
        let root = Root::from(self.state.previous);
        let work = banano_work::search(&root, self.thresholds.epoch_1, 0, u64::MAX).expect("work");
        let block = Arc::new(Block::signed(Body::State(self.state.clone()), &self.key, work));
        self.state.previous = block.hash();
        block
    }
}

/// Threads of this process by their number: name, and seconds of CPU so far.
fn threads() -> BTreeMap<u64, (String, f64)> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let text = std::fs::read_to_string(entry.path().join("schedstat")).unwrap_or_default();
        let name = std::fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
        let nanos: u64 = text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0);
        if let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
            all.insert(id, (name.trim().to_owned(), Duration::from_nanos(nanos).as_secs_f64()));
        }
    }
    all
}

fn until<T>(look: impl Fn() -> T, passes: impl Fn(&T) -> bool) {
    while !passes(&look()) {
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

fn timed(job: impl FnOnce()) -> f64 {
    let start = now();
    job();
    start.elapsed().as_secs_f64()
}

fn rate(blocks: u64, time: Duration) -> String {
    format!("{time:.2?}: {:.0} blocks a second", exact(blocks) / time.as_secs_f64())
}

#[expect(clippy::cast_precision_loss, reason = "a count of blocks")]
fn exact(blocks: u64) -> f64 {
    blocks as f64
}

#[expect(clippy::disallowed_methods, reason = "it measures")]
fn now() -> Instant {
    Instant::now()
}
