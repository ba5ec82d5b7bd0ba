//! From the journal to the sockets of one shard.
//!
//! One task per shard. Follows the journal and hands each batch through the hub straight to the
//! sockets, without waking anybody but those whose socket is full. Never waits for a client.

use std::{
    rc::Rc,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use banano_ws_journal::{Batch, Reader};
use banano_ws_protocol::Stamped;
use tokio::task::yield_now;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{close::Close, shard::Shard};

/// Events taken from the journal at a time: about two full writes (64 KiB) of confirmations for a
/// client that wants them all. Between batches the shard's clients are heard.
const BATCH_EVENTS_MAX: usize = 128;

/// Delivers until `stop` is cancelled, and then what was appended before.
pub(crate) async fn run(shard: Rc<Shard>, mut reader: Reader, stop: CancellationToken) {
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = reader.changed() => {}
        }
        deliver_batch(&shard, &mut reader);
        yield_now().await;
    }
    // No more than what waits now: a source that does not stop must not hold up the end.
    let end = reader.waiting();
    let mut delivered = 0;
    while delivered < end && reader.waiting() > 0 {
        delivered += deliver_batch(&shard, &mut reader);
        yield_now().await;
    }
}

/// Takes the next batch and hands it out. Returns how many events that were.
fn deliver_batch(shard: &Shard, reader: &mut Reader) -> u64 {
    match reader.next_batch(BATCH_EVENTS_MAX) {
        Batch::Events(events) => {
            publish(shard, &events);
            events.len() as u64
        }
        Batch::Lost { from, to } => {
            let events = to.saturating_sub(from).saturating_add(1);
            lose(shard, events);
            events
        }
    }
}

fn publish(shard: &Shard, events: &[Arc<Stamped>]) {
    let (now, mut sent) = (shard.tick(), 0);
    shard.with_connections(|connections| {
        shard.hub.borrow_mut().publish(events, |id, frames, count| {
            if let Some(Some(connection)) = connections.get(id.index()) {
                connection.send(frames, count, now);
                sent += count as u64;
            }
        });
    });
    shard.counters.messages_sent.fetch_add(sent, Relaxed);
}

/// This shard was too slow for the journal: nobody can say whom the lost events would have
/// concerned, so everyone who listens to anything is told.
fn lose(shard: &Shard, events: u64) {
    warn!(events, "events left the journal before they were delivered; closing all who listen");
    shard.counters.events_lost.fetch_add(events, Relaxed);
    shard.with_connections(|connections| {
        for id in shard.hub.borrow().listeners() {
            if let Some(Some(connection)) = connections.get(id.index()) {
                connection.end(Close::Lost { events });
            }
        }
    });
}
