//! A part of one topic's events that comes and goes as a whole: one tree of the library.
//!
//! Written by the writer, read by replays. Holds the events by sequence and, under each account that
//! they name, their sequences again, so that one account's events are found without reading the others'.
//! Never written behind a later chapter's back: only the last one of a topic grows.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use banano_primitives::Account;
use banano_ws_protocol::{AccountSet, Stamped, Topic};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch as Batch};

use super::folder::{decode_error, io_error};
use crate::{
    Query,
    archive::{Found, Room},
    codec,
    query::parties,
};

/// Rows are gathered in memory up to this size before they are written as a sorted file.
const BUFFER_BYTES: u64 = 8 << 20;

/// With more accounts than this, reading all events is quicker than looking for each account's.
const ACCOUNTS_MAX: usize = 64;

const EVENT: u8 = 0;
const ACCOUNT: u8 = 1;
const BYTES: u8 = 2;

/// What an index row takes: its key.
const INDEX_ROW_BYTES: u64 = 41;

/// A part of one topic's events.
pub(super) struct Chapter {
    pub(super) topic: Topic,
    rows: Keyspace,
    journal: u32,
    /// Nothing of the topic from here to the first event is elsewhere.
    pub(super) first: u64,
    first_ms: AtomicU64,
    last: AtomicU64,
    last_ms: AtomicU64,
    /// What events and index take before compression.
    bytes: AtomicU64,
}

impl Chapter {
    /// Makes a chapter that begins with the sequence `first`.
    pub(super) fn create(
        database: &Database,
        journal: u32,
        topic: Topic,
        first: u64,
        now_ms: u64,
    ) -> io::Result<Self> {
        let options = || KeyspaceCreateOptions::default().max_memtable_size(BUFFER_BYTES);
        let rows = database.keyspace(&name(topic, first), options).map_err(io_error)?;
        Ok(Self {
            topic,
            rows,
            journal,
            first,
            first_ms: now_ms.into(),
            last: 0.into(),
            last_ms: 0.into(),
            bytes: 0.into(),
        })
    }

    /// Opens the chapter of that name; `None` if it is no name of a chapter.
    pub(super) fn open(database: &Database, journal: u32, name: &str) -> io::Result<Option<Self>> {
        let parsed = name.split_once('.').and_then(|(topic, first)| {
            Some((topic.parse::<Topic>().ok()?, first.parse::<u64>().ok()?))
        });
        let Some((topic, first)) = parsed else { return Ok(None) };
        let chapter = Self::create(database, journal, topic, first, 0)?;
        let bounds = event_key(0)..event_key(u64::MAX);
        let mut events = chapter.rows.range(bounds.clone());
        if let Some(event) = events.next() {
            let (_, time_ms) = place(event)?;
            chapter.first_ms.store(time_ms, Relaxed);
        }
        if let Some(event) = chapter.rows.range(bounds).next_back() {
            let (sequence, time_ms) = place(event)?;
            chapter.last.store(sequence, Relaxed);
            chapter.last_ms.store(time_ms, Relaxed);
        }
        let bytes = chapter.rows.get([BYTES]).map_err(io_error)?;
        let bytes =
            bytes.and_then(|row| row.as_ref().try_into().ok()).map_or(0, u64::from_le_bytes);
        chapter.bytes.store(bytes, Relaxed);
        Ok(Some(chapter))
    }

    /// Sequence of the last event; 0 if there is none.
    pub(super) fn last(&self) -> u64 {
        self.last.load(Relaxed)
    }

    /// When the last event happened.
    pub(super) fn last_ms(&self) -> u64 {
        self.last_ms.load(Relaxed)
    }

    /// When the first event happened, or the chapter was begun.
    pub(super) fn first_ms(&self) -> u64 {
        self.first_ms.load(Relaxed)
    }

    /// Counts the events. Reads them all.
    pub(super) fn count(&self) -> io::Result<u64> {
        let mut events = 0;
        for row in self.rows.range(event_key(0)..event_key(u64::MAX)) {
            row.key().map_err(io_error)?;
            events += 1;
        }
        Ok(events)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }

    /// Adds an event to a batch. `scratch` lends its room.
    pub(super) fn insert(&self, batch: &mut Batch, stamped: &Stamped, scratch: &mut Vec<u8>) {
        let Stamped { sequence, time_ms, event, .. } = stamped;
        scratch.clear();
        codec::encode(*time_ms, event, scratch);
        batch.insert(&self.rows, event_key(*sequence).as_slice(), scratch.as_slice());
        let mut bytes = scratch.len() as u64 + 9;
        for account in parties(event).into_iter().flatten() {
            batch.insert(&self.rows, account_key(&account, *sequence).as_slice(), [].as_slice());
            bytes += INDEX_ROW_BYTES;
        }
        let bytes = self.bytes.fetch_add(bytes, Relaxed) + bytes;
        batch.insert(&self.rows, [BYTES].as_slice(), bytes.to_le_bytes().as_slice());
        self.last.store(*sequence, Relaxed);
        self.last_ms.store(*time_ms, Relaxed);
    }

