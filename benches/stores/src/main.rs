//! Compares three embedded stores by what a ledger does with them.
//!
//! `cargo run --release [-- BLOCKS]` in this folder prints the table of docs/adr/0001-store.md. Every figure is wall
//! time, or CPU time of the whole process with the store's own threads. Not a part of the workspace.

mod fjall_store;
mod heed_store;
mod redb_store;
mod workload;

use std::path::Path;
use std::time::Instant;

use workload::{Rng, Workload};

/// When a commit counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The operating system has the data: it survives a kill of the process.
    Os,
    /// The disk has it: it survives a power cut.
    Disk,
}

/// Tables of the workload, in the order of their numbers.
pub const TABLES: [&str; 8] =
    ["blocks", "successors", "accounts", "receivable", "heights", "weights", "meta", "log"];

/// One row put or removed.
pub struct Put {
    pub table: usize,
    pub key: Vec<u8>,
    pub value: Option<Vec<u8>>,
}

/// What the ledger asks of a store.
pub trait Store {
    /// Whether the same process can open it again.
    const REOPENS: bool = true;

    fn open(path: &Path, durability: Durability) -> Self;
    fn commit(&mut self, batch: Vec<Put>);
    fn get(&self, table: usize, key: &[u8]) -> Option<Vec<u8>>;
    fn range(&self, table: usize, from: &[u8], limit: usize) -> usize;
}

/// CPU time of this process in seconds, all threads, user and system.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    ticks as f64 / 100.0
}

fn size_of(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let entries = std::fs::read_dir(path).unwrap().map(Result::unwrap);
    entries
        .map(|entry| match entry.file_type().unwrap().is_dir() {
            true => size_of(&entry.path()),
            false => entry.metadata().unwrap().blocks() * 512,
        })
        .sum()
}

/// Runs `work` and gives wall and CPU microseconds per piece.
fn timed(pieces: usize, work: impl FnOnce()) -> (f64, f64) {
    let (wall, busy) = (Instant::now(), cpu());
    work();
    let per = 1e6 / pieces as f64;
    (wall.elapsed().as_secs_f64() * per, (cpu() - busy) * per)
}

fn run<S: Store>(name: &str, blocks: usize, batch: usize, durability: Durability) {
    let folder = tempfile::tempdir_in(".").unwrap();
    let mut work = Workload::new(10_000);
    let mut store = S::open(folder.path(), durability);
    let (write, write_cpu) = timed(blocks, || {
        for _ in 0..blocks / batch {
            let mut changes = Vec::new();
            for _ in 0..batch {
                for (table, key) in work.reads() {
                    std::hint::black_box(store.get(table, &key));
                }
                work.block(&mut changes);
            }
            store.commit(changes);
        }
    });
    let logs = blocks;
    let (log, _) = timed(logs, || {
        for n in 0..logs / batch {
            store.commit(work.log(n * batch, batch));
        }
    });
    let mut rng = Rng(7);
    let (hit, _) = timed(200_000, || {
        for _ in 0..200_000 {
            let key = work.known(&mut rng);
            assert!(store.get(0, &key).is_some());
        }
    });
    let (miss, _) = timed(200_000, || {
        for _ in 0..200_000 {
            assert!(store.get(0, &rng.hash()).is_none());
        }
    });
    let (range, _) = timed(5_000, || {
        for _ in 0..5_000 {
            std::hint::black_box(store.range(2, &rng.hash(), 100));
        }
    });
    drop(store);
    let opening = S::REOPENS.then(|| {
        let opening = Instant::now();
        let store = S::open(folder.path(), durability);
        assert!(store.get(0, &work.known(&mut rng)).is_some());
        opening.elapsed().as_millis().to_string()
    });
    let opening = opening.as_deref().unwrap_or("-");
    let size = size_of(folder.path()) as f64 / blocks as f64;
    println!(
        "| {name} | {durability:?} | {batch} | {write:.1} | {write_cpu:.1} | {log:.1} | {hit:.2} | {miss:.2} | {range:.1} | {opening} | {size:.0} |"
    );
}

fn main() {
    let blocks = std::env::args().nth(1).map_or(200_000, |text| text.parse().unwrap());
    println!(
        "| store | durable | batch | block µs | block CPU µs | log append µs | get hit µs | get miss µs | 100 rows µs | reopen ms | bytes/block |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for batch in [1, 16, 256] {
        run::<fjall_store::Fjall>("fjall", blocks, batch, Durability::Os);
        run::<redb_store::Redb>("redb", blocks, batch, Durability::Os);
        run::<heed_store::Heed>("heed (LMDB)", blocks, batch, Durability::Os);
    }
    for batch in [16, 256] {
        run::<fjall_store::Fjall>("fjall", blocks / 10, batch, Durability::Disk);
        run::<redb_store::Redb>("redb", blocks / 10, batch, Durability::Disk);
        run::<heed_store::Heed>("heed (LMDB)", blocks / 10, batch, Durability::Disk);
    }
}
