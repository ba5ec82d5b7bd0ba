//! The one thread that writes a journal on disk, and makes what it has written visible.
//!
//! Fed by the intake. Takes everything that waits as one batch: one write for all of it. Never makes an
//! event visible that a killed process could lose.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::Receiver,
    },
};

use banano_ws_protocol::{Event, Stamped, Topic};
use fjall::{Database, OwnedWriteBatch, PersistMode};

use super::{
    chapter::Chapter,
    config::SyncPolicy,
    folder::{io_error, sync_log},
    intake::Order,
    register::Register,
    shelf::Shelf,
    upkeep::Upkeep,
};
use crate::{
    core::Core,
    failure::JournalFailure,
    journal::{Clock, stamp, steady},
    meters::timed,
};

/// Events of one batch, so that none waits long for the others. A source's batch is never divided.
const BATCH_EVENTS_MAX: usize = 1_024;

/// Sequences that are reserved at once, so that few batches have to say so. A kill leaves a gap of
/// this size at most.
const RESERVE: u64 = 65_536;

/// The writer's state.
pub(super) struct Writer {
    pub(super) core: Arc<Core>,
    pub(super) shelf: Arc<Shelf>,
    pub(super) database: Database,
    pub(super) register: Register,
    pub(super) dir: PathBuf,
    pub(super) clock: Clock,
    pub(super) sync: SyncPolicy,
    /// Sequences up to here may be handed out.
    pub(super) reserved: u64,
    /// Whether something was written that is not synced.
    pub(super) is_dirty: Arc<AtomicBool>,
}

impl Writer {
    /// Writes until it is told to end, or nobody can append any more. Then it ends the upkeep.
    pub(super) fn run(mut self, orders: &Receiver<Order>, upkeep: Upkeep) {
        let done = self.carry_out(orders);
        upkeep.stop();
        let done = done.and_then(|()| self.register.end(self.core.newest()));
        if let Err(error) = done {
            self.core.fail(JournalFailure::new(error));
        }
    }

    fn carry_out(&mut self, orders: &Receiver<Order>) -> io::Result<()> {
        let mut events = Vec::new();
        while let Ok(order) = orders.recv() {
            let mut next = Some(order);
            while let Some(Order::Append(more)) = next {
                events.extend(more);
                let is_full = events.len() >= BATCH_EVENTS_MAX;
                next = if is_full { None } else { orders.try_recv().ok() };
            }
            if !events.is_empty() {
                let core = Arc::clone(&self.core);
                timed(&core.meters.append, || self.append(std::mem::take(&mut events)))?;
            }
            match next {
                Some(Order::Flush(answer)) => {
                    timed(&self.core.meters.sync, || sync_log(&self.dir))?;
                    let _ = answer.send(());
                }
                Some(Order::Resume(topic, interruptions)) => self.resume(topic, interruptions)?,
                Some(Order::Close) => return Ok(()),
                Some(Order::Append(_)) | None => {}
            }
        }
        Ok(())
    }

    /// Writes a batch, then makes it visible.
    fn append(&mut self, events: Vec<Event>) -> io::Result<()> {
        let time_ms = steady((self.clock)(), self.core.latest_ms());
        let stamped = stamp(self.core.id, self.core.newest(), time_ms, events);
        let mode = match self.sync {
            SyncPolicy::Always => PersistMode::SyncData,
            SyncPolicy::Interval { .. } | SyncPolicy::Never => PersistMode::Buffer,
        };
        let mut batch = self.database.batch().durability(Some(mode));
        let mut scratch = Vec::new();
        for event in &stamped {
            if let Some(chapter) = self.chapter(event)? {
                chapter.insert(&mut batch, event, &mut scratch);
            }
        }
        let newest = stamped.last().map_or(0, |event| event.sequence);
        self.commit(batch, newest)?;
        self.core.publish(|_, _| stamped);
        Ok(())
    }

    /// Takes a sequence for the place from which on all of a topic is there.
    fn resume(&mut self, topic: Topic, interruptions: u64) -> io::Result<()> {
        self.commit(self.database.batch(), self.core.newest().saturating_add(1))?;
        self.core.resume(topic, interruptions, (self.clock)());
        Ok(())
    }

    /// Writes a batch, and that sequences up to `newest` are handed out.
    fn commit(&mut self, mut batch: OwnedWriteBatch, newest: u64) -> io::Result<()> {
        if newest > self.reserved {
            self.reserved = newest.saturating_add(RESERVE);
            self.register.reserve(&mut batch, self.reserved);
        }
        if !batch.is_empty() {
            batch.commit().map_err(io_error)?;
            self.is_dirty.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Where an event goes; `None` if its topic is not on disk.
    fn chapter(&self, event: &Stamped) -> io::Result<Option<Arc<Chapter>>> {
        let topic = event.event.topic();
        match self.shelf.open_chapter(topic, event.time_ms) {
            Ok(chapter) => Ok(Some(chapter)),
            Err(false) => Ok(None),
            Err(true) => {
                let Stamped { journal, sequence, time_ms, .. } = *event;
                let chapter = Chapter::create(&self.database, journal, topic, sequence, time_ms)?;
                let chapter = Arc::new(chapter);
                self.shelf.push(Arc::clone(&chapter));
                Ok(Some(chapter))
            }
        }
    }
}
