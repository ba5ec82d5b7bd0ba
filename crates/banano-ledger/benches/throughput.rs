//! How many blocks a second a ledger takes: processed, committed, cemented and committed again.
//!
//! `cargo bench -p banano-ledger [-- BLOCKS]` prints blocks per second and CPU microseconds per block, in memory and
//! on disk, for several batch sizes. Signatures are told to be checked, since the node checks them elsewhere; work
//! is checked by the ledger. Half of the blocks send, half receive; accounts are 1,000.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench that fails should panic"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use banano_ledger::{Ledger, LedgerRead, ProcessResult, audit};
use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, Difficulty, Link, Network, Signature, StateBlock,
    Thresholds, Work,
};

const ACCOUNTS: usize = 1_000;

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn now() -> Instant {
    Instant::now()
}

/// CPU time of this process, all threads, in seconds; the kernel counts in hundredths.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The dev network with thresholds that any work meets: finding work is not the ledger's.
fn network() -> Network {
    let zero = Difficulty::new(0);
    Network { thresholds: Thresholds::new(zero, zero, zero), ..Network::dev() }
}

/// A plan of blocks that can be processed in this order.
struct Plan {
    heads: Vec<(Account, BlockHash, u128)>,
    blocks: Vec<Arc<Block>>,
}

impl Plan {
    fn make(count: usize) -> Self {
        let genesis = network().genesis;
        let account = genesis.account().expect("genesis is an open block");
        let others = (1..ACCOUNTS).map(|n| {
            let mut bytes = [0; 32];
            bytes
                .iter_mut()
                .zip(n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes())
                .for_each(|(b, n)| *b = n);
            (Account::from_bytes(bytes), BlockHash::ZERO, 0)
        });
        let heads = std::iter::once((account, genesis.hash(), u128::MAX)).chain(others).collect();
        let mut plan = Self { heads, blocks: Vec::with_capacity(count) };
        let mut random = 1_usize;
        while plan.blocks.len() < count {
            random = random.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            let from = (random >> 33) % ACCOUNTS;
            let from = if plan.heads[from].2 == 0 { 0 } else { from };
            let to = (random >> 13) % ACCOUNTS;
            let sent = plan.step(from, plan.heads[from].2 - 1, plan.heads[to].0.into());
            plan.step(to, plan.heads[to].2 + 1, sent.into());
        }
        plan
    }

    fn step(&mut self, number: usize, balance: u128, link: Link) -> BlockHash {
        let (account, previous, _) = self.heads[number];
        let representative = self.heads[number % 20].0;
        let balance_raw = Amount::from_raw(balance);
        let body = StateBlock { account, previous, representative, balance: balance_raw, link };
        let block = Block::new(Body::State(body), Signature::ZERO, Work::new(0));
        let hash = block.hash();
        self.heads[number] = (account, hash, balance);
        self.blocks.push(Arc::new(block));
        hash
    }
}

fn run(name: &str, ledger: &Arc<Ledger>, plan: &Plan, batch: usize) {
    let mut writer = ledger.writer();
    let (mut process, mut cement) = (Duration::ZERO, Duration::ZERO);
    let cpu = cpu_seconds();
    for blocks in plan.blocks.chunks(batch) {
        let start = now();
        for block in blocks {
            let outcome = writer.process(block, block.account(), 1).expect("the store works");
            assert_eq!(outcome.result, ProcessResult::Progress);
        }
        writer.commit().expect("the store works");
        let middle = now();
        for block in blocks {
            black_box(writer.cement(&block.hash()).expect("the store works"));
        }
        writer.commit().expect("the store works");
        process += middle - start;
        cement += now() - middle;
    }
    let cpu = cpu_seconds() - cpu;
    assert_eq!(ledger.counts().cemented, ledger.counts().blocks);
    drop(writer);
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let per_block = |seconds: f64| seconds * 1e6 / plan.blocks.len() as f64;
    let start = now();
    audit(&**ledger).expect("the ledger fits together");
    let audit = per_block((now() - start).as_secs_f64());
    let (process, cement) = (per_block(process.as_secs_f64()), per_block(cement.as_secs_f64()));
    println!(
        "| {name} | {batch} | {:.0} | {:.1} | {process:.1} | {cement:.1} | {audit:.1} |",
        1e6 / (process + cement),
        per_block(cpu),
    );
}

fn main() {
    let blocks = std::env::args().find_map(|text| text.parse().ok()).unwrap_or(100_000);
    let plan = Plan::make(blocks);
    println!("| store | batch | blocks/s | CPU µs/block | process µs | cement µs | audit µs |");
    println!("|---|---|---|---|---|---|---|");
    for batch in [1, 16, 256] {
        run("memory", &Ledger::memory(&network()).expect("memory is there"), &plan, batch);
    }
    for batch in [1, 16, 256] {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        run("disk", &Ledger::disk(folder.path(), &network()).expect("it opens"), &plan, batch);
    }
}
