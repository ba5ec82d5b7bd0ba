//! `banano-ws journal info`: what a journal holds.

use std::fmt::Write as _;
use std::io::Write as _;

use banano_ws_journal::{Examined, Retention, StreamReport, TopicExtent};
use banano_ws_protocol::{Cursor, Topic};
use clap::ArgMatches;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::place::{Place, examine, runtime};
use crate::failure::Failure;
use crate::settings::StreamKeep;

/// A journal, as it is told. Cursors and times are texts, as elsewhere.
#[derive(Debug, Serialize)]
struct Info {
    journal: String,
    place: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<Stream>,
    oldest: String,
    newest: String,
    events: u64,
    bytes: u64,
    topics: Vec<Row>,
}

/// What only a stream has.
#[derive(Debug, Serialize)]
struct Stream {
    name: String,
    created: String,
    keeps: String,
    readers: u64,
}

/// One topic.
#[derive(Debug, Serialize)]
struct Row {
    topic: &'static str,
    events: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<String>,
}

pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let info = match Place::of(matches)? {
        Place::Folder(folder) => of_folder(folder.display().to_string(), &examine(&folder)?),
        Place::Stream(config) => {
            let runtime = runtime()?;
            let report =
                runtime.block_on(StreamReport::fetch(&config)).map_err(anyhow::Error::from)?;
            of_stream(config.place(), config.name, &report)
        }
    };
    let text = if matches.get_flag("json") {
        let mut text = serde_json::to_string(&info).map_err(anyhow::Error::from)?;
        text.push('\n');
        text
    } else {
        info.table()
    };
    // Whoever closed the output does not want to read it.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}

fn of_folder(place: String, examined: &Examined) -> Info {
    let Examined { journal, topics, is_closed } = examined;
    let cursor = |sequence| Cursor { journal: journal.id(), sequence }.to_string();
    let row = |it: &TopicExtent| Row {
        topic: it.topic.name(),
        events: it.events,
        bytes: Some(it.bytes),
        first: it.times_ms.map(|(first, _)| date(first)),
        last: it.times_ms.map(|(_, last)| date(last)),
    };
    Info {
        journal: format!("{:08x}", journal.id()),
        place,
        closed: Some(*is_closed),
        stream: None,
        oldest: cursor(topics.iter().map(|it| it.gone).min().unwrap_or(0)),
        newest: cursor(journal.newest()),
        events: topics.iter().map(|it| it.events).sum(),
        bytes: topics.iter().map(|it| it.bytes).sum(),
        topics: topics.iter().map(row).collect(),
    }
}

fn of_stream(place: String, name: String, report: &StreamReport) -> Info {
    let cursor = |sequence| Cursor { journal: report.journal, sequence }.to_string();
    let row = |(topic, events): &(Topic, u64)| Row {
        topic: topic.name(),
        events: *events,
        bytes: None,
        first: None,
        last: None,
    };
    let Retention { max_age_ms, max_bytes } = report.retention;
    Info {
        journal: format!("{:08x}", report.journal),
        place,
        closed: None,
        stream: Some(Stream {
            name,
            created: date(report.created_ms),
            keeps: StreamKeep(Retention { max_age_ms, max_bytes }).to_string(),
            readers: report.readers,
        }),
        oldest: cursor(report.first.0.saturating_sub(1)),
        newest: cursor(report.last.0),
        events: report.events,
        bytes: report.bytes,
        topics: report.topics.iter().map(row).collect(),
    }
}

impl Info {
    fn table(&self) -> String {
        let mut out = format!("Journal {} in {}\n", self.journal, self.place);
        if let Some(Stream { name, created, keeps, readers }) = &self.stream {
            let _ = writeln!(
                out,
                "Stream {name}, made {created}, keeps {keeps}; {readers} readers at the moment"
            );
        }
        if self.closed == Some(false) {
            out.push_str("It was not closed: its program was killed, or the system went down.\n");
        }
        let _ = writeln!(
            out,
            "Cursors from {} to {}: {} events, {}\n",
            self.oldest,
            self.newest,
            self.events,
            size(self.bytes)
        );
        let _ =
            writeln!(out, "{:<22} {:>10} {:>10}  {:<24}  last", "topic", "events", "size", "first");
        for row in &self.topics {
            let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            let bytes = row.bytes.map_or_else(|| "-".to_owned(), size);
            let _ = writeln!(
                out,
                "{:<22} {:>10} {bytes:>10}  {:<24}  {}",
                row.topic,
                row.events,
                or_dash(&row.first),
                or_dash(&row.last)
            );
        }
        out
    }
}

/// A time for people and programs: in UTC.
fn date(ms: u64) -> String {
    let nanos = i128::from(ms).saturating_mul(1_000_000);
    let date = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok();
    date.and_then(|date| date.format(&Rfc3339).ok()).unwrap_or_else(|| ms.to_string())
}

/// Bytes with the unit that leaves three digits or so.
fn size(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut whole, mut tenths, mut unit) = (bytes, 0, 0);
    while whole >= 1024 && unit + 1 < units.len() {
        (tenths, whole, unit) = (whole % 1024 * 10 / 1024, whole / 1024, unit + 1);
    }
    let name = units.get(unit).copied().unwrap_or_default();
    if unit == 0 { format!("{whole} {name}") } else { format!("{whole}.{tenths} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_sizes_are_for_people() {
        assert_eq!(date(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        for (bytes, text) in
            [(0, "0 B"), (1_023, "1023 B"), (1_536, "1.5 KiB"), (5 << 30, "5.0 GiB")]
        {
            assert_eq!(size(bytes), text);
        }
    }
}
