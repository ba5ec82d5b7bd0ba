//! How much memory answers may take until their clients have read them.
//!
//! Held by the server. A short answer counts as part of its connection; a long one takes its size from a
//! budget that all share, and gives it back when the last byte has gone to the kernel.

use std::sync::Arc;

use hyper::body::Bytes;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// What long answers may take together, in KiB: 256 MiB.
pub(crate) const BUDGET_KIB: u32 = 256 * 1024;
/// Up to this many bytes an answer is short.
pub(crate) const SHORT_BYTES: usize = 64 * 1024;

/// The budget.
#[derive(Clone, Debug)]
pub(crate) struct Answers(Arc<Semaphore>);

impl Answers {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(BUDGET_KIB as usize)))
    }

    /// Waits until there is room for an answer. One that is larger than the whole budget has to wait until it is
    /// the only one.
    pub(crate) async fn admit(&self, bytes: Vec<u8>) -> Result<Bytes, AcquireError> {
        if bytes.len() <= SHORT_BYTES {
            return Ok(bytes.into());
        }
        let kib = u32::try_from(bytes.len().div_ceil(1024)).unwrap_or(u32::MAX).min(BUDGET_KIB);
        let seat = Arc::clone(&self.0).acquire_many_owned(kib).await?;
        Ok(Bytes::from_owner(Long { bytes, _seat: seat }))
    }
}

/// A long answer with its share of the budget.
struct Long {
    bytes: Vec<u8>,
    _seat: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Long {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn a_long_answer_keeps_its_share_until_it_is_gone() {
        let answers = Answers::new();
        let mut context = Context::from_waker(Waker::noop());
        let mut ask = |bytes: usize| {
            let admitted = pin!(answers.admit(vec![0; bytes])).poll(&mut context);
            match admitted {
                Poll::Ready(bytes) => Some(bytes.unwrap()),
                Poll::Pending => None,
            }
        };
        let most = BUDGET_KIB as usize * 1024;
        let first = ask(most - SHORT_BYTES).unwrap();
        let part = first.slice(0..10);
        drop(first);
        assert!(ask(SHORT_BYTES).is_some(), "short ones always find room");
        assert!(ask(SHORT_BYTES + 1).is_none(), "a part of the first is still on its way");
        drop(part);
        assert!(ask(most + 1).is_some());
    }
}
