//! What those who run the program can see of it, and do: numbers of the process, and the admin listener.
//!
//! Called once by each mode that serves, with its server. Reads `/proc`. Never tells anything that is worth
//! keeping secret.

use std::fs;
use std::net::{IpAddr, TcpListener};

use anyhow::Error;
use banano_rpc::Meters;
use banano_ws_metrics::{Exposition, Kind};
use banano_ws_server::Server;
use tracing::warn;

use crate::listen::{listen, reachable};
use crate::settings::{Endpoint, Settings};

/// Where operators are let in.
#[derive(Debug)]
pub(crate) struct Place {
    listener: TcpListener,
    pub(crate) url: String,
}

impl Place {
    /// Takes the place that is asked for, if one is.
    ///
    /// # Errors
    /// When it cannot be had.
    pub(crate) fn take(settings: &Settings) -> Result<Option<Self>, Error> {
        let Some(wanted) = &settings.admin_listen else { return Ok(None) };
        let listener = listen(wanted, "--admin-listen")?;
        let address = listener.local_addr()?;
        if !address.ip().is_loopback() {
            warn!("{}", open_to_others(wanted));
        }
        Ok(Some(Self { listener, url: format!("http://{}", reachable(address)) }))
    }
}

/// What is wrong with a place that is not of this machine only. It may be meant.
fn open_to_others(place: &Endpoint) -> String {
    format!("--admin-listen {place}: other machines can reach it, and it has no password")
}

/// What is to be thought of before the start. A name is not looked up.
pub(crate) fn warning(settings: &Settings) -> Option<String> {
    let place = settings.admin_listen.as_ref()?;
    let ip: IpAddr = place.parts().0.parse().ok()?;
    (!ip.is_loopback()).then(|| open_to_others(place))
}

/// Lets operators in, if there is a place, and has `/metrics` tell of the process.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn admit(server: &Server, place: Option<Place>) -> Result<(), Error> {
    server.metrics().add(process);
    if let Some(place) = place {
        server.admit_operators(place.listener)?;
    }
    Ok(())
}

/// Where RPC requests are counted, which the server's metrics tell.
pub(crate) fn rpc_meters(server: &Server) -> Meters {
    let meters = Meters::default();
    let told = meters.clone();
    server.metrics().add(move |out| told.collect(out));
    meters
}

/// The process, by the names that Prometheus's own libraries use.
fn process(out: &mut Exposition) {
    out.family(Kind::Gauge, "banano_ws_build_info", "Which version runs.")
        .sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    #[cfg(target_os = "linux")]
    if let Some(stat) = Stat::read() {
        out.family(
            Kind::Counter,
            "process_cpu_seconds_total",
            "Processor time spent, in the program and for it.",
        )
        .sample(&[], stat.cpu_seconds);
        out.gauge("process_resident_memory_bytes", "Memory in use.", stat.resident_bytes);
        out.gauge("process_virtual_memory_bytes", "Address space in use.", stat.virtual_bytes);
        out.gauge("process_threads", "Threads.", stat.threads);
        out.gauge("process_start_time_seconds", "When it began, Unix time.", stat.start_seconds);
    }
    #[cfg(target_os = "linux")]
    if let Ok(entries) = fs::read_dir("/proc/self/fd") {
        // The listing itself is one.
        out.gauge("process_open_fds", "Open files and sockets.", entries.count().saturating_sub(1));
    }
    #[cfg(target_os = "linux")]
    if let Some(max) = most_files() {
        out.gauge("process_max_fds", "Open files and sockets that are allowed.", max);
    }
}

/// What the kernel tells of the process.
#[cfg(target_os = "linux")]
struct Stat {
    cpu_seconds: f64,
    resident_bytes: u64,
    virtual_bytes: u64,
    threads: u64,
    start_seconds: f64,
}

#[cfg(target_os = "linux")]
impl Stat {
    fn read() -> Option<Self> {
        let text = fs::read_to_string("/proc/self/stat").ok()?;
        let boot = fs::read_to_string("/proc/stat").ok()?;
        let boot =
            boot.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
        Self::parse(&text, boot)
    }

    /// Reads a line of `/proc/PID/stat` (`proc_pid_stat(5)`), of which the second field may hold spaces.
    /// `boot` is when the system began, in seconds since the Unix epoch.
    fn parse(text: &str, boot: f64) -> Option<Self> {
        /// What `sysconf` says for both on every Linux that Rust knows.
        const TICKS_PER_SECOND: f64 = 100.0;
        const PAGE_BYTES: u64 = 4_096;
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        // The first one here is the third of the line.
        let field = |number: usize| fields.get(number.checked_sub(3)?)?.parse::<u64>().ok();
        let seconds = |number| Some(seconds(field(number)?) / TICKS_PER_SECOND);
        Some(Self {
            cpu_seconds: seconds(14)? + seconds(15)?,
            threads: field(20)?,
            start_seconds: boot + seconds(22)?,
            virtual_bytes: field(23)?,
            resident_bytes: field(24)?.saturating_mul(PAGE_BYTES),
        })
    }
}

#[cfg(target_os = "linux")]
#[expect(clippy::cast_precision_loss, reason = "ticks since the boot are far below 2^53")]
fn seconds(ticks: u64) -> f64 {
    ticks as f64
}

#[cfg(target_os = "linux")]
fn most_files() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_line_is_read_whatever_the_program_is_called() {
        let line = "17 (a) b (c) S 1 17 17 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 7 0 300 8192 2 \
                    18446744073709551615 1 1 0 0";
        let stat = Stat::parse(line, 1_000.0).unwrap();
        assert!((stat.cpu_seconds - 2.0).abs() < 1e-9);
        assert!((stat.start_seconds - 1_003.0).abs() < 1e-9);
        assert_eq!((stat.threads, stat.virtual_bytes, stat.resident_bytes), (7, 8_192, 8_192));
        assert!(Stat::read().is_some_and(|stat| stat.resident_bytes > 0 && stat.threads > 0));
        assert!(most_files().is_some());
    }
}
