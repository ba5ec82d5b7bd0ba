//! The search for peers that speak for a representative (`node.md` §8.6).
//!
//! Owned by the processing task. Such a peer answers a request for votes; the others do not. Each peer is asked about one block at a time, and more and
//! more seldom while it does not answer. Holds values only. Never believes that a vote came first hand
//! because somebody sent it unasked.

use std::time::Duration;

use banano_primitives::{BlockHash, Network, Vote};
use rustc_hash::FxHashMap;

use crate::peers::PeerId;

/// Peers asked in one round, as many as the reference asks while it lacks weight.
const ROUND_MAX: usize = 40;
/// Peers remembered. As many as a node can be connected to.
const PEERS_MAX: usize = 4096;

/// Whom to ask, and when.
#[derive(Debug)]
pub(crate) struct Crawler {
    interval_ms: u64,
    window_ms: u64,
    due_ms: u64,
    probes: FxHashMap<PeerId, Probe>,
}

/// What a peer was asked last.
#[derive(Debug)]
struct Probe {
    hash: BlockHash,
    /// No vote for the block has come from this peer yet.
    is_open: bool,
    pause_ms: u64,
    next_ms: u64,
}

impl Crawler {
    pub(crate) fn new(network: &Network) -> Self {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
        Self {
            interval_ms: millis(network.timings.crawl_warmup_interval),
            window_ms: millis(network.timings.online_window),
            due_ms: 0,
            probes: FxHashMap::default(),
        }
    }

    /// When [`Crawler::round`] has something to do.
    pub(crate) fn due(&self) -> u64 {
        self.due_ms
    }

    /// Peers that are to be asked about a block now.
    pub(crate) fn round(
        &mut self,
        peers: impl Iterator<Item = PeerId>,
        mono_ms: u64,
    ) -> Vec<PeerId> {
        if mono_ms < self.due_ms {
            return Vec::new();
        }
        self.due_ms = mono_ms.saturating_add(self.interval_ms);
        let peers: Vec<PeerId> = peers.take(PEERS_MAX).collect();
        if self.probes.len() > peers.len() {
            self.probes.retain(|peer, _| peers.contains(peer));
        }
        let is_due =
            |peer: &PeerId| self.probes.get(peer).is_none_or(|probe| probe.next_ms <= mono_ms);
        peers.into_iter().filter(is_due).take(ROUND_MAX).collect()
    }

    /// A peer was asked how it votes for a block.
    pub(crate) fn asked(&mut self, peer: PeerId, hash: BlockHash, mono_ms: u64) {
        let pause_ms = self.probes.get(&peer).map_or(self.interval_ms, |probe| {
            probe.pause_ms.saturating_mul(2).min(self.window_ms / 2)
        });
        let next_ms = mono_ms.saturating_add(pause_ms);
        self.probes.insert(peer, Probe { hash, is_open: true, pause_ms, next_ms });
    }

    /// Whether a vote is what its sender was asked for. Then it is asked again in time for its
    /// representatives to stay online.
    pub(crate) fn is_answer(&mut self, peer: PeerId, vote: &Vote, mono_ms: u64) -> bool {
        let Some(probe) = self.probes.get_mut(&peer) else { return false };
        if !vote.hashes.contains(&probe.hash) {
            return false;
        }
        if probe.is_open {
            probe.is_open = false;
            probe.pause_ms = self.window_ms / 2;
            probe.next_ms = mono_ms.saturating_add(probe.pause_ms);
        }
        // One peer may speak for many.
        true
    }
}

#[cfg(test)]
mod tests {
    use banano_primitives::{KeyPair, Seed, VoteTimestamp};

    use super::*;

    fn crawler() -> Crawler {
        Crawler::new(&Network::live())
    }

    fn hash(number: u8) -> BlockHash {
        BlockHash::from_bytes([number; 32])
    }

    fn vote(hashes: &[BlockHash]) -> Vote {
        let key: KeyPair = Seed::from_bytes([1; 32]).key_pair(0);
        Vote::signed(&key, VoteTimestamp::FINAL, hashes.to_vec())
    }

    /// When a peer was asked in the first ten minutes, in seconds.
    fn asked(crawler: &mut Crawler, answers: impl Fn(u64) -> bool) -> Vec<u64> {
        let peer = PeerId(1);
        let mut times = Vec::new();
        for second in 0..600 {
            for peer in crawler.round([peer].into_iter(), second * 1_000) {
                crawler.asked(peer, hash(1), second * 1_000);
                times.push(second);
                if answers(second) {
                    assert!(crawler.is_answer(peer, &vote(&[hash(1)]), second * 1_000));
                }
            }
        }
        times
    }

    #[test]
    fn who_never_answers_is_asked_more_and_more_seldom() {
        let times = asked(&mut crawler(), |_| false);
        assert_eq!(times[..5], [0, 3, 9, 21, 45]);
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] <= 150), "{times:?}");
    }

    #[test]
    fn who_answers_is_asked_often_enough_to_stay_online() {
        let times = asked(&mut crawler(), |_| true);
        assert_eq!(times, [0, 150, 300, 450]);
    }

    #[test]
    fn only_a_vote_for_the_block_that_was_asked_about_is_an_answer() {
        let mut crawler = crawler();
        crawler.asked(PeerId(1), hash(1), 0);
        assert!(!crawler.is_answer(PeerId(1), &vote(&[hash(2)]), 0));
        assert!(!crawler.is_answer(PeerId(2), &vote(&[hash(1)]), 0), "nobody asked this peer");
        assert!(crawler.is_answer(PeerId(1), &vote(&[hash(2), hash(1)]), 0));
        assert!(crawler.is_answer(PeerId(1), &vote(&[hash(1)]), 0), "of its next representative");
    }

    #[test]
    fn a_round_is_bounded_and_forgets_who_is_gone() {
        let mut crawler = crawler();
        let all = || (0..100).map(PeerId);
        let mut seen = 0;
        for round in 0..3 {
            let now = round * 3_000;
            let peers = crawler.round(all(), now);
            assert!(peers.len() <= ROUND_MAX);
            seen += peers.len();
            // They pause for longer than this test lasts.
            for peer in peers {
                crawler.asked(peer, hash(1), now);
                assert!(crawler.is_answer(peer, &vote(&[hash(1)]), now));
            }
        }
        assert_eq!(seen, 100);
        assert_eq!(crawler.round([PeerId(5)].into_iter(), 9_000), []);
        assert_eq!(crawler.probes.len(), 1);
    }
}
