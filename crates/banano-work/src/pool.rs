//! The pool: threads that all work on the oldest request.
//!
//! Called by the factory, and by the set-up of a network. Owns its threads and the queue of requests.
//! Never holds its lock while it hashes or answers.

use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use banano_primitives::{Difficulty, Root, Work};
use rand::rngs::{StdRng, SysRng};
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::{Semaphore, oneshot};

use crate::queue::{Cancelled, Queue, Reply, Request};
use crate::search::search;

/// Requests that may wait at a time. A caller beyond that waits for a seat, so the queue takes at
/// most some 200 KiB.
const SEATS: usize = 1024;

/// Values that a thread tries before it looks whether its request still counts: some 50 µs of work.
const BATCH: u64 = 256;

/// What `front` holds while there is nothing to do.
const IDLE: u64 = 0;

/// Local threads that answer work requests one after the other (`node.md` §6.2).
///
/// Dropping the pool cancels what waits and joins the threads.
pub struct WorkPool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl fmt::Debug for WorkPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkPool")
            .field("threads", &self.threads.len())
            .field("waiting", &self.waiting())
            .finish_non_exhaustive()
    }
}

impl WorkPool {
    /// Starts a pool of `threads` threads.
    ///
    /// # Errors
    /// When the system refuses a thread, or randomness to start from.
    pub fn new(threads: NonZeroUsize) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State { queue: Queue::default(), last_id: IDLE, stopped: false }),
            changed: Condvar::new(),
            front: AtomicU64::new(IDLE),
            seats: Arc::new(Semaphore::new(SEATS)),
        });
        let mut pool = Self { shared, threads: Vec::with_capacity(threads.get()) };
        for number in 0..threads.get() {
            let shared = Arc::clone(&pool.shared);
            // Where a thread starts to look. Two that start alike would do the same work twice.
            let starts = StdRng::try_from_rng(&mut SysRng).map_err(io::Error::other)?;
            let thread = thread::Builder::new()
                .name(format!("work-{number}"))
                .spawn(move || shared.work(starts))?;
            pool.threads.push(thread);
        }
        Ok(pool)
    }

    /// Finds work for `root` that reaches `difficulty`. A caller that stops waiting withdraws its
    /// request.
    ///
    /// # Errors
    /// [`Cancelled`] when the pool was stopped.
    pub async fn generate(&self, root: Root, difficulty: Difficulty) -> Result<Work, Cancelled> {
        let seats = Arc::clone(&self.shared.seats);
        let Ok(seat) = seats.acquire_owned().await else { return Err(Cancelled) };
        let (answer, answered) = oneshot::channel();
        let reply: Reply = Box::new(move |outcome| {
            drop(seat);
            // A caller that went away needs no answer.
            let _ = answer.send(outcome);
        });
        let Some(id) = self.shared.push(root, difficulty, reply) else { return Err(Cancelled) };
        let _withdraw = Withdraw { shared: &self.shared, id };
        answered.await.unwrap_or(Err(Cancelled))
    }

    /// The same for callers outside of any runtime, such as the set-up of a network. Takes no seat:
    /// the calling thread is its own bound.
    ///
    /// # Errors
    /// As [`WorkPool::generate`].
    pub fn generate_blocking(&self, root: Root, difficulty: Difficulty) -> Result<Work, Cancelled> {
        // One answer: the channel never fills.
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        let reply: Reply = Box::new(move |outcome| {
            let _ = answer.send(outcome);
        });
        self.shared.push(root, difficulty, reply).ok_or(Cancelled)?;
        answered.recv().unwrap_or(Err(Cancelled))
    }

    /// Cancels everything and lets the threads end. What is asked for later is cancelled at once.
    pub fn stop(&self) {
        self.shared.stop();
    }

    /// Requests that wait or are worked on.
    pub(crate) fn waiting(&self) -> usize {
        self.shared.lock().queue.len()
    }
}

impl Drop for WorkPool {
    fn drop(&mut self) {
        self.stop();
        for thread in self.threads.drain(..) {
            // A thread that drops the pool cannot wait for its own end.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

/// Takes a request back when its caller stops waiting. Does nothing once it was answered.
struct Withdraw<'a> {
    shared: &'a Shared,
    id: u64,
}

impl Drop for Withdraw<'_> {
    fn drop(&mut self) {
        self.shared.withdraw(|queue| queue.take(self.id).into_iter().collect());
    }
}

/// What callers and threads share.
struct Shared {
    state: Mutex<State>,
    /// Signalled when the front of the queue changes.
    changed: Condvar,
    /// Id of the front request, readable without the lock: a thread stops when it moves on.
    front: AtomicU64,
    seats: Arc<Semaphore>,
}

struct State {
    queue: Queue,
    last_id: u64,
    stopped: bool,
}

impl Shared {
    /// The state stays whole: nothing that could panic happens under the lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a request at the end of the queue and returns its id; `None` when the pool is stopped.
    fn push(&self, root: Root, difficulty: Difficulty, reply: Reply) -> Option<u64> {
        let mut state = self.lock();
        if state.stopped {
            return None;
        }
        state.last_id = state.last_id.wrapping_add(1).max(IDLE + 1);
        let id = state.last_id;
        state.queue.push(Request { id, root, difficulty, reply });
        self.show_front(&state);
        Some(id)
    }

    /// Publishes which request is in front and wakes the threads when it is another one.
    fn show_front(&self, state: &State) {
        let front = state.queue.front().map_or(IDLE, |request| request.id);
        if self.front.swap(front, Ordering::Relaxed) != front {
            self.changed.notify_all();
        }
    }

    /// Cancels what `take` takes out.
    fn withdraw(&self, take: impl FnOnce(&mut Queue) -> Vec<Request>) {
        let taken = {
            let mut state = self.lock();
            let taken = take(&mut state.queue);
            self.show_front(&state);
            taken
        };
        for request in taken {
            (request.reply)(Err(Cancelled));
        }
    }

    fn stop(&self) {
        self.seats.close();
        self.lock().stopped = true;
        self.changed.notify_all();
        self.withdraw(Queue::take_all);
    }

    /// A thread's life: take the front request, search until it is done or gone, take the next.
    fn work(&self, mut starts: StdRng) {
        while let Some((id, root, difficulty)) = self.next() {
            let mut first: u64 = starts.random();
            while self.front.load(Ordering::Relaxed) == id {
                if let Some(work) = search(&root, difficulty, first, BATCH) {
                    self.found(id, work);
                    break;
                }
                first = first.wrapping_add(BATCH);
            }
        }
    }

    /// Waits for a request; `None` when the pool is stopped.
    fn next(&self) -> Option<(u64, Root, Difficulty)> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            if let Some(front) = state.queue.front() {
                return Some((front.id, front.root, front.difficulty));
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Answers request `id`, unless another thread was quicker or its caller went away.
    fn found(&self, id: u64, work: Work) {
        let request = {
            let mut state = self.lock();
            let request = state.queue.take(id);
            self.show_front(&state);
            request
        };
        if let Some(request) = request {
            (request.reply)(Ok(work));
        }
    }
}

#[cfg(test)]
mod tests;
