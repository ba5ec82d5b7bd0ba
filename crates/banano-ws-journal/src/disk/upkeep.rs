//! The thread beside the writer: brings what was written to the disk, and lets old events go.
//!
//! Started by `open`, ended by the writer. Does what takes long, so that the writer needn't. Never
//! deletes what a reader hasn't been told is gone.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use banano_ws_protocol::Topic;
use fjall::Database;

use super::{config::SyncPolicy, folder::sync_log, register::Register, shelf::Shelf};
use crate::{core::Core, failure::JournalFailure, journal::Clock, meters::timed};

/// How often old events are looked for, in milliseconds, if nothing is to be synced more often.
const ROUND_MS: u64 = 1_000;

/// A running upkeep.
pub(super) struct Upkeep {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

/// What it works with.
pub(super) struct Duties {
    pub(super) core: Arc<Core>,
    pub(super) shelf: Arc<Shelf>,
    pub(super) database: Database,
    pub(super) register: Register,
    pub(super) dir: PathBuf,
    pub(super) clock: Clock,
    pub(super) sync: SyncPolicy,
    pub(super) is_dirty: Arc<AtomicBool>,
}

impl Upkeep {
    pub(super) fn start(duties: Duties) -> io::Result<Self> {
        let (stop, stopped) = channel();
        let run = move || {
            if let Err(error) = duties.run(&stopped) {
                duties.core.fail(JournalFailure::new(error));
            }
        };
        let thread = thread::Builder::new().name("journal-upkeep".to_owned()).spawn(run)?;
        Ok(Self { stop, thread })
    }

    /// Ends it and waits.
    pub(super) fn stop(self) {
        drop(self.stop);
        let _ = self.thread.join();
    }
}

impl Duties {
    fn run(&self, stopped: &Receiver<()>) -> io::Result<()> {
        let pause_ms = match self.sync {
            SyncPolicy::Interval { ms } => ms.clamp(1, ROUND_MS),
            SyncPolicy::Always | SyncPolicy::Never => ROUND_MS,
        };
        let pause = Duration::from_millis(pause_ms);
        while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            let is_synced = matches!(self.sync, SyncPolicy::Interval { .. });
            if is_synced && self.is_dirty.swap(false, Ordering::AcqRel) {
                timed(&self.core.meters.sync, || sync_log(&self.dir))?;
            }
            for topic in Topic::ALL {
                self.let_go(topic)?;
            }
        }
        Ok(())
    }

    /// Drops the chapters of `topic` that are too old or too many: first on record, then for readers,
    /// then on disk.
    fn let_go(&self, topic: Topic) -> io::Result<()> {
        while let Some((chapter, floor)) = self.shelf.outdated(topic, (self.clock)()) {
            self.register.raise_floor(topic, floor)?;
            self.shelf.drop_oldest(topic, floor);
            chapter.delete(&self.database)?;
        }
        Ok(())
    }
}
