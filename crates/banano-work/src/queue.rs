//! The requests that wait for work, in order of arrival.
//!
//! Called by the pool under its lock. Holds values only. Never answers a request itself: whoever
//! takes one out answers it, outside the lock.

use std::collections::VecDeque;

use banano_primitives::{Difficulty, Root, Work};

/// The request was withdrawn, or the pool was stopped, before work was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the work request was cancelled")]
pub struct Cancelled;

/// What becomes of a request: called once.
pub(crate) type Reply = Box<dyn FnOnce(Result<Work, Cancelled>) + Send>;

/// One request.
pub(crate) struct Request {
    /// Names the request while it lives. Never 0.
    pub(crate) id: u64,
    pub(crate) root: Root,
    pub(crate) difficulty: Difficulty,
    pub(crate) reply: Reply,
}

/// First come, first served. Its length is bounded by the pool's seats.
#[derive(Default)]
pub(crate) struct Queue {
    requests: VecDeque<Request>,
}

impl Queue {
    pub(crate) fn push(&mut self, request: Request) {
        self.requests.push_back(request);
    }

    /// The request that all threads work on.
    pub(crate) fn front(&self) -> Option<&Request> {
        self.requests.front()
    }

    /// Takes out the request named `id`, if it still waits.
    pub(crate) fn take(&mut self, id: u64) -> Option<Request> {
        let position = self.requests.iter().position(|request| request.id == id)?;
        self.requests.remove(position)
    }

    /// Takes out everything.
    pub(crate) fn take_all(&mut self) -> Vec<Request> {
        self.requests.drain(..).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.requests.len()
    }
}
