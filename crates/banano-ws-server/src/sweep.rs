//! The look at all clients, once in a while: who is to be pinged, who is to be given up.
//!
//! One task per shard does it for everyone, so that no client needs a timer of its own. Between two
//! sweeps time stands still for connections: they note the sweep in which they were last heard of,
//! and nobody asks a clock. Never writes more than a ping.

use std::{rc::Rc, sync::atomic::Ordering::Relaxed, time::Duration};

use banano_ws_hub::frame;
use tokio::time::{MissedTickBehavior, interval};

use crate::{close::Close, config::Config, connection::Connection, shard::Shard};

/// Counts sweeps: the coarse time of a shard.
pub(crate) type Tick = u32;

/// When what is due, in sweeps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    period: Duration,
    ping: Tick,
    idle: Tick,
    write: Tick,
}

impl Schedule {
    /// Sweeps once a second, or more often where a timeout is shorter than a few seconds.
    pub(crate) fn new(config: &Config) -> Self {
        let times = [config.ping_interval_ms, config.idle_timeout_ms, config.write_timeout_ms];
        let shortest = times.into_iter().min().unwrap_or(1);
        let period_ms = (shortest / 5).clamp(2, 1_000);
        let ticks = |ms: u64| Tick::try_from(ms.div_ceil(period_ms)).unwrap_or(Tick::MAX);
        Self {
            period: Duration::from_millis(period_ms),
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
    loop {
        ticks.tick().await;
        let now = shard.next_tick();
        shard.each_connection(|connection| look_at(connection, schedule, now, &shard));
    }
}

fn look_at(connection: &Connection, schedule: Schedule, now: Tick, shard: &Shard) {
    let silent = if connection.is_waiting() {
        // What it is sent doesn't get through, and its own messages may be left unread meanwhile.
        now.wrapping_sub(connection.moved()) > schedule.write
    } else {
        now.wrapping_sub(connection.heard()) > schedule.idle
    };
    if silent {
        if connection.ending().is_none() {
            shard.counters.closed_silent.fetch_add(1, Relaxed);
        }
        connection.end(Close::Gone);
    } else if now.wrapping_sub(connection.heard()) >= schedule.ping && connection.note_ping() {
        connection.send(&frame::PING, 1, now);
    }
}
