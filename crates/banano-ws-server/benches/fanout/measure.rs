//! Paced and in a burst: the same for every server.

use std::{
    fmt, fs, thread,
    time::{Duration, Instant},
};

use crate::{Task, clients::Kind, clock_ns, receivers::Receivers};

/// Deliveries a second while paced.
const PACE: usize = 20_000;
const PACED_TIME: Duration = Duration::from_secs(5);
/// Deliveries of a burst, and events at most.
const BURST_DELIVERIES: usize = 3_000_000;
const BURST_EVENTS_MAX: usize = 3_000;
/// Events until who never reads takes nothing more.
const DEAFENING_EVENTS: usize = 500;

/// Of CPU: microseconds per delivered message.
#[derive(Default, Clone)]
pub(super) struct Costs {
    pub(super) paced: f64,
    pub(super) burst: f64,
    /// From the word to publish until the slowest hundredth of the clients has it.
    pub(super) p99_us: f64,
    /// Per client, until it is subscribed.
    pub(super) connect: f64,
    pub(super) connects_per_second: f64,
    pub(super) idle_bytes: f64,
    pub(super) peak_bytes: f64,
}

impl Costs {
    /// What [`Display`](fmt::Display) wrote.
    pub(super) fn parse(line: &str) -> Self {
        let figures: Vec<f64> = line.split_whitespace().map(|word| word.parse().unwrap()).collect();
        let [paced, burst, p99_us, connect, connects_per_second, idle_bytes, peak_bytes] =
            figures[..]
        else {
            panic!("a measurement failed");
        };
        Self { paced, burst, p99_us, connect, connects_per_second, idle_bytes, peak_bytes }
    }

    /// With what it cost to connect.
    pub(super) fn after(self, connecting: &Self) -> Self {
        let Self { connect, connects_per_second, idle_bytes, .. } = *connecting;
        Self { connect, connects_per_second, idle_bytes, ..self }
    }

    /// Of each figure the median.
    pub(super) fn median(all: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| {
            let mut values: Vec<f64> = all.iter().map(figure).collect();
            values.sort_unstable_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or_default()
        };
        Self {
            paced: of(|it| it.paced),
            burst: of(|it| it.burst),
            p99_us: of(|it| it.p99_us),
            connect: of(|it| it.connect),
            connects_per_second: of(|it| it.connects_per_second),
            idle_bytes: of(|it| it.idle_bytes),
            peak_bytes: of(|it| it.peak_bytes),
        }
    }
}

impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { paced, burst, p99_us, connect, connects_per_second, .. } = self;
        write!(f, "{paced} {burst} {p99_us} {connect} {connects_per_second} ")?;
        write!(f, "{} {}", self.idle_bytes, self.peak_bytes)
    }
}

/// The process that serves.
#[derive(Clone, Copy)]
pub(super) struct Process(pub(super) u32);

impl Process {
    /// CPU time of all its threads, in microseconds.
    pub(super) fn cpu_us(self) -> f64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.0)).unwrap().flatten();
        let of_task = |path: std::path::PathBuf| -> Option<f64> {
            fs::read_to_string(path.join("schedstat")).ok()?.split(' ').next()?.parse().ok()
        };
        tasks.filter_map(|task| of_task(task.path())).sum::<f64>() / 1_000.0
    }

    /// The most memory that it ever had.
    pub(super) fn peak_bytes(self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim_end_matches("kB").trim().parse::<f64>().unwrap() * 1_024.0
    }

    /// Its resident memory.
    pub(super) fn memory_bytes(self) -> f64 {
        let statm = fs::read_to_string(format!("/proc/{}/statm", self.0)).unwrap();
        statm.split(' ').nth(1).unwrap().parse::<f64>().unwrap() * 4096.0
    }
}

/// Measures what `publish` makes the process do: it sends so many events to all who want them.
pub(super) fn run(
    task: &Task,
    receivers: &mut Receivers,
    process: Process,
    mut publish: impl FnMut(usize),
) -> Costs {
    let wanting = task.kind.wanting(task.clients);
    if task.kind == Kind::HalfDeaf {
        // Until then they are as good as others.
        publish(DEAFENING_EVENTS);
        receivers.have_all(wanting * DEAFENING_EVENTS);
    }
    let (paced, p99_us) = paced(wanting, receivers, process, &mut publish);
    let events = (BURST_DELIVERIES / wanting).min(BURST_EVENTS_MAX);
    let cpu = process.cpu_us();
    publish(events);
    receivers.have_all(wanting * events);
    let burst = (process.cpu_us() - cpu) / (wanting * events) as f64;
    Costs { paced, burst, p99_us, peak_bytes: process.peak_bytes(), ..Costs::default() }
}

/// What it costs until all clients are connected and subscribed, and what they then hold.
pub(super) fn connect(
    task: &Task,
    process: Process,
    address: std::net::SocketAddr,
) -> (Receivers, Costs) {
    let (memory, cpu, start) = (process.memory_bytes(), process.cpu_us(), Instant::now());
    let mut receivers = Receivers::start(address, task.kind, task);
    receivers.are_ready();
    let clients = task.clients as f64;
    let costs = Costs {
        connect: (process.cpu_us() - cpu) / clients,
        connects_per_second: clients / start.elapsed().as_secs_f64(),
        idle_bytes: (process.memory_bytes() - memory) / clients,
        ..Costs::default()
    };
    (receivers, costs)
}

fn paced(
    wanting: usize,
    receivers: &mut Receivers,
    process: Process,
    publish: &mut impl FnMut(usize),
) -> (f64, f64) {
    let gap = Duration::from_secs_f64((wanting as f64 / PACE as f64).max(0.001));
    receivers.arrivals();
    let before = receivers.had_each(wanting);
    let (start, cpu) = (Instant::now(), process.cpu_us());
    let mut published = Vec::new();
    while start.elapsed() < PACED_TIME {
        published.push(clock_ns());
        publish(1);
        let next = start + gap * u32::try_from(published.len()).unwrap();
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    let deliveries = wanting * published.len();
    receivers.have_all(deliveries);
    let cost = (process.cpu_us() - cpu) / deliveries as f64;
    let mut latencies: Vec<u64> = receivers
        .arrivals()
        .into_iter()
        .filter_map(|(own, at)| {
            let event = (own - before).checked_sub(1)?;
            Some(at.saturating_sub(*published.get(event)?))
        })
        .collect();
    latencies.sort_unstable();
    let p99 = latencies.get(latencies.len() * 99 / 100).copied().unwrap_or(0);
    (cost, p99 as f64 / 1_000.0)
}
