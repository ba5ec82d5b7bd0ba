//! The life of a tip bot on the node's wallets.

use std::sync::Arc;

use banano_ledger::LedgerRead as _;
use banano_node::{DevConfig, DevNet, SendOrder, WalletError, WalletId, Wallets};
use banano_primitives::{Account, Amount, BlockHash, Subtype};

use crate::support::{Wallet, Witness, assert_agreed, confirmations, key, process, start};

/// A BAN: more than the receive minimum.
const BAN: u128 = 10_u128.pow(29);

fn wallets(net: &DevNet) -> &Arc<Wallets> {
    net.node().wallets().unwrap()
}

/// A wallet with the funded account of an index.
fn funded(net: &DevNet, index: usize) -> (WalletId, Account) {
    let (id, _) = wallets(net).create(net.node(), None).unwrap();
    let key = net.accounts()[index].keypair.private_key();
    (id, wallets(net).add_key(id, key).unwrap())
}

fn order(source: Account, destination: Account, raw: u128, id: Option<&str>) -> SendOrder {
    let (amount, id) = (Amount::from_raw(raw), id.map(str::to_owned));
    SendOrder { source, destination, amount, id, work: None }
}

fn balance(net: &DevNet, account: Account) -> Amount {
    net.node().ledger().account(&account).unwrap().map_or(Amount::ZERO, |info| info.balance)
}

/// Waits until the account has received something by itself, and returns the block.
async fn received(witness: &Witness, account: Account) -> BlockHash {
    let find = |events: &[_]| {
        confirmations(events)
            .find(|it| it.account == account && it.subtype == Some(Subtype::Receive))
            .map(|it| it.block.hash())
    };
    witness.until("auto-receive", find).await
}

#[tokio::test]
async fn a_tip_is_paid_once_and_received_by_itself() {
    let (net, witness) = start(&DevConfig::default());
    let (id, bank) = funded(&net, 0);
    let user = wallets(&net).create_account(id, None).unwrap();
    let first =
        wallets(&net).send(net.node(), id, order(bank, user, BAN, Some("tip 1"))).await.unwrap();
    let again =
        wallets(&net).send(net.node(), id, order(bank, user, BAN, Some("tip 1"))).await.unwrap();
    assert_eq!(first, again);
    let receive = received(&witness, user).await;
    assert_eq!(balance(&net, user), Amount::from_raw(BAN));
    let opened = net.node().ledger().account(&user).unwrap().unwrap();
    assert_eq!(opened.head, receive);
    assert!(net.node().dev().unwrap().representatives().contains(&opened.representative));
    for hash in [first, receive] {
        assert!(witness.confirmation(hash).await.local);
    }
    net.stop().await.unwrap();
}

