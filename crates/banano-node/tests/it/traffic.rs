//! The faucet, the traffic generator, work, and what a node says about itself.

use std::sync::Arc;

use banano_ledger::LedgerRead as _;
use banano_node::{DevConfig, SpendError, WorkRequest};
use banano_primitives::{Account, Amount, Subtype};
use banano_ws_protocol::{Event, WorkOutcome};
use rustc_hash::FxHashSet;
use tokio::task::JoinSet;

use crate::support::{Wallet, cemented_everywhere, confirmations, key, process, start};

#[tokio::test]
async fn many_callers_of_the_faucet_get_their_money_and_make_no_fork() {
    let (net, witness) = start(&DevConfig::default());
    let mut callers = JoinSet::new();
    for index in 0..50 {
        let dev = Arc::clone(net.node().dev().unwrap());
        callers.spawn(async move { dev.faucet(key(index).account(), Amount::from_raw(7)).await });
    }
    let mut hashes = FxHashSet::default();
    while let Some(hash) = callers.join_next().await {
        hashes.insert(hash.unwrap().unwrap());
    }
    assert_eq!(hashes.len(), 50);
    for hash in &hashes {
        witness.confirmation(*hash).await;
    }
    for index in 0..50 {
        let waiting = net
            .node()
            .ledger()
            .receivables(&key(index).account(), &banano_primitives::BlockHash::ZERO, 9)
            .unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting[0].1.amount, Amount::from_raw(7));
    }
    net.stop().await.unwrap();
}

#[tokio::test]
async fn the_faucet_says_what_it_has_when_asked_for_more() {
    let (net, _witness) = start(&DevConfig { nodes: 1, ..DevConfig::default() });
    let dev = net.node().dev().unwrap();
    let error = dev.faucet(key(1).account(), Amount::MAX).await.unwrap_err();
    assert!(matches!(error, SpendError::Balance { .. }), "{error}");
    assert!(error.to_string().contains("10000000.0 BAN"), "{error}");
    let error = dev.faucet(key(1).account(), Amount::ZERO).await.unwrap_err();
    assert!(matches!(error, SpendError::Nothing), "{error}");
    assert_eq!(dev.faucet_balance().unwrap().ban().to_string(), "10000000.0");
    net.stop().await.unwrap();
}

#[tokio::test]
async fn traffic_is_real_blocks_of_every_kind() {
    let (net, witness) =
        start(&DevConfig { activity: Some(500.0), accounts: 0, ..DevConfig::default() });
    witness.confirmed(300).await;
    let kinds: FxHashSet<&str> = confirmations(&witness.events())
        .filter_map(|confirmed| confirmed.subtype)
        .map(Subtype::name)
        .collect();
    assert_eq!(kinds, FxHashSet::from_iter(["send", "receive", "change"]));
    net.stop().await.unwrap();
}

#[tokio::test]
async fn finished_work_requests_are_events() {
    let (net, witness) = start(&DevConfig { nodes: 1, ..DevConfig::default() });
    let node = net.node();
    let (root, difficulty) = (key(1).account().into(), node.network().thresholds.base);
    let work = node.work().generate(WorkRequest::new(root, difficulty)).await.unwrap();
    let events = witness.events();
    let told = events.iter().find_map(|event| match event {
        Event::Work(told) => Some(told),
        _ => None,
    });
    let Some(told) = told else { panic!("{events:?}") };
    assert_eq!(told.request.difficulty, difficulty);
    assert!((told.request.multiplier.value() - 1.0).abs() < 1e-9);
    let WorkOutcome::Success(result) = &told.outcome else { panic!("{told:?}") };
    assert_eq!((result.work, result.source.as_str()), (work, "local"));
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_node_tells_who_it_is_and_what_it_sees() {
    let (net, witness) = start(&DevConfig::default());
    let block = Wallet::funded(&net, 0).send(key(1).account(), 1);
    process(net.node(), &block).await;
    witness.confirmation(block.hash()).await;
    cemented_everywhere(&net, block.hash()).await;
    let node = net.node();

    let telemetry = node.telemetry().await.unwrap();
    assert!(telemetry.verify());
    let counts = node.ledger().counts();
    assert_eq!((telemetry.node_id, telemetry.peer_count), (node.id(), 3));
    assert_eq!((telemetry.block_count, telemetry.cemented_count), (counts.blocks, counts.cemented));
    assert_eq!(telemetry.genesis_block, node.network().genesis.hash());

    let quorum = node.quorum().await.unwrap();
    assert_eq!(quorum.trended, Amount::MAX, "all weight was online when the network was made");
    let online = node.online_representatives().await.unwrap();
    let known: FxHashSet<Account> = node.dev().unwrap().representatives().iter().copied().collect();
    assert!(online.len() >= 3 && online.iter().all(|(account, _)| known.contains(account)));

    let history = node.confirmation_history().await.unwrap();
    assert_eq!(history.last().unwrap().winner, block.hash());
    assert_eq!(node.version().network, "dev");
    assert_eq!(node.version().protocol_version, telemetry.protocol_version);
    net.stop().await.unwrap();
}

#[tokio::test]
async fn the_same_flags_give_the_same_blocks() {
    let config = DevConfig { nodes: 3, accounts: 5, ..DevConfig::default() };
    let mut chains = Vec::new();
    for _ in 0..2 {
        let (net, _witness) = start(&config);
        let accounts = net.node().ledger().accounts(&Account::ZERO, 100).unwrap();
        let heads: Vec<_> =
            accounts.iter().map(|(account, info)| (*account, info.head, info.balance)).collect();
        let supply = heads.iter().map(|(_, _, balance)| *balance).sum::<Amount>();
        assert_eq!(supply, Amount::MAX, "nothing is left receivable");
        for account in net.accounts() {
            let owner = account.keypair.account();
            assert!(heads.iter().any(|(a, _, b)| *a == owner && *b == account.balance));
        }
        chains.push(heads);
        net.stop().await.unwrap();
    }
    assert_eq!(chains[0], chains[1]);
}
