//! Looking at a journal on disk without going on with it.
//!
//! Called by [`Journal::examine`](crate::Journal::examine), for people who want to know what a folder
//! holds. Lets nothing go, whatever the program that writes the journal would keep, and starts no
//! thread. The library cuts off a half-written end, as it does at every start.

use std::{io, path::Path, sync::Arc};

use banano_ws_protocol::Topic;

use super::{
    chapter::Chapter,
    config::Retention,
    folder::{Folder, OpenError},
    open::register,
    register::Register,
    shelf::Shelf,
};
use crate::{Journal, Limits, core::Core, journal::new_id, locate::Floor};

/// What the library makes in its folder.
const TREES: &str = "keyspaces";

/// A journal that was opened to look at it.
#[derive(Debug)]
pub struct Examined {
    /// For reading. What is appended goes nowhere.
    pub journal: Journal,
    /// What there is of each topic that is kept.
    pub topics: Vec<TopicExtent>,
    /// Whether it was closed; otherwise its process was killed, or the system went down.
    pub is_closed: bool,
}

/// What a journal on disk holds of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopicExtent {
    /// Which.
    pub topic: Topic,
    /// How many events.
    pub events: u64,
    /// What they and their index take before compression.
    pub bytes: u64,
    /// Sequence of the last event that was let go; 0 if none was.
    pub gone: u64,
    /// When the first and the last event happened, in milliseconds since the Unix epoch. `None`: there
    /// is no event.
    pub times_ms: Option<(u64, u64)>,
}

/// Opens the journal of a folder, to read.
pub(crate) fn examine(dir: &Path, now_ms: u64) -> Result<Examined, OpenError> {
    // Opening would make one.
    if !dir.join(TREES).is_dir() {
        return Err(OpenError::Missing(dir.to_owned()));
    }
    let folder = Folder::open(dir)?;
    let register = register(dir, &folder)?;
    let failed = |source| OpenError::Unreadable { path: dir.to_owned(), source };
    let Some(id) = register.id().map_err(failed)? else {
        return Err(OpenError::Missing(dir.to_owned()));
    };
    read(&folder, &register, id, now_ms).map_err(failed)
}

fn read(folder: &Folder, register: &Register, id: u32, now_ms: u64) -> io::Result<Examined> {
    let id = if folder.is_damaged {
        // The next start could not see it any more.
        let id = new_id(now_ms);
        register.rename(id)?;
        id
    } else {
        id
    };
    let mut kept = Vec::new();
    for topic in Topic::ALL {
        kept.push(register.kept(topic)?.then_some(register.floor(topic)?));
    }
    let floor = |topic: Topic| kept.get(topic.index()).copied().flatten();
    let for_ever = Retention { max_age_ms: u64::MAX, max_bytes: u64::MAX };
    let shelf = Shelf::new(|topic| Some((for_ever, floor(topic)?)));
    for name in folder.database.list_keyspace_names() {
        let Some(chapter) = Chapter::open(&folder.database, id, &name)? else { continue };
        // One that was about to be deleted.
        let is_gone = floor(chapter.topic).is_none_or(|it| chapter.last() <= it.sequence);
        if !is_gone {
            shelf.push(Arc::new(chapter));
        }
    }
    let is_closed = register.left_open()?.is_none();
    // Where it was not closed, more was reserved than is there.
    let newest = if is_closed { register.reserved()? } else { shelf.newest() };
    let mut topics = Vec::new();
    for topic in Topic::ALL {
        if let Some(floor) = floor(topic) {
            topics.push(extent(&shelf, topic, floor)?);
        }
    }
    let archive = Arc::new(shelf);
    let core = Core::new(id, Limits::default(), newest, now_ms, Some(archive as Arc<_>));
    Ok(Examined { journal: Journal::following(Arc::new(core)), topics, is_closed })
}

fn extent(shelf: &Shelf, topic: Topic, floor: Floor) -> io::Result<TopicExtent> {
    let chapters = shelf.chapters(topic);
    let (mut events, mut bytes) = (0_u64, 0_u64);
    for chapter in &chapters {
        events = events.saturating_add(chapter.count()?);
        bytes = bytes.saturating_add(chapter.bytes());
    }
    let times_ms = match chapters.as_slice() {
        [first, .., last] => Some((first.first_ms(), last.last_ms())),
        [only] => Some((only.first_ms(), only.last_ms())),
        [] => None,
    };
    Ok(TopicExtent { topic, events, bytes, gone: floor.sequence, times_ms })
}
