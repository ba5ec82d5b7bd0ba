//! How often each upstream said the same, so that each occasion is passed on once.
//!
//! The n-th time that one upstream says it is the n-th time that another says it. Forgets what
//! nobody has said for a while, and the oldest when there is too much.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::key::Key;
use crate::upstream::UpstreamId;

/// After this time without a word the next one is a new occasion, whoever says it.
const FORGET_AFTER_MS: u64 = 60_000;

/// Counts what was said lately.
#[derive(Debug)]
pub(crate) struct Repeats {
    said: FxHashMap<Key, Said>,
    /// Keys by the time at which they were last put here, oldest first.
    order: VecDeque<(u64, Key)>,
    upstreams: usize,
    capacity: usize,
}

#[derive(Debug)]
struct Said {
    /// How often it was passed on.
    passed_on: u32,
    /// How often each upstream said it.
    by: Box<[u32]>,
    last_ms: u64,
}

impl Repeats {
    pub(crate) fn new(upstreams: usize, capacity: usize) -> Self {
        Self { said: FxHashMap::default(), order: VecDeque::new(), upstreams, capacity }
    }

    /// Whether this is a new occasion, to be passed on.
    pub(crate) fn is_new(&mut self, key: Key, by: UpstreamId, now_ms: u64) -> bool {
        self.forget(now_ms);
        let said = self.said.entry(key).or_insert_with_key(|key| {
            self.order.push_back((now_ms, key.clone()));
            let by = vec![0; self.upstreams].into();
            Said { passed_on: 0, by, last_ms: now_ms }
        });
        said.last_ms = now_ms;
        let Some(times) = said.by.get_mut(by.index()) else { return false };
        *times = times.saturating_add(1);
        let is_new = *times > said.passed_on;
        said.passed_on = said.passed_on.max(*times);
        is_new
    }

    /// What an upstream did not hear while it was away it will not say: it goes on from where the
    /// others are.
    pub(crate) fn catch_up(&mut self, upstream: UpstreamId) {
        for said in self.said.values_mut() {
            if let Some(times) = said.by.get_mut(upstream.index()) {
                *times = said.passed_on.saturating_sub(1).max(*times);
            }
        }
    }

    fn forget(&mut self, now_ms: u64) {
        while let Some((since, key)) = self.order.front() {
            let is_full = self.said.len() >= self.capacity;
            let is_old = now_ms.saturating_sub(*since) >= FORGET_AFTER_MS;
            if !is_full && !is_old {
                break;
            }
            let last_ms = self.said.get(key).map_or(0, |said| said.last_ms);
            let Some((since, key)) = self.order.pop_front() else { break };
            if !is_full && last_ms > since {
                // Said again since: it stays for as long again.
                self.order.push_back((last_ms, key));
            } else {
                self.said.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use banano_primitives::BlockHash;

    use super::*;

    fn key(n: u8) -> Key {
        Key::Started(BlockHash::from_bytes([n; 32]))
    }

    #[test]
    fn each_occasion_is_new_once() {
        let (a, b) = (UpstreamId(0), UpstreamId(1));
        // (who, when in ms, is it new)
        let rows = [
            (a, 0, true),
            (b, 1, false),
            (a, 2, true),
            (a, 3, true),
            (b, 4, false),
            (b, 5, false),
            (b, 6, true),
            (a, 7, false),
            (a, 7 + FORGET_AFTER_MS, true),
            (b, 8 + FORGET_AFTER_MS, false),
        ];
        let mut repeats = Repeats::new(2, 100);
        for (row, (by, now, want)) in rows.into_iter().enumerate() {
            assert_eq!(repeats.is_new(key(1), by, now), want, "row {row}");
        }
    }

    #[test]
    fn an_upstream_that_was_away_goes_on_where_the_others_are() {
        let (a, b) = (UpstreamId(0), UpstreamId(1));
        let mut repeats = Repeats::new(2, 100);
        for _ in 0..3 {
            assert!(repeats.is_new(key(1), a, 0));
        }
        repeats.catch_up(b);
        assert!(!repeats.is_new(key(1), b, 1), "what others have said may still be on its way");
        assert!(repeats.is_new(key(1), b, 1));
        assert!(!repeats.is_new(key(1), a, 1));
    }

    #[test]
    fn memory_is_bounded() {
        let mut repeats = Repeats::new(1, 10);
        for n in 0..200 {
            assert!(repeats.is_new(key(n), UpstreamId(0), 0));
            assert!(repeats.said.len() <= 10 && repeats.order.len() <= 10);
        }
        assert!(repeats.is_new(key(0), UpstreamId(0), 0), "forgotten");
    }
}
