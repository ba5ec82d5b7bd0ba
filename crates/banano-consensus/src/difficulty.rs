//! The difficulty that the network works at: a trend over the work of running elections (node.md §5).
//!
//! Called by the owner of the elections at the end of each pass. Computes on multipliers and time that are passed in.
//! Never wants to be called often when nothing runs: an idle network is told of every few seconds.

use std::collections::VecDeque;

use banano_primitives::{BlockDetails, Difficulty, Network, Thresholds};

use crate::config::{Config, is_dev};

/// Samples that the trend is the mean of.
const SAMPLES: usize = 20;

/// The longest silence, milliseconds (protocol.md §6.5).
const BEAT_MS: u64 = 5_000;

/// The share of all elections that there may be before work counts.
const CUTOFF_DIVISOR: usize = 10;

/// On a real network, no more elections than this say nothing.
const TOO_FEW: usize = 10;

/// The elections at one moment, as far as work goes.
#[derive(Debug, Clone, Default)]
pub struct ElectionWork {
    /// How many elections there are.
    pub active: usize,
    /// The work of those that are not decided, and what kind of block it is for.
    pub undecided: Vec<(Difficulty, BlockDetails)>,
}

/// What the network works at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkDifficulty {
    /// The threshold of sends and changes.
    pub minimum: Difficulty,
    /// The threshold of receives; zero where these need no work.
    pub receive_minimum: Difficulty,
    /// What sends and changes are made with now.
    pub current: Difficulty,
    /// What receives are made with now, from the trend itself; zero where these need no work. One that is
    /// computed from `current` differs by its rounding (protocol.md §6.5).
    pub receive_current: Difficulty,
}

/// The trend, and when it was last told.
#[derive(Debug)]
pub struct DifficultyTrend {
    thresholds: Thresholds,
    loop_ms: u64,
    /// Elections that have to run before their work counts, and that are looked at.
    cutoff: usize,
    is_dev: bool,
    /// Newest first.
    samples: VecDeque<f64>,
    sampled_ms: Option<u64>,
    told: Option<(u64, NetworkDifficulty)>,
}

impl DifficultyTrend {
    /// Starts at the threshold. A dev network takes every election seriously.
    pub fn new(network: &Network) -> Self {
        let config = Config::for_network(network);
        Self {
            thresholds: network.thresholds,
            loop_ms: config.loop_interval_ms,
            cutoff: (config.active_elections / CUTOFF_DIVISOR).max(1),
            is_dev: is_dev(network),
            samples: VecDeque::from([1.0; SAMPLES]),
            sampled_ms: None,
            told: None,
        }
    }

    /// Takes a sample if a loop is over, and returns what is to be told: a value that changed at once, the
    /// same value every few seconds.
    pub fn tick(
        &mut self,
        mono_ms: u64,
        elections: impl FnOnce() -> ElectionWork,
    ) -> Option<NetworkDifficulty> {
        if self.sampled_ms.is_none_or(|before| mono_ms >= before.saturating_add(self.loop_ms)) {
            self.sampled_ms = Some(mono_ms);
            let ElectionWork { active, undecided } = elections();
            let multipliers =
                undecided.into_iter().map(|(work, details)| self.normalized(work, details));
            let sample = self.sample(active, multipliers.collect());
            self.samples.pop_back();
            self.samples.push_front(sample);
        }
        let value = self.value();
        let is_due = self.told.is_none_or(|(before, told)| {
            told != value || mono_ms >= before.saturating_add(BEAT_MS)
        });
        if !is_due {
            return None;
        }
        self.told = Some((mono_ms, value));
        Some(value)
    }

    /// When [`DifficultyTrend::tick`] wants to be called: at each loop while elections run or the trend moves,
    /// and for the next beat otherwise.
    pub fn due(&self, has_elections: bool) -> u64 {
        let beat = self.told.map_or(0, |(before, _)| before.saturating_add(BEAT_MS));
        if !has_elections && self.is_settled() {
            return beat;
        }
        let sample = self.sampled_ms.map_or(0, |before| before.saturating_add(self.loop_ms));
        sample.min(beat)
    }

    /// The mean of the samples.
    pub fn trend(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "there are 20")]
        let count = self.samples.len().max(1) as f64;
        self.samples.iter().sum::<f64>() / count
    }

    /// The samples, newest first.
    pub fn samples(&self) -> impl Iterator<Item = f64> {
        self.samples.iter().copied()
    }

    /// What the network works at now.
    pub fn value(&self) -> NetworkDifficulty {
        let (minimum, trend) = (self.thresholds.base, self.trend());
        let receive_minimum = self.thresholds.epoch_2_receive;
        let ratio = minimum.multiplier(receive_minimum);
        let receive_current = if receive_minimum == Difficulty::ZERO {
            Difficulty::ZERO
        } else {
            Difficulty::from_multiplier(trend * ratio - ratio + 1.0, receive_minimum)
        };
        let current = Difficulty::from_multiplier(trend, minimum);
        NetworkDifficulty { minimum, receive_minimum, current, receive_current }
    }

    /// The multiplier of a block's work on the scale of sends of epoch 2, at least 1.
    fn normalized(&self, work: Difficulty, details: BlockDetails) -> f64 {
        let threshold = self.thresholds.required(details);
        normalize(work.multiplier(threshold), threshold, &self.thresholds).max(1.0)
    }

    #[expect(clippy::float_cmp, reason = "set to this very value")]
    fn is_settled(&self) -> bool {
        self.samples.iter().all(|sample| *sample == 1.0)
    }

    /// The median of the highest multipliers, if enough elections run: up to `cutoff` of them.
    fn sample(&self, active: usize, mut multipliers: Vec<f64>) -> f64 {
        let counts = if self.is_dev { active > 0 } else { active >= self.cutoff };
        if !counts {
            return 1.0;
        }
        let count = multipliers.len().min(self.cutoff);
        let too_few = if self.is_dev { 0 } else { TOO_FEW };
        if count <= too_few {
            return 1.0;
        }
        // Half of the highest is fewer than all of them, so the place is inside.
        let (_, median, _) = multipliers.select_nth_unstable_by(count / 2, |a, b| b.total_cmp(a));
        *median
    }
}

/// Brings a multiplier over `threshold` to the scale of sends of epoch 2 (nano-node:nano/lib/work.cpp,
/// `normalized_multiplier`). A threshold of zero asks for no work, so that its multipliers mean nothing.
fn normalize(multiplier: f64, threshold: Difficulty, thresholds: &Thresholds) -> f64 {
    if threshold == Difficulty::ZERO || threshold == thresholds.epoch_2 {
        return multiplier;
    }
    let ratio = thresholds.epoch_2.multiplier(threshold);
    (multiplier + ratio - 1.0) / ratio
}

#[cfg(test)]
mod tests;
