//! What makes two messages of different upstreams the same.
//!
//! | topic | the same when these are equal |
//! |---|---|
//! | confirmation | hash of the block; there is only one for each |
//! | vote | representative, timestamp, hashes, and what it was worth (`type`) |
//! | `started_election`, `stopped_election` | hash |
//! | `new_unconfirmed_block` | hash of the block |
//! | telemetry | node, its signature |
//! | work | root, wanted difficulty, end, duration |
//! | bootstrap | id, mode, started or exited |
//! | `active_difficulty` | never: every node has its own, and one node is followed |
//!
//! A node may say the same again and mean it: an election that starts anew, a vote that is replayed.
//! So the n-th time that one upstream says it is the same as the n-th time that another does (see
//! [`Repeats`](crate::repeats::Repeats)).

use std::hash::{Hash as _, Hasher as _};

use banano_primitives::{Account, BlockHash, VoteTimestamp};
use banano_ws_protocol::{
    Bootstrap, BootstrapPhase, ReceivedEvent, Telemetry, VoteCode, VoteEvent, WorkEvent,
    WorkOutcome,
};
use rustc_hash::FxHasher;

/// What a message is recognised by, of topics other than confirmation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Vote { representative: Account, timestamp: VoteTimestamp, hashes: u64, code: VoteCode },
    Started(BlockHash),
    Stopped(BlockHash),
    Stored(BlockHash),
    Telemetry([u8; 64]),
    Work { root: BlockHash, difficulty: u64, duration_ms: u64, end: u64 },
    Bootstrap { id: Box<str>, mode: Box<str>, exited: bool },
}

impl Key {
    /// The key of a message; `None` for topics that have none.
    pub(crate) fn of(event: &ReceivedEvent) -> Option<Self> {
        Some(match event {
            ReceivedEvent::Confirmation(_) | ReceivedEvent::ActiveDifficulty(_) => return None,
            ReceivedEvent::Vote(it) => Self::of_vote(it),
            ReceivedEvent::StartedElection(it) => Self::Started(it.hash),
            ReceivedEvent::StoppedElection(it) => Self::Stopped(it.hash),
            ReceivedEvent::NewUnconfirmedBlock(it) => Self::Stored(it.block.hash()),
            ReceivedEvent::Telemetry(it) => Self::of_telemetry(it),
            ReceivedEvent::Work(it) => Self::of_work(it),
            ReceivedEvent::Bootstrap(it) => Self::of_bootstrap(it),
        })
    }

    fn of_vote(event: &VoteEvent) -> Self {
        let vote = &event.vote;
        let mut hasher = FxHasher::default();
        vote.hashes.hash(&mut hasher);
        Self::Vote {
            representative: vote.account,
            timestamp: vote.timestamp,
            hashes: hasher.finish(),
            code: event.code,
        }
    }

    fn of_telemetry(it: &Telemetry) -> Self {
        Self::Telemetry(*it.signature.as_bytes())
    }

    fn of_work(it: &WorkEvent) -> Self {
        let end = match &it.outcome {
            WorkOutcome::Success(result) => result.work.value().max(2),
            WorkOutcome::Cancelled => 0,
            WorkOutcome::Failure => 1,
        };
        let (root, difficulty) = (it.request.root, it.request.difficulty.value());
        Self::Work { root, difficulty, duration_ms: it.duration_ms, end }
    }

    fn of_bootstrap(it: &Bootstrap) -> Self {
        let exited = matches!(it.phase, BootstrapPhase::Exited { .. });
        Self::Bootstrap { id: it.id.as_str().into(), mode: it.mode.name().into(), exited }
    }
}
