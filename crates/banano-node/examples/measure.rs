//! Measures a dev network: latency of a payment, a long chain, and a storm over many accounts.
//!
//! `cargo run --release -p banano-node --example measure [blocks] [accounts] [data folder]`
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "it measures or ends")]

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use banano_ledger::LedgerRead as _;
use banano_node::{DevConfig, DevNet};
use banano_primitives::{Account, Amount, Block, Body, KeyPair, Link, Root, StateBlock};
use banano_ws_protocol::Event;

/// When each confirmation reached the sink.
type Confirmed = Receiver<(banano_primitives::BlockHash, Instant)>;

fn main() {
    let mut args = std::env::args().skip(1);
    let blocks: usize = args.next().map_or(20_000, |text| text.parse().expect("blocks"));
    let accounts: u32 = args.next().map_or(500, |text| text.parse().expect("accounts"));
    let config = DevConfig { accounts, data: args.next().map(Into::into), ..DevConfig::default() };
    let (tell, confirmed) = channel();
    let start = now();
    let sink: banano_node::EventSink = Arc::new(move |events| {
        let at = now();
        for event in events {
            if let Event::Confirmation(confirmation) = event {
                let _ = tell.send((confirmation.block.hash(), at));
            }
        }
    });
    let net = DevNet::start(&config, &sink).expect("start");
    println!("started {accounts} accounts on {} nodes in {:?}", config.nodes, start.elapsed());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("rt");
    runtime.block_on(async {
        latency(&net, &confirmed, 500).await;
        chain(&net, &confirmed, 500).await;
        storm(&net, &confirmed, blocks).await;
        let before = cpu();
        tokio::time::sleep(Duration::from_secs(3)).await;
        println!("3 s idle: {:.2} s CPU", cpu() - before);
        net.stop().await.expect("stop");
    });
}

/// One payment after the other: from the answer of `process`' caller back to its confirmation.
async fn latency(net: &DevNet, confirmed: &Confirmed, rounds: usize) {
    let mut wallets: Vec<Wallet> = (1..11).map(|index| Wallet::funded(net, index)).collect();
    let mut accepted = Vec::new();
    let mut told = Vec::new();
    for round in 0..rounds {
        let index = round % wallets.len();
        let block = wallets[index].send();
        let start = now();
        net.node().process(Arc::clone(&block), false).await.expect("process");
        accepted.push(start.elapsed());
        let (hash, at) = confirmed.recv().expect("confirmed");
        assert_eq!(hash, block.hash());
        told.push(at - start);
    }
    println!("idle: process answered {}, confirmed {}", spread(accepted), spread(told));
}

/// Many blocks on one account, sent as fast as they are taken.
async fn chain(net: &DevNet, confirmed: &Confirmed, length: usize) {
    let mut wallet = Wallet::funded(net, 0);
    let blocks: Vec<_> = (0..length).map(|_| wallet.send()).collect();
    let start = now();
    submit(net, blocks).await;
    let accepted = start.elapsed();
    let last = confirmed.iter().take(length).last().expect("confirmed").1;
    println!("chain of {length}: accepted in {accepted:?}, confirmed in {:?}", last - start);
}

/// Blocks over all accounts, sent as fast as they are taken.
async fn storm(net: &DevNet, confirmed: &Confirmed, count: usize) {
    let accounts = net.accounts().len();
    let mut wallets: Vec<Wallet> = (0..accounts).map(|index| Wallet::funded(net, index)).collect();
    let blocks: Vec<_> = (0..count).map(|number| wallets[number % accounts].send()).collect();
    let (before, start) = (cpu(), now());
    submit(net, blocks).await;
    let accepted = start.elapsed();
    let last = confirmed.iter().take(count).last().expect("confirmed").1;
    let (spent, lasted) = (cpu() - before, (last - start).as_secs_f64());
    #[expect(clippy::cast_precision_loss, reason = "a count of blocks")]
    let count = count as f64;
    println!(
        "storm of {count}: accepted in {accepted:?}, confirmed in {lasted:.2} s = {:.0} blocks/s, \
         {:.2} cores busy, {:.0} us CPU a block",
        count / lasted,
        spent / lasted,
        spent / count * 1e6
    );
    for (number, node) in (1..).zip(net.nodes()) {
        let stats = node.stats().await.expect("stats");
        println!("node {number}: {:?} {:?}", node.ledger().counts(), stats);
    }
}

async fn submit(net: &DevNet, blocks: Vec<Arc<Block>>) {
    let mut answers = Vec::with_capacity(blocks.len());
    for block in blocks {
        answers.push(net.node().submit(block, false).await.expect("submit"));
    }
    for answer in answers {
        assert_eq!(answer.result().await.expect("result"), banano_ledger::ProcessResult::Progress);
    }
}

/// A funded account that pays 1 raw at a time.
struct Wallet {
    key: KeyPair,
    state: StateBlock,
    difficulty: banano_primitives::Difficulty,
}

impl Wallet {
    fn funded(net: &DevNet, index: usize) -> Self {
        let key = net.accounts()[index].keypair.clone();
        let account = key.account();
        let info = net.node().ledger().account(&account).expect("read").expect("opened");
        let state = StateBlock {
            account,
            previous: info.head,
            representative: info.representative,
            balance: info.balance,
            link: Link::from(Account::ZERO),
        };
        Self { key, state, difficulty: net.node().network().thresholds.epoch_1 }
    }

    fn send(&mut self) -> Arc<Block> {
        self.state.balance = self.state.balance.saturating_sub(Amount::from_raw(1));
        let root = Root::from(self.state.previous);
        let work = banano_work::search(&root, self.difficulty, 0, u64::MAX).expect("work");
        let block = Arc::new(Block::signed(Body::State(self.state.clone()), &self.key, work));
        self.state.previous = block.hash();
        block
    }
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    format!("p50 {:?} p99 {:?} max {:?}", at(50), at(99), at(100))
}

/// Seconds of CPU that this process has used.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = text.split(' ').filter_map(|field| field.parse().ok()).collect();
    (fields.get(11).unwrap_or(&0.0) + fields.get(12).unwrap_or(&0.0)) / 100.0
}

#[expect(clippy::disallowed_methods, reason = "it measures")]
fn now() -> Instant {
    Instant::now()
}
