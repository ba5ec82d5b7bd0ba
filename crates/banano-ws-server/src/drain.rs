//! The time between the wish to stop and the end, in which clients leave one after the other.
//!
//! Begun by the server, carried out by a task of each shard: a client goes whenever one is due of all that
//! there are, whichever shard has it. Who reconnects finds another server, so all of them at once would be
//! a burst for that one. Never ends a session before its turn.

use std::{
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use crate::{clock, close::Close, shard::Shard, watching};

/// In how many steps clients leave, unless those would be too short.
const STEPS: u32 = 1_000;
/// How long a step is at least.
const STEP_MIN: Duration = Duration::from_millis(10);

/// One that has begun, and how far it has got. The shards share it.
#[derive(Debug)]
pub(crate) struct Drain {
    window: Duration,
    began: Duration,
    closed: AtomicUsize,
    /// Clients that are still to go, as the shards counted them last.
    open: AtomicUsize,
}

impl Drain {
    /// Begins one.
    pub(crate) fn new(window: Duration) -> Self {
        let (closed, open) = (AtomicUsize::default(), AtomicUsize::default());
        Self { window, began: clock::running(), closed, open }
    }

    /// A shard has `now` clients where it had `before`.
    fn count(&self, before: usize, now: usize) {
        self.open.fetch_add(now.wrapping_sub(before), Relaxed);
    }

    /// How many of `open` clients a shard is to close, so long after the beginning. They count as closed
    /// from then on. The first client goes at once, so that each has the same time behind it.
    fn claim(&self, elapsed: Duration, open: usize) -> usize {
        let (elapsed, window) = (elapsed.as_millis(), self.window.as_millis().max(1));
        let mut share = 0;
        let all = self.open.load(Relaxed);
        let claimed = self.closed.fetch_update(Relaxed, Relaxed, |closed| {
            let clients = closed.saturating_add(all) as u128;
            let due = clients.saturating_mul(elapsed) / window + 1;
            let due = usize::try_from(due).unwrap_or(usize::MAX);
            share = due.saturating_sub(closed).min(open);
            (share > 0).then(|| closed.saturating_add(share))
        });
        if claimed.is_ok() { share } else { 0 }
    }
}

/// Closes clients as they are due, once a drain has begun, until the shard's runtime ends.
pub(crate) async fn run(shard: Rc<Shard>, mut begun: watch::Receiver<Option<Arc<Drain>>>) {
    let begun = begun.wait_for(Option::is_some).await.ok().and_then(|begun| begun.clone());
    let Some(drain) = begun else { return };
    let mut steps = interval((drain.window / STEPS).max(STEP_MIN));
    steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut counted = 0;
    loop {
        steps.tick().await;
        let mut open = 0_usize;
        shard.each_connection(|connection| open += usize::from(connection.ending().is_none()));
        drain.count(counted, open);
        let share = drain.claim(clock::running().saturating_sub(drain.began), open);
        counted = open - share;
        drain.count(open, counted);
        close(&shard, share);
    }
}

/// Closes so many clients.
fn close(shard: &Shard, mut share: usize) {
    if share == 0 {
        return;
    }
    watching::tell_news(shard);
    shard.each_connection(|connection| {
        if share > 0 && connection.ending().is_none() {
            connection.end(Close::Shutdown);
            share -= 1;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What shards with so many clients close in each of `steps` equal steps.
    fn closed(window_ms: u64, mut shards: Vec<usize>, steps: u32) -> Vec<usize> {
        let drain = Drain::new(Duration::from_millis(window_ms));
        for open in &shards {
            drain.count(0, *open);
        }
        let at = |step| drain.window * step / steps;
        let all = (0..steps).map(|step| {
            let mut sum = 0;
            for open in &mut shards {
                let share = drain.claim(at(step), *open);
                drain.count(*open, *open - share);
                *open -= share;
                sum += share;
            }
            sum
        });
        all.collect()
    }

    #[test]
    fn clients_leave_evenly_and_all_of_them() {
        // (milliseconds, clients of each shard, steps, who leaves in each)
        let rows: [(u64, &[usize], u32, &[usize]); 6] = [
            (3_000, &[10], 10, &[1; 10]),
            (3_000, &[5, 5], 10, &[1; 10]),
            (1_900, &[100], 100, &[1; 100]),
            (2_900, &[49, 0, 51], 100, &[1; 100]),
            (600_000, &[0, 1], 2, &[1, 0]),
            (100, &[], 2, &[0, 0]),
        ];
        for (window_ms, shards, steps, want) in rows {
            assert_eq!(closed(window_ms, shards.to_vec(), steps), want, "{window_ms} {shards:?}");
        }
        let thousand = closed(10_000, vec![400, 600], 10);
        assert_eq!(thousand.iter().sum::<usize>(), 901, "the last hundred in the last step");
        assert!(thousand.iter().skip(1).all(|share| *share == 100), "{thousand:?}");
    }

    #[test]
    fn who_comes_late_goes_with_the_others_and_at_the_end_at_once() {
        let drain = Drain::new(Duration::from_secs(10));
        drain.count(0, 10);
        assert_eq!(drain.claim(Duration::from_secs(5), 10), 6);
        drain.count(10, 14);
        assert_eq!(drain.claim(Duration::from_secs(5), 14), 5, "11 of 20");
        drain.count(14, 9);
        assert_eq!(drain.claim(Duration::from_secs(10), 9), 9);
        assert_eq!(drain.claim(Duration::from_secs(11), 0), 0);
    }
}
