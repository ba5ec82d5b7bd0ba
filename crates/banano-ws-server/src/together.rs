//! Frames for many sockets, sent by one system call.
//!
//! Called by the delivery of a shard while it hands out a batch. Only for sockets with nothing in their
//! outbox; what such a socket does not take goes there. Never holds anything from one batch to the next.

use std::{io, rc::Rc};

use banano_ws_hub::Delivery;
use banano_ws_uring::{Ring, Send};
use bytes::Bytes;
use tracing::debug;

use crate::{config::Io, connection::Connection, sweep::Tick};

/// Sends in one system call. More costs memory and saves next to nothing.
const TOGETHER_MAX: u16 = 256;

/// Fewer are sent one by one: a ring costs a little more than a plain send.
const TOGETHER_MIN: usize = 4;

/// Sends that wait for the end of the batch.
#[derive(Debug)]
pub(crate) struct Together {
    ring: Ring,
    waiting: Vec<(Rc<Connection>, Bytes, usize)>,
    results: Vec<io::Result<usize>>,
}

impl Together {
    /// What the setting asks for. Fails if that is `uring` where the system has none, or forbids it.
    pub(crate) fn open_as(io: Io) -> io::Result<Option<Self>> {
        let ring = match io {
            Io::Epoll => return Ok(None),
            Io::Uring => Ring::open(TOGETHER_MAX)?,
            Io::Auto => match Ring::open(TOGETHER_MAX) {
                Ok(ring) => ring,
                Err(error) => {
                    debug!(%error, "no io_uring: events are written to sockets one by one");
                    return Ok(None);
                }
            },
        };
        Ok(Some(Self { ring, waiting: Vec::new(), results: Vec::new() }))
    }

    /// Sends frames at the end of the batch at the latest, or by the outbox if something waits there.
    pub(crate) fn send(
        &mut self,
        connection: &Rc<Connection>,
        frames: &Bytes,
        messages: usize,
        now: Tick,
    ) -> Delivery {
        if connection.is_together.replace(true) {
            // A second piece must not overtake the first.
            self.flush(now);
            connection.is_together.set(true);
        }
        if !connection.is_open() || connection.stream.bare().is_none() {
            connection.is_together.set(false);
            return connection.send(frames, messages, now);
        }
        self.waiting.push((Rc::clone(connection), frames.clone(), messages));
        if self.waiting.len() >= usize::from(TOGETHER_MAX) {
            self.flush(now);
        }
        Delivery::Taken
    }

    /// Sends all that wait.
    pub(crate) fn flush(&mut self, now: Tick) {
        if self.waiting.len() < TOGETHER_MIN {
            for (connection, frames, messages) in self.waiting.drain(..) {
                connection.is_together.set(false);
                // It was open, so that it takes this much.
                let _taken = connection.send(&frames, messages, now);
            }
            return;
        }
        let sends: Vec<_> = self
            .waiting
            .iter()
            .filter_map(|(connection, bytes, _)| {
                // All have one: the others were sent to at once.
                connection.stream.bare().map(|socket| Send { socket, bytes })
            })
            .collect();
        self.ring.send(&sends, &mut self.results);
        for ((connection, frames, messages), result) in self.waiting.drain(..).zip(&self.results) {
            connection.is_together.set(false);
            connection.sent(&frames, messages, result, now);
        }
    }
}