    /// Deletes it. Whoever still reads it may finish.
    pub(super) fn delete(&self, database: &Database) -> io::Result<()> {
        database.delete_keyspace(self.rows.clone()).map_err(io_error)
    }

    /// Looks for events behind `after` up to `end`, all of which are written.
    pub(super) fn read(
        &self,
        query: &Query,
        after: u64,
        end: u64,
        room: Room,
    ) -> io::Result<Found> {
        match &query.accounts {
            Some(accounts) if accounts.len() <= ACCOUNTS_MAX => {
                self.find(accounts, after, end, room)
            }
            _ => self.scan(query, after, end, room),
        }
    }

    /// Reads all events.
    fn scan(&self, query: &Query, after: u64, end: u64, room: Room) -> io::Result<Found> {
        let (mut events, mut bytes, mut looked_at) = (Vec::new(), 0_usize, 0);
        for row in self.rows.range(event_key(after.saturating_add(1))..=event_key(end)) {
            let (key, value) = row.into_inner().map_err(io_error)?;
            let event = codec::decode(self.journal, sequence_in(&key)?, &value);
            let event = event.map_err(decode_error)?;
            let scanned = event.sequence;
            looked_at += 1;
            if query.matches(&event.event) {
                bytes = bytes.saturating_add(value.len());
                events.push(event);
            }
            let is_full = bytes >= room.bytes && !events.is_empty() || events.len() >= room.events;
            if is_full || looked_at >= room.scanned {
                return Ok(Found::Events { events, scanned });
            }
        }
        Ok(Found::Events { events, scanned: end })
    }

    /// Reads the events that name one of `accounts`.
    fn find(&self, accounts: &AccountSet, after: u64, end: u64, room: Room) -> io::Result<Found> {
        let (mut places, mut known_to) = (Vec::new(), end);
        for account in accounts {
            let first = account_key(account, after.saturating_add(1));
            let rows = self.rows.range(first..=account_key(account, end));
            let before = places.len();
            for row in rows.take(room.events) {
                places.push(sequence_in(&row.key().map_err(io_error)?)?);
            }
            // There may be more of this account: beyond its last place, nothing is known.
            if places.len() - before == room.events {
                known_to = known_to.min(places.last().copied().unwrap_or(end));
            }
        }
        places.sort_unstable();
        places.dedup();
        let (mut events, mut bytes) = (Vec::new(), 0_usize);
        for sequence in places.into_iter().take_while(|place| *place <= known_to) {
            let row = self.rows.get(event_key(sequence)).map_err(io_error)?;
            let row = row.ok_or_else(|| {
                let problem = format!("event {sequence} is in the index and not in the journal");
                io::Error::new(io::ErrorKind::InvalidData, problem)
            })?;
            events.push(codec::decode(self.journal, sequence, &row).map_err(decode_error)?);
            bytes = bytes.saturating_add(row.len());
            if bytes >= room.bytes || events.len() >= room.events {
                return Ok(Found::Events { events, scanned: sequence });
            }
        }
        Ok(Found::Events { events, scanned: known_to })
    }

    /// The last event before a time, which the first event must be.
    pub(super) fn last_before(&self, time_ms: u64) -> io::Result<u64> {
        // `low` is before the time; from `high` on, nothing is.
        let (mut low, mut high) = (self.first, self.last().saturating_add(1));
        while low.saturating_add(1) < high {
            let middle = low + (high - low) / 2;
            match self.rows.range(event_key(middle)..event_key(high)).next() {
                None => high = middle,
                Some(row) => match place(row)? {
                    (sequence, event_ms) if event_ms < time_ms => low = sequence,
                    _ => high = middle,
                },
            }
        }
        Ok(low)
    }
}

fn name(topic: Topic, first: u64) -> String {
    format!("{topic}.{first}")
}

fn event_key(sequence: u64) -> [u8; 9] {
    let mut key = [EVENT; 9];
    if let Some(place) = key.last_chunk_mut() {
        *place = sequence.to_be_bytes();
    }
    key
}

fn account_key(account: &Account, sequence: u64) -> [u8; 41] {
    let mut key = [ACCOUNT; 41];
    if let Some((_, rest)) = key.split_first_mut() {
        let (front, back) = rest.split_at_mut(32);
        front.copy_from_slice(account.as_bytes());
        back.copy_from_slice(&sequence.to_be_bytes());
    }
    key
}

/// The sequence at the end of a key.
fn sequence_in(key: &[u8]) -> io::Result<u64> {
    let sequence = key.last_chunk().copied().map(u64::from_be_bytes);
    sequence.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a key is too short"))
}

/// Sequence and time of an event's row.
fn place(row: fjall::Guard) -> io::Result<(u64, u64)> {
    let (key, value) = row.into_inner().map_err(io_error)?;
    Ok((sequence_in(&key)?, codec::decode_time(&value).map_err(decode_error)?))
}

impl std::fmt::Debug for Chapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chapter")
            .field("topic", &self.topic)
            .field("first", &self.first)
            .finish_non_exhaustive()
    }
}
