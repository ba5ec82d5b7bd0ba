//! Pruning: what is left, and what is still known of what went.

use banano_ledger::{Ledger, LedgerRead, ProcessResult, RollbackError, audit};
use banano_primitives::Amount;

use crate::backend::{dump, on_each};
use crate::lattice::{account, change, genesis, receive, send};
use crate::world::network;

#[test]
fn a_pruned_block_is_known_and_cemented_and_its_content_is_not() {
    on_each(&network(), |store, ledger| {
        let mut writer = ledger.writer();
        let from = genesis(&writer);
        let sends: Vec<_> = (0..5).map(|n| send(&mut writer, from, account(1), 10 + n)).collect();
        let late = send(&mut writer, from, account(1), 99);
        writer.cement(&sends[4].hash()).unwrap();
        let counts = writer.counts();
        assert_eq!(writer.prune(&from).unwrap(), 4, "{store}");
        writer.commit().unwrap();
        audit(&*ledger).unwrap();

        let (gone, kept) = (&sends[1], &sends[4]);
        assert!(ledger.block(&gone.hash()).unwrap().is_none());
        assert!(ledger.block_exists(&gone.hash()).unwrap());
        assert!(ledger.is_pruned(&gone.hash()).unwrap());
        assert!(ledger.is_cemented(&gone.hash()).unwrap());
        assert_eq!(ledger.block_account(&gone.hash()).unwrap(), Some(from));
        assert_eq!(ledger.amount(gone).unwrap(), None, "{store}: its previous is pruned");
        assert_eq!(ledger.amount(kept).unwrap(), None, "{store}: its previous is pruned");
        assert_eq!(ledger.amount(&late).unwrap(), Some(Amount::from_raw(99)));
        assert!(ledger.block(&ledger.genesis()).unwrap().is_some());
        assert_eq!((ledger.counts().pruned, ledger.counts().blocks), (4, counts.blocks));

        assert_eq!(writer.process(&gone.block, None, 1).unwrap().result, ProcessResult::Old);
        let error = writer.rollback(&gone.hash()).unwrap_err();
        assert!(matches!(error, RollbackError::Cemented { .. }), "{store}: {error}");
        assert!(writer.cement(&gone.hash()).unwrap().is_empty());
        assert_eq!(writer.prune(&from).unwrap(), 0);
    });
}

#[test]
fn what_was_sent_before_the_pruning_can_be_received_and_taken_back() {
    let ledger = Ledger::memory(&network()).unwrap();
    let mut writer = ledger.writer();
    let from = genesis(&writer);
    let sent = send(&mut writer, from, account(1), 10);
    let last = send(&mut writer, from, account(1), 11);
    writer.cement(&last.hash()).unwrap();
    assert_eq!(writer.prune(&from).unwrap(), 1);
    let before = dump(&writer);
    let open = receive(&mut writer, account(1), &sent);
    assert_eq!(writer.linked_account(&open).unwrap(), Some(from));
    assert!(writer.dependencies_cemented(&open.block).unwrap());
    writer.rollback(&open.hash()).unwrap();
    assert_eq!(dump(&writer), before);
}

#[test]
fn a_fork_on_a_pruned_block_is_a_fork() {
    let ledger = Ledger::memory(&network()).unwrap();
    let mut writer = ledger.writer();
    let from = genesis(&writer);
    let gone = send(&mut writer, from, account(1), 10);
    let next = send(&mut writer, from, account(2), 10);
    let top = send(&mut writer, from, account(3), 10);
    let fork = writer.rollback(&next.hash()).unwrap().swap_remove(1);
    let other = change(&mut writer, from, account(4));
    let head = change(&mut writer, from, account(5));
    writer.cement(&head.hash()).unwrap();
    assert_eq!(writer.prune(&from).unwrap(), 2);
    assert!(writer.is_pruned(&gone.hash()).unwrap() && writer.is_pruned(&other.hash()).unwrap());
    let judge = |writer: &mut banano_ledger::Writer, block: &banano_primitives::SavedBlock| {
        writer.process(&block.block, Some(from), 1).unwrap().result
    };
    assert_eq!(judge(&mut writer, &fork), ProcessResult::Fork);
    assert_eq!(judge(&mut writer, &top), ProcessResult::GapPrevious);
}
