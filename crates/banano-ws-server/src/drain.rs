//! The time between the wish to stop and the end, in which clients leave one after the other.
//!
//! Begun by the server, carried out by the sweep of each shard. Who reconnects finds another server, so
//! all of them at once would be a burst for that one. Never ends a session before its turn.

use std::{cell::Cell, time::Duration};

use tokio::sync::watch;

use crate::{close::Close, shard::Shard};

/// How far a shard has got with it.
#[derive(Debug)]
pub(crate) struct Drain {
    /// How long there is, once it has begun.
    window: watch::Receiver<Option<Duration>>,
    /// Sweeps that are left.
    left: Cell<Option<u32>>,
}

impl Drain {
    pub(crate) fn new(window: watch::Receiver<Option<Duration>>) -> Self {
        Self { window, left: Cell::new(None) }
    }

    /// How many of `open` clients are to go in this sweep, of which there is one every `period`.
    fn share(&self, open: usize, period: Duration) -> usize {
        let Some(window) = *self.window.borrow() else { return 0 };
        let sweeps = window.as_millis() / period.as_millis().max(1);
        let left = self.left.get().unwrap_or(u32::try_from(sweeps).unwrap_or(u32::MAX));
        self.left.set(Some(left.saturating_sub(1)));
        open.div_ceil(usize::try_from(left).unwrap_or(usize::MAX).max(1))
    }
}

/// Closes as many clients as are due.
pub(crate) fn sweep(shard: &Shard, period: Duration) {
    let mut open = 0_usize;
    shard.each_connection(|connection| open += usize::from(connection.ending().is_none()));
    let mut share = shard.drain.share(open, period);
    if share == 0 {
        return;
    }
    crate::watching::tell_news(shard);
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

    #[test]
    fn clients_leave_evenly_and_all_of_them() {
        let (window, receiver) = watch::channel(None);
        let drain = Drain::new(receiver);
        let second = Duration::from_secs(1);
        assert_eq!(drain.share(1_000, second), 0, "it has not begun");
        window.send_replace(Some(Duration::from_secs(10)));
        let mut open = 1_000;
        let shares: Vec<_> = (0..10)
            .map(|_| {
                let share = drain.share(open, second);
                open -= share;
                share
            })
            .collect();
        assert_eq!(shares, [100; 10]);
        assert_eq!(drain.share(3, second), 3, "who comes late goes at once");
    }
}
