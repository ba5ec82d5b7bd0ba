//! A work request that ended.

use banano_primitives::{BlockHash, Difficulty, Work, format_multiplier};

use crate::Extra;

/// `message` of topic `work` (protocol.md §6.6).
#[derive(Debug, Clone, PartialEq)]
pub struct WorkEvent {
    /// From request to end.
    pub duration_ms: u64,
    /// What was asked for.
    pub request: WorkRequest,
    /// How it ended.
    pub outcome: WorkOutcome,
    /// Work peers that failed or sent wrong work, as `address:port`.
    pub bad_peers: Vec<String>,
    /// Members that a newer node added.
    pub extra: Extra,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkRequest {
    /// The root, which `hash` shows even where it is an account's key.
    pub root: BlockHash,
    /// The least difficulty wanted.
    pub difficulty: Difficulty,
    /// The same over the network's base threshold.
    pub multiplier: Multiplier,
}

/// How a work request ended.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkOutcome {
    /// With work.
    Success(WorkResult),
    /// The asker no longer wants it.
    Cancelled,
    /// Local generation failed, or all peers did.
    Failure,
}

impl WorkOutcome {
    /// `reason` on the wire; empty for a success.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Success(_) => "",
            Self::Cancelled => "cancelled",
            Self::Failure => "failure",
        }
    }
}

/// The work that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkResult {
    /// `local`, or the work peer as `host:port`.
    pub source: String,
    /// The work.
    pub work: Work,
    /// What it is worth.
    pub difficulty: Difficulty,
    /// The same over the network's base threshold.
    pub multiplier: Multiplier,
}

/// A difficulty over a base threshold, as exact as its text: 15 digits after the point.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Multiplier(f64);

impl Multiplier {
    /// Multiplier of `difficulty` over `base`.
    pub fn of(difficulty: Difficulty, base: Difficulty) -> Self {
        Self::new(difficulty.multiplier(base))
    }

    /// Takes the value to the 15 digits that the wire keeps, so that a value read back is equal.
    pub fn new(value: f64) -> Self {
        Self(format_multiplier(value).parse().unwrap_or(value))
    }

    /// As a number.
    pub const fn value(self) -> f64 {
        self.0
    }
}
