//! What readers are told: lists in parts, roots, the first uncemented block, the other side of a block.

use std::sync::Arc;

use banano_ledger::{Ledger, LedgerRead, ProcessResult, Uncemented, destination};
use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, Link, QualifiedRoot, SavedBlock, Signature,
    StateBlock, Work,
};

use crate::backend::on_each;
use crate::lattice::{account, change, genesis, receive, send};
use crate::world::network;

#[test]
fn lists_come_in_parts_of_the_order_of_their_keys() {
    on_each(&network(), |store, ledger| {
        let mut writer = ledger.writer();
        let from = genesis(&writer);
        let sends: Vec<_> = (0..10).map(|_| send(&mut writer, from, account(7), 5)).collect();
        for n in [3, 5, 9] {
            let block = send(&mut writer, from, account(n), 1);
            receive(&mut writer, account(n), &block);
        }
        writer.commit().unwrap();

        let mut hashes: Vec<_> = sends.iter().map(SavedBlock::hash).collect();
        hashes.sort();
        let part = |from: &BlockHash, limit| {
            let part = ledger.receivables(&account(7), from, limit).unwrap();
            part.into_iter().map(|(hash, _)| hash).collect::<Vec<_>>()
        };
        assert_eq!(part(&BlockHash::ZERO, 100), hashes, "{store}");
        assert_eq!(part(&hashes[4], 3), hashes[4..7], "{store}");
        assert!(ledger.receivables(&account(6), &BlockHash::ZERO, 9).unwrap().is_empty());
        assert!(ledger.receivables(&account(8), &BlockHash::ZERO, 9).unwrap().is_empty());

        let accounts = |from: &Account, limit| {
            let part = ledger.accounts(from, limit).unwrap();
            part.into_iter().map(|(account, _)| account).collect::<Vec<_>>()
        };
        assert_eq!(accounts(&Account::ZERO, 3), [account(3), account(5), account(9)], "{store}");
        assert_eq!(accounts(&account(4), 100), [account(5), account(9), from], "{store}");
    });
}

#[test]
fn the_scan_for_uncemented_accounts_looks_at_each_account_once() {
    let ledger = Ledger::memory(&network()).unwrap();
    let mut writer = ledger.writer();
    let from = genesis(&writer);
    for n in [3, 5, 9] {
        let block = send(&mut writer, from, account(n), 1);
        let open = receive(&mut writer, account(n), &block);
        if n == 5 {
            writer.cement(&open.hash()).unwrap();
        }
    }
    let (mut next, mut found, mut parts) = (Some(Account::ZERO), Vec::new(), 0);
    while let Some(from) = next {
        let page = writer.uncemented(&from, 2).unwrap();
        found.extend(page.entries.iter().map(|Uncemented { account, .. }| *account));
        next = page.next;
        parts += 1;
    }
    assert_eq!(found, [account(3), account(9), from]);
    assert_eq!(parts, 3);
}

#[test]
fn the_first_uncemented_block_moves_up_with_cementing() {
    let ledger = Ledger::memory(&network()).unwrap();
    let mut writer = ledger.writer();
    let from = genesis(&writer);
    let first = |writer: &banano_ledger::Writer, of: &Account| {
        writer.first_uncemented(of).unwrap().map(|block| block.hash())
    };
    assert_eq!(first(&writer, &from), None);
    assert_eq!(first(&writer, &account(1)), None);
    let sent = send(&mut writer, from, account(1), 10);
    let next = send(&mut writer, from, account(1), 10);
    let open = receive(&mut writer, account(1), &sent);
    assert_eq!(first(&writer, &from), Some(sent.hash()));
    assert_eq!(first(&writer, &account(1)), Some(open.hash()));
    assert!(!writer.dependencies_cemented(&open.block).unwrap());
    assert!(writer.dependencies_cemented(&sent.block).unwrap());
    assert!(!writer.dependencies_cemented(&next.block).unwrap());
    writer.cement(&sent.hash()).unwrap();
    assert!(writer.dependencies_cemented(&open.block).unwrap());
    assert_eq!(first(&writer, &from), Some(next.hash()));
    writer.cement(&next.hash()).unwrap();
    assert_eq!(first(&writer, &from), None);
}

#[test]
fn a_root_leads_to_the_block_that_stands_for_it() {
    let ledger = Ledger::memory(&network()).unwrap();
    let mut writer = ledger.writer();
    let from = genesis(&writer);
    let sent = send(&mut writer, from, account(1), 10);
    let open = receive(&mut writer, account(1), &sent);
    for block in [&sent, &open] {
        let found = writer.successor(&block.block.qualified_root()).unwrap();
        assert_eq!(found, Some(block.hash()));
    }
    let genesis = writer.block(&writer.genesis()).unwrap().unwrap();
    assert_eq!(genesis.sideband.successor, sent.hash());
    let opening = genesis.block.qualified_root();
    assert_eq!(writer.successor(&opening).unwrap(), Some(genesis.hash()));
    let nothing = QualifiedRoot { root: open.hash().into(), previous: open.hash() };
    assert_eq!(writer.successor(&nothing).unwrap(), None);
}

#[test]
fn amounts_and_the_other_side_of_blocks_are_told() {
    let ledger = Ledger::memory(&network()).unwrap();
    let mut writer = ledger.writer();
    let from = genesis(&writer);
    let sent = send(&mut writer, from, account(1), 10);
    let open = receive(&mut writer, account(1), &sent);
    let changed = change(&mut writer, account(1), account(2));
    let genesis = writer.block(&writer.genesis()).unwrap().unwrap();
    let rows = [
        ("send", &sent, 10, Some(account(1))),
        ("open", &open, 10, Some(from)),
        ("change", &changed, 0, None),
        ("genesis", &genesis, u128::MAX, None),
    ];
    for (name, block, amount, other) in rows {
        assert_eq!(writer.amount(block).unwrap(), Some(Amount::from_raw(amount)), "{name}");
        assert_eq!(writer.linked_account(block).unwrap(), other, "{name}");
    }
    assert_eq!(destination(&sent), Some(account(1)));
    assert_eq!(destination(&open), None);
}

#[test]
fn a_signature_that_was_checked_counts_for_its_key_only() {
    let ledger = Ledger::memory(&network()).unwrap();
    let mut writer = ledger.writer();
    let (account, previous) = (genesis(&writer), writer.genesis());
    let body = StateBlock {
        account,
        previous,
        representative: account,
        balance: Amount::MAX,
        link: Link::ZERO,
    };
    let block = Arc::new(Block::new(Body::State(body), Signature::ZERO, Work::new(0)));
    for (verified, is_signed) in
        [(None, false), (Some(Account::from_bytes([8; 32])), false), (Some(account), true)]
    {
        let result = writer.process(&block, verified, 1).unwrap().result;
        assert_eq!(result != ProcessResult::BadSignature, is_signed);
    }
}
