//! Lays flag over environment over file over default, and remembers where each value came from.
//!
//! Called once at start and by `banano-ws config`. Reads the file and nothing else; the environment and
//! the flags are passed in. Reports every problem that it finds, not only the first.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use banano_primitives::Prefix;
use serde::Deserialize;
use toml::{Table, Value};

use super::Settings;
use super::keys::{KEYS, Key, PREFIX};

/// Where a value came from. The later one wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    File(PathBuf),
    Variable(String),
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => path.display().fmt(f),
            Self::Variable(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A value as it was given: typed in a file, text elsewhere.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    Text(String),
    Typed(Value),
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Typed(value) => value.fmt(f),
        }
    }
}

impl Given {
    /// What the value can mean: text that looks like a number may be one.
    fn candidates(&self) -> Vec<Value> {
        match self {
            Self::Typed(value) => vec![value.clone()],
            Self::Text(text) => {
                let literal = format!("it = {text}").parse::<Table>().ok();
                let literal = literal.filter(|table| table.len() == 1);
                std::iter::once(Value::String(text.clone()))
                    .chain(literal.and_then(|mut table| table.remove("it")))
                    .collect()
            }
        }
    }
}

/// One value of one source.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub(crate) origin: Origin,
    pub(crate) path: String,
    pub(crate) given: Given,
}

/// Something that was given and cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem(String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Problem {
    /// Says where the value stands, what it is, and what it should be.
    fn unfit(layer: &Layer, key: &Key) -> Self {
        let Layer { origin, path, given } = layer;
        let place = match origin {
            Origin::Default => format!("default {path} = {given}"),
            Origin::File(file) => format!("{}: {path} = {given}", file.display()),
            Origin::Variable(name) => format!("{name}={given}"),
            Origin::Flag(name) => format!("{name} {given}"),
        };
        Self(format!("{place}: expected {}", key.expects))
    }
}

/// What is in force, and from where.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) settings: Settings,
    pub(crate) origins: BTreeMap<String, Origin>,
    /// To read it all again.
    sources: Sources,
}

/// Where settings come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    pub(crate) file: Option<PathBuf>,
    /// Those of environment and flags.
    pub(crate) layers: Vec<Layer>,
}

impl Sources {
    /// Reads the file and lays everything over the defaults.
    ///
    /// # Errors
    /// Everything that cannot be, of the file and of the rest.
    pub(crate) fn resolve(self) -> Result<Resolved, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut layers = match &self.file {
            Some(file) => of_file(file).unwrap_or_else(|problem| {
                problems.push(problem);
                Vec::new()
            }),
            None => Vec::new(),
        };
        layers.extend(self.layers.iter().cloned());
        match resolve(layers) {
            Ok(resolved) if problems.is_empty() => Ok(Resolved { sources: self, ..resolved }),
            Ok(_) => Err(problems),
            Err(more) => Err(problems.into_iter().chain(more).collect()),
        }
    }
}

impl Resolved {
    /// Reads everything again.
    ///
    /// # Errors
    /// As the first time.
    pub(crate) fn again(&self) -> Result<Self, Vec<Problem>> {
        self.sources.clone().resolve()
    }

    pub(crate) fn origin(&self, path: &str) -> &Origin {
        self.origins.get(path).unwrap_or(&Origin::Default)
    }

    /// Whether amounts have their twins in BAN on a network of accounts that begin with `prefix`: nodes
    /// of Nano tell none.
    pub(crate) fn decimal_fields(&self, prefix: Prefix) -> bool {
        match self.origin("decimal_fields") {
            Origin::Default => prefix == Prefix::Ban,
            _ => self.settings.decimal_fields,
        }
    }
}

