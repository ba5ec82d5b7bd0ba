//! What `banano-ws config` prints: the settings in force as a file that could be given back.
//!
//! Called by the command. Computes text only. Everything that can be set is listed, also what is not set.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use toml::Value;

use super::Settings;
use super::keys::KEYS;
use super::layers::{Resolved, flatten, table_of};

/// Column in which the origin of a value begins.
const COLUMN: usize = 40;

/// The default of every setting that has one, as a person would type it.
pub(crate) fn defaults() -> Vec<(String, String)> {
    let mut values = Vec::new();
    flatten(&table_of(&Settings::default()), "", &mut |path, value| {
        values.push((path, value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    });
    values
}

/// A setting that is another than before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) path: String,
    before: Option<String>,
    after: Option<String>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
        write!(f, "{}: {} is now {}", self.path, shown(&self.before), shown(&self.after))
    }
}

/// What is another, in the order of the table.
pub(crate) fn changes(before: &Settings, after: &Settings) -> Vec<Change> {
    let values = |settings: &Settings| {
        let mut values = BTreeMap::new();
        flatten(&table_of(settings), "", &mut |path, value| {
            values.insert(path, value.to_string());
        });
        values
    };
    let (mut before, mut after) = (values(before), values(after));
    let changes = KEYS.iter().map(|key| Change {
        path: key.path.to_owned(),
        before: before.remove(key.path),
        after: after.remove(key.path),
    });
    changes.filter(|change| change.before != change.after).collect()
}

/// Renders every setting with where it came from.
pub(crate) fn report(resolved: &Resolved) -> String {
    let mut values: Vec<(String, Value)> = Vec::new();
    flatten(&table_of(&resolved.settings), "", &mut |path, value| {
        values.push((path, value.clone()));
    });
    let mut out = String::from(
        "# Settings in force, and where each comes from.\n# Save them to a file and start with --config FILE to use them again.\n\n",
    );
    let mut section = "";
    for key in KEYS {
        let (here, name) = key.path.split_once('.').unwrap_or(("", key.path));
        if here != section {
            let _ = write!(out, "\n[{here}]\n");
            section = here;
        }
        let origin = resolved.origin(key.path);
        let line = match values.iter().find(|(path, _)| path == key.path) {
            Some((_, value)) => format!("{name} = {value}"),
            None => format!("#{name} ="),
        };
        let _ = writeln!(out, "# {}\n{line:COLUMN$}  # {origin}", key.help);
    }
    out
}
