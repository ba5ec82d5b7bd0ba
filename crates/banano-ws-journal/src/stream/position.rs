//! How far a source has come with publishing, kept beside its journal.
//!
//! Written by the publisher after each event, read when it starts again. A few bytes in one place of one
//! file, handed to the operating system and not synced: a kill loses nothing, and after a power cut what
//! is told again is recognised by its id.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, Write as _},
    path::Path,
};

/// The file's length: always the same, so that it is replaced as a whole.
const BYTES: usize = 112;

/// A place in two sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Position {
    /// In the source's journal: everything up to here is published or lost.
    pub(super) source: u64,
    /// The stream's name as a journal.
    pub(super) stream: u32,
    /// In the stream: the last event that was stored.
    pub(super) stored: u64,
    /// In the stream: the last claim that was stored.
    pub(super) claimed: u64,
}

/// Where it is kept.
#[derive(Debug)]
pub(super) struct PositionFile(File);

impl PositionFile {
    /// Opens the file, or makes one, and reads what it says, if that makes sense.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Option<Position>)> {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut text = String::new();
        let position = file.read_to_string(&mut text).ok().and_then(|_| parse(&text));
        Ok((Self(file), position))
    }

    /// Replaces what the file says.
    pub(super) fn write(&mut self, position: Position) -> io::Result<()> {
        self.0.rewind()?;
        self.0.write_all(render(position).as_bytes())
    }
}

fn render(position: Position) -> String {
    let Position { source, stream, stored, claimed } = position;
    let text = format!("published {source} stored {stream:08x}-{stored} claimed {claimed}");
    format!("{text:width$}\n", width = BYTES - 1)
}

fn parse(text: &str) -> Option<Position> {
    let mut words = text.split_ascii_whitespace();
    let mut next = |name| (words.next()? == name).then(|| words.next())?;
    let (source, stored, claimed) = (next("published")?, next("stored")?, next("claimed")?);
    let (stream, stored) = stored.split_once('-')?;
    words.next().is_none().then_some(Position {
        source: source.parse().ok()?,
        stream: u32::from_str_radix(stream, 16).ok()?,
        stored: stored.parse().ok()?,
        claimed: claimed.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("published");
        assert_eq!(PositionFile::open(&path).unwrap().1, None);
        let most =
            Position { source: u64::MAX, stream: u32::MAX, stored: u64::MAX, claimed: u64::MAX };
        for position in [most, Position { source: 12, stream: 0xAB, stored: 7, claimed: 5 }] {
            PositionFile::open(&path).unwrap().0.write(position).unwrap();
            assert_eq!(PositionFile::open(&path).unwrap().1, Some(position));
            assert_eq!(std::fs::metadata(&path).unwrap().len(), BYTES as u64);
        }
        for text in
            ["", "published", "published x stored 0-1 claimed 1", "published 1 stored 1-1", "\0\0"]
        {
            std::fs::write(&path, text).unwrap();
            assert_eq!(PositionFile::open(&path).unwrap().1, None, "{text:?}");
        }
    }
}
