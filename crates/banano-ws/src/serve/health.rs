//! How the observing node is, for subscribers of topic `status` and for the journal.
//!
//! Runs beside the node. Asks it once a second; ends with it.

use std::time::Duration;

use banano_node::{LedgerRead as _, Node};
use banano_ws_journal::Journal;
use banano_ws_protocol::Topic;
use banano_ws_server::{SourceState, Sources};
use tokio::time::{MissedTickBehavior, interval};

/// What the source is called.
const NAME: &str = "node";
const PERIOD: Duration = Duration::from_secs(1);

/// What is not made up for later: blocks and their confirmations are fetched.
fn fleeting() -> impl Iterator<Item = Topic> {
    Topic::ALL.into_iter().filter(|topic| *topic != Topic::Confirmation)
}

/// Tells the journal that the node has not heard others yet.
pub(super) fn begin(journal: &Journal) {
    fleeting().for_each(|topic| journal.interrupt(topic));
}

/// Tells how the node is, until it stops. The journal is told when the node hears others, and when it no
/// longer does.
pub(super) async fn watch(node: Node, sources: Sources, journal: Journal) {
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut was_alone = true;
    loop {
        ticks.tick().await;
        let Ok(status) = node.bootstrap_status().await else {
            return sources.tell(NAME, SourceState::Down, "stopped");
        };
        let peers = node.peer_count();
        let is_alone = peers == 0;
        if is_alone != was_alone {
            let tell = if is_alone { Journal::interrupt } else { Journal::resume };
            fleeting().for_each(|topic| tell(&journal, topic));
            was_alone = is_alone;
        }
        if is_alone {
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
