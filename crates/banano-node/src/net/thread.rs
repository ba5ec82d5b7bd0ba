//! The thread that owns the sockets of all nodes of this process.
//!
//! Held by whoever starts nodes. Only moves and decodes bytes: blocks and votes are judged on the
//! nodes' own threads.

use std::io;
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Handle};
use tokio_util::sync::CancellationToken;

/// A running thread. Dropping it ends every connection and waits for the thread.
#[derive(Debug)]
pub(crate) struct NetThread {
    handle: Handle,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl NetThread {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (handle, stop) = (runtime.handle().clone(), CancellationToken::new());
        let stopped = stop.clone();
        let thread = thread::Builder::new()
            .name("peers".to_owned())
            .spawn(move || runtime.block_on(stopped.cancelled()))?;
        Ok(Self { handle, stop, thread: Some(thread) })
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for NetThread {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // It ends without a result; a panic of a task stays in the task.
            let _ = thread.join();
        }
    }
}
