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
mod meters;
mod names;
mod respond;

#[cfg(feature = "fuzzing")]
pub mod fuzzing;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use banano_node::Node;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use answers::Answers;
use call::Shared;
pub use config::{Config, Problem};
pub use meters::Meters;
pub use names::Names;
use reply::Style;
use respond::OfNode;
pub use respond::Respond;

/// Long reads at once; more wait, within their deadlines. Each takes a thread that may wait.
pub(crate) const SCANS: usize = 8;
/// Blocks of `process` with `async` that wait for their result; more wait to be started.
const BACKGROUND: usize = 1024;

/// What the RPC answers from, and how.
#[derive(Debug)]
pub struct Service {
    /// The node that is asked. While there is none, as when a dev network begins anew, requests wait
    /// within their deadlines.
    pub node: watch::Receiver<Option<Node>>,
    /// Bounds.
    pub config: Config,
    /// Whether amounts have twins in BAN (node.md §1.1).
    pub decimal_fields: bool,
    /// Short names for the log.
    pub names: Names,
    /// Where requests are counted.
    pub meters: Meters,
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
    let Service { mut node, config, decimal_fields, names, meters } = service;
    let Some(prefix) = current(&mut node).await.map(|node| node.network().prefix) else {
        return Ok(());
    };
    let style = Style { prefix, decimals: decimal_fields };
    let shared = Arc::new(Shared {
        node,
        config: config.clone(),
        style,
        names,
        meters,
        answers: Answers::new(),
        scans: Arc::new(Semaphore::new(SCANS)),
        background: Arc::new(Semaphore::new(BACKGROUND)),
        tasks: TaskTracker::new(),
    });
    server::run(listener, config, OfNode(Arc::clone(&shared)), stop).await;
    // Blocks that were taken with `async` reach the ledger before the node is stopped.
    shared.tasks.close();
    shared.tasks.wait().await;
    Ok(())
}

/// Answers requests by `respond` until `stop`, with the same bounds and the same HTTP as a node's.
///
/// # Errors
/// When the listener cannot be used.
pub async fn serve_with(
    listener: TcpListener,
    config: Config,
    respond: impl Respond,
    stop: CancellationToken,
) -> io::Result<()> {
    let listener = server::listener(listener)?;
    server::run(listener, config, respond, stop).await;
    Ok(())
}

/// The node that is asked now, as soon as there is one; `None` if there will be none any more.
pub(crate) async fn current(node: &mut watch::Receiver<Option<Node>>) -> Option<Node> {
    node.wait_for(Option::is_some).await.ok()?.clone()
}
