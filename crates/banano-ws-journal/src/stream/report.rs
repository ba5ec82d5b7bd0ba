//! What a stream is like and what it holds, for people who ask.

use async_nats::jetstream::stream::InfoError;
use banano_ws_protocol::Topic;
use tokio_stream::StreamExt as _;

use super::connection::{Connection, StreamConfig, StreamError, journal_id};
use crate::Retention;

/// A stream at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamReport {
    /// Its name as a journal, in cursors.
    pub journal: u32,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// Events that it holds.
    pub events: u64,
    /// What they take.
    pub bytes: u64,
    /// Sequence and time of the first event that it holds; the sequence is that of the next one while it
    /// holds none.
    pub first: (u64, u64),
    /// Sequence and time of the last one.
    pub last: (u64, u64),
    /// How much it keeps.
    pub retention: Retention,
    /// Who reads it at the moment: an edge, and each of its replays.
    pub readers: u64,
    /// Events by topic; topics without one are left out.
    pub topics: Vec<(Topic, u64)>,
}

impl StreamReport {
    /// Asks the server of a stream that must be there.
    ///
    /// # Errors
    ///
    /// If it isn't, there is no server, or it refuses.
    pub async fn fetch(config: &StreamConfig) -> Result<Self, StreamError> {
        let (connection, stream) = Connection::existing(config).await?;
        let refused = |error: InfoError| StreamError::of(config, error);
        let info = stream.cached_info();
        let ms = |nanos: i128| u64::try_from(nanos / 1_000_000).unwrap_or(0);
        let state = &info.state;
        let mut report = Self {
            journal: journal_id(info),
            created_ms: ms(info.created.unix_timestamp_nanos()),
            events: 0,
            bytes: state.bytes,
            first: (state.first_sequence, ms(state.first_timestamp.unix_timestamp_nanos())),
            last: (state.last_sequence, ms(state.last_timestamp.unix_timestamp_nanos())),
            retention: Retention {
                max_age_ms: u64::try_from(info.config.max_age.as_millis()).unwrap_or(u64::MAX),
                max_bytes: u64::try_from(info.config.max_bytes).unwrap_or(u64::MAX),
            },
            readers: state.consumer_count as u64,
            topics: Vec::new(),
        };
        for topic in Topic::ALL {
            let mut subjects =
                stream.info_with_subjects(connection.subject(topic)).await.map_err(refused)?;
            let mut events = 0_u64;
            while let Some(subject) = subjects.next().await {
                let (_, count) = subject.map_err(refused)?;
                events = events.saturating_add(count as u64);
            }
            // What sources say about themselves is no event.
            report.events = report.events.saturating_add(events);
            if events > 0 {
                report.topics.push((topic, events));
            }
        }
        Ok(report)
    }
}