#[tokio::test]
async fn sends_at_the_same_time_never_fork_and_one_id_is_one_block() {
    let (net, witness) = start(&DevConfig { nodes: 2, ..DevConfig::default() });
    let (id, bank) = funded(&net, 0);
    let before = net.node().ledger().account(&bank).unwrap().unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..60_u32 {
        let (node, kept) = (net.node().clone(), Arc::clone(wallets(&net)));
        let name = (number % 2 == 0).then(|| format!("id {}", number % 20));
        let order = order(bank, key(number).account(), 1, name.as_deref());
        tasks.spawn(async move { (name, kept.send(&node, id, order).await.unwrap()) });
    }
    let all = tasks.join_all().await;
    let blocks: std::collections::BTreeSet<BlockHash> = all.iter().map(|(_, hash)| *hash).collect();
    assert_eq!(blocks.len(), 30 + 10, "thirty without an id, ten ids");
    for (name, hash) in all.iter().filter(|(name, _)| name.is_some()) {
        assert!(all.iter().all(|(other, it)| other != name || it == hash), "{name:?}");
    }
    for hash in &blocks {
        witness.confirmation(*hash).await;
    }
    let after = net.node().ledger().account(&bank).unwrap().unwrap();
    assert_eq!(after.block_count, before.block_count + 40);
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_restart_finds_wallets_and_the_ids_of_their_sends() {
    let place = tempfile::tempdir().unwrap();
    let config = DevConfig { data: Some(place.path().to_owned()), ..DevConfig::default() };
    let (net, _witness) = start(&config);
    let (id, bank) = funded(&net, 0);
    let watched = key(3).account();
    wallets(&net).watch(id, watched).unwrap();
    let user = wallets(&net).create_account(id, None).unwrap();
    let first =
        wallets(&net).send(net.node(), id, order(bank, user, BAN, Some("x"))).await.unwrap();
    let accounts = wallets(&net).accounts(id).unwrap();
    net.stop().await.unwrap();

    let (net, _witness) = start(&config);
    assert_eq!(wallets(&net).accounts(id).unwrap(), accounts);
    assert!(matches!(wallets(&net).key(id, watched), Err(WalletError::NoKey { .. })));
    let again =
        wallets(&net).send(net.node(), id, order(bank, user, BAN, Some("x"))).await.unwrap();
    assert_eq!(again, first);
    assert_ne!(wallets(&net).create_account(id, None).unwrap(), user);
    net.stop().await.unwrap();

    let (net, _witness) = start(&DevConfig { reset: true, ..config });
    assert!(matches!(wallets(&net).accounts(id), Err(WalletError::NoWallet(_))));
    net.stop().await.unwrap();
}

#[tokio::test]
async fn owner_and_destination_are_local_and_a_watched_account_does_not_receive() {
    let (net, witness) = start(&DevConfig { nodes: 1, ..DevConfig::default() });
    let (id, _) = wallets(&net).create(net.node(), None).unwrap();
    let mut payer = Wallet::funded(&net, 1);
    let mut other = Wallet::funded(&net, 2);
    let watched = key(5).account();
    wallets(&net).watch(id, watched).unwrap();
    wallets(&net).watch(id, payer.account()).unwrap();
    let by_owner = payer.send(key(6).account(), BAN);
    let to_watched = other.send(watched, BAN);
    let foreign = other.send(key(6).account(), BAN);
    for (block, local) in [(&by_owner, true), (&to_watched, true), (&foreign, false)] {
        process(net.node(), block).await;
        assert_eq!(witness.confirmation(block.hash()).await.local, local);
    }
    // A key receives what waited, and what is below the minimum waits on.
    let kept = wallets(&net);
    let dust = other.send(key(7).account(), 1);
    process(net.node(), &dust).await;
    witness.confirmation(dust.hash()).await;
    kept.add_key(id, key(7).private_key()).unwrap();
    kept.add_key(id, key(6).private_key()).unwrap();
    received(&witness, key(6).account()).await;
    assert_eq!(balance(&net, watched), Amount::ZERO);
    assert_eq!(balance(&net, key(7).account()), Amount::ZERO);
    kept.set_receive_minimum(Amount::from_raw(1));
    received(&witness, key(7).account()).await;
    assert_eq!(balance(&net, watched), Amount::ZERO, "there is no key");
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_given_seed_finds_its_accounts_again() {
    let (net, _witness) = start(&DevConfig::default());
    let kept = wallets(&net);
    let seed = DevConfig::default().seed;
    let (id, last) = kept.create(net.node(), Some(seed)).unwrap();
    assert_eq!(last, Some(net.accounts()[9].keypair.account()));
    assert_eq!(kept.info(id).unwrap().next_index, 10);
    assert_eq!(kept.create_account(id, None).unwrap(), seed.key_pair(10).account());
    kept.destroy(id).unwrap();
    assert!(matches!(kept.info(id), Err(WalletError::NoWallet(_))));
    assert_agreed(&net);
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_send_that_a_kill_kept_from_the_ledger_is_made_good_under_its_id() {
    let place = tempfile::tempdir().unwrap();
    let config = DevConfig { data: Some(place.path().to_owned()), ..DevConfig::default() };
    let (net, _witness) = start(&config);
    let (id, bank) = funded(&net, 0);
    let mut twin = Wallet::funded(&net, 0);
    let [pending, lost] = [twin.clone().send(key(1).account(), 1), twin.send(key(2).account(), 2)];
    net.stop().await.unwrap();
    // Written down, and killed before the ledger had them; they exclude each other.
    let mut file =
        std::fs::OpenOptions::new().append(true).open(place.path().join("wallets")).unwrap();
    for (name, block) in [("61", &pending), ("62", &lost)] {
        let mut bytes = Vec::new();
        block.encode(&mut bytes);
        let hex = bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        std::io::Write::write_all(&mut file, format!("{id} sent {name} {hex}\n").as_bytes())
            .unwrap();
    }
    drop(file);

    let (net, witness) = start(&config);
    let send = |to, raw, name| wallets(&net).send(net.node(), id, order(bank, to, raw, Some(name)));
    let before = balance(&net, bank).raw();
    assert_eq!(send(key(1).account(), 1, "a").await.unwrap(), pending.hash());
    witness.confirmation(pending.hash()).await;
    let anew = send(key(2).account(), 2, "b").await.unwrap();
    assert_ne!(anew, lost.hash(), "its place is taken");
    assert_eq!(send(key(2).account(), 2, "b").await.unwrap(), anew);
    assert_eq!(balance(&net, bank).raw(), before - 3);
    net.stop().await.unwrap();
}
