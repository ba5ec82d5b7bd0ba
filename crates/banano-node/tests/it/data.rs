//! A network that is kept in a folder.

use std::fs;
use std::path::Path;

use banano_ledger::LedgerRead as _;
use banano_node::{DevConfig, DevNet, FolderError, StartError, VotePolicy, WorkLevel};
use banano_primitives::Account;
use banano_ws_protocol::{Event, VoteCode};

use crate::support::{Wallet, Witness, assert_agreed, cemented_everywhere, key, process, start};

fn config(path: &Path) -> DevConfig {
    DevConfig { data: Some(path.to_owned()), ..DevConfig::default() }
}

/// The newest block of every account, in order.
fn heads(net: &DevNet) -> Vec<(Account, banano_primitives::BlockHash)> {
    let accounts = net.node().ledger().accounts(&Account::ZERO, usize::MAX).unwrap();
    accounts.into_iter().map(|(account, info)| (account, info.head)).collect()
}

#[tokio::test]
async fn a_second_start_goes_on_where_the_first_stopped() {
    let place = tempfile::tempdir().unwrap();
    let (net, _witness) = start(&config(place.path()));
    let mut wallet = Wallet::funded(&net, 0);
    for _ in 0..10 {
        let block = wallet.send(key(1).account(), 1);
        process(net.node(), &block).await;
    }
    cemented_everywhere(&net, wallet.head).await;
    let before = heads(&net);
    net.stop().await.unwrap();

    let (net, witness) = start(&config(place.path()));
    assert_eq!(heads(&net), before);
    // The nodes greet each other, tell of their difficulty, and ask how others voted for old blocks; of
    // the ledger there is no news.
    let is_old_news = |event: &Event| match event {
        Event::Telemetry(_) | Event::Bootstrap(_) | Event::ActiveDifficulty(_) => false,
        Event::Vote(vote) => vote.code != VoteCode::Indeterminate,
        _ => true,
    };
    assert!(!witness.events().iter().any(is_old_news), "nothing is told twice");
    let block = wallet.send(key(1).account(), 1);
    process(net.node(), &block).await;
    witness.confirmation(block.hash()).await;
    cemented_everywhere(&net, block.hash()).await;
    assert_agreed(&net);
    net.stop().await.unwrap();
}

#[tokio::test]
async fn what_was_unconfirmed_at_the_end_is_confirmed_after_the_next_start() {
    let place = tempfile::tempdir().unwrap();
    let (net, _witness) = start(&DevConfig { confirm: VotePolicy::Never, ..config(place.path()) });
    let mut wallet = Wallet::funded(&net, 0);
    // One after the other: later ones have no election of their own yet.
    for _ in 0..3 {
        let block = wallet.send(key(1).account(), 1);
        process(net.node(), &block).await;
    }
    net.stop().await.unwrap();

    let (net, witness) = start(&config(place.path()));
    witness.confirmed(3).await;
    cemented_everywhere(&net, wallet.head).await;
    assert_agreed(&net);
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_node_that_lost_its_ledger_gets_it_from_the_others() {
    let place = tempfile::tempdir().unwrap();
    let (net, _witness) = start(&config(place.path()));
    net.stop().await.unwrap();
    let fresh = tempfile::tempdir().unwrap();
    copy(&place.path().join("node-4"), &fresh.path().join("node-4"));

    let (net, _witness) = start(&config(place.path()));
    let mut wallets: Vec<Wallet> = (0..10).map(|index| Wallet::funded(&net, index)).collect();
    for _ in 0..20 {
        for wallet in &mut wallets {
            process(net.node(), &wallet.send(key(1).account(), 1)).await;
        }
    }
    for wallet in &wallets {
        cemented_everywhere(&net, wallet.head).await;
    }
    net.stop().await.unwrap();

    // The fourth node is set back to where it began.
    fs::remove_dir_all(place.path().join("node-4")).unwrap();
    copy(&fresh.path().join("node-4"), &place.path().join("node-4"));
    let (net, _witness) = start(&config(place.path()));
    for wallet in &wallets {
        cemented_everywhere(&net, wallet.head).await;
    }
    assert_agreed(&net);
    net.stop().await.unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn other_flags_are_refused_by_name_and_reset_begins_anew() {
    let place = tempfile::tempdir().unwrap();
    let (net, _witness) = start(&config(place.path()));
    let first = heads(&net);
    let mut wallet = Wallet::funded(&net, 0);
    process(net.node(), &wallet.send(key(1).account(), 1)).await;
    net.stop().await.unwrap();

    let sink = Witness::new().sink();
    let other = DevConfig { nodes: 2, work: WorkLevel::Live, ..config(place.path()) };
    let error = DevNet::start(&other, &sink).unwrap_err();
    assert!(matches!(&error, StartError::Folder(FolderError::MadeOtherwise { .. })), "{error}");
    let text = error.to_string();
    assert!(text.contains("--nodes 4 (now 2)") && text.contains("--work dev (now live)"), "{text}");

    let (net, _witness) = start(&DevConfig { reset: true, ..config(place.path()) });
    assert_eq!(heads(&net), first, "the same flags give the same blocks");
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_folder_in_use_or_of_something_else_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let sink = Witness::new().sink();
    let (net, _witness) = start(&config(place.path()));
    let error = DevNet::start(&config(place.path()), &sink).unwrap_err();
    assert!(matches!(&error, StartError::Folder(FolderError::InUse { .. })), "{error}");
    net.stop().await.unwrap();

    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("photo.jpg"), "x").unwrap();
    let error = DevNet::start(&config(other.path()), &sink).unwrap_err();
    assert!(matches!(&error, StartError::Folder(FolderError::NotOurs { .. })), "{error}");
}

#[tokio::test]
async fn a_damaged_ledger_is_refused_and_says_how_to_begin_anew() {
    let place = tempfile::tempdir().unwrap();
    let (net, _witness) = start(&config(place.path()));
    net.stop().await.unwrap();
    for entry in fs::read_dir(place.path().join("node-2")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::write(path, "rubbish").unwrap();
        }
    }
    let sink = Witness::new().sink();
    let error = DevNet::start(&config(place.path()), &sink).unwrap_err();
    assert!(matches!(&error, StartError::Ledger { node: 2, .. }), "{error}");
    assert!(error.to_string().contains("--reset"), "{error}");
    let (net, _witness) = start(&DevConfig { reset: true, ..config(place.path()) });
    net.stop().await.unwrap();
}
