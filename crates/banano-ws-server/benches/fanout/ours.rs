//! Our server.

use std::{
    net::TcpListener,
    process, thread,
    time::{Duration, Instant},
};

use banano_ws_journal::{Journal, Limits};
use banano_ws_protocol::RenderSettings;
use banano_ws_server::{Config, Io, Server, start};

use crate::{
    Task,
    clients::Kind,
    measure::{self, Costs, Process},
};

/// How long idle clients are watched.
const IDLE_TIME: Duration = Duration::from_mins(1);

pub(super) fn measure(task: &Task, io: Io) -> Costs {
    let (server, journal) = serve(task, io);
    let (mut receivers, connecting) =
        measure::connect(task, Process(process::id()), server.address());
    let costs = measure::run(task, &mut receivers, Process(process::id()), |events| {
        for _ in 0..events {
            journal.append(vec![task.event.clone()]);
        }
    });
    let stats = server.stats();
    assert!(task.kind == Kind::HalfDeaf || stats.closed_slow == 0, "somebody missed something");
    assert_eq!(stats.events_lost, 0, "somebody missed something");
    costs.after(&connecting)
}

/// Clients that only listen, and nothing happens: what the pings cost. Returns milliseconds of CPU per
/// second.
pub(super) fn idle(task: &Task, io: Io) -> f64 {
    let (server, _journal) = serve(task, io);
    let process = Process(process::id());
    let (receivers, _) = measure::connect(task, process, server.address());
    let (start, cpu) = (Instant::now(), process.cpu_us());
    thread::sleep(IDLE_TIME);
    let used_ms = (process.cpu_us() - cpu) / 1_000.0;
    let per_second = used_ms / start.elapsed().as_secs_f64();
    assert_eq!(server.stats().sessions, task.clients, "all of them answered");
    drop(receivers);
    per_second
}

fn serve(task: &Task, io: Io) -> (Server, Journal) {
    let journal = Journal::memory(Limits::default(), || 1_700_000_000_700);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = Config { io, compression: task.kind == Kind::Compressed, ..Config::default() };
    if task.kind != Kind::HalfDeaf {
        // A burst is to be measured to its end, not to the bound of a slow client.
        config.max_outbox_messages = 1_000_000;
        config.max_outbox_bytes = 1 << 30;
        config.max_total_outbox_bytes = 1 << 36;
        config.max_memory_bytes = 1 << 40;
    }
    let server = start(listener, config, journal.clone(), RenderSettings::default()).unwrap();
    (server, journal)
}
