//! What turns the body of a request into that of an answer.
//!
//! Called by the server, once per request. Knows nothing of HTTP. A node's commands are one way; a
//! gateway, which passes requests on, brings another.

use std::sync::Arc;

use hyper::body::Bytes;

use crate::call::Shared;
use crate::dispatch;

/// Answers requests.
pub trait Respond: Send + Sync + 'static {
    /// Answers one body. Must end by itself, and bound what answers take together: the server has
    /// bounds for connections and for bodies of requests only.
    fn respond(&self, body: Bytes) -> impl Future<Output = Bytes> + Send;
}

/// Answers by the commands of a node.
pub(crate) struct OfNode(pub(crate) Arc<Shared>);

impl Respond for OfNode {
    async fn respond(&self, body: Bytes) -> Bytes {
        dispatch::answer(&self.0, &body).await
    }
}
