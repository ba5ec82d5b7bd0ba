//! How events are kept between two starts, and where they are shared.
//!
//! Read by the command that runs, which makes the journal of it. Values only; what they mean for a
//! journal is in `banano-ws-journal`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use banano_ws_journal::{DiskConfig, Retention, StreamConfig, SyncPolicy};
use banano_ws_protocol::Topic;
use serde::{Deserialize, Serialize};

use super::stream::{self, Address, StreamKeep};
use super::values::serde_as_text;

/// The table `journal`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Journal {
    pub(crate) url: Option<Address>,
    pub(crate) stream: String,
    pub(crate) stream_keep: StreamKeep,
    pub(crate) sync: Sync,
    pub(crate) sync_interval_ms: u64,
    pub(crate) keep: Vec<Keep>,
}

impl Default for Journal {
    fn default() -> Self {
        let keep = |topic| Keep { topic, retention: Retention::default() };
        Self {
            url: None,
            stream: StreamConfig::NAME.to_owned(),
            stream_keep: StreamKeep(StreamConfig::RETENTION),
            sync: Sync::Interval,
            sync_interval_ms: 100,
            keep: DiskConfig::TOPICS.map(keep).to_vec(),
        }
    }
}

impl Journal {
    /// Everything that cannot work, each with the name of the setting in front.
    pub(crate) fn check(&self) -> Vec<String> {
        let mut problems = stream::check(self);
        if !(1..=60_000).contains(&self.sync_interval_ms) {
            problems.push(format!(
                "journal.sync_interval_ms: {} is not possible, it must be 1 to 60000",
                self.sync_interval_ms
            ));
        }
        for topic in Topic::ALL {
            if self.keep.iter().filter(|keep| keep.topic == topic).count() > 1 {
                problems.push(format!("journal.keep: {topic} is listed twice, once is enough"));
            }
        }
        problems
    }

    /// The topics that are kept.
    pub(crate) fn topics(&self) -> impl Iterator<Item = Topic> {
        self.keep.iter().map(|keep| keep.topic)
    }

    /// The same for a journal in a folder.
    pub(crate) fn on_disk(&self, dir: PathBuf) -> DiskConfig {
        let mut config = DiskConfig::new(dir);
        config.sync = match self.sync {
            Sync::Always => SyncPolicy::Always,
            Sync::Interval => SyncPolicy::Interval { ms: self.sync_interval_ms },
            Sync::Never => SyncPolicy::Never,
        };
        config.topics = Topic::ALL.map(|topic| {
            self.keep.iter().find(|keep| keep.topic == topic).map(|keep| keep.retention)
        });
        config
    }
}

/// When written events are brought to the disk itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sync {
    Always,
    Interval,
    Never,
}

impl fmt::Display for Sync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Always => "always",
            Self::Interval => "interval",
            Self::Never => "never",
        })
    }
}

impl FromStr for Sync {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "always" => Ok(Self::Always),
            "interval" => Ok(Self::Interval),
            "never" => Ok(Self::Never),
            _ => Err("not a policy"),
        }
    }
}

/// `TOPIC:AGE:SIZE`: how much of a topic is kept on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keep {
    topic: Topic,
    retention: Retention,
}

/// Units of age, in milliseconds, longest first.
const AGES: [(&str, u64); 3] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000)];
/// Units of size, in bytes, greatest first.
const SIZES: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.topic, age_and_size(self.retention))
    }
}

impl FromStr for Keep {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str = "not TOPIC:AGE:SIZE";
        let (topic, rest) = text.split_once(':').ok_or(WANTED)?;
        let retention = retention(rest).ok_or(WANTED)?;
        Ok(Self { topic: topic.parse().map_err(|_| WANTED)?, retention })
    }
}

/// `AGE:SIZE`.
pub(super) fn age_and_size(retention: Retention) -> String {
    let Retention { max_age_ms, max_bytes } = retention;
    format!("{}:{}", in_unit(max_age_ms, AGES), in_unit(max_bytes, SIZES))
}

/// Reads `AGE:SIZE`.
pub(super) fn retention(text: &str) -> Option<Retention> {
    let (age, size) = text.split_once(':')?;
    Some(Retention { max_age_ms: of_unit(age, AGES)?, max_bytes: of_unit(size, SIZES)? })
}

/// A number with the greatest unit that leaves it whole.
fn in_unit(value: u64, units: [(&str, u64); 3]) -> String {
    let whole = units.into_iter().find(|(_, size)| value.is_multiple_of(*size));
    whole.map_or_else(|| value.to_string(), |(name, size)| format!("{}{name}", value / size))
}

/// The value of a positive whole number with a unit.
fn of_unit(text: &str, units: [(&str, u64); 3]) -> Option<u64> {
    units.into_iter().find_map(|(name, size)| {
        let number = text.strip_suffix(name)?;
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        let value = number.parse::<u64>().ok()?.checked_mul(size)?;
        (is_number && value > 0).then_some(value)
    })
}

serde_as_text!(Sync, Keep);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_what_is_kept() {
        let rows = [
            ("confirmation:7d:1GiB", Some("confirmation:7d:1GiB")),
            ("vote:48h:2048MiB", Some("vote:2d:2GiB")),
            ("vote:90m:1KiB", Some("vote:90m:1KiB")),
            ("vote:0d:1KiB", None),
            ("vote:+1d:1KiB", None),
            ("vote:1d:99999999999GiB", None),
            ("vote:1d", None),
            ("vote:1d:1GiB:", None),
            ("ack:1d:1GiB", None),
            ("vote:1:1", None),
            ("", None),
        ];
        for (text, want) in rows {
            let read = text.parse::<Keep>().ok().map(|keep| keep.to_string());
            assert_eq!(read.as_deref(), want, "{text:?}");
        }
    }

    #[test]
    fn the_defaults_are_those_of_the_journal() {
        let dir = PathBuf::from("journal");
        assert_eq!(Journal::default().on_disk(dir.clone()), DiskConfig::new(dir));
    }
}
