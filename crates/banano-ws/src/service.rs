//! What all services do at their start and at their end, whatever they serve.
//!
//! Called by each mode of the program: its runtime, its signals, what it tells at the start, how it ends its
//! runtime.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use anyhow::{Context as _, Error};
use banano_ws_server::Server;
use serde::Serialize;
use tokio::runtime::{Handle, Runtime};

use crate::age::Age;
use crate::banner::ready;
use crate::config_out::ConfigOut;
use crate::logs;
use crate::reload::Reload;
use crate::settings::{Log, Resolved};
use crate::signals::Signals;

/// Threads for RPC, upstreams and streams. Nodes and WebSocket shards have their own.
const THREADS: usize = 2;
/// How long the runtime waits at the end for reads that cannot be interrupted.
pub(crate) const RUNTIME_DEADLINE: Duration = Duration::from_secs(2);

/// A runtime whose threads have this name.
///
/// # Errors
/// The system has no threads left.
pub(crate) fn runtime(name: &str) -> Result<Runtime, Error> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_name(name)
        .enable_all()
        .build()
        .context("cannot start the runtime")
}

/// Takes over the signals, and says that the program is ready. Until then a signal simply ends it.
///
/// # Errors
/// The system gives no signals.
pub(crate) fn signals(
    runtime: &Handle,
    resolved: &Resolved,
    server: &Server,
) -> Result<Signals, Error> {
    let _inside = runtime.enter();
    let reload = Reload::new(resolved, server.reloader());
    Signals::of_service(reload).context("cannot listen for signals")
}

/// Tells scripts (`--config-out`) where everything is, then people. `banner` is told whether colours are
/// wanted.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn announce(
    banner: impl FnOnce(bool) -> String,
    document: &impl Serialize,
    config_out: Option<ConfigOut>,
    log: Log,
    age: Age,
) -> Result<(), Error> {
    if let Some(config_out) = config_out {
        config_out.write(document)?;
    }
    if log > Log::Quiet {
        let mut stdout = std::io::stdout().lock();
        let colours = stdout.is_terminal() && !logs::no_color();
        // Whoever closed the output does not want to read it.
        let _ = stdout.write_all(banner(colours).as_bytes());
        let _ = stdout.write_all(ready(age.get(), colours).as_bytes());
        let _ = stdout.flush();
    }
    Ok(())
}
