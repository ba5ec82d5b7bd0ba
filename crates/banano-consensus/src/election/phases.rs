//! What an election does on its own as time passes (node.md §4.1).
//!
//! Called by `consensus` when the election's timer is due. All waiting is measured from marks in the election;
//! it says when it wants to be looked at next, and what is due now.

use super::{Behavior, Election, OwnVote, Phase};
use crate::Now;
use crate::config::Config;
use crate::effect::VoteKind;

/// One thing that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// It lived too long without a decision.
    Expire,
    /// It was decided, and has had its last loop.
    Leave,
    /// Repeat the own vote.
    Vote,
    /// Flood the winner.
    Flood,
    /// Ask the representatives that lack.
    Request,
}

/// The passive phase lasts this many base latencies.
const PASSIVE_FACTOR: u64 = 5;

impl Election {
    /// What is due now, in the order of the reference's loop; going active is done on the way.
    pub(crate) fn acts(&mut self, config: &Config, now: Now) -> Vec<Act> {
        if let Phase::Confirmed { .. } = self.phase {
            return vec![Act::Leave];
        }
        if now.mono_ms >= self.active_at(config) {
            self.activate();
        }
        let mut acts = Vec::new();
        if self.own_vote_due.is_some_and(|due| due <= now.mono_ms) {
            acts.push(Act::Vote);
        }
        if self.phase == Phase::Active {
            if self.flood_at(config) <= now.mono_ms {
                acts.push(Act::Flood);
            }
            if self.request_at(config) <= now.mono_ms {
                acts.push(Act::Request);
            }
        }
        if self.expires_at(config) <= now.mono_ms {
            acts.push(Act::Expire);
        }
        acts
    }

    /// When it wants to be looked at next.
    pub(crate) fn next_due(&self, config: &Config) -> u64 {
        let grid_ms = config.loop_interval_ms.max(1);
        let on_grid = |due: u64| due.checked_next_multiple_of(grid_ms).unwrap_or(u64::MAX);
        let planned = match self.phase {
            // The first loop after the decision, which may be due in a moment or in a whole interval.
            Phase::Confirmed { ended } => return on_grid(ended.mono_ms.saturating_add(1)),
            Phase::Passive => self.active_at(config),
            Phase::Active => self.flood_at(config).min(self.request_at(config)),
        };
        let planned = on_grid(planned.min(self.expires_at(config)));
        self.own_vote_due.map_or(planned, |due| due.min(planned))
    }

    /// Ends the passive phase early (manual elections).
    pub(crate) fn activate(&mut self) {
        if self.phase == Phase::Passive {
            self.phase = Phase::Active;
        }
    }

    /// Sets the timer that counts, if the next due time is earlier than the one that is set: returned to be
    /// set.
    pub(crate) fn plan(&mut self, config: &Config) -> Option<u64> {
        let due = self.next_due(config);
        if self.timer_ms.is_some_and(|set| set <= due) {
            return None;
        }
        self.timer_ms = Some(due);
        Some(due)
    }

    /// Whether this timer is the one that counts; then it is used up.
    pub(crate) fn take_timer(&mut self, due_ms: u64) -> bool {
        let counts = self.timer_ms == Some(due_ms);
        if counts {
            self.timer_ms = None;
        }
        counts
    }

    /// The own vote that is to be made now, unless the same one was made within the interval. Sets when to try
    /// again.
    pub(crate) fn own_vote_wanted(&mut self, config: &Config, now: Now) -> Option<VoteKind> {
        let kind = if self.may_vote_finally() { VoteKind::Final } else { VoteKind::Normal };
        let winner = self.winner.hash();
        let same = self.own_vote.filter(|own| own.hash == winner && own.kind == kind);
        let repeat_ms = same.map(|own| own.mono_ms.saturating_add(config.vote_broadcast_ms));
        if let Some(due) = repeat_ms.filter(|due| *due > now.mono_ms) {
            self.retry_own_vote_at(due);
            return None;
        }
        self.retry_own_vote_at(now.mono_ms.saturating_add(config.vote_broadcast_ms));
        Some(kind)
    }

    /// Whether the winner may be voted for finally: there is quorum for it, or it has won.
    pub(crate) fn may_vote_finally(&self) -> bool {
        self.has_quorum || self.is_confirmed()
    }

    /// Notes an own vote that was queued.
    pub(crate) fn note_own_vote(&mut self, kind: VoteKind, now: Now) {
        self.own_vote = Some(OwnVote { hash: self.winner.hash(), kind, mono_ms: now.mono_ms });
    }

    /// Sets when the own vote is tried again.
    pub(crate) fn retry_own_vote_at(&mut self, due_ms: u64) {
        self.own_vote_due = Some(due_ms);
    }

    /// This node doesn't vote.
    pub(crate) fn stop_own_votes(&mut self) {
        self.own_vote_due = None;
    }

    pub(crate) fn note_flood(&mut self, now: Now) {
        self.flooded = Some((now.mono_ms, self.winner.hash()));
    }

    /// Notes a round of requests; it counts if somebody was asked.
    pub(crate) fn note_request(&mut self, asked: bool, now: Now) {
        self.requested_ms = Some(now.mono_ms);
        self.request_count = self.request_count.saturating_add(u32::from(asked));
    }

    /// Notes whether there is quorum for the winner now. True if that is new.
    pub(crate) fn set_quorum(&mut self, has_quorum: bool) -> bool {
        let had_quorum = std::mem::replace(&mut self.has_quorum, has_quorum);
        has_quorum && !had_quorum
    }

    fn active_at(&self, config: &Config) -> u64 {
        self.started.mono_ms.saturating_add(config.base_latency_ms.saturating_mul(PASSIVE_FACTOR))
    }

    fn expires_at(&self, config: &Config) -> u64 {
        let life_ms = match self.behavior {
            Behavior::Manual | Behavior::Priority => config.time_to_live_ms,
            Behavior::Hinted | Behavior::Optimistic => config.short_time_to_live_ms,
        };
        self.started.mono_ms.saturating_add(life_ms)
    }

    /// At once after a change of the winner.
    fn flood_at(&self, config: &Config) -> u64 {
        match self.flooded {
            Some((at, hash)) if hash == self.winner.hash() => {
                at.saturating_add(config.block_broadcast_ms)
            }
            _ => 0,
        }
    }

    /// Votes older than this may be out of date: ten rounds of requests, which is longer than voters wait
    /// before they repeat a vote.
    pub(crate) fn stale_before_ms(config: &Config, now: Now) -> u64 {
        now.mono_ms.saturating_sub(config.base_latency_ms.saturating_mul(50))
    }

    fn request_at(&self, config: &Config) -> u64 {
        let factor = if self.behavior == Behavior::Optimistic { 2 } else { 5 };
        let spacing_ms = config.base_latency_ms.saturating_mul(factor);
        self.requested_ms.map_or(0, |at| at.saturating_add(spacing_ms))
    }
}
