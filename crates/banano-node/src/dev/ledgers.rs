//! The ledgers of a dev network's nodes: found again in the data folder, or made.
//!
//! Called when the network is set up. May read and write the folder, and take every core for a while.
//! Returns ledgers that all hold the set-up blocks, cemented.

use std::sync::Arc;
use std::thread;

use banano_ledger::{Ledger, OpenError, ProcessResult};
use banano_primitives::{Amount, Block, DEV_GENESIS_KEY, KeyPair, Network};
use banano_work::WorkPool;

use super::config::{DevConfig, WorkLevel};
use super::error::{SetUpError, StartError};
use super::folder::{Contents, Description, Folder};
use super::set_up;
use crate::clock::unix_ms;

/// Opens or makes one ledger for each node, and keeps the folder in use if there is one. With `renew`
/// all are made, whatever this very process left in the folder.
pub(super) fn open(
    config: &DevConfig,
    network: &Network,
    renew: bool,
) -> Result<(Vec<Arc<Ledger>>, Option<Folder>), StartError> {
    let Some(path) = &config.data else {
        let ledgers = each(config, |_| Ledger::memory(network))?;
        fill(config, network, &ledgers)?;
        return Ok((ledgers, None));
    };
    let (folder, contents) = if renew {
        (Folder::renew(path, &Description::of(config, false))?, Contents::Nothing)
    } else {
        Folder::open(path, &Description::of(config, true), config.reset)?
    };
    if contents == Contents::Nothing {
        // From here on the folder is known as ours, and as unfinished.
        folder.describe(&Description::of(config, false))?;
    }
    let ledgers = each(config, |index| Ledger::disk(&folder.node(index), network))?;
    if contents == Contents::Nothing {
        fill(config, network, &ledgers)?;
        folder.describe(&Description::of(config, true))?;
    }
    Ok((ledgers, Some(folder)))
}

/// Opens one ledger for each node, all at the same time: a disk takes its time for each.
fn each(
    config: &DevConfig,
    open: impl Fn(u32) -> Result<Arc<Ledger>, OpenError> + Sync,
) -> Result<Vec<Arc<Ledger>>, StartError> {
    let all: Vec<u32> = (0..config.nodes).collect();
    side_by_side(&all, |index| {
        let node = index.saturating_add(1);
        open(*index).map_err(|source| StartError::Ledger { node, source })
    })
}

/// Does the same for each item on a thread of its own, and returns the results in order.
fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    job: impl Fn(&T) -> Result<R, StartError> + Sync,
) -> Result<Vec<R>, StartError> {
    let job = &job;
    thread::scope(|scope| {
        let threads: Vec<_> = items.iter().map(|item| scope.spawn(move || job(item))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Result<R, StartError>>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    })
}

/// Puts the set-up blocks into every ledger.
fn fill(config: &DevConfig, network: &Network, ledgers: &[Arc<Ledger>]) -> Result<(), StartError> {
    let blocks = set_up_blocks(config, network)?;
    let numbered: Vec<(u32, &Arc<Ledger>)> = (1..).zip(ledgers).collect();
    side_by_side(&numbered, |(node, ledger)| {
        store(&blocks, ledger, network).map_err(|source| StartError::SetUp { node: *node, source })
    })?;
    Ok(())
}

/// Lays out the set-up blocks and finds their work.
fn set_up_blocks(config: &DevConfig, network: &Network) -> Result<Vec<Arc<Block>>, StartError> {
    let drafts = set_up::drafts(config, network, &KeyPair::from(DEV_GENESIS_KEY));
    // Nobody listens yet: these requests are no events.
    let pool = WorkPool::new(config.work.threads()).map_err(StartError::Thread)?;
    let count = drafts.len();
    let difficulty = network.thresholds.epoch_1;
    (1..)
        .zip(drafts)
        .map(|(number, draft)| {
            if config.work == WorkLevel::Live {
                tracing::info!(number, count, "finding live work for the first blocks");
            }
            let work =
                pool.generate_blocking(draft.root(), difficulty).map_err(StartError::Work)?;
            Ok(draft.finish(work))
        })
        .collect()
}

/// Stores and cements the set-up blocks, and notes that all weight was online when that happened, so
/// that the first quorum is a real one.
fn store(blocks: &[Arc<Block>], ledger: &Arc<Ledger>, network: &Network) -> Result<(), SetUpError> {
    let mut writer = ledger.writer();
    let now = unix_ms() / 1000;
    for block in blocks {
        // Signed a moment ago by this very function's caller.
        let outcome = writer.process(block, block.account(), now)?;
        if outcome.result != ProcessResult::Progress {
            return Err(SetUpError::Refused { hash: block.hash(), result: outcome.result });
        }
    }
    for block in blocks {
        writer.cement(&block.hash())?;
    }
    let keep = usize::try_from(network.timings.online_samples_max).unwrap_or(usize::MAX);
    writer.record_online_weight(now, Amount::MAX, keep)?;
    writer.commit()?;
    ledger.sync()?;
    Ok(())
}
