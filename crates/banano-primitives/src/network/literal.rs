//! Constants of known networks, written as the network's people write them.
//!
//! Called by the tables of networks only. Hex is read by the compiler, so a wrong digit fails the
//! build instead of a start.

use std::sync::Arc;

use crate::account::Account;
use crate::block::{Block, Body, OpenBlock};
use crate::difficulty::Difficulty;
use crate::hash::BlockHash;
use crate::signature::Signature;
use crate::threshold::Thresholds;
use crate::work::Work;

/// Reads a public key.
pub(super) const fn account(hex: &str) -> Account {
    Account::from_bytes(bytes(hex))
}

/// Reads `N` bytes of upper-case hex.
#[expect(clippy::panic, clippy::indexing_slicing, reason = "runs on literals, covered by a test")]
pub(super) const fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    let digits = hex.as_bytes();
    assert!(digits.len() == 2 * N, "two digits per byte");
    let mut bytes = [0; N];
    let mut at = 0;
    while at < digits.len() {
        let value = match digits[at] {
            digit @ b'0'..=b'9' => digit - b'0',
            digit @ b'A'..=b'F' => digit - b'A' + 10,
            _ => panic!("upper-case hex"),
        };
        bytes[at / 2] = bytes[at / 2] << 4 | value;
        at += 1;
    }
    bytes
}

/// Makes a genesis block, in which source, representative and account are one key.
pub(super) fn genesis(key: Account, work: u64, signature: [u8; 64]) -> Arc<Block> {
    let source = BlockHash::from_bytes(*key.as_bytes());
    let body = Body::Open(OpenBlock { source, representative: key, account: key });
    Arc::new(Block::new(body, Signature::from_bytes(signature), Work::new(work)))
}

/// Makes thresholds from the columns of `node.md §1.8`.
pub(super) fn thresholds(epoch_1: u64, epoch_2: u64, epoch_2_receive: u64) -> Thresholds {
    let [epoch_1, epoch_2, epoch_2_receive] =
        [epoch_1, epoch_2, epoch_2_receive].map(Difficulty::new);
    Thresholds::new(epoch_1, epoch_2, epoch_2_receive)
}

/// Makes a list of host names.
pub(super) fn hosts(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
