//! How the observing node is, for subscribers of topic `status`.
//!
//! Runs beside the node. Asks it once a second; ends with it.

use std::time::Duration;

use banano_node::{LedgerRead as _, Node};
use banano_ws_server::{SourceState, Sources};
use tokio::time::{MissedTickBehavior, interval};

/// What the source is called.
const NAME: &str = "node";
const PERIOD: Duration = Duration::from_secs(1);

/// Tells how the node is, until it stops.
pub(super) async fn watch(node: Node, sources: Sources) {
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Ok(status) = node.bootstrap_status().await else {
            return sources.tell(NAME, SourceState::Down, "stopped");
        };
        let peers = node.peer_count();
        if peers == 0 {
            sources.tell(NAME, SourceState::Down, "no peers");
        } else if status.is_in_sync {
            sources.tell(NAME, SourceState::Up, "");
        } else {
            let blocks = node.ledger().counts().blocks;
            let detail = format!("fetching the ledger: {blocks} blocks so far");
            sources.tell(NAME, SourceState::Lagging, &detail);
        }
    }
}
