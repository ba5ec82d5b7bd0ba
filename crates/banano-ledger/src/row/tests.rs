//! Rows survive the way to bytes and back, and nothing else passes for one.

use super::*;

fn info() -> AccountInfo {
    AccountInfo {
        head: BlockHash::from_bytes([1; 32]),
        representative: Account::from_bytes([2; 32]),
        open_block: BlockHash::from_bytes([3; 32]),
        balance: Amount::from_raw(u128::MAX - 4),
        modified: 5,
        block_count: 6,
        epoch: Epoch::Two,
    }
}

/// Encodes and decodes; then tries every shorter and one longer row.
fn check<V: Value + PartialEq + std::fmt::Debug>(value: V) {
    let row = encode(&value);
    assert_eq!(decode::<V>(&row), Some(value));
    for length in 0..row.len() {
        assert_eq!(decode::<V>(&row[..length]), None, "{length} of {} bytes", row.len());
    }
    let longer = [row.as_slice(), &[0]].concat();
    assert_eq!(decode::<V>(&longer), None);
}

#[test]
fn rows_come_back_as_they_were_and_no_other_length_passes() {
    check(info());
    let (source, amount) = (Account::from_bytes([7; 32]), Amount::from_raw(8));
    check(ReceivableInfo { source, amount, epoch: Epoch::One });
    check(ConfirmationHeight { height: 9, frontier: BlockHash::from_bytes([10; 32]) });
    check(Counts { blocks: 1, accounts: 2, cemented: 3, pruned: 4 });
    check(u64::MAX);
}

#[test]
fn an_unknown_epoch_is_refused() {
    let mut row = encode(&info());
    *row.last_mut().unwrap() = 9;
    assert_eq!(decode::<AccountInfo>(&row), None);
}
