//! Places in a journal, as clients name them.
//!
//! Made of stamped events, read from requests, written into messages. Never says whether a journal
//! still holds the place: that is the journal's word.

use std::{fmt, str::FromStr};

use crate::Stamped;

/// A place in a journal: just behind the event with that sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// Names the journal: cursors of another journal mean nothing here.
    pub journal: u32,
    /// Sequence of the event; 0 is before the first.
    pub sequence: u64,
}

impl Stamped {
    /// The place just behind this event.
    pub const fn cursor(&self) -> Cursor {
        Cursor { journal: self.journal, sequence: self.sequence }
    }
}

/// `<journal>-<sequence>`: 8 hexadecimal digits, then a decimal number.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{}", self.journal, self.sequence)
    }
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor: 8 hexadecimal digits, a hyphen and a decimal number, as in 5e1fa0b3-1042")]
pub struct CursorError;

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let (journal, sequence) = text.split_once('-').ok_or(CursorError)?;
        let is_hex = journal.len() == 8 && journal.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_number = sequence.bytes().all(|byte| byte.is_ascii_digit());
        if !is_hex || !is_number {
            return Err(CursorError);
        }
        let journal = u32::from_str_radix(journal, 16).map_err(|_| CursorError)?;
        Ok(Self { journal, sequence: sequence.parse().map_err(|_| CursorError)? })
    }
}

/// Where a replay is to begin: `since` of a `subscribe` (protocol.md §11.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// With the first event behind this place.
    Cursor(Cursor),
    /// With the first event of this time or later, in milliseconds since the Unix epoch.
    Time(u64),
    /// With the oldest event that is held.
    Oldest,
}

/// A cursor, `time:<ms>` or `oldest`.
impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cursor(cursor) => cursor.fmt(f),
            Self::Time(time_ms) => write!(f, "time:{time_ms}"),
            Self::Oldest => f.write_str("oldest"),
        }
    }
}

/// The text says no place to go on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither a cursor nor a time")]
pub struct SinceError;

impl FromStr for Since {
    type Err = SinceError;

    fn from_str(text: &str) -> Result<Self, SinceError> {
        if text == "oldest" {
            return Ok(Self::Oldest);
        }
        match text.strip_prefix("time:") {
            None => text.parse().map(Self::Cursor).map_err(|CursorError| SinceError),
            Some(time) if time.bytes().all(|byte| byte.is_ascii_digit()) => {
                time.parse().map(Self::Time).map_err(|_| SinceError)
            }
            Some(_) => Err(SinceError),
        }
    }
}

/// From where to where a topic can be replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CursorRange {
    /// The earliest place from which nothing is missing.
    pub oldest: Cursor,
    /// The place of the newest event of any topic.
    pub newest: Cursor,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_cursors() {
        let cursor = |journal, sequence| Some(Cursor { journal, sequence });
        let rows = [
            ("5e1fa0b3-1042", cursor(0x5e1f_a0b3, 1042)),
            ("5E1FA0B3-1042", cursor(0x5e1f_a0b3, 1042)),
            ("00000000-0", cursor(0, 0)),
            ("ffffffff-18446744073709551615", cursor(u32::MAX, u64::MAX)),
            ("ffffffff-18446744073709551616", None),
            ("5e1fa0b3-", None),
            ("5e1fa0b3-+1", None),
            ("5e1fa0b3--1", None),
            ("5e1fa0b-1", None),
            ("+e1fa0b3-1", None),
            ("5e1fa0b31", None),
            ("", None),
        ];
        for (text, want) in rows {
            assert_eq!(text.parse().ok(), want, "{text:?}");
            if let Some(cursor) = want {
                assert_eq!(cursor.to_string(), text.to_lowercase());
            }
        }
    }

    #[test]
    fn rows_of_places() {
        let place = Since::Cursor(Cursor { journal: 10, sequence: 7 });
        let rows = [
            ("0000000a-7", Some(place)),
            ("oldest", Some(Since::Oldest)),
            ("time:0", Some(Since::Time(0))),
            ("time:18446744073709551615", Some(Since::Time(u64::MAX))),
            ("time:18446744073709551616", None),
            ("time:", None),
            ("time:+1", None),
            ("time:1.5", None),
            ("Time:1", None),
            ("Oldest", None),
            ("newest", None),
            ("7", None),
            ("", None),
        ];
        for (text, want) in rows {
            assert_eq!(text.parse().ok(), want, "{text:?}");
            if let Some(since) = want {
                assert_eq!(since.to_string(), text);
            }
        }
    }
}
