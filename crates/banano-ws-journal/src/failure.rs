//! Why a journal takes nothing more.
//!
//! Made by the thread that writes, told to whoever runs the journal.

use std::sync::Arc;

/// The journal can't be written any more: nothing is appended and nobody is told of new events,
/// since they could not be told again. What was visible before still is.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the journal cannot be written, so no more events are told")]
pub struct JournalFailure(#[source] pub(crate) Arc<dyn std::error::Error + Send + Sync>);

impl JournalFailure {
    pub(crate) fn new(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(cause))
    }
}
