//! The vector files.
//!
//! Called by the test modules. A missing member fails the test that asks for it.

use std::fmt::Debug;
use std::str::FromStr;

use serde_json::Value;

/// Returns the rows of `tests/data/<name>.json`.
macro_rules! rows {
    ($name:literal) => {
        crate::vectors::list(include_str!(concat!("../data/", $name, ".json")), "vectors")
    };
}
pub(crate) use rows;

/// Returns a list inside a file; there are no empty ones.
pub(crate) fn list(file: &str, member: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(file).unwrap();
    let rows = file[member].as_array().unwrap().clone();
    assert!(!rows.is_empty());
    rows
}

/// Returns a string member.
pub(crate) fn text<'a>(row: &'a Value, member: &str) -> &'a str {
    row[member].as_str().unwrap_or_else(|| panic!("{member} in {row}"))
}

/// Returns a string member as a value.
pub(crate) fn parse<T: FromStr<Err: Debug>>(row: &Value, member: &str) -> T {
    text(row, member).parse().unwrap_or_else(|error| panic!("{member} in {row}: {error:?}"))
}
