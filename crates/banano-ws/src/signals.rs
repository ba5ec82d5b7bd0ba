//! When somebody wants the program to end, or to read its configuration again.
//!
//! Awaited by the running program. The first signal to end asks for a clean end; a second one, while that
//! is under way, ends the process at once. SIGHUP is dealt with while it is awaited. Also tells systemd
//! how the program is.

use std::io;

use anyhow::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Interval, MissedTickBehavior, interval};
use tracing::info;

use crate::reload::Reload;
use crate::systemd;

/// Signals that ask something of the program.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    service: Option<Service>,
}

/// What a program that serves does beside.
#[derive(Debug)]
struct Service {
    hangup: Signal,
    reload: Reload,
    watchdog: Option<Interval>,
}

/// What a service is asked for.
enum Asked {
    ToReload,
    ForASignOfLife,
}

impl Signals {
    /// Takes over the signals that ask for an end. Needs a runtime.
    pub(crate) fn take() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            service: None,
        })
    }

    /// Takes over those of a program that serves, and says that it is ready. Needs a runtime.
    pub(crate) fn of_service(reload: Reload) -> io::Result<Self> {
        let watchdog = systemd::watchdog_period().map(|period| {
            let mut ticks = interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        });
        let service = Service { hangup: signal(SignalKind::hangup())?, reload, watchdog };
        let signals = Self { service: Some(service), ..Self::take()? };
        systemd::ready();
        Ok(signals)
    }

    /// Waits until the program is to end.
    pub(crate) async fn next(&mut self) {
        loop {
            let asked = async {
                match &mut self.service {
                    Some(service) => service.asked().await,
                    None => std::future::pending().await,
                }
            };
            let asked = tokio::select! {
                _ = self.interrupt.recv() => break,
                _ = self.terminate.recv() => break,
                asked = asked => asked,
            };
            match (asked, &mut self.service) {
                (Asked::ToReload, Some(service)) => {
                    systemd::reloading();
                    service.reload.again();
                    systemd::ready();
                }
                _ => systemd::alive(),
            }
        }
        if self.service.is_some() {
            systemd::stopping();
        }
    }

    /// Ends the program by `stop`; a second signal ends it at once. What went wrong before is what it
    /// ends with.
    pub(crate) async fn end_by(
        mut self,
        stop: impl Future<Output = Result<(), Error>>,
        failure: Option<Error>,
    ) -> Result<(), Error> {
        info!("stopping");
        let stopped = tokio::select! {
            stopped = stop => stopped,
            () = self.next() => std::process::exit(1),
        };
        failure.map_or(stopped, Err)
    }
}

impl Service {
    async fn asked(&mut self) -> Asked {
        let tick = async {
            match &mut self.watchdog {
                Some(ticks) => ticks.tick().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.hangup.recv() => Asked::ToReload,
            _ = tick => Asked::ForASignOfLife,
        }
    }
}
