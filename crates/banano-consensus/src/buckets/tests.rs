//! Which block comes next out of the buckets, and which is dropped when one is full.

use std::sync::Arc;

use banano_primitives::{
    Account, Block, BlockDetails, Body, Epoch, Link, Sideband, Signature, StateBlock, Work,
};

use super::*;

fn block(number: u8) -> SavedBlock {
    let account = Account::from_bytes([number; 32]);
    let body = Body::State(StateBlock {
        account,
        previous: BlockHash::ZERO,
        representative: account,
        balance: Amount::ZERO,
        link: Link::ZERO,
    });
    let sideband = Sideband {
        successor: BlockHash::ZERO,
        account,
        height: 1,
        balance: Amount::ZERO,
        timestamp: 0,
        details: BlockDetails::default(),
        source_epoch: Epoch::Zero,
    };
    let block = Arc::new(Block::new(body, Signature::ZERO, Work::new(0)));
    SavedBlock { block, sideband }
}

fn popped(buckets: &mut Buckets) -> Vec<BlockHash> {
    std::iter::from_fn(|| buckets.pop()).map(|(_, block)| block.hash()).collect()
}

#[test]
fn balances_fall_into_the_sixty_three_buckets_of_the_reference() {
    let buckets = Buckets::new(5_000);
    assert_eq!(buckets.bounds.len(), 63);
    assert!(buckets.bounds.is_sorted_by(|a, b| a < b));
    let rows: [(&str, u128, usize); 14] = [
        ("nothing", 0, 0),
        ("just below the second", (1 << 79) - 1, 0),
        ("second", 1 << 79, 1),
        ("first of two from 2^88", 1 << 88, 2),
        ("second of two", (1 << 88) + ((1 << 92) - (1 << 88)) / 2, 3),
        ("first of four from 2^92", 1 << 92, 4),
        ("just below", (1 << 92) - 1, 3),
        ("first of eight from 2^96", 1 << 96, 8),
        ("first of sixteen from 2^100", 1 << 100, 16),
        ("first of sixteen from 2^104", 1 << 104, 32),
        ("first of eight from 2^108", 1 << 108, 48),
        ("first of four from 2^112", 1 << 112, 56),
        ("first of two from 2^116", 1 << 116, 60),
        ("the whole supply", u128::MAX, 62),
    ];
    for (name, balance, want) in rows {
        assert_eq!(buckets.place(Amount::from_raw(balance), 0).bucket, want, "{name}");
    }
}

#[test]
fn buckets_take_turns_and_the_account_touched_longest_ago_goes_first() {
    let mut buckets = Buckets::new(5_000);
    let rows = [(7, 30, 1), (7, 10, 2), (7, 20, 3), (9, 99, 4), (2, 50, 5)];
    for (bucket, modified, number) in rows {
        buckets.push(Place { bucket, modified }, block(number));
    }
    let want = [5, 2, 4, 3, 1].map(|number| block(number).hash());
    assert_eq!(popped(&mut buckets), want);
    assert!(buckets.is_empty());
}

#[test]
fn a_block_waits_once() {
    let mut buckets = Buckets::new(5_000);
    buckets.push(Place { bucket: 1, modified: 5 }, block(1));
    buckets.push(Place { bucket: 1, modified: 6 }, block(1));
    assert_eq!(popped(&mut buckets).len(), 1);
    buckets.push(Place { bucket: 1, modified: 6 }, block(1));
    assert_eq!(popped(&mut buckets).len(), 1, "and again when it comes again");
}

#[test]
fn room_is_made_only_for_a_bucket_below_its_share_and_by_the_last_of_the_greediest() {
    let mut buckets = Buckets::new(63 * 2);
    let (greedy, starved) = (10, 20);
    for (id, modified) in [(1, 100), (2, 300), (3, 200)] {
        buckets.started(Place { bucket: greedy, modified }, id);
    }
    assert_eq!(buckets.room_for_the_starved(), None, "nobody waits");
    buckets.push(Place { bucket: greedy, modified: 1 }, block(1));
    assert_eq!(buckets.room_for_the_starved(), None, "the greedy one makes no room for itself");
    buckets.push(Place { bucket: starved, modified: 1 }, block(2));
    assert_eq!(buckets.room_for_the_starved(), Some((starved, 2)));
    buckets.ended(Place { bucket: greedy, modified: 300 }, 2);
    assert_eq!(buckets.room_for_the_starved(), None, "nobody is above its share");
}

#[test]
fn a_full_bucket_loses_its_last() {
    let mut buckets = Buckets::new(5_000);
    let hash = |number: u32| {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        BlockHash::from_bytes(bytes)
    };
    // Only hash and place matter to the queue, so one block stands for all.
    let stand_in = block(1);
    let queue = &mut buckets.queues[5];
    for number in 0..u32::try_from(WAITING_MAX).unwrap() {
        queue.waiting.insert((u64::from(number), hash(number)), stand_in.clone());
        buckets.waiting.insert(hash(number));
    }
    buckets.push(Place { bucket: 5, modified: 0 }, block(2));
    let queue = &buckets.queues[5];
    assert_eq!(queue.waiting.len(), WAITING_MAX);
    assert_eq!(buckets.waiting.len(), WAITING_MAX);
    assert!(!buckets.waiting.contains(&hash(u32::try_from(WAITING_MAX).unwrap() - 1)));
    assert!(buckets.waiting.contains(&block(2).hash()));
}
