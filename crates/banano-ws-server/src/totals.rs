//! Sums over all clients of the server, each with a bound, and one client's part of them.
//!
//! Made once per server and shared by its shards; a client holds a [`Share`] of each, which is given
//! back when it is dropped, however the client ended. Never blocks. What a sum may be is the caller's
//! to say, so that it can change while the server runs.

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

/// What all clients together hold.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    /// Accounts and hashes in filters.
    pub(crate) accounts: Arc<Total>,
    /// Bytes that wait for sockets, or are on their way from the journal to one.
    pub(crate) outbox_bytes: Arc<Total>,
    /// Bytes of messages that are not complete.
    pub(crate) message_bytes: Arc<Total>,
    /// Sessions that get what they asked of the past.
    pub(crate) replays: Arc<Total>,
}

/// One sum.
#[derive(Debug, Default)]
pub(crate) struct Total(AtomicUsize);

impl Total {
    pub(crate) fn get(&self) -> usize {
        self.0.load(Relaxed)
    }

    /// How much more there may be.
    pub(crate) fn room(&self, max: usize) -> usize {
        max.saturating_sub(self.get())
    }

    /// A part of it, which is nothing yet.
    pub(crate) fn share(self: &Arc<Self>) -> Share {
        Share { total: Arc::clone(self), held: Cell::new(0) }
    }
}

/// One client's part of a sum.
#[derive(Debug)]
pub(crate) struct Share {
    total: Arc<Total>,
    held: Cell<usize>,
}

impl Share {
    pub(crate) fn held(&self) -> usize {
        self.held.get()
    }

    /// How much more all together may have.
    pub(crate) fn room(&self, max: usize) -> usize {
        self.total.room(max)
    }

    /// Makes it `held`, whatever the sum is then: for what is there already.
    pub(crate) fn set(&self, held: usize) {
        let before = self.held.replace(held);
        if held > before {
            self.total.0.fetch_add(held - before, Relaxed);
        } else if held < before {
            self.total.0.fetch_sub(before - held, Relaxed);
        }
    }

    /// Makes it `held`, if it shrinks by that or the sum stays at most `max`. Returns whether it did.
    pub(crate) fn try_set(&self, held: usize, max: usize) -> bool {
        let before = self.held.get();
        if held <= before {
            self.set(held);
            return true;
        }
        let more = held - before;
        let grown = self.total.0.fetch_update(Relaxed, Relaxed, |sum| {
            sum.checked_add(more).filter(|grown| *grown <= max)
        });
        if grown.is_ok() {
            self.held.set(held);
        }
        grown.is_ok()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_grows_to_the_bound_of_the_sum_and_no_further() {
        let total = Arc::new(Total::default());
        let (one, other) = (total.share(), total.share());
        assert!(one.try_set(7, 10));
        assert!(!other.try_set(4, 10));
        assert!(other.try_set(3, 10));
        assert_eq!((total.get(), total.room(10)), (10, 0));
        // What shrinks is let through, also where the bound was lowered meanwhile.
        assert!(one.try_set(6, 2));
        assert!(!one.try_set(7, 2));
        other.set(100);
        assert_eq!((total.get(), total.room(10)), (106, 0));
        drop(other);
        assert_eq!(total.get(), 6);
        drop(one);
        assert_eq!(total.get(), 0);
    }
}
