//! The configuration, read again while the program runs (SIGHUP).
//!
//! Called by whoever waits for signals. Reads the file anew; flags and environment are those of the start.
//! What cannot be used is told and changes nothing. Says what has changed, and what needs a restart.

use banano_ws_server::{Config, Reloader};
use tracing::{error, info, warn};

use crate::logs;
use crate::settings::{AT_THE_TOP, Resolved, changes};

/// What can be read again, and for whom.
#[derive(Debug)]
pub(crate) struct Reload {
    resolved: Resolved,
    server: Reloader,
}

impl Reload {
    pub(crate) fn new(resolved: &Resolved, server: Reloader) -> Self {
        Self { resolved: resolved.clone(), server }
    }

    /// Reads everything again and puts it into force, or nothing of it.
    pub(crate) fn again(&mut self) {
        let resolved = match self.resolved.again() {
            Ok(resolved) => resolved,
            Err(problems) => {
                for problem in problems {
                    error!("{problem}");
                }
                return error!("the configuration cannot be used; what was in force stays so");
            }
        };
        if let Err(cause) = self.server.reload(&resolved.settings.websocket()) {
            let cause = anyhow::Error::from(cause);
            return error!("{cause:#}; what was in force stays so");
        }
        let mut count = 0_usize;
        for change in changes(&self.resolved.settings, &resolved.settings) {
            let path = change.path.as_str();
            if can_change(path) {
                count = count.saturating_add(1);
                info!("{change}");
            } else {
                warn!("{change}: needs a restart, until then the old value is in force");
            }
        }
        logs::set_level(resolved.settings.log);
        info!(
            "the configuration was read again, with tokens and certificate: {count} changes in force"
        );
        self.resolved = resolved;
    }
}

/// Whether a setting can change while the program runs.
fn can_change(path: &str) -> bool {
    let name = path.strip_prefix("websocket.");
    let name = name.or_else(|| AT_THE_TOP.contains(&path).then_some(path));
    match name {
        Some(name) => !Config::NEED_RESTART.contains(&name),
        None => path == "log",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::KEYS;

    #[test]
    fn what_can_change_is_what_the_documentation_says() {
        let fixed: Vec<&str> =
            KEYS.iter().map(|key| key.path).filter(|path| !can_change(path)).collect();
        for path in
            ["listen", "io", "websocket.shards", "websocket.idle_timeout_ms", "journal.keep"]
        {
            assert!(fixed.contains(&path), "{path}");
        }
        for path in ["log", "tokens", "tls_cert", "error_replies", "websocket.allowed_origins"] {
            assert!(!fixed.contains(&path), "{path}");
        }
    }
}
