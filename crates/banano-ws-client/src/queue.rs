//! What waits for the application, up to a bound.
//!
//! Filled by all connections of a client, read by its one stream. Capacity and what happens at it are
//! the application's choice ([`OnFull`]). Repeats are left out here, where all connections meet.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use banano_ws_protocol::{ServerEvent, Topic};

use crate::builder::OnFull;
use crate::item::{Item, Status};
use crate::seen::Seen;

#[derive(Debug)]
pub(crate) struct Queue {
    capacity: usize,
    on_full: OnFull,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    items: VecDeque<Item>,
    /// Dropped since the reader was told last.
    lost: u64,
    seen: Seen,
    is_closed: bool,
    reader: Option<Waker>,
    /// One for each connection that waits for room.
    writers: Vec<Waker>,
}

impl Queue {
    pub(crate) fn new(capacity: usize, on_full: OnFull, window: usize) -> Self {
        let inner = Inner {
            items: VecDeque::new(),
            lost: 0,
            seen: Seen::new(window),
            is_closed: false,
            reader: None,
            writers: Vec::new(),
        };
        Self { capacity, on_full, inner: Mutex::new(inner) }
    }

    /// Nothing panics while it holds the lock, so the state is whole even if somebody did.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an event is to be told; it counts as told from then on.
    pub(crate) fn is_new(&self, event: &ServerEvent) -> bool {
        self.inner().seen.is_new(event)
    }

    pub(crate) fn forget(&self, topic: Topic) {
        self.inner().seen.forget(topic);
    }

    /// Takes an item, or gives it back if the sender has to wait.
    pub(crate) fn push(&self, item: Item) -> Result<(), Item> {
        let mut inner = self.inner();
        if inner.is_closed {
            return Ok(());
        }
        if inner.items.len() >= self.capacity {
            match self.on_full {
                OnFull::Wait => return Err(item),
                OnFull::DropNewest => {
                    inner.lost += 1;
                    return Ok(());
                }
                OnFull::DropOldest => {
                    inner.items.pop_front();
                    inner.lost += 1;
                }
            }
        }
        inner.items.push_back(item);
        if let Some(reader) = inner.reader.take() {
            reader.wake();
        }
        Ok(())
    }

    /// Waits until a push has a chance.
    pub(crate) fn poll_room(&self, context: &Context<'_>) -> Poll<()> {
        let mut inner = self.inner();
        if inner.is_closed || inner.items.len() < self.capacity {
            return Poll::Ready(());
        }
        if !inner.writers.iter().any(|waker| waker.will_wake(context.waker())) {
            inner.writers.push(context.waker().clone());
        }
        Poll::Pending
    }

    /// The next item; `None` once the queue is closed and empty.
    pub(crate) fn poll_next(&self, context: &Context<'_>) -> Poll<Option<Item>> {
        let mut inner = self.inner();
        // Before what is left when the oldest went, after it when the newest did.
        let tells_loss = self.on_full == OnFull::DropOldest || inner.items.is_empty();
        if inner.lost > 0 && tells_loss {
            let lost = std::mem::take(&mut inner.lost);
            return Poll::Ready(Some(Item::Status(Status::Lagged { lost })));
        }
        if let Some(item) = inner.items.pop_front() {
            inner.writers.drain(..).for_each(Waker::wake);
            return Poll::Ready(Some(item));
        }
        if inner.is_closed {
            return Poll::Ready(None);
        }
        inner.reader = Some(context.waker().clone());
        Poll::Pending
    }

    /// Nothing more comes; whoever waits goes on.
    pub(crate) fn close(&self) {
        let mut inner = self.inner();
        inner.is_closed = true;
        inner.writers.drain(..).for_each(Waker::wake);
        if let Some(reader) = inner.reader.take() {
            reader.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreadable(number: u32) -> Item {
        Item::Status(Status::Unreadable(number.to_string()))
    }

    fn read(queue: &Queue) -> Vec<String> {
        let context = Context::from_waker(Waker::noop());
        let mut texts = Vec::new();
        while let Poll::Ready(Some(item)) = queue.poll_next(&context) {
            texts.push(match item {
                Item::Status(Status::Unreadable(text)) => text,
                Item::Status(Status::Lagged { lost }) => format!("lost {lost}"),
                other => panic!("{other:?}"),
            });
        }
        texts
    }

    #[test]
    fn at_the_bound_the_policy_decides() {
        let rows = [
            (OnFull::Wait, 2, vec!["0", "1"]),
            (OnFull::DropOldest, 5, vec!["lost 3", "3", "4"]),
            (OnFull::DropNewest, 5, vec!["0", "1", "lost 3"]),
        ];
        for (on_full, taken, want) in rows {
            let queue = Queue::new(2, on_full, 0);
            let pushed = (0..5).filter(|number| queue.push(unreadable(*number)).is_ok()).count();
            assert_eq!(pushed, taken, "{on_full:?}");
            assert_eq!(read(&queue), want, "{on_full:?}");
        }
    }

    #[test]
    fn whoever_waits_is_let_in_when_an_item_is_read_or_nobody_reads_any_more() {
        let queue = Queue::new(1, OnFull::Wait, 0);
        let context = Context::from_waker(Waker::noop());
        assert!(queue.poll_room(&context).is_ready());
        assert!(queue.push(unreadable(0)).is_ok());
        assert!(queue.poll_room(&context).is_pending());
        assert_eq!(read(&queue), ["0"]);
        assert!(queue.poll_room(&context).is_ready());
        assert!(queue.push(unreadable(1)).is_ok());
        queue.close();
        assert!(queue.poll_room(&context).is_ready());
        assert_eq!(read(&queue), ["1"]);
        assert!(matches!(queue.poll_next(&context), Poll::Ready(None)));
    }
}
