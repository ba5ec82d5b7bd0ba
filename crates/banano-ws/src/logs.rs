//! What is told on standard error while the program runs.
//!
//! Set up once, before anything starts. One line per message, with colours only on a terminal.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::time::uptime;

use crate::settings::Log;

/// Tells messages of at least this importance.
pub(crate) fn start(log: Log) {
    let filter = match log {
        Log::Quiet => "error",
        Log::Normal => "warn",
        // Each RPC request and each WebSocket action.
        Log::Verbose => "warn,banano_ws=info,banano_ws_server=info,rpc=info,ws=info",
        Log::Debug => "debug",
    };
    let colours = std::io::stderr().is_terminal() && !no_color();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(log >= Log::Debug)
        .with_timer(uptime())
        .finish();
    // A second subscriber is refused; there is only this one call.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Whether the user wants no colours anywhere (`https://no-color.org`).
pub(crate) fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}
