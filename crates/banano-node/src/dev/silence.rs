//! Representatives whose votes are held back: by order, or while a fork is laid out.
//!
//! Held by [`Dev`]. Uses the nodes' handles. Never forgets whom an order silenced.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio_util::task::TaskTracker;

use super::control::Dev;
use crate::node::Node;
use crate::stopped::Stopped;

/// The nodes, and which of them an order silenced. Who changes anything holds the lock.
#[derive(Debug)]
pub(super) struct Silence {
    nodes: Vec<Node>,
    ordered: Arc<Mutex<Vec<bool>>>,
    /// Nobody needs to wait for these: they end with the nodes, if not before.
    tasks: TaskTracker,
}

impl Silence {
    pub(super) fn new(nodes: Vec<Node>) -> Self {
        let ordered = Arc::new(Mutex::new(vec![false; nodes.len()]));
        Self { nodes, ordered, tasks: TaskTracker::new() }
    }

    /// Runs `work` while nobody votes. Afterwards those vote again whom no order silenced, also when the
    /// caller waits no more.
    pub(super) async fn during<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Stopped>> + Send + 'static,
    ) -> Result<T, Stopped> {
        let (nodes, ordered) = (self.nodes.clone(), Arc::clone(&self.ordered).lock_owned().await);
        let task = self.tasks.spawn(async move {
            let silent = async {
                for node in &nodes {
                    node.pause_votes(true).await?;
                }
                work.await
            };
            let done = silent.await;
            for (node, stays_silent) in nodes.iter().zip(ordered.iter()) {
                if !stays_silent {
                    // One that stopped votes no more; the others shall.
                    let _ = node.pause_votes(false).await;
                }
            }
            done
        });
        // The task ends early only with the runtime, and with it the nodes.
        task.await.unwrap_or(Err(Stopped))
    }
}

impl Dev {
    /// Holds back the votes of all representatives, or of that of one node, counted from 0, or lets
    /// them vote again. `false` if there is no such node.
    ///
    /// # Errors
    /// When a node stops before it could answer.
    pub async fn pause_votes(
        &self,
        index: Option<usize>,
        is_paused: bool,
    ) -> Result<bool, Stopped> {
        let Silence { nodes, ordered, .. } = &self.silence;
        let mut ordered = ordered.lock().await;
        let all = nodes.iter().zip(ordered.iter_mut()).enumerate();
        let chosen = all.filter(|(number, _)| index.is_none_or(|index| index == *number));
        for (_, (node, is_silent)) in chosen {
            *is_silent = is_paused;
            node.pause_votes(is_paused).await?;
        }
        Ok(index.is_none_or(|index| index < nodes.len()))
    }
}
