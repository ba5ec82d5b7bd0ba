//! The configuration, read again while the program runs (SIGHUP).
//!
//! Called by whoever waits for signals. Reads the file anew; flags and environment are those of the start.
//! What cannot be used is told and changes nothing. Says what has changed, and what needs a restart.

use banano_ws_server::{Config, Reloader};
use tracing::{error, info, warn};

use crate::logs;
use crate::settings::{AT_THE_TOP, Change, Resolved, Settings, changes};

/// What can be read again, and for whom.
#[derive(Debug)]
pub(crate) struct Reload {
    /// Of which what needs a restart is in force.
    at_start: Settings,
    /// Of which the rest is.
    resolved: Resolved,
    server: Reloader,
}

impl Reload {
    pub(crate) fn new(resolved: &Resolved, server: Reloader) -> Self {
        Self { at_start: resolved.settings.clone(), resolved: resolved.clone(), server }
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
        let reread = match self.server.reload(&resolved.settings.websocket()) {
            Ok(reread) => reread,
            Err(cause) => {
                let cause = anyhow::Error::from(cause);
                return error!("{cause:#}; what was in force stays so");
            }
        };
        let mut count = 0_usize;
        let (now, later) = self.changes(&resolved.settings);
        for change in &now {
            count = count.saturating_add(1);
            info!("{change}");
        }
        for change in later {
            warn!("{change}: needs a restart, until then the old value is in force");
        }
        let Settings { tokens, tls_cert, .. } = &resolved.settings;
        for (path, is_other, file) in
            [("tokens", reread.tokens, tokens), ("tls_cert", reread.certificate, tls_cert)]
        {
            // Another file was told of already.
            let is_told = now.iter().any(|change| change.path == path);
            if let Some(file) = file.as_ref().filter(|_| is_other && !is_told) {
                count = count.saturating_add(1);
                info!("{path}: {file:?} has changed");
            }
        }
        logs::set_level(resolved.settings.log);
        info!(
            "the configuration was read again, with tokens and certificate: {count} changes in force"
        );
        self.resolved = resolved;
    }

    /// What of other settings comes into force now, and what with a restart.
    fn changes(&self, settings: &Settings) -> (Vec<Change>, Vec<Change>) {
        let fits = |can: bool| move |change: &Change| can_change(&change.path) == can;
        let now = changes(&self.resolved.settings, settings).into_iter().filter(fits(true));
        let later = changes(&self.at_start, settings).into_iter().filter(fits(false));
        (now.collect(), later.collect())
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