/// Lays the layers over the defaults; the last one for a setting wins.
///
/// # Errors
/// Every value that does not fit its setting, and everything that `Settings::check` finds.
pub(crate) fn resolve(layers: Vec<Layer>) -> Result<Resolved, Vec<Problem>> {
    let defaults = table_of(&Settings::default());
    let mut merged = defaults.clone();
    let mut origins = BTreeMap::new();
    let mut problems = Vec::new();
    for layer in layers {
        let Some(key) = Key::find(&layer.path) else {
            problems.push(Problem(format!(
                "{}: there is no setting `{}`; `banano-ws config` lists them",
                layer.origin, layer.path
            )));
            continue;
        };
        // Each value is tried alone over the defaults, so that one problem does not hide another.
        let fitting = layer.given.candidates().into_iter().find(|value| {
            let mut alone = defaults.clone();
            put(&mut alone, key.path, value.clone());
            Settings::deserialize(alone).is_ok()
        });
        match fitting {
            Some(value) => {
                put(&mut merged, key.path, value);
                origins.insert(layer.path, layer.origin);
            }
            None => problems.push(Problem::unfit(&layer, key)),
        }
    }
    // What does not fit is left out here, so that the rest is checked all the same.
    let settings = match Settings::deserialize(merged) {
        Ok(settings) => settings,
        Err(cause) => {
            problems.push(Problem(cause.to_string()));
            return Err(problems);
        }
    };
    let resolved = Resolved { settings, origins, sources: Sources::default() };
    problems.extend(resolved.settings.check().into_iter().map(|text| placed(&resolved, text)));
    if problems.is_empty() { Ok(resolved) } else { Err(problems) }
}

/// Puts the place where a value came from in front of what `check` says about it.
fn placed(resolved: &Resolved, text: String) -> Problem {
    let path = text.split(':').next().unwrap_or_default();
    match resolved.origin(path) {
        Origin::Default => Problem(text),
        Origin::File(file) => Problem(format!("{}: {text}", file.display())),
        Origin::Variable(name) | Origin::Flag(name) => {
            Problem(format!("{name}{}", text.strip_prefix(path).unwrap_or(&text)))
        }
    }
}

/// The layers of a file.
///
/// # Errors
/// It cannot be read, or is not TOML; says where.
pub(crate) fn of_file(path: &Path) -> Result<Vec<Layer>, Problem> {
    let problem = |text: &dyn fmt::Display| Problem(format!("{}: {text}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|cause| problem(&cause))?;
    let table: Table = toml::from_str(&text).map_err(|cause| {
        let line = cause.span().map_or(1, |span| {
            1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count()
        });
        problem(&format_args!("line {line}: {}", cause.message()))
    })?;
    let mut layers = Vec::new();
    flatten(&table, "", &mut |name, value| {
        layers.push(Layer {
            origin: Origin::File(path.to_owned()),
            path: name,
            given: Given::Typed(value.clone()),
        });
    });
    Ok(layers)
}

/// The layers of the environment; `other` names variables of ours that set nothing.
pub(crate) fn of_environment(
    variables: impl IntoIterator<Item = (String, String)>,
    other: &[&str],
) -> (Vec<Layer>, Vec<String>) {
    let mut layers = Vec::new();
    let mut unknown = Vec::new();
    for (name, text) in variables {
        // An empty variable is one that was unset in a script's way.
        if !name.starts_with(PREFIX) || text.is_empty() || other.contains(&name.as_str()) {
            continue;
        }
        match KEYS.iter().find(|key| key.variable() == name) {
            Some(key) => layers.push(Layer {
                origin: Origin::Variable(name),
                path: key.path.to_owned(),
                given: Given::Text(text),
            }),
            None => unknown.push(name),
        }
    }
    (layers, unknown)
}

/// Calls `each` with every value that is not a table, and its path.
pub(super) fn flatten(table: &Table, prefix: &str, each: &mut impl FnMut(String, &Value)) {
    for (name, value) in table {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Table(inner) => flatten(inner, &path, each),
            leaf => each(path, leaf),
        }
    }
}

/// The settings as a table; what is not set is absent.
pub(super) fn table_of(settings: &Settings) -> Table {
    // Settings hold text, numbers and flags only, which a table can always hold.
    Table::try_from(settings).unwrap_or_default()
}

fn put(table: &mut Table, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            table.insert(path.to_owned(), value);
        }
        Some((section, rest)) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}
