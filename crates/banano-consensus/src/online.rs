//! How much weight is online, and what quorum follows from it (node.md §4.5).
//!
//! Called by `consensus` for each counted vote and at each tick. Gets weights by a closure, so that it knows no
//! ledger. Never lets quorum fall below the configured minimum's share.

use std::collections::VecDeque;

use banano_primitives::{Account, Amount};
use rustc_hash::FxHashMap;

use crate::config::Config;
use crate::view::Quorum;

/// How many representatives are watched. More than can be principal ones, so this only bounds a dev network.
const HEARD_MAX: usize = 10_000;

/// How old the sum may be while votes come in. Weights move with every block; a second behind is near enough.
const SUM_AGE_MS: u64 = 1_000;

/// How often the sum is renewed while nobody votes, so that silent representatives drop out.
const IDLE_SUM_AGE_MS: u64 = 60_000;

/// Who was heard lately, and what that adds up to.
#[derive(Debug)]
pub(crate) struct OnlineWeight {
    window_ms: u64,
    sample_ms: u64,
    samples_max: usize,
    minimum: Amount,
    percent: u8,
    /// When each representative was last heard.
    heard: FxHashMap<Account, u64>,
    /// Their weights when they were last summed up, heaviest first.
    weights: Vec<(Account, Amount)>,
    summed_ms: u64,
    samples: VecDeque<Amount>,
    next_sample_ms: Option<u64>,
    online: Amount,
    trended: Amount,
    delta: Amount,
}

impl OnlineWeight {
    /// Starts with samples of earlier runs, oldest first.
    pub(crate) fn new(config: &Config, samples: impl IntoIterator<Item = Amount>) -> Self {
        let mut online = Self {
            window_ms: config.online_window_ms,
            sample_ms: config.online_sample_ms,
            samples_max: config.online_samples,
            minimum: config.online_weight_minimum,
            percent: config.quorum_percent,
            heard: FxHashMap::default(),
            weights: Vec::new(),
            summed_ms: 0,
            samples: VecDeque::new(),
            next_sample_ms: None,
            online: Amount::ZERO,
            trended: Amount::ZERO,
            delta: Amount::ZERO,
        };
        for sample in samples {
            online.keep(sample);
        }
        online.judge();
        online
    }

    /// Notes that a representative spoke.
    pub(crate) fn hear(
        &mut self,
        representative: Account,
        mono_ms: u64,
        weight: impl Fn(&Account) -> Amount,
    ) {
        if weight(&representative).is_zero() {
            return; // adds nothing, and there can be any number of them
        }
        let is_known = self.heard.contains_key(&representative);
        if is_known || self.heard.len() < HEARD_MAX {
            self.heard.insert(representative, mono_ms);
        }
        if !is_known || mono_ms.saturating_sub(self.summed_ms) >= SUM_AGE_MS {
            self.sum_up(mono_ms, weight);
        }
    }

    /// Drops who has fallen silent, and takes a sample when it is time to: returned to be stored.
    pub(crate) fn tick(
        &mut self,
        mono_ms: u64,
        weight: impl Fn(&Account) -> Amount,
    ) -> Option<Amount> {
        if self.due().is_some_and(|due| due > mono_ms) {
            return None;
        }
        self.sum_up(mono_ms, weight);
        let is_sample_due = self.next_sample_ms.is_some_and(|due| due <= mono_ms);
        if is_sample_due || self.next_sample_ms.is_none() {
            self.next_sample_ms = Some(mono_ms.saturating_add(self.sample_ms));
        }
        if !is_sample_due {
            return None;
        }
        self.keep(self.online);
        self.judge();
        Some(self.online)
    }

    /// When `tick` has something to do; `None` before the first tick, which is due at once.
    pub(crate) fn due(&self) -> Option<u64> {
        let sample = self.next_sample_ms?;
        let idle = self.summed_ms.saturating_add(IDLE_SUM_AGE_MS);
        Some(if self.heard.is_empty() { sample } else { sample.min(idle) })
    }

    /// Weight that confirms.
    pub(crate) fn delta(&self) -> Amount {
        self.delta
    }

    /// Median weight over time.
    pub(crate) fn trended(&self) -> Amount {
        self.trended
    }

    /// Representatives heard lately with their weights, heaviest first.
    pub(crate) fn representatives(&self) -> &[(Account, Amount)] {
        &self.weights
    }

    pub(crate) fn quorum(&self) -> Quorum {
        Quorum {
            delta: self.delta,
            online: self.online,
            trended: self.trended,
            minimum: self.minimum,
            percent: self.percent,
        }
    }

    fn sum_up(&mut self, mono_ms: u64, weight: impl Fn(&Account) -> Amount) {
        let window_ms = self.window_ms;
        self.heard.retain(|_, at| at.saturating_add(window_ms) > mono_ms);
        self.weights.clear();
        self.weights.extend(self.heard.keys().map(|account| (*account, weight(account))));
        self.weights.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        self.online =
            self.weights.iter().fold(Amount::ZERO, |sum, (_, weight)| sum.saturating_add(*weight));
        self.summed_ms = mono_ms;
        self.judge();
    }

    fn keep(&mut self, sample: Amount) {
        if self.samples.len() >= self.samples_max {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }

    /// Median of the samples and the minimum, and the quorum that follows.
    fn judge(&mut self) {
        let mut all: Vec<Amount> = self.samples.iter().copied().collect();
        all.push(self.minimum);
        let middle = all.len() / 2;
        let (_, median, _) = all.select_nth_unstable(middle);
        self.trended = *median;
        self.delta = percent_of(self.online.max(self.trended).max(self.minimum), self.percent);
    }
}

/// `percent` % of an amount, rounded down, for any amount.
fn percent_of(amount: Amount, percent: u8) -> Amount {
    let (raw, percent) = (amount.raw(), u128::from(percent));
    // (raw × percent) / 100 without the overflow: the rest is below 100 × 255.
    let whole = (raw / 100).saturating_mul(percent);
    Amount::from_raw(whole.saturating_add((raw % 100) * percent / 100))
}

#[cfg(test)]
mod tests;
