//! Cursors that outlive the process.
//!
//! Called by the client when the application has acknowledged an event. A file is replaced as a
//! whole: after a kill it holds the old cursors or the new ones, never half of them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use banano_ws_protocol::{Cursor, Topic};

/// Why cursors cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be read.
    #[error("cannot read the cursor file {0}")]
    Read(PathBuf, #[source] io::Error),
    /// The file holds something else.
    #[error(
        "{file}, line {line}: {text:?} is no line of a cursor file; expected TOPIC CONNECTION CURSOR"
    )]
    Line {
        /// The file.
        file: PathBuf,
        /// From 1.
        line: usize,
        /// What is there.
        text: String,
    },
    /// The file cannot be written.
    #[error("cannot write the cursor file {0}")]
    Write(PathBuf, #[source] io::Error),
}

/// A file with a cursor for each topic and connection, one line each.
#[derive(Debug)]
pub struct CursorStore {
    file: PathBuf,
    cursors: BTreeMap<(Topic, usize), Cursor>,
}

impl CursorStore {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is no cursor file. A damaged file is not taken for an empty one: that
    /// would be a loss without a word.
    pub fn open(file: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let file = file.into();
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(StoreError::Read(file, error)),
        };
        let mut cursors = BTreeMap::new();
        for (line, text) in (1..).zip(text.lines()) {
            let Some((topic, connection, cursor)) = parse(text) else {
                return Err(StoreError::Line { file, line, text: text.to_owned() });
            };
            cursors.insert((topic, connection), cursor);
        }
        Ok(Self { file, cursors })
    }

    /// The place behind the last event that was acknowledged.
    pub fn get(&self, topic: Topic, connection: usize) -> Option<Cursor> {
        self.cursors.get(&(topic, connection)).copied()
    }

    /// Keeps a place, on disk when this returns. A place before the kept one of the same journal is
    /// no news.
    ///
    /// # Errors
    ///
    /// If the file cannot be written; the old one is still there then.
    pub fn put(
        &mut self,
        topic: Topic,
        connection: usize,
        cursor: Cursor,
    ) -> Result<(), StoreError> {
        let kept = self.get(topic, connection);
        let is_behind =
            |kept: Cursor| kept.journal == cursor.journal && kept.sequence >= cursor.sequence;
        if kept.is_some_and(is_behind) {
            return Ok(());
        }
        self.cursors.insert((topic, connection), cursor);
        let lines = self
            .cursors
            .iter()
            .map(|((topic, connection), cursor)| format!("{topic} {connection} {cursor}\n"));
        let text = lines.collect::<Vec<_>>().concat();
        replace(&self.file, text.as_bytes())
            .map_err(|error| StoreError::Write(self.file.clone(), error))
    }
}

fn parse(line: &str) -> Option<(Topic, usize, Cursor)> {
    let mut words = line.split(' ');
    let topic = words.next()?.parse().ok()?;
    let connection = words.next()?.parse().ok()?;
    let cursor = words.next()?.parse().ok()?;
    words.next().is_none().then_some((topic, connection, cursor))
}

fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let mut writer = File::create(&new)?;
    writer.write_all(bytes)?;
    writer.sync_all()?;
    fs::rename(&new, file)?;
    // The new name is on disk only when its folder is.
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
        folder.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURSOR: Cursor = Cursor { journal: 7, sequence: 10 };

    #[test]
    fn what_was_put_is_found_by_the_next_process() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cursors");
        let mut store = CursorStore::open(&file).unwrap();
        assert_eq!(store.get(Topic::Vote, 0), None);
        store.put(Topic::Vote, 0, CURSOR).unwrap();
        store.put(Topic::Confirmation, 3, Cursor { sequence: 2, ..CURSOR }).unwrap();
        store.put(Topic::Vote, 0, Cursor { sequence: 9, ..CURSOR }).unwrap();
        let store = CursorStore::open(&file).unwrap();
        assert_eq!(store.get(Topic::Vote, 0), Some(CURSOR));
        assert_eq!(store.get(Topic::Confirmation, 3).unwrap().sequence, 2);
        assert_eq!(store.get(Topic::Confirmation, 0), None);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn another_journal_goes_before_a_greater_sequence() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = CursorStore::open(folder.path().join("cursors")).unwrap();
        store.put(Topic::Vote, 0, CURSOR).unwrap();
        let other = Cursor { journal: 8, sequence: 1 };
        store.put(Topic::Vote, 0, other).unwrap();
        assert_eq!(store.get(Topic::Vote, 0), Some(other));
    }

    #[test]
    fn a_damaged_file_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cursors");
        fs::write(&file, "vote 0 00000007-10\nvote 0\n").unwrap();
        let error = CursorStore::open(&file).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("vote 0"), "{error}");
    }
}
