//! Traffic: real blocks among accounts of the network's own, at a steady rate.
//!
//! Started with the dev network, on a thread of its own. Makes each block like a user would: asks
//! for work, signs, processes. Which accounts pay whom follows from the seed. Never waits for
//! confirmations, and never hurries after a pause.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use banano_ledger::LedgerRead as _;
use banano_primitives::{Account, Amount, BlockHash, Seed};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::control::Dev;
use super::keys::Keys;
use crate::node::Node;
use crate::spender::{SpendError, Spender};

/// Accounts that pay each other.
const ACCOUNTS: u32 = 32;

/// What each starts with, from the faucet: 1,000 BAN.
const FUNDS: Amount = Amount::from_raw(1_000 * 10_u128.pow(29));

/// The largest payment in banoshi: 5 BAN.
const PAYMENT_MAX: u128 = 500;

/// One banoshi.
const BANOSHI: u128 = 10_u128.pow(27);

/// Blocks that are made at the same time. More only makes them wait for the one thread that finds
/// their work.
const WORKERS: u32 = 8;

/// The generator's thread. Dropping it stops it.
#[derive(Debug)]
pub(super) struct Activity {
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Activity {
    /// Starts to make `rate` blocks a second.
    pub(super) fn start(rate: f64, seed: Seed, dev: &Arc<Dev>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let stop = CancellationToken::new();
        let (stopped, dev) = (stop.clone(), Arc::clone(dev));
        let thread = thread::Builder::new().name("activity".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = stopped.cancelled() => {}
                    () = make(rate, seed, dev) => {}
                }
            });
        })?;
        Ok(Self { stop, thread: Some(thread) })
    }

    /// Ends the traffic. Blocks under way may still come.
    pub(super) fn stop(self) {
        drop(self);
    }
}

impl Drop for Activity {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Runs the workers until one of them learns that the node stopped.
async fn make(rate: f64, seed: Seed, dev: Arc<Dev>) {
    let accounts: Arc<[Spender]> =
        (0..ACCOUNTS).map(|index| Spender::new(Keys(seed).activity(index))).collect();
    let period = Duration::from_secs_f64(f64::from(WORKERS) / rate);
    let mut workers = JoinSet::new();
    for number in 0..WORKERS {
        let worker = Worker {
            dev: Arc::clone(&dev),
            accounts: Arc::clone(&accounts),
            number,
            rng: StdRng::from_seed(
                *Keys(seed).activity(ACCOUNTS + number).private_key().as_bytes(),
            ),
        };
        workers.spawn(worker.run(period, period.mul_f64(f64::from(number) / f64::from(WORKERS))));
    }
    // A worker ends only when the node does.
    workers.join_next().await;
}

/// Makes blocks on its share of the accounts, one at a time.
struct Worker {
    dev: Arc<Dev>,
    accounts: Arc<[Spender]>,
    number: u32,
    rng: StdRng,
}

impl Worker {
    async fn run(mut self, period: Duration, delay: Duration) {
        tokio::time::sleep(delay).await;
        let mut beat = interval(period);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            match self.make_one().await {
                Ok(_) => {}
                Err(SpendError::Stopped(_) | SpendError::Work(_)) => return,
                Err(error) => tracing::debug!(%error, "no traffic block"),
            }
        }
    }

    /// Draws an account and makes its next block: opens it, receives what waits, pays, or now and
    /// then names another representative.
    async fn make_one(&mut self) -> Result<BlockHash, SpendError> {
        let accounts = Arc::clone(&self.accounts);
        let mine = self.rng.random_range(0..ACCOUNTS / WORKERS) * WORKERS + self.number;
        let Some(spender) = usize::try_from(mine).ok().and_then(|index| accounts.get(index)) else {
            return Err(SpendError::Nothing);
        };
        let dev = Arc::clone(&self.dev);
        let Some(node) = dev.nodes().first() else { return Err(SpendError::Nothing) };
        let account = spender.account();
        let info = node.ledger().account(&account)?;
        let waiting = node.ledger().receivables(&account, &BlockHash::ZERO, 1)?;
        let waiting = waiting.first().map(|(send, _)| *send);
        let roll: u32 = self.rng.random_range(0..100);
        match (info, waiting) {
            (None, None) => dev.faucet(account, FUNDS).await,
            (None, Some(send)) => self.receive(spender, node, send).await,
            (Some(_), Some(send)) if roll < 60 => self.receive(spender, node, send).await,
            (Some(_), _) if roll < 5 => {
                let representative = self.representative();
                spender.change(node, representative, None).await
            }
            (Some(info), _) => {
                let most = PAYMENT_MAX.min(info.balance.raw() / BANOSHI);
                if most == 0 {
                    return dev.faucet(account, FUNDS).await;
                }
                let amount = Amount::from_raw(self.rng.random_range(1..=most) * BANOSHI);
                let index = self.rng.random_range(0..accounts.len());
                let to = accounts.get(index).map_or(account, Spender::account);
                spender.send(node, to, amount).await
            }
        }
    }

    async fn receive(
        &mut self,
        spender: &Spender,
        node: &Node,
        send: BlockHash,
    ) -> Result<BlockHash, SpendError> {
        let representative = self.representative();
        spender.receive(node, send, representative, None).await
    }

    /// One of those that vote, so that the traffic never weakens quorum.
    fn representative(&mut self) -> Account {
        let all = self.dev.representatives();
        let index = self.rng.random_range(0..all.len().max(1));
        all.get(index).copied().unwrap_or_default()
    }
}
