//! Attempts to catch up: when one begins, when it has ended, and what subscribers are told of it
//! (`node.md` §7.3).
//!
//! Owned by [`super::CatchUp`]. Holds values only. Never tells of an attempt that did not run: each
//! start is told once, and so is its end.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use banano_ws_protocol::{Bootstrap, BootstrapMode, BootstrapPhase, Extra};

/// The first attempts follow each other quickly, and so do those that found something
/// (`node.md` §7.3).
const QUICK_MS: u64 = 5_000;
const QUICK_COUNT: u64 = 3;

/// When attempts run, and the one that does.
#[derive(Debug)]
pub(crate) struct Attempts {
    /// Pause after an attempt that found nothing.
    interval_ms: u64,
    due_ms: Option<u64>,
    running: Option<Attempt>,
    count: u64,
    is_in_sync: bool,
    notices: Vec<Bootstrap>,
}

/// A run from its start until nothing is left to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Names it: text given by the caller, else 32 hex digits.
    pub id: String,
    /// What set it off.
    pub cause: Cause,
    /// Since the node's start.
    pub started_ms: u64,
    /// Blocks fetched so far.
    pub blocks: u64,
}

/// What an attempt starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The node itself: after its start, after a full queue, every now and then.
    Timer,
    /// A request for everything.
    Request,
    /// A request for one block and all that it needs.
    Hash,
}

impl Attempts {
    pub(super) fn new(interval_ms: u64) -> Self {
        Self {
            interval_ms,
            due_ms: None,
            running: None,
            count: 0,
            is_in_sync: false,
            notices: Vec::new(),
        }
    }

    /// Wants an attempt at `mono_ms`, or earlier if one is due before.
    pub(super) fn want(&mut self, mono_ms: u64) {
        self.due_ms = Some(self.due_ms.map_or(mono_ms, |due| due.min(mono_ms)));
    }

    /// When the next one begins; `None` while one runs.
    pub(super) fn due(&self) -> Option<u64> {
        self.due_ms.filter(|_| self.running.is_none())
    }

    pub(super) fn running(&self) -> Option<&Attempt> {
        self.running.as_ref()
    }

    /// How many were begun.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Whether an attempt has looked at everything and found nothing that the ledger lacked.
    pub(super) fn is_in_sync(&self) -> bool {
        self.is_in_sync
    }

    /// Begins one and tells of it. One that runs is ended first.
    pub(super) fn begin(&mut self, id: Option<String>, cause: Cause, mono_ms: u64) {
        self.end(mono_ms, false);
        if cause != Cause::Hash {
            self.due_ms = None;
        }
        self.count = self.count.saturating_add(1);
        let id = id.unwrap_or_else(drawn_name);
        self.notices.push(notice(&id, BootstrapPhase::Started));
        self.running = Some(Attempt { id, cause, started_ms: mono_ms, blocks: 0 });
    }

    /// Blocks were fetched.
    pub(super) fn fetched(&mut self, blocks: usize) {
        if let Some(attempt) = &mut self.running {
            attempt.blocks = attempt.blocks.saturating_add(u64::try_from(blocks).unwrap_or(0));
        }
    }

    /// Ends the running one and tells of it. `is_complete`: everything there was to look at was looked
    /// at.
    pub(super) fn end(&mut self, mono_ms: u64, is_complete: bool) {
        let Some(attempt) = self.running.take() else { return };
        self.is_in_sync |= is_complete && attempt.blocks == 0 && attempt.cause != Cause::Hash;
        let duration_s = mono_ms.saturating_sub(attempt.started_ms) / 1_000;
        let phase = BootstrapPhase::Exited { total_blocks: attempt.blocks, duration_s };
        self.notices.push(notice(&attempt.id, phase));
        let is_quick = attempt.blocks > 0 || self.count < QUICK_COUNT;
        let pause_ms = if is_quick { QUICK_MS } else { self.interval_ms };
        self.want(mono_ms.saturating_add(pause_ms));
    }

    /// What is to be told, in order.
    pub(super) fn take_notices(&mut self) -> Vec<Bootstrap> {
        std::mem::take(&mut self.notices)
    }
}

/// A name that no other attempt has, here or elsewhere. Names are no secret: what the standard library
/// seeds its maps with is random enough, and cannot fail.
fn drawn_name() -> String {
    let [high, low] = [(); 2].map(|()| RandomState::new().build_hasher().finish());
    format!("{high:016X}{low:016X}")
}

fn notice(id: &str, phase: BootstrapPhase) -> Bootstrap {
    Bootstrap { id: id.to_owned(), mode: BootstrapMode::Ascending, phase, extra: Extra::NONE }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phases(attempts: &mut Attempts) -> Vec<BootstrapPhase> {
        attempts.take_notices().into_iter().map(|notice| notice.phase).collect()
    }

    fn exited(total_blocks: u64, duration_s: u64) -> BootstrapPhase {
        BootstrapPhase::Exited { total_blocks, duration_s }
    }

    #[test]
    fn each_start_and_each_end_is_told_once() {
        let mut attempts = Attempts::new(900_000);
        attempts.begin(Some("mine".to_owned()), Cause::Request, 1_000);
        attempts.fetched(7);
        attempts.fetched(3);
        attempts.end(2_900, true);
        attempts.end(9_999, true);
        let notices = attempts.take_notices();
        assert!(notices.iter().all(|notice| notice.id == "mine"), "{notices:?}");
        let phases: Vec<_> = notices.into_iter().map(|notice| notice.phase).collect();
        assert_eq!(phases, [BootstrapPhase::Started, exited(10, 1)]);
        assert_eq!(attempts.take_notices(), []);
    }

    #[test]
    fn a_new_attempt_ends_the_one_that_runs() {
        let mut attempts = Attempts::new(900_000);
        attempts.begin(None, Cause::Timer, 0);
        attempts.begin(None, Cause::Hash, 3_000);
        let notices = attempts.take_notices();
        assert_ne!(notices[0].id, notices[2].id, "each has a name of its own");
        assert_eq!(notices[0].id, notices[1].id);
        assert_eq!(notices[0].id.len(), 32);
        attempts.end(3_000, true);
        assert_eq!(phases(&mut attempts), [exited(0, 0)]);
    }

    #[test]
    fn attempts_come_quickly_at_first_and_while_they_find_something() {
        let mut attempts = Attempts::new(900_000);
        let mut now = 0;
        let mut pauses = Vec::new();
        for blocks in [0, 0, 0, 5, 0] {
            attempts.begin(None, Cause::Timer, now);
            attempts.fetched(blocks);
            attempts.end(now, true);
            let due = attempts.due().unwrap();
            pauses.push(due - now);
            now = due;
        }
        assert_eq!(pauses, [5_000, 5_000, 900_000, 5_000, 900_000]);
    }

    #[test]
    fn in_sync_is_who_looked_at_everything_and_found_nothing() {
        let rows = [
            ("complete and empty", Cause::Timer, 0, true, true),
            ("something was missing", Cause::Timer, 1, true, false),
            ("somebody did not answer", Cause::Request, 0, false, false),
            ("only one block was looked for", Cause::Hash, 0, true, false),
        ];
        for (name, cause, blocks, is_complete, wanted) in rows {
            let mut attempts = Attempts::new(900_000);
            attempts.begin(None, cause, 0);
            attempts.fetched(blocks);
            attempts.end(0, is_complete);
            assert_eq!(attempts.is_in_sync(), wanted, "{name}");
        }
    }
}
