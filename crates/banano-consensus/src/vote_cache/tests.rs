//! Votes that wait for their block: what is kept, and what goes first.

use banano_primitives::Network;

use super::*;

fn cache(hashes: usize, voters: usize) -> VoteCache {
    VoteCache::new(&Config {
        vote_cache_hashes: hashes,
        vote_cache_voters: voters,
        vote_cache_age_ms: 900_000,
        ..Config::for_network(&Network::dev())
    })
}

fn hash(number: u64) -> BlockHash {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    BlockHash::from_bytes(bytes)
}

/// A vote of a representative that weighs as much as its number.
fn vote(representative: u8, packed: u64) -> CachedVote {
    CachedVote {
        representative: Account::from_bytes([representative; 32]),
        timestamp: VoteTimestamp::from_packed(packed),
        weight: Amount::from_raw(representative.into()),
    }
}

#[test]
fn the_newest_vote_of_each_representative_is_kept_and_taken_once() {
    let mut cache = cache(10, 10);
    for vote in [vote(1, 1600), vote(2, 1600), vote(1, 3200), vote(1, 1616)] {
        cache.insert(hash(1), vote, 0);
    }
    assert_eq!(cache.take(&hash(1)), [vote(1, 3200), vote(2, 1600)]);
    assert_eq!(cache.take(&hash(1)), []);
    assert_eq!(cache.take(&hash(2)), []);
}

#[test]
fn final_votes_are_added_up_apart() {
    let mut cache = cache(10, 10);
    assert_eq!(cache.tally(&hash(1)), None);
    for vote in [vote(10, 1600), vote(20, u64::MAX), vote(30, u64::MAX)] {
        cache.insert(hash(1), vote, 0);
    }
    let want = CachedTally { total: Amount::from_raw(60), final_total: Amount::from_raw(50) };
    assert_eq!(cache.tally(&hash(1)), Some(want));
}

#[test]
fn the_lightest_voter_makes_room() {
    let mut cache = cache(10, 3);
    for representative in [5, 2, 9, 7, 1] {
        cache.insert(hash(1), vote(representative, 1600), 0);
    }
    let mut weights: Vec<u128> = cache.take(&hash(1)).iter().map(|v| v.weight.raw()).collect();
    weights.sort_unstable();
    assert_eq!(weights, [5, 7, 9]);
}

#[test]
fn the_oldest_hash_makes_room() {
    let mut cache = cache(3, 3);
    for number in 0..4 {
        cache.insert(hash(number), vote(1, 1600), number);
    }
    let left: Vec<bool> = (0..4).map(|number| cache.tally(&hash(number)).is_some()).collect();
    assert_eq!(left, [false, true, true, true]);
}

#[test]
fn votes_are_forgotten_when_they_are_old() {
    let mut cache = cache(10, 10);
    cache.insert(hash(1), vote(1, 1600), 0);
    cache.insert(hash(2), vote(1, 1600), 899_999);
    assert!(cache.tally(&hash(1)).is_some());
    cache.insert(hash(3), vote(1, 1600), 900_000);
    let left: Vec<bool> = (1..4).map(|number| cache.tally(&hash(number)).is_some()).collect();
    assert_eq!(left, [false, true, true]);
}

#[test]
fn hashes_that_come_and_go_behind_one_that_stays_leave_nothing_behind() {
    let mut cache = cache(100, 10);
    cache.insert(hash(0), vote(1, 1600), 0);
    for number in 1..20_000 {
        cache.insert(hash(number), vote(1, 1600), 0);
        cache.take(&hash(number));
    }
    assert!(cache.order.len() < 2_000, "{}", cache.order.len());
    cache.insert(hash(7), vote(1, 1600), 0);
    assert!(cache.tally(&hash(0)).is_some() && cache.tally(&hash(7)).is_some());
}
