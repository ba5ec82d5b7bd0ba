//! Opening a journal on disk: is it the one that was closed, or might something be missing?
//!
//! Called by [`Journal::open`](crate::Journal::open). Decides whether the journal keeps its name. It
//! does whenever everything that anybody saw is still there: after a close, after a kill of the process,
//! and after anything if each batch was synced. Otherwise events may have been seen that are gone, and
//! their sequences will be given to others: the journal gets a new name, so that old cursors are refused
//! instead of misunderstood.

use std::{
    fs, io,
    path::Path,
    sync::{Arc, atomic::AtomicBool},
    thread,
};

use banano_ws_protocol::Topic;

use super::{
    chapter::Chapter,
    config::{DiskConfig, SyncPolicy},
    folder::{Folder, OpenError},
    intake::Intake,
    register::{Register, VERSION},
    shelf::Shelf,
    upkeep::{Duties, Upkeep},
    writer::Writer,
};
use crate::{
    Journal,
    core::Core,
    journal::{Clock, new_id},
    locate::Floor,
};

/// A journal that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The journal.
    pub journal: Journal,
    /// What was found.
    pub report: OpenReport,
}

/// What was found in the folder of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenReport {
    /// What was there before.
    pub past: Past,
    /// Bytes of a batch that was being written when the process was killed, and that nobody saw:
    /// they were cut off.
    pub torn_bytes: u64,
}

/// What became of the journal that was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// There was none.
    New,
    /// It goes on, and so do its cursors.
    Continued,
    /// The system went down before the newest events were synced. What is left is kept, but cursors
    /// of before are refused, since nobody knows what is missing behind them.
    Renamed,
}

/// Opens or makes the journal of a folder and starts its threads.
pub(crate) fn open(
    config: &DiskConfig,
    clock: &Clock,
) -> Result<(Arc<Core>, Intake, OpenReport), OpenError> {
    let folder = Folder::open(&config.dir)?;
    let failed = |source| OpenError::Unreadable { path: config.dir.clone(), source };
    let register = register(&config.dir, &folder)?;
    begin(config, clock, folder, register).map_err(failed)
}

/// What the journal knows about itself.
pub(super) fn register(dir: &Path, folder: &Folder) -> Result<Register, OpenError> {
    let failed = |source| OpenError::Unreadable { path: dir.to_owned(), source };
    let register = Register::open(&folder.database).map_err(failed)?;
    match register.version().map_err(failed)? {
        None | Some(VERSION) => Ok(register),
        Some(found) => {
            Err(OpenError::OtherVersion { path: dir.to_owned(), found, wanted: VERSION })
        }
    }
}

fn begin(
    config: &DiskConfig,
    clock: &Clock,
    folder: Folder,
    register: Register,
) -> io::Result<(Arc<Core>, Intake, OpenReport)> {
    let (past, id) = past(config, &folder, &register, clock())?;
    let reserved = register.reserved()?;
    let kept: Vec<_> =
        Topic::ALL.into_iter().filter(|topic| config.retention(*topic).is_some()).collect();
    for topic in &kept {
        // Until now it was in memory, and is gone.
        if !register.kept(*topic)? && reserved > 0 {
            register.raise_floor(*topic, Floor { sequence: reserved, time_ms: clock() })?;
        }
    }
    register.begin(id, &boot(), &kept)?;
    let shelf = shelf(config, &folder, &register, id)?;
    // A power cut may take the reservation and leave events.
    let reserved = shelf.newest().max(reserved);
    let core = Arc::new(Core::new(
        id,
        config.memory,
        reserved,
        clock(),
        Some(Arc::clone(&shelf) as Arc<_>),
    ));
    let is_dirty = Arc::new(AtomicBool::new(false));
    let upkeep = Upkeep::start(Duties {
        core: Arc::clone(&core),
        shelf: Arc::clone(&shelf),
        database: folder.database.clone(),
        register: register.clone(),
        dir: config.dir.clone(),
        clock: Arc::clone(clock),
        sync: config.sync,
        is_dirty: Arc::clone(&is_dirty),
    })?;
    let writer = Writer {
        core: Arc::clone(&core),
        shelf,
        database: folder.database,
        register,
        dir: config.dir.clone(),
        clock: Arc::clone(clock),
        sync: config.sync,
        reserved,
        is_dirty,
    };
    let intake = Intake::start(|orders| {
        let run = move || writer.run(&orders, upkeep);
        thread::Builder::new().name("journal-writer".to_owned()).spawn(run)
    })?;
    Ok((core, intake, OpenReport { past, torn_bytes: folder.torn_bytes }))
}

/// What was there before, and the name from now on.
fn past(
    config: &DiskConfig,
    folder: &Folder,
    register: &Register,
    now_ms: u64,
) -> io::Result<(Past, u32)> {
    let Some(id) = register.id()? else { return Ok((Past::New, new_id(now_ms))) };
    let may_miss_events = match register.left_open()? {
        None => false,
        // The same run of the system: only the process was killed.
        Some(run) if !run.is_empty() && run == boot() => false,
        Some(_) => config.sync != SyncPolicy::Always,
    };
    if may_miss_events || folder.is_damaged {
        return Ok((Past::Renamed, new_id(now_ms)));
    }
    Ok((Past::Continued, id))
}

/// Names this run of the operating system; empty where that is not known.
fn boot() -> Vec<u8> {
    let id = fs::read(Path::new("/proc/sys/kernel/random/boot_id")).unwrap_or_default();
    id.trim_ascii().to_vec()
}

/// Finds the chapters. Deletes those that were about to be, or are of a topic that is no longer kept on
/// disk.
fn shelf(
    config: &DiskConfig,
    folder: &Folder,
    register: &Register,
    id: u32,
) -> io::Result<Arc<Shelf>> {
    let mut floors = Vec::new();
    for topic in Topic::ALL {
        floors.push(register.floor(topic)?);
    }
    let floor = |topic: Topic| floors.get(topic.index()).copied().unwrap_or_default();
    let shelf = Shelf::new(|topic| Some((config.retention(topic)?, floor(topic))));
    for name in folder.database.list_keyspace_names() {
        let Some(chapter) = Chapter::open(&folder.database, id, &name)? else { continue };
        let is_gone = chapter.last() <= floor(chapter.topic).sequence;
        let chapter = Arc::new(chapter);
        if is_gone || !shelf.push(Arc::clone(&chapter)) {
            chapter.delete(&folder.database)?;
        }
    }
    Ok(Arc::new(shelf))
}
