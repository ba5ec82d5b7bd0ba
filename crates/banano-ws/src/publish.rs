//! Events of a source on their way into a stream, for edges.
//!
//! Started beside a source before it may append, stopped after its last event. Never holds the source up:
//! the journal is the buffer, and the log tells what did not fit.

use std::time::Duration;

use anyhow::Error;
use banano_ws_journal::{Journal, PublishStatus, Publisher, PublisherConfig};
use banano_ws_metrics::Registry;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::warn;

use crate::settings::Settings;

/// How long the end of the program waits for the server to take what is left.
const FAREWELL: Duration = Duration::from_secs(5);

/// A publisher that runs.
pub(crate) struct Publishing {
    status: watch::Receiver<PublishStatus>,
    is_durable: bool,
    task: JoinHandle<()>,
}

/// Whose events they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Of a network that is in this process alone.
    OwnNetwork,
    /// Of a network that others may watch and publish, too.
    SharedNetwork,
}

/// The place in the stream, in the folder of the journal.
const POSITION: &str = "published";

/// What a source on this machine that is reached there is called, also when it is started again.
fn instance(ws: &str) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}/{ws}", host.trim())
}

impl Publishing {
    /// Publishes what is appended to `journal` from now on, if that is wanted, and before it what an
    /// earlier run on the same folder had not published. `ws` is where clients connect. Blocks until the server
    /// has answered.
    ///
    /// # Errors
    /// There is no server, or it refuses.
    pub(crate) fn start(
        settings: &Settings,
        (source, ws): (Source, &str),
        journal: &Journal,
        runtime: &Runtime,
    ) -> Result<Option<Self>, Error> {
        let Some(stream) = settings.journal.shared() else { return Ok(None) };
        let config = PublisherConfig {
            stream,
            has_twins: source == Source::SharedNetwork,
            instance: instance(ws),
            position: settings.journal_folder().map(|folder| folder.join(POSITION)),
        };
        let publisher = runtime.block_on(Publisher::open(&config, journal))?;
        let (status, is_durable) = (publisher.status(), publisher.is_durable());
        Ok(Some(Self { status, is_durable, task: runtime.spawn(publisher.run()) }))
    }

    /// Tells `metrics` how far it is.
    pub(crate) fn measure(&self, metrics: &Registry) {
        let status = self.status.clone();
        metrics.add(move |out| {
            let PublishStatus { published, waiting, lost, is_stuck, .. } = *status.borrow();
            let about = "Events that the stream has from here.";
            out.counter("banano_ws_published_total", about, published);
            out.gauge(
                "banano_ws_publish_waiting",
                "Events that wait for the NATS server.",
                waiting,
            );
            let about = "Events that left the journal before the NATS server was there.";
            out.counter("banano_ws_publish_lost_total", about, lost);
            let about = "1 while the NATS server does not take what is sent.";
            out.gauge("banano_ws_publish_stuck", about, u8::from(is_stuck));
        });
    }

    /// Waits until everything up to `newest` is published, within a bound.
    pub(crate) async fn stop(mut self, newest: u64) {
        let done = self.status.wait_for(|it| it.place >= newest);
        let is_done = timeout(FAREWELL, done).await.is_ok_and(|it| it.is_ok());
        if !is_done {
            let events = newest.saturating_sub(self.status.borrow().place);
            if self.is_durable {
                warn!(
                    events,
                    "the NATS server did not take the last events; the next start tries again"
                );
            } else {
                warn!(
                    events,
                    "the NATS server did not take the last events; edges will not have them"
                );
            }
        }
        self.task.abort();
    }
}
