//! Runs a test once per store.
//!
//! Called by the tests whose claim holds for every backend. A folder lives as long as the test.

use std::sync::Arc;

use banano_ledger::{Key, Ledger, Row, Rows, Table};
use banano_primitives::Network;

/// Runs `test` on a fresh ledger in memory and on one on disk.
pub(crate) fn on_each(network: &Network, test: impl Fn(&str, Arc<Ledger>)) {
    test("memory", Ledger::memory(network).unwrap());
    let folder = tempfile::tempdir().unwrap();
    test("disk", Ledger::disk(folder.path(), network).unwrap());
}

/// Every row of every table.
pub(crate) fn dump(rows: &(impl Rows + ?Sized)) -> Vec<(Table, Key, Row)> {
    let all = |table| {
        let rows = rows.rows(table, &Key::from_slice(&[]).unwrap(), usize::MAX).unwrap();
        rows.into_iter().map(move |(key, row)| (table, key, row))
    };
    Table::ALL.into_iter().flat_map(all).collect()
}
