//! A dev network that begins anew in the place of one that runs.
//!
//! Ordered by RPC through [`Dev`], done by the owner of the network. May stop and start everything.
//! Never lets two networks use one folder, or an old event come behind a new one.

use std::sync::{Arc, Weak};
use std::time::Duration;

use banano_ledger::Ledger;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{interval, timeout};

use super::control::Dev;
use super::fleet::local_listener;
use super::{DevConfig, DevNet, StartError, StopError};
use crate::events::EventSink;

/// An order to begin anew. Answered when the new network runs; dropped if it cannot.
pub type ResetOrder = oneshot::Sender<()>;

/// How long requests may take that still read an old ledger. Longer than any of them has by default.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between two looks at whether they are done.
const LOOK: Duration = Duration::from_millis(2);

/// Why a network did not begin anew. It has ended then.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// The old one did not end.
    #[error(transparent)]
    Stop(#[from] StopError),
    /// Somebody still uses the old one.
    #[error("after {} s a request still reads the old ledger", PATIENCE.as_secs())]
    InUse,
    /// The new one did not start.
    #[error("cannot start the network anew")]
    Start(#[from] StartError),
    /// The thread that started it is gone.
    #[error("the start was interrupted")]
    Interrupted,
}

impl Dev {
    /// Lends the network somebody who can begin it anew. The first lender stays.
    pub fn lend_reset(&self, orders: mpsc::Sender<ResetOrder>) {
        // A network has one owner.
        let _ = self.resets.set(orders);
    }

    /// Orders that the network begins anew; `None` if nobody can do that, or too many orders wait. Whoever
    /// waits for the answer must let go of this network first.
    pub fn order_reset(&self) -> Option<oneshot::Receiver<()>> {
        let (order, done) = oneshot::channel();
        self.resets.get()?.try_send(order).ok()?;
        Some(done)
    }
}

impl DevNet {
    /// Stops this network and starts one of `config` in its place, from its first block, in memory or
    /// in the folder, of which only the journal stays. Nodes that joined are gone. Waits until nobody holds a handle of a node of this one any more. What it
    /// told `sink` comes before all that the new one tells.
    ///
    /// # Errors
    /// When the old network does not end, or the new one does not start.
    pub async fn begin_anew(
        self,
        config: &DevConfig,
        sink: &EventSink,
    ) -> Result<Self, ResetError> {
        let ledgers: Vec<_> = self.nodes().iter().map(|it| Arc::downgrade(it.ledger())).collect();
        self.stop().await?;
        closed(&ledgers).await?;
        let (config, sink) = (config.clone(), Arc::clone(sink));
        let start = tokio::task::spawn_blocking(move || {
            Self::start_in(&config, local_listener(1)?, &sink, true)
        });
        Ok(start.await.map_err(|_| ResetError::Interrupted)??)
    }
}

/// Waits until the last handle of each ledger is gone: its files can be deleted then.
async fn closed(ledgers: &[Weak<Ledger>]) -> Result<(), ResetError> {
    let wait = async {
        let mut look = interval(LOOK);
        while ledgers.iter().any(|ledger| ledger.strong_count() > 0) {
            look.tick().await;
        }
    };
    timeout(PATIENCE, wait).await.map_err(|_| ResetError::InUse)
}
