//! How a client that is behind gets what it has missed.
//!
//! Called by whoever makes room or puts a client behind, and by a task of the shard for what the
//! journal's readers bring. A client gets one piece at a time, and the next only when it has room: it
//! sets its own pace, and holds no more than a piece. Never waits.

use std::{rc::Rc, sync::atomic::Ordering::Relaxed};

use banano_ws_hub::SessionId;
use tokio::{sync::mpsc, task::yield_now};

use crate::{
    close::Close,
    replays::{Found, Outcome},
    shard::Shard,
};

/// Pieces that wait for a shard. When there are so many, the readers wait for it.
pub(crate) const OUTCOMES_MAX: usize = 64;

/// Hands out what the readers bring, until there are none left.
pub(crate) async fn run(shard: Rc<Shard>, mut outcomes: mpsc::Receiver<Outcome>) {
    while let Some(outcome) = outcomes.recv().await {
        take(&shard, outcome);
        // One piece, then live events have their turn.
        yield_now().await;
    }
}

/// Orders the next piece for a client that is behind, if it has room and none is on its way. A
/// client that has everything is live again.
pub(crate) fn go_on(shard: &Shard, id: SessionId) {
    let Some(connection) = shard.connection(id) else { return };
    if connection.is_ordering() || !connection.make_room() {
        return;
    }
    let mut hub = shard.hub.borrow_mut();
    let order = hub.next_order(id);
    connection.order(order.as_ref().map(|order| order.ticket));
    if let Some(order) = order {
        shard.replays.submit(order, &shard.outcomes);
    }
    connection.set_behind(hub.is_behind(id));
}

fn take(shard: &Shard, Outcome { session, ticket, topic, found }: Outcome) {
    let Some(connection) = shard.connection(session) else { return };
    connection.arrive(ticket);
    // What was ordered for a subscription that is no more is dropped.
    if shard.hub.borrow().is_ordered(session, ticket) {
        let done = match found {
            Found::Frames { frames, count, done } => {
                connection.send_piece(&frames, count, shard.tick());
                shard.counters.messages_sent.fetch_add(count as u64, Relaxed);
                shard.count_replayed(topic, count, frames.len());
                shard.counters.messages_replayed.fetch_add(count as u64, Relaxed);
                Some(done)
            }
            Found::Lost => {
                connection.end(Close::Expired);
                None
            }
            Found::Unreadable => {
                connection.end(Close::Unreadable);
                None
            }
        };
        shard.hub.borrow_mut().end_order(session, ticket, done);
    }
    go_on(shard, session);
}
