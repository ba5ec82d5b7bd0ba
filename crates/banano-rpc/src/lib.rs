//! The node RPC over HTTP: JSON in, JSON out, as a Banano node does it (node.md §9).
//!
//! [`serve`] takes a bound listener, a node and a signal to stop. Inside, `server` knows HTTP, `dispatch`
//! turns a body into an answer, and `commands` is the table of what can be asked. Clients rely on
//! oddities: status 200 for errors, strings for everything, `""` for an empty list. Reads the ledger
//! directly and asks the node for the rest; never changes anything but through the node.

mod answers;
mod server;
mod stall;

mod dispatch;

mod commands;

mod call;

mod block_json;
mod reply;
mod request;

mod error;

mod config;
mod names;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use banano_node::Node;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use answers::Answers;
use call::Shared;
pub use config::{Config, Problem};
pub use names::Names;
use reply::Style;

/// Long reads at once; more wait, within their deadlines. Each takes a thread that may wait.
pub(crate) const SCANS: usize = 8;
/// Blocks of `process` with `async` that wait for their result; more wait to be started.
const BACKGROUND: usize = 1024;

/// What the RPC answers from, and how.
#[derive(Debug)]
pub struct Service {
    /// The node that is asked.
    pub node: Node,
    /// Bounds.
    pub config: Config,
    /// Whether amounts have twins in BAN (node.md §1.1).
    pub decimal_fields: bool,
    /// Short names for the log.
    pub names: Names,
}

/// Answers requests until `stop`, then lets those under way finish for a few seconds.
///
/// # Errors
/// When the listener cannot be used.
pub async fn serve(
    listener: TcpListener,
    service: Service,
    stop: CancellationToken,
) -> io::Result<()> {
    let listener = server::listener(listener)?;
    let Service { node, config, decimal_fields, names } = service;
    let style = Style { prefix: node.network().prefix, decimals: decimal_fields };
    let shared = Arc::new(Shared {
        node,
        config,
        style,
        names,
        answers: Answers::new(),
        scans: Arc::new(Semaphore::new(SCANS)),
        background: Arc::new(Semaphore::new(BACKGROUND)),
        tasks: TaskTracker::new(),
    });
    server::run(listener, Arc::clone(&shared), stop).await;
    // Blocks that were taken with `async` reach the ledger before the node is stopped.
    shared.tasks.close();
    shared.tasks.wait().await;
    Ok(())
}
