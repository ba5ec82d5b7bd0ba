//! How often each command is asked, and how long its answer takes.
//!
//! Counted once per request, read at a scrape. A name that nobody knows counts as `unknown`, so that who
//! asks cannot make the list longer.

use std::sync::{Arc, atomic::AtomicU64, atomic::Ordering::Relaxed};
use std::time::Duration;

use banano_ws_metrics::{Exposition, Histogram, Kind};

use crate::commands::Command;

/// Counts of every command. Clones are handles to the same.
#[derive(Clone, Debug)]
pub struct Meters(Arc<[Meter]>);

#[derive(Debug, Default)]
struct Meter {
    failed: AtomicU64,
    took: Histogram,
}

impl Default for Meters {
    fn default() -> Self {
        // One more for what is no command.
        Self((0..=Command::all().len()).map(|_| Meter::default()).collect())
    }
}

impl Meters {
    /// Notes an answer to the action `name`.
    pub fn note(&self, name: &str, is_ok: bool, took: Duration) {
        let known = Command::all().iter().position(|command| command.names.contains(&name));
        let Some(meter) = self.0.get(known.unwrap_or(Command::all().len())) else { return };
        meter.took.observe(took);
        if !is_ok {
            meter.failed.fetch_add(1, Relaxed);
        }
    }

    /// Tells of the commands that were asked so far.
    pub fn collect(&self, out: &mut Exposition) {
        let names = Command::all().iter().filter_map(|command| command.names.first().copied());
        let asked: Vec<_> = names
            .chain(["unknown"])
            .zip(self.0.iter())
            .map(|(name, meter)| (name, meter.took.read(), meter.failed.load(Relaxed)))
            .filter(|(_, took, _)| took.count() > 0)
            .collect();
        let mut family =
            out.family(Kind::Counter, "banano_ws_rpc_errors_total", "RPC requests that failed.");
        for (name, _, failed) in &asked {
            family.sample(&[("action", name)], failed);
        }
        let about = "Time to answer an RPC request.";
        let mut family = out.family(Kind::Histogram, "banano_ws_rpc_request_seconds", about);
        for (name, took, _) in &asked {
            family.buckets(&[("action", name)], took);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_names_count_as_the_new_one_and_strangers_as_unknown() {
        let meters = Meters::default();
        meters.note("pending", true, Duration::from_millis(1));
        meters.note("receivable", false, Duration::from_millis(1));
        meters.note("x\"} 1\nevil{", false, Duration::ZERO);
        let mut out = Exposition::default();
        meters.collect(&mut out);
        let text = out.into_text();
        for line in [
            "banano_ws_rpc_errors_total{action=\"receivable\"} 1",
            "banano_ws_rpc_request_seconds_count{action=\"receivable\"} 2",
            "banano_ws_rpc_errors_total{action=\"unknown\"} 1",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
        }
        assert!(!text.contains("evil") && !text.contains("block_count"), "{text}");
    }
}
