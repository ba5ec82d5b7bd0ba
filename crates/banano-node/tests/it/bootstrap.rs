//! Attempts to catch up, as subscribers see them.

use banano_node::{BootstrapOrder, DevConfig, Ordered, Whence};
use banano_ws_protocol::{Bootstrap, BootstrapMode, BootstrapPhase, Event};

use crate::support::start;

fn notices(events: &[Event]) -> Vec<Bootstrap> {
    let notices = events.iter().filter_map(|event| match event {
        Event::Bootstrap(notice) => Some(notice.clone()),
        _ => None,
    });
    notices.collect()
}

#[tokio::test]
async fn each_attempt_is_told_when_it_begins_and_when_it_has_ended() {
    let (net, witness) = start(&DevConfig { nodes: 2, ..DevConfig::default() });
    witness
        .until("the node's own first attempt", |events| (notices(events).len() >= 2).then_some(()))
        .await;
    let id = Some("of a test".to_owned());
    let order = BootstrapOrder { id, force: true, from: Whence::Peers { account: None } };
    assert_eq!(net.node().bootstrap(order).await.unwrap(), Ordered::Started);
    let told = witness
        .until("its end", |events| {
            let told = notices(events);
            let is_ours = |notice: &&Bootstrap| notice.id == "of a test";
            (told.iter().filter(is_ours).count() == 2).then_some(told)
        })
        .await;
    // The node's own first attempt, unless ours took its place, then ours.
    assert!(told.len() >= 2, "{told:?}");
    for pair in told.chunks(2) {
        let [begin, end] = pair else { panic!("{told:?}") };
        assert_eq!((&begin.id, &begin.mode), (&end.id, &BootstrapMode::Ascending));
        assert_eq!(begin.phase, BootstrapPhase::Started);
        assert!(
            matches!(end.phase, BootstrapPhase::Exited { total_blocks: 0, .. }),
            "all nodes of a new network hold the same: {end:?}"
        );
    }
    let status = net.node().bootstrap_status().await.unwrap();
    assert!(status.is_in_sync && status.attempts >= 1, "{status:?}");
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_node_without_peers_attempts_nothing() {
    let (net, witness) = start(&DevConfig { nodes: 1, ..DevConfig::default() });
    let order = BootstrapOrder { id: None, force: true, from: Whence::Peers { account: None } };
    assert_eq!(net.node().bootstrap(order).await.unwrap(), Ordered::Refused);
    assert_eq!(notices(&witness.events()), []);
    assert_eq!(net.node().bootstrap_status().await.unwrap().attempts, 0);
    net.stop().await.unwrap();
}
