//! The thread of a processing task: how it starts, how it ends, and who is told of a failure.
//!
//! Held by whoever owns the node. May start and join one thread. Never lets a panic or a store error
//! pass in silence.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use banano_ledger::StoreError;
use tokio::sync::{oneshot, watch};

use crate::inbox::Inbox;
use crate::processor::{Parts, Processor};

/// Why a node ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum NodeFailure {
    /// Its ledger cannot be read or written any more.
    #[error(
        "the ledger of node {node} cannot be used any more; what was confirmed is on disk up to the last commit"
    )]
    Store {
        /// Number of the node, from 1.
        node: u32,
        /// What the store said.
        #[source]
        source: StoreError,
    },
    /// A programming error.
    #[error("node {node} ended with a programming error, please report it: {message}")]
    Panic {
        /// Number of the node, from 1.
        node: u32,
        /// What the panic said.
        message: String,
    },
}

/// Where the first failure of any node is put.
pub(crate) type FailureSlot = watch::Sender<Option<Arc<NodeFailure>>>;

/// A processing task at work. Dropping it stops the task and waits for its end.
#[derive(Debug)]
pub(crate) struct Running {
    inbox: Arc<Inbox>,
    ended: oneshot::Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts the thread of node `number`, counted from 1.
    pub(crate) fn start(
        number: u32,
        parts: Parts,
        failures: FailureSlot,
    ) -> Result<Self, io::Error> {
        let inbox = Arc::clone(&parts.inbox);
        let (end, ended) = oneshot::channel();
        let at_end = Arc::clone(&inbox);
        let thread = thread::Builder::new().name(format!("node-{number}")).spawn(move || {
            let processor = Processor::new(parts);
            // Nothing of the processor is used after a panic: it is dropped with all it had begun.
            let outcome = catch_unwind(AssertUnwindSafe(|| processor.run()));
            at_end.close();
            if let Some(failure) = failure(number, outcome) {
                tracing::error!(node = number, error = %failure, "node failed");
                failures.send_if_modified(|slot| {
                    let is_first = slot.is_none();
                    slot.get_or_insert_with(|| Arc::new(failure));
                    is_first
                });
            }
            let _ = end.send(());
        })?;
        Ok(Self { inbox, ended, thread: Some(thread) })
    }

    /// Asks the task to end after its current pass.
    pub(crate) fn close(&self) {
        self.inbox.close();
    }

    /// Waits for the end of the task.
    pub(crate) async fn ended(&mut self) {
        // An error means that the thread is gone already.
        let _ = (&mut self.ended).await;
    }
}

impl Running {
    /// Leaves a thread alone that does not end.
    pub(crate) fn abandon(&mut self) {
        self.thread = None;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn failure(node: u32, outcome: thread::Result<Result<(), StoreError>>) -> Option<NodeFailure> {
    match outcome {
        Ok(Ok(())) => None,
        Ok(Err(source)) => Some(NodeFailure::Store { node, source }),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            let message = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Some(NodeFailure::Panic { node, message: message.unwrap_or_default() })
        }
    }
}

#[cfg(test)]
mod tests;
