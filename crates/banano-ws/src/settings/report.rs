//! What `banano-ws config` prints: the settings in force as a file that could be given back.
//!
//! Called by the command. Computes text only. Everything that can be set is listed, also what is not set.

use std::fmt::Write;

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
