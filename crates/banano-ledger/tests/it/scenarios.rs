//! Block sequences whose results were derived from the reference and run through a second implementation.
//!
//! Reads `tests/data/ledger_scenarios.json`: every result, sideband, cementing order and rollback must come out as
//! it stands there.

use std::collections::BTreeMap;
use std::sync::Arc;

use banano_ledger::{Ledger, LedgerRead, Writer};
use banano_primitives::{
    Account, Amount, Block, BlockHash, BlockKind, DetailKind, Network, SavedBlock,
};
use serde::Deserialize;

use crate::backend;

const NOW: u64 = 1_700_000_000;

#[derive(Deserialize)]
struct File {
    scenarios: Vec<Scenario>,
}

#[derive(Deserialize)]
struct Scenario {
    name: String,
    network: String,
    steps: Vec<Step>,
    end: End,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
enum Step {
    Process { block: Box<Block>, hash: BlockHash, expect: String, sideband: Option<Sideband> },
    Confirm { hash: BlockHash, expect_cemented: Vec<BlockHash> },
    Rollback { hash: BlockHash, expect_rolled_back: Option<Vec<BlockHash>>, expect_error: bool },
}

#[derive(Deserialize, Debug, PartialEq)]
struct Sideband {
    account: Account,
    balance: Amount,
    epoch: u8,
    height: u64,
    is_epoch: bool,
    is_receive: bool,
    is_send: bool,
    source_epoch: u8,
    subtype: String,
}

#[derive(Deserialize)]
struct End {
    #[serde(default)]
    accounts: BTreeMap<Account, EndAccount>,
    #[serde(default)]
    weights: BTreeMap<Account, Amount>,
    receivable: Option<Vec<EndReceivable>>,
    block_count: u64,
    account_count: u64,
    cemented_count: u64,
}

#[derive(Deserialize, Debug, PartialEq)]
struct EndAccount {
    balance: Amount,
    block_count: u64,
    epoch: u8,
    head: BlockHash,
    open_block: BlockHash,
    representative: Account,
}

#[derive(Deserialize)]
struct EndReceivable {
    account: Account,
    source: Account,
    amount: Amount,
}

/// The sideband in the words of the file. For legacy blocks it tells what their type says.
fn told(saved: &SavedBlock) -> Sideband {
    let (kind, details) = (saved.block.kind(), saved.sideband.details);
    let is_send = kind == BlockKind::Send || details.kind == DetailKind::Send;
    let is_receive =
        matches!(kind, BlockKind::Receive | BlockKind::Open) || details.kind == DetailKind::Receive;
    let is_epoch = details.kind == DetailKind::Epoch;
    let subtype = match (is_send, is_receive, is_epoch) {
        (true, ..) => "send",
        (_, true, _) => "receive",
        (.., true) => "epoch",
        _ => "change",
    };
    Sideband {
        account: saved.account(),
        balance: saved.sideband.balance,
        epoch: details.epoch.number(),
        height: saved.height(),
        is_epoch,
        is_receive,
        is_send,
        source_epoch: saved.sideband.source_epoch.number(),
        subtype: subtype.to_owned(),
    }
}

fn hashes(blocks: &[SavedBlock]) -> Vec<BlockHash> {
    blocks.iter().map(SavedBlock::hash).collect()
}

fn take(writer: &mut Writer, step: Step, at: &str) {
    match step {
        Step::Process { block, hash, expect, sideband } => {
            assert_eq!(block.hash(), hash, "{at}");
            let outcome = writer.process(&Arc::from(block), None, NOW).unwrap();
            assert_eq!(outcome.result.to_string(), expect, "{at}");
            assert_eq!(outcome.saved.as_ref().map(told), sideband, "{at}");
            if let Some(saved) = outcome.saved {
                assert_eq!(writer.block(&hash).unwrap().as_ref(), Some(&saved), "{at}");
                assert_eq!(writer.amount(&saved).unwrap(), outcome.amount, "{at}");
            }
        }
        Step::Confirm { hash, expect_cemented } => {
            assert_eq!(hashes(&writer.cement(&hash).unwrap()), expect_cemented, "{at}");
            assert!(writer.is_cemented(&hash).unwrap(), "{at}");
        }
        Step::Rollback { hash, expect_rolled_back, expect_error } => {
            let before = backend::dump(writer);
            let result = writer.rollback(&hash);
            assert_eq!(result.is_err(), expect_error, "{at}");
            match result {
                Ok(gone) => assert_eq!(Some(hashes(&gone)), expect_rolled_back, "{at}"),
                Err(_) => assert_eq!(backend::dump(writer), before, "{at}"),
            }
        }
    }
}

fn check_end(ledger: &Ledger, end: End, at: &str) {
    let counts = ledger.counts();
    let found = (counts.blocks, counts.accounts, counts.cemented);
    assert_eq!(found, (end.block_count, end.account_count, end.cemented_count), "{at}");
    for (account, want) in end.accounts {
        let info = ledger.account(&account).unwrap().unwrap();
        let found = EndAccount {
            balance: info.balance,
            block_count: info.block_count,
            epoch: info.epoch.number(),
            head: info.head,
            open_block: info.open_block,
            representative: info.representative,
        };
        assert_eq!(found, want, "{at}: {account}");
    }
    for (representative, want) in end.weights {
        assert_eq!(ledger.weight(&representative), want, "{at}: {representative}");
    }
    for want in end.receivable.into_iter().flatten() {
        let entries = ledger.receivables(&want.account, &BlockHash::ZERO, 10).unwrap();
        let fits = entries.iter().any(|(_, e)| (e.source, e.amount) == (want.source, want.amount));
        assert!(fits, "{at}: {} receives {:?}", want.account, entries);
    }
}

fn scenarios() -> Vec<Scenario> {
    let file: File = serde_json::from_str(include_str!("../data/ledger_scenarios.json")).unwrap();
    assert_eq!(file.scenarios.len(), 6);
    file.scenarios
}

/// Runs every scenario, committing after each step or only at the end.
fn run(commit_each: bool) {
    let network = Network::dev();
    for index in 0..scenarios().len() {
        backend::on_each(&network, |store, ledger| {
            let scenario = scenarios().swap_remove(index);
            assert_eq!(scenario.network, network.name);
            let mut writer = ledger.writer();
            for (number, step) in scenario.steps.into_iter().enumerate() {
                take(&mut writer, step, &format!("{store}, {}, step {number}", scenario.name));
                if commit_each {
                    writer.commit().unwrap();
                }
            }
            writer.commit().unwrap();
            check_end(&ledger, scenario.end, &format!("{store}, {}, end", scenario.name));
        });
    }
}

#[test]
fn every_scenario_comes_out_as_in_the_reference_when_each_step_is_committed() {
    run(true);
}

#[test]
fn every_scenario_comes_out_as_in_the_reference_within_one_commit() {
    run(false);
}
