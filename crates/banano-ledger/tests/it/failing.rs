//! A store that fails in the middle: the operation is an error and leaves no trace, and can be tried again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use banano_ledger::{
    Change, Key, Ledger, LedgerRead, MemoryStore, ProcessResult, Row, Rows, Store, StoreError,
    Table, Writer, audit,
};

use banano_primitives::{Amount, Block, BlockHash, Body, Signature, StateBlock};

use crate::backend::dump;
use crate::lattice::{account, genesis, receive, send};
use crate::world::{enough_work, network};

/// Fails once after a number of operations, and never again.
#[derive(Debug, Default)]
struct Failing {
    store: MemoryStore,
    left: Arc<AtomicU32>,
}

impl Failing {
    fn tick(&self) -> Result<(), StoreError> {
        if self.left.fetch_sub(1, Ordering::SeqCst) != 0 {
            return Ok(());
        }
        let source = std::io::Error::other("the disk is on fire").into();
        Err(StoreError::Backend { act: "be used", source })
    }
}

impl Store for Failing {
    fn get(&self, table: Table, key: &Key) -> Result<Option<Row>, StoreError> {
        self.tick()?;
        self.store.get(table, key)
    }

    fn page(&self, table: Table, from: &Key, limit: usize) -> Result<Vec<(Key, Row)>, StoreError> {
        self.tick()?;
        self.store.page(table, from, limit)
    }

    fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.tick()?;
        self.store.commit(changes)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.store.sync()
    }
}

/// Lets `operation` fail at its first, second, … use of the store until it comes through.
fn check<T>(name: &str, operation: impl Fn(&mut Writer) -> Result<T, StoreError>) {
    let left = Arc::new(AtomicU32::new(u32::MAX));
    let store = Failing { store: MemoryStore::new(), left: Arc::clone(&left) };
    let ledger = Ledger::open(Box::new(store), &network()).unwrap();
    let mut writer = ledger.writer();
    let from = genesis(&writer);
    let sent = send(&mut writer, from, account(1), 10);
    let open = receive(&mut writer, account(1), &sent);
    send(&mut writer, account(1), from, 3);
    writer.cement(&sent.hash()).unwrap();
    writer.commit().unwrap();
    assert!(!writer.is_cemented(&open.hash()).unwrap());
    let before = dump(&writer);
    for uses in 0.. {
        left.store(uses, Ordering::SeqCst);
        let result = operation(&mut writer);
        left.store(u32::MAX, Ordering::SeqCst);
        match result {
            Ok(_) => {
                assert!(uses > 0, "{name} never used the store");
                break;
            }
            Err(_) => assert_eq!(dump(&writer), before, "{name} failed at use {uses}"),
        }
    }
    audit(&writer).unwrap();
}

/// The newest block of the second account, which is not cemented.
fn newest(writer: &Writer) -> Result<BlockHash, StoreError> {
    Ok(writer.account(&account(1))?.unwrap().head)
}

fn store_error<E: std::fmt::Debug>(error: E) -> StoreError {
    let text = format!("{error:?}");
    assert!(text.contains("on fire"), "{text}");
    StoreError::Backend { act: "be used", source: text.into() }
}

#[test]
fn an_operation_that_fails_leaves_no_trace() {
    check("cement", |writer| {
        let target = newest(writer)?;
        writer.cement(&target).map_err(store_error)
    });
    check("rollback", |writer| {
        let target = newest(writer)?;
        writer.rollback(&target).map_err(store_error)
    });
    check("process", |writer| {
        let account = network().genesis.account().unwrap();
        let info = writer.account(&account)?.unwrap();
        let balance = info.balance.checked_add(Amount::from_raw(3)).unwrap();
        let (previous, representative) = (info.head, info.representative);
        let link = newest(writer)?.into();
        let body = Body::State(StateBlock { account, previous, representative, balance, link });
        let work = enough_work(&body.root());
        let block = Arc::new(Block::new(body, Signature::ZERO, work));
        let outcome = writer.process(&block, Some(account), 1)?;
        assert_eq!(outcome.result, ProcessResult::Progress);
        Ok(outcome)
    });
}

#[test]
fn a_commit_that_fails_keeps_the_changes_with_the_writer() {
    let left = Arc::new(AtomicU32::new(u32::MAX));
    let store = Failing { store: MemoryStore::new(), left: Arc::clone(&left) };
    let ledger = Ledger::open(Box::new(store), &network()).unwrap();
    let mut writer = ledger.writer();
    let from = genesis(&writer);
    send(&mut writer, from, account(1), 10);
    // The counters become a row at the commit only.
    let rows = |rows: &dyn Rows| {
        let rows = dump(rows).into_iter();
        rows.filter(|(table, ..)| *table != Table::Meta).collect::<Vec<_>>()
    };
    let (committed, changed) = (rows(&*ledger), rows(&writer));
    left.store(0, Ordering::SeqCst);
    store_error(writer.commit().unwrap_err());
    assert_eq!((rows(&*ledger), rows(&writer)), (committed, changed.clone()));
    assert_eq!(ledger.counts().blocks, 1);
    writer.commit().unwrap();
    assert_eq!(rows(&*ledger), changed);
    assert_eq!(ledger.counts().blocks, 2);
}
