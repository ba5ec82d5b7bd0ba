//! The ledgers of a dev network's nodes: found again in the data folder, or made.
//!
//! Called when the network is set up. May read and write the folder, and take every core for a while.
//! Returns ledgers that all hold the set-up blocks, cemented.

use std::sync::Arc;
use std::thread;

use banano_ledger::{Ledger, ProcessResult};
use banano_primitives::{Amount, Block, DEV_GENESIS_KEY, KeyPair, Network};
use banano_work::{Report, WorkPool};

use super::config::{DevConfig, WorkLevel};
use super::error::{SetUpError, StartError};
use super::folder::{Contents, Description, Folder};
use super::set_up;
use crate::clock::unix_ms;

/// Opens or makes one ledger for each node, and keeps the folder in use if there is one.
pub(super) fn open(
    config: &DevConfig,
    network: &Network,
) -> Result<(Vec<Arc<Ledger>>, Option<Folder>), StartError> {
    let Some(path) = &config.data else {
        let ledgers = each(config, |_| Ledger::memory(network))?;
        fill(config, network, &ledgers)?;
        return Ok((ledgers, None));
    };
    let (folder, contents) = Folder::open(path, &Description::of(config, true), config.reset)?;
    if contents == Contents::Nothing {
        // From here on the folder is known as ours, and as unfinished.
        folder.describe(&Description::of(config, false))?;
    }
    let ledgers = each(config, |index| disk(&folder.node(index), network))?;
    if contents == Contents::Nothing {
        fill(config, network, &ledgers)?;
        folder.describe(&Description::of(config, true))?;
    }
    Ok((ledgers, Some(folder)))
}

fn each(
    config: &DevConfig,
    open: impl Fn(u32) -> Result<Arc<Ledger>, banano_ledger::OpenError>,
) -> Result<Vec<Arc<Ledger>>, StartError> {
    (0..config.nodes)
        .map(|index| {
            let node = index.saturating_add(1);
            open(index).map_err(|source| StartError::Ledger { node, source })
        })
        .collect()
}

/// Puts the set-up blocks into every ledger.
fn fill(config: &DevConfig, network: &Network, ledgers: &[Arc<Ledger>]) -> Result<(), StartError> {
    let blocks = set_up_blocks(config, network)?;
    thread::scope(|scope| {
        let blocks = &blocks;
        let threads: Vec<_> = (1..)
            .zip(ledgers)
            .map(|(node, ledger)| (node, scope.spawn(move || store(blocks, ledger, network))))
            .collect();
        for (node, thread) in threads {
            match thread.join() {
                Ok(stored) => stored.map_err(|source| StartError::SetUp { node, source })?,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(())
    })
}

/// Lays out the set-up blocks and finds their work.
fn set_up_blocks(config: &DevConfig, network: &Network) -> Result<Vec<Arc<Block>>, StartError> {
    let drafts = set_up::drafts(config, network, &KeyPair::from(DEV_GENESIS_KEY));
    // Nobody listens yet: these requests are no events.
    let report: Report = Arc::new(|_| ());
    let pool = WorkPool::new(config.work.threads(), report).map_err(StartError::Thread)?;
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
    Ok(())
}

/// Opens a ledger in a folder.
fn disk(
    path: &std::path::Path,
    _network: &Network,
) -> Result<Arc<Ledger>, banano_ledger::OpenError> {
    let problem = format!("{} cannot be opened yet", path.display());
    Err(banano_ledger::OpenError::Damaged { problem })
}
