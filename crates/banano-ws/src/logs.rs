//! What is told on standard error while the program runs.
//!
//! Set up once, before anything starts. One line per message: as text, with colours only on a terminal, or
//! as a JSON object. Never holds a key, a seed or a password: nobody hands one to the log.

use std::io::IsTerminal as _;
use std::sync::OnceLock;

use tracing_subscriber::fmt::time::uptime;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{EnvFilter, Registry, reload};

use crate::settings::{Log, LogFormat};

/// By which the level can be changed.
static LEVEL: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Tells messages of at least this importance.
pub(crate) fn start(log: Log, format: LogFormat) {
    let (filter, level) = reload::Layer::new(filter(log));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let told = tracing_subscriber::registry().with(filter);
    // A second subscriber is refused; there is only this one call.
    let _ = match format {
        LogFormat::Text => {
            let colours = std::io::stderr().is_terminal() && !no_color();
            let lines = lines.with_ansi(colours).with_target(log >= Log::Debug);
            tracing::subscriber::set_global_default(told.with(lines.with_timer(uptime())))
        }
        // `{"timestamp":"…","level":"WARN","target":"…","message":"…", and what belongs to it}`
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_current_span(false);
            tracing::subscriber::set_global_default(told.with(lines.with_span_list(false)))
        }
    };
    let _ = LEVEL.set(level);
}

/// Tells messages of at least this importance from now on.
pub(crate) fn set_level(log: Log) {
    if let Some(level) = LEVEL.get() {
        // It fails only where the subscriber is gone, and with it everybody who could be told.
        let _ = level.reload(filter(log));
    }
}

fn filter(log: Log) -> EnvFilter {
    EnvFilter::new(match log {
        Log::Quiet => "error",
        // Who has the configuration read again wants to know what came of it, who was warned of an outage
        // when it is over, and who renews a certificate that it is shown.
        Log::Normal => {
            "warn,banano_ws::reload=info,banano_ws_journal::stream::connection=info,banano_ws_server::tls=info"
        }
        // Each RPC request and each WebSocket action.
        Log::Verbose => "warn,banano_ws=info,banano_ws_server=info,rpc=info,ws=info",
        Log::Debug => "debug",
    })
}

/// Whether the user wants no colours anywhere (`https://no-color.org`).
pub(crate) fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}
