//! What stands behind the merge in a whole run: a journal, and clients who come and go.
//!
//! A client that is cut off goes on behind its last cursor when it is back, as over a socket: first what
//! the journal kept, then what is live.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use banano_primitives::BlockHash;
use banano_ws_journal::{Journal, Limits, Query, ReplayBatch};
use banano_ws_protocol::{Confirmation, Cursor, Event, Since, Topic};

pub(crate) struct Downstream {
    journal: Journal,
    clock: Arc<AtomicU64>,
    clients: Vec<Client>,
}

struct Client {
    is_here: bool,
    cursor: Cursor,
    heard: Vec<BlockHash>,
}

const QUERY: Query = Query { topic: Topic::Confirmation, accounts: None };

impl Downstream {
    pub(crate) fn new(clients: usize) -> Self {
        let clock = Arc::new(AtomicU64::new(0));
        let time = Arc::clone(&clock);
        let journal = Journal::memory(Limits::default(), move || time.load(Relaxed));
        let client = || Client { is_here: true, cursor: journal.cursor(), heard: Vec::new() };
        let clients = (0..clients).map(|_| client()).collect();
        Self { journal, clock, clients }
    }

    pub(crate) fn append(&mut self, event: Event, now: u64) {
        self.clock.store(now, Relaxed);
        self.journal.append(vec![event]);
        self.read();
    }

    pub(crate) fn cut(&mut self, client: usize) {
        self.clients[client].is_here = false;
    }

    pub(crate) fn mend(&mut self, client: usize) {
        self.clients[client].is_here = true;
        self.read();
    }

    fn read(&mut self) {
        for client in self.clients.iter_mut().filter(|client| client.is_here) {
            let since = Since::Cursor(client.cursor);
            let after = self.journal.locate(Topic::Confirmation, &since).unwrap();
            let mut replay = self.journal.replay(QUERY, after, u64::MAX);
            while !replay.is_over() {
                let ReplayBatch::Events { events, .. } = replay.next_batch(16, 1 << 20).unwrap()
                else {
                    panic!("the journal is large enough");
                };
                for stamped in events {
                    let Event::Confirmation(it) = &stamped.event else { unreachable!() };
                    client.cursor = stamped.cursor();
                    client.heard.push(it.block.hash());
                }
            }
        }
    }

    /// What a gateway that is started anew knows.
    pub(crate) fn earlier(&self) -> Option<(Vec<Confirmation>, u64)> {
        let mut replay = self.journal.replay(QUERY, 0, u64::MAX);
        let (mut earlier, mut last_ms) = (Vec::new(), 0);
        while !replay.is_over() {
            let ReplayBatch::Events { events, .. } = replay.next_batch(1_024, 1 << 20).unwrap()
            else {
                panic!("the journal is large enough");
            };
            for stamped in events {
                last_ms = stamped.time_ms;
                let Event::Confirmation(it) = &stamped.event else { unreachable!() };
                earlier.push(it.clone());
            }
        }
        (!earlier.is_empty()).then_some((earlier, last_ms))
    }

    /// What each client heard in the end.
    pub(crate) fn heard(mut self) -> Vec<Vec<BlockHash>> {
        for client in 0..self.clients.len() {
            self.mend(client);
        }
        self.clients.into_iter().map(|client| client.heard).collect()
    }
}
