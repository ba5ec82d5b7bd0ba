//! What nodes tell each other about themselves, and what subscribers see of it.

use banano_ledger::LedgerRead as _;
use banano_node::DevConfig;
use banano_ws_protocol::Event;
use rustc_hash::FxHashSet;

use crate::support::start;

#[tokio::test]
async fn subscribers_get_the_reports_of_the_others_and_none_of_the_node_itself() {
    let (net, witness) = start(&DevConfig { nodes: 3, ..DevConfig::default() });
    let others: FxHashSet<_> = net.nodes()[1..].iter().map(banano_node::Node::id).collect();
    // Each comes again and again.
    let told = witness
        .until("two reports of each", |events| {
            let told: Vec<_> = events
                .iter()
                .filter_map(|event| match event {
                    Event::Telemetry(telemetry) => Some(telemetry.clone()),
                    _ => None,
                })
                .collect();
            let often = |id| told.iter().filter(|report| report.node_id == id).count() >= 2;
            others.iter().all(|id| often(*id)).then_some(told)
        })
        .await;
    let counts = net.node().ledger().counts();
    for report in &told {
        assert!(others.contains(&report.node_id), "{report:?}");
        assert_eq!(report.genesis_block, net.node().network().genesis.hash());
        assert_eq!((report.block_count, report.account_count), (counts.blocks, counts.accounts));
        // The first ones may be told before all are connected.
        assert!((1..=2).contains(&report.peer_count), "{report:?}");
    }
    let kept = net.node().peers_telemetry().await.unwrap();
    assert_eq!(kept.iter().map(|peer| peer.report.node_id).collect::<FxHashSet<_>>(), others);
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_network_of_one_node_has_no_telemetry() {
    let (net, witness) = start(&DevConfig { nodes: 1, ..DevConfig::default() });
    let dev = net.node().dev().unwrap();
    let hash = dev
        .faucet(net.accounts()[0].keypair.account(), banano_primitives::Amount::from_raw(1))
        .await
        .unwrap();
    witness.confirmation(hash).await;
    let is_report = |event: &Event| matches!(event, Event::Telemetry(_));
    assert!(!witness.events().iter().any(is_report));
    assert!(net.node().peers_telemetry().await.unwrap().is_empty());
    net.stop().await.unwrap();
}
