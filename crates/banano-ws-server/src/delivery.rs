//! From the journal to the sockets of one shard.
//!
//! One task per shard. Follows the journal and hands each batch through the hub straight to the
//! sockets, without waking anybody but those whose socket is full. Never waits for a client.

use std::{
    rc::Rc,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use banano_ws_hub::Delivery;
use banano_ws_journal::{Batch, Reader};
use banano_ws_protocol::{Cursor, Since, Stamped, Topic};
use tokio::task::yield_now;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{catch_up, clock, close::Close, shard::Shard};

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
            lose(shard, from, to);
            to.saturating_sub(from).saturating_add(1)
        }
    }
}

fn publish(shard: &Shard, events: &[Arc<Stamped>]) {
    let (now, mut sent, mut fell_behind) = (shard.tick(), 0, 0);
    let begun = clock::running();
    let mut together = shard.together.borrow_mut();
    shard.with_connections(|connections| {
        shard.hub.borrow_mut().publish(events, |id, frames, count| {
            let Some(Some(connection)) = connections.get(id.index()) else {
                return Delivery::Taken;
            };
            let delivery = match together.as_mut() {
                Some(together) => together.send(connection, frames, count, now),
                None => connection.send(frames, count, now),
            };
            match delivery {
                Delivery::Taken => sent += count as u64,
                Delivery::Refused => {
                    // Its task goes on with it when the socket has taken what waits.
                    connection.set_behind(true);
                    fell_behind += 1;
                }
            }
            delivery
        });
        if let Some(together) = together.as_mut() {
            together.flush(now);
        }
    });
    drop(together);
    shard.counters.messages_sent.fetch_add(sent, Relaxed);
    shard.counters.fell_behind.fetch_add(fell_behind, Relaxed);
    count(shard, events, clock::running().saturating_sub(begun));
    let ahead = shard.hub.borrow_mut().take_ahead();
    for id in ahead {
        catch_up::go_on(shard, id);
    }
}

/// Makes known outside what was handed out, and how long it took.
fn count(shard: &Shard, events: &[Arc<Stamped>], took: Duration) {
    let (counters, mut of_topic) = (&shard.counters, [0; Topic::ALL.len()]);
    for event in events {
        if let Some(count) = of_topic.get_mut(event.event.topic().index()) {
            *count += 1;
        }
    }
    let tally = shard.hub.borrow_mut().take_tally();
    let sums = [
        (&counters.events, &of_topic),
        (&counters.topic_messages, &tally.messages),
        (&counters.topic_bytes, &tally.bytes),
    ];
    for (counts, more) in sums {
        for (count, more) in counts.iter().zip(more).filter(|(_, more)| **more > 0) {
            count.fetch_add(*more, Relaxed);
        }
    }
    counters.fan_out.observe(took);
    if let Some(took) = tally.render {
        counters.render.observe(took);
    }
    counters.position.store(events.last().map_or(0, |event| event.sequence), Relaxed);
}

/// This shard was too slow for its reader. What was live to its clients they get from the journal;
/// if that does not hold it either, nobody can say whom the lost events would have concerned, and
/// everyone who listens to such a topic is told.
fn lose(shard: &Shard, from: u64, to: u64) {
    let before = Cursor { sequence: from.saturating_sub(1), ..shard.position() };
    let lost: Vec<Topic> = Topic::ALL
        .into_iter()
        .filter(|topic| shard.journal.locate(*topic, &Since::Cursor(before)).is_err())
        .collect();
    let events = to.saturating_sub(from).saturating_add(1);
    if !lost.is_empty() {
        warn!(events, "events left the journal before they were delivered; closing all who listen");
        shard.counters.events_lost.fetch_add(events, Relaxed);
    }
    let listeners: Vec<_> = shard.hub.borrow().listeners().collect();
    for id in &listeners {
        let Some(connection) = shard.connection(*id) else { continue };
        let mut hub = shard.hub.borrow_mut();
        if lost.iter().any(|topic| hub.is_live(*id, *topic)) {
            connection.end(Close::Lost { events });
        }
        hub.fall_behind(*id, before.sequence);
        connection.set_behind(true);
    }
    shard.hub.borrow_mut().skip_to(to);
    for id in listeners {
        catch_up::go_on(shard, id);
    }
}
