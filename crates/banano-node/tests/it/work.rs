//! Work peers over real sockets, and what subscribers are told of them; the network's difficulty.

use std::net::SocketAddr;

use banano_node::{DevConfig, DevNet, VotePolicy, WorkError, WorkPeer, WorkRequest};
use banano_primitives::{Difficulty, Root};
use banano_testkit::{Reaction, TestWorkPeer};
use banano_ws_protocol::{ActiveDifficulty, Event, WorkEvent, WorkOutcome};
use tokio::task::JoinSet;

use crate::support::{Wallet, Witness, key, process, start};

fn peer(address: SocketAddr) -> WorkPeer {
    address.to_string().parse().unwrap()
}

fn config(peers: impl IntoIterator<Item = SocketAddr>) -> DevConfig {
    let work_peers = peers.into_iter().map(peer).collect();
    DevConfig { nodes: 1, work_peers, ..DevConfig::default() }
}

fn request(net: &DevNet) -> WorkRequest {
    WorkRequest::new(Root::from(key(1).account()), net.node().network().thresholds.base)
}

/// Waits for this many notifications of work and returns them all.
async fn told(witness: &Witness, count: usize) -> Vec<WorkEvent> {
    witness
        .until("work", |events| {
            let work = events.iter().filter_map(|event| match event {
                Event::Work(told) => Some(told.clone()),
                _ => None,
            });
            let work: Vec<_> = work.collect();
            (work.len() >= count).then_some(work)
        })
        .await
}

fn source(told: &WorkEvent) -> &str {
    let WorkOutcome::Success(result) = &told.outcome else { panic!("{told:?}") };
    assert!(result.difficulty >= told.request.difficulty, "{told:?}");
    &result.source
}

#[tokio::test]
async fn a_peer_that_finds_work_is_the_source() {
    let peer = TestWorkPeer::that(Reaction::Good);
    let (net, witness) = start(&config([peer.address]));
    net.node().work().generate(request(&net)).await.unwrap();
    let all = told(&witness, 1).await;
    let [told] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(source(told), peer.address.to_string());
    assert_eq!(told.bad_peers, Vec::<String>::new());
    net.stop().await.unwrap();
}

#[tokio::test]
async fn the_blocks_of_the_nodes_own_accounts_get_work_from_peers() {
    let peer = TestWorkPeer::that(Reaction::Good);
    let (net, witness) = start(&config([peer.address]));
    let dev = net.node().dev().unwrap();
    dev.faucet(key(1).account(), banano_primitives::Amount::from_raw(1)).await.unwrap();
    assert_eq!(source(&told(&witness, 1).await[0]), peer.address.to_string());
    assert!(peer.hears_of("work_generate")["account"].is_string());
    net.stop().await.unwrap();
}

#[tokio::test]
async fn peers_that_all_fail_are_named_and_local_threads_step_in() {
    let bad_work = Reaction::ok(r#"{"work":"0000000000000000"}"#);
    let peers = [
        TestWorkPeer::that(bad_work),
        TestWorkPeer::that(Reaction::Says(500, "{}".to_owned())),
        TestWorkPeer::that(Reaction::Closes),
    ];
    let absent = TestWorkPeer::absent();
    let addresses = peers.iter().map(|peer| peer.address).chain([absent]);
    let (net, witness) = start(&config(addresses.clone()));
    net.node().work().generate(request(&net)).await.unwrap();
    let all = told(&witness, 2).await;
    let [failed, found] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(failed.outcome, WorkOutcome::Failure);
    let mut bad_peers = failed.bad_peers.clone();
    bad_peers.sort_unstable();
    let mut wanted: Vec<_> = addresses.map(|address| address.to_string()).collect();
    wanted.sort_unstable();
    assert_eq!(bad_peers, wanted);
    assert_eq!(source(found), "local");
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_cancelled_request_is_told_and_the_silent_peer_hears_of_it() {
    let silent = TestWorkPeer::that(Reaction::Hangs);
    let refuses = TestWorkPeer::that(Reaction::ok(r#"{"error":"Busy"}"#));
    let (net, witness) = start(&config([silent.address, refuses.address]));
    let node = net.node().clone();
    let request = request(&net);
    let mut asked = JoinSet::new();
    asked.spawn(async move { node.work().generate(request).await });
    let heard = tokio::task::spawn_blocking(move || {
        silent.hears_of("work_generate");
        refuses.hears_of("work_generate");
        (silent, refuses)
    });
    let (silent, _refuses) = heard.await.unwrap();
    assert_eq!(net.node().work().cancel(&request.root), 1);
    assert_eq!(asked.join_next().await.unwrap().unwrap(), Err(WorkError::Cancelled));
    let all = told(&witness, 1).await;
    assert_eq!(all[0].outcome, WorkOutcome::Cancelled);
    let cancel = tokio::task::spawn_blocking(move || silent.hears_of("work_cancel"));
    assert_eq!(cancel.await.unwrap()["hash"], request.root.to_string());
    net.stop().await.unwrap();
}

fn difficulties(events: &[Event]) -> Vec<ActiveDifficulty> {
    let told = events.iter().filter_map(|event| match event {
        Event::ActiveDifficulty(told) => Some(told.clone()),
        _ => None,
    });
    told.collect()
}

#[tokio::test]
async fn elections_with_much_work_raise_the_difficulty_until_they_end() {
    let (net, witness) =
        start(&DevConfig { nodes: 1, confirm: VotePolicy::Manual, ..DevConfig::default() });
    let base = net.node().network().thresholds.base;
    let calm = witness.until("the beginning", |events| difficulties(events).pop()).await;
    assert_eq!((calm.minimum, calm.current), (base, base));

    let block = hard_block(&net);
    process(net.node(), &block).await;
    let hard = |told: &ActiveDifficulty| told.multiplier() > 15.9;
    witness
        .until("a higher difficulty", |events| difficulties(events).into_iter().find(hard))
        .await;
    let now = net.node().active_difficulty().await.unwrap().unwrap();
    assert!(now.multiplier > 1.0 && now.now.current > base, "{now:?}");
    assert_eq!(now.samples.len(), 20);

    net.node().release(Some(block.hash())).await.unwrap();
    witness
        .until("calm again", |events| {
            difficulties(events).pop().filter(|told| told.current == base)
        })
        .await;
    net.stop().await.unwrap();
}

/// A send with sixteen times the base difficulty.
fn hard_block(net: &DevNet) -> std::sync::Arc<banano_primitives::Block> {
    let block = Wallet::funded(net, 0).send(key(1).account(), 1);
    let base = net.node().network().thresholds.base;
    let root = block.root();
    let wanted = Difficulty::from_multiplier(16.0, base);
    let works = (0..u64::MAX).map(banano_primitives::Work::new);
    let work = works.into_iter().find(|work| work.difficulty(&root) >= wanted).unwrap();
    let (body, signature) = (block.body().clone(), *block.signature());
    std::sync::Arc::new(banano_primitives::Block::new(body, signature, work))
}

#[tokio::test]
async fn a_calm_network_says_so_again_after_a_while() {
    let (net, witness) = start(&DevConfig { nodes: 1, ..DevConfig::default() });
    witness.until("the beat", |events| (difficulties(events).len() >= 2).then_some(())).await;
    let told = difficulties(&witness.events());
    assert!(told.iter().all(|one| one.current == one.minimum), "{told:?}");
    net.stop().await.unwrap();
}
