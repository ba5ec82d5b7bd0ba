//! The look at all clients, once in a while: who is to be pinged, who is to be given up.
//!
//! One task per shard does it for everyone, so that no client needs a timer of its own; each sweep looks
//! at a part of them, so that an idle client costs next to nothing and pings are spread. Between two sweeps
//! time stands still for connections: they note the sweep in which they were last heard of,
//! and nobody asks a clock. Never writes more than a ping.

use std::{rc::Rc, sync::atomic::Ordering::Relaxed, time::Duration};

use banano_ws_hub::{Framing, frame};
use banano_ws_journal::LocateError;
use banano_ws_protocol::{Cursor, Since};
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    catch_up, close::Close, config::Config, connection::Connection, events,
    refusals::RefusalReason, shard::Shard, stats::Counters, watching::Watching,
};

/// So many sweeps without moving are enough to be given up, while too much waits for all.
const PRESSED: Tick = 5;

/// Counts sweeps: the coarse time of a shard.
pub(crate) type Tick = u32;

/// When what is due, in sweeps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    period: Duration,
    /// Of how many sweeps one looks at a given client.
    parts: u32,
    ping: Tick,
    idle: Tick,
    write: Tick,
}

impl Schedule {
    /// Sweeps once a second and looks at everyone every five, or more often where a timeout is short.
    pub(crate) fn new(config: &Config) -> Self {
        let times = [config.ping_interval_ms, config.idle_timeout_ms, config.write_timeout_ms];
        let shortest = times.into_iter().min().unwrap_or(1);
        let all_ms = (shortest / 5).clamp(2, 5_000);
        let parts = u32::try_from(all_ms / 1_000).unwrap_or(1).max(1);
        let period_ms = all_ms / u64::from(parts);
        let ticks = |ms: u64| Tick::try_from(ms.div_ceil(period_ms)).unwrap_or(Tick::MAX);
        Self {
            period: Duration::from_millis(period_ms),
            parts,
            ping: ticks(config.ping_interval_ms),
            idle: ticks(config.idle_timeout_ms),
            write: ticks(config.write_timeout_ms),
        }
    }
}

/// Sweeps until the shard's runtime ends.
pub(crate) async fn run(shard: Rc<Shard>, schedule: Schedule) {
    let mut ticks = interval(schedule.period);
    // After a stall one sweep makes up for all that were missed.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut sum, mut seen) = (Sum::default(), 0);
    loop {
        ticks.tick().await;
        let now = shard.next_tick();
        // Where all together have no room left, who takes nothing is given up sooner.
        let is_pressed = shard.is_pressed();
        let write = if is_pressed { schedule.write.min(PRESSED) } else { schedule.write };
        let parts = if is_pressed { 1 } else { schedule.parts };
        let schedule = Schedule { write, ..schedule };
        let part = now % parts;
        if part == 0 {
            (sum, seen) = (Sum::default(), 0);
        }
        seen += 1;
        shard.each_connection_of(part as usize, parts as usize, |connection| {
            look_at(connection, schedule, now, &shard);
            sum.add(connection);
            // There may have been no room among what waits for all.
            if connection.is_behind() {
                catch_up::go_on(&shard, connection.id);
            }
        });
        // Not what was added up while the number of parts changed.
        if seen == parts {
            sum.publish(&shard.counters);
        }
    }
}

/// What waits for the clients of a shard.
#[derive(Debug, Default)]
struct Sum {
    waiting: usize,
    messages: usize,
    bytes: usize,
    behind: usize,
}

impl Sum {
    fn add(&mut self, connection: &Connection) {
        let (messages, bytes) = connection.depth();
        self.waiting += usize::from(bytes > 0);
        self.messages += messages;
        self.bytes += bytes;
        self.behind += usize::from(connection.is_behind());
    }

    fn publish(&self, counters: &Counters) {
        counters.waiting.store(self.waiting, Relaxed);
        counters.waiting_messages.store(self.messages, Relaxed);
        counters.waiting_bytes.store(self.bytes, Relaxed);
        counters.behind.store(self.behind, Relaxed);
    }
}

fn look_at(connection: &Connection, schedule: Schedule, now: Tick, shard: &Shard) {
    let silent = if connection.is_waiting() {
        // What it is sent doesn't get through, and its own messages may be left unread meanwhile.
        now.wrapping_sub(connection.moved()) > schedule.write
    } else {
        now.wrapping_sub(connection.heard()) > schedule.idle
    };
    let is_due = now.wrapping_sub(connection.heard()) >= schedule.ping;
    if connection.is_behind() && connection.is_waiting() && has_expired(connection, shard) {
        connection.end(Close::Expired);
    } else if silent {
        if connection.ending().is_none() {
            shard.counters.closed_silent.fetch_add(1, Relaxed);
            if connection.is_waiting() && shard.is_pressed() {
                shard.counters.refuse(RefusalReason::TotalOutboxBytes);
            }
        }
        connection.end(Close::Gone);
    } else if is_due && connection.framing == Framing::EventStream {
        send_heartbeat(connection, now, shard);
    } else if is_due && connection.note_ping() {
        // Where so much waits that it finds no room, it is not needed either.
        let _delivery = connection.send(&frame::PING, 1, now);
    }
}

/// Keeps a stream of events alive. One that got everything goes on from here if it has to reconnect,
/// however long ago its last event was. Nobody answers: that it takes something is all there is.
fn send_heartbeat(connection: &Connection, now: Tick, shard: &Shard) {
    if connection.is_waiting() {
        return;
    }
    let mut heartbeat = Vec::new();
    if !connection.is_behind() && connection.watching() == Watching::No {
        frame::append_event_id(shard.position(), &mut heartbeat);
    }
    heartbeat.extend_from_slice(events::HEARTBEAT);
    let _delivery = connection.send(&heartbeat.into(), 1, now);
    connection.hear(now);
}

/// Whether something that a slow client still has to get has left the journal. Those who read find
/// out by themselves.
fn has_expired(connection: &Connection, shard: &Shard) -> bool {
    let here = shard.position();
    shard.hub.borrow().places(connection.id).any(|(topic, sequence)| {
        let place = Since::Cursor(Cursor { sequence, ..here });
        matches!(shard.journal.locate(topic, &place), Err(LocateError::Expired(_)))
    })
}
