//! Long chains: cementing and rolling back thousands of blocks that depend on each other, within limits.

use std::collections::HashSet;

use banano_ledger::{Ledger, LedgerRead, RollbackError, Writer, audit};
use banano_primitives::{BlockHash, SavedBlock};

use crate::backend::dump;
use crate::lattice::{account, genesis, receive, send};
use crate::world::network;

/// Sends one raw to and fro between two accounts, so that every block builds on all before it.
fn to_and_fro(writer: &mut Writer, times: usize) -> Vec<SavedBlock> {
    let (mut from, mut to) = (genesis(writer), account(9));
    let mut blocks = Vec::new();
    for _ in 0..times {
        blocks.push(send(writer, from, to, 1));
        blocks.push(receive(writer, to, &blocks[blocks.len() - 1].clone()));
        (from, to) = (to, from);
    }
    blocks
}

fn hashes(blocks: &[SavedBlock]) -> Vec<BlockHash> {
    blocks.iter().map(SavedBlock::hash).collect()
}

#[test]
fn thousands_of_blocks_are_cemented_by_their_last_in_order() {
    let ledger = Ledger::memory(&network()).unwrap();
    let mut writer = ledger.writer();
    let blocks = to_and_fro(&mut writer, 5_000);
    let cemented = writer.cement(&blocks[blocks.len() - 1].hash()).unwrap();
    assert_eq!(hashes(&cemented), hashes(&blocks));
    audit(&writer).unwrap();
}

#[test]
fn thousands_of_blocks_go_with_their_first_newest_first() {
    let ledger = Ledger::memory(&network()).unwrap();
    let mut writer = ledger.writer();
    let before = dump(&writer);
    let blocks = to_and_fro(&mut writer, 5_000);
    let mut gone = writer.rollback(&blocks[0].hash()).unwrap();
    gone.reverse();
    assert_eq!(hashes(&gone), hashes(&blocks));
    assert_eq!(dump(&writer), before);
}

#[test]
fn a_limit_cements_part_by_part_and_never_out_of_order() {
    for limit in [0, 1, 2, 3, 7, 50, 1_000] {
        let ledger = Ledger::memory(&network()).unwrap();
        let mut writer = ledger.writer();
        let blocks = to_and_fro(&mut writer, 60);
        let target = blocks[blocks.len() - 1].hash();
        let mut seen = HashSet::new();
        while !writer.is_cemented(&target).unwrap() {
            let part = writer.cement_some(&target, limit).unwrap();
            assert!(!part.is_empty() && part.len() <= limit.max(1), "limit {limit}");
            assert!(part.iter().all(|block| seen.insert(block.hash())), "limit {limit}");
            audit(&writer).unwrap();
        }
        assert_eq!(seen.len(), blocks.len(), "limit {limit}");
    }
}

#[test]
fn a_rollback_that_meets_a_cemented_block_takes_nothing_back() {
    let ledger = Ledger::memory(&network()).unwrap();
    let mut writer = ledger.writer();
    let blocks = to_and_fro(&mut writer, 10);
    writer.cement(&blocks[7].hash()).unwrap();
    let before = dump(&writer);
    let error = writer.rollback(&blocks[3].hash()).unwrap_err();
    assert!(matches!(error, RollbackError::Cemented { target, .. } if target == blocks[3].hash()));
    assert_eq!(dump(&writer), before);
    assert_eq!(writer.rollback(&blocks[8].hash()).unwrap().len(), 12);
    let unknown = BlockHash::from_bytes([1; 32]);
    let error = writer.rollback(&unknown).unwrap_err();
    assert!(matches!(error, RollbackError::BlockNotFound(hash) if hash == unknown));
}
