//! What systemd is told: that the program is ready, reads its configuration, stops, and lives.
//!
//! Called by whoever waits for signals. Without systemd nothing of it happens.

use std::time::Duration;

use sd_notify::NotifyState;
use tracing::debug;

/// Everything listens.
pub(crate) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The configuration is being read again; [`ready`] comes when that is done.
pub(crate) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => debug!(%error, "systemd is not told of the reload"),
    }
}

/// The end has begun.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Half of the time after which systemd takes the program for dead, if it does that at all.
pub(crate) fn watchdog_period() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 2)
}

/// The program lives.
pub(crate) fn alive() {
    tell(&[NotifyState::Watchdog]);
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        debug!(%error, "systemd is not told");
    }
}
