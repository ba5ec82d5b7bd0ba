//! The extension filters as clients send them (protocol.md §11.1).
//!
//! Called by the reader of options. Nodes know none of these, so nobody sends them by habit: unlike
//! a node's option, one that cannot be read is an error, and the request has no effect. Never
//! refuses what a node would take.

use banano_primitives::{Account, Amount, BlockHash};

use super::{
    fault::Fault,
    warnings::{Cut, Warnings},
};
use crate::{
    AmountRange, BlockFilter, Direction, ListChange, Since, SinceError, SubtypeWord,
    json::{Node, flag_word},
    options::SortedSet,
};

/// All extension filters, as options of `subscribe`.
pub(super) const NAMES: [&str; 7] = [
    "min_amount",
    "max_amount",
    "subtypes",
    "direction",
    "counterparties",
    "representatives",
    "hashes",
];

/// The extension filters of `subscribe`; `None` if there is none.
pub(super) fn block_filter(
    options: Node<'_, '_>,
    warnings: &mut Warnings,
) -> Result<Option<Box<BlockFilter>>, Fault> {
    if NAMES.iter().all(|name| options.member(name).is_none()) {
        return Ok(None);
    }
    let filter = BlockFilter {
        amounts: amounts(options)?,
        subtypes: set(options, "subtypes", warnings)?,
        direction: direction(options)?,
        counterparties: set(options, "counterparties", warnings)?,
        representatives: set(options, "representatives", warnings)?,
        hashes: set(options, "hashes", warnings)?,
    };
    Ok(Some(Box::new(filter)))
}

/// A list of `update`: `add` and `del` are the names of the two keys.
pub(super) fn change<T: Value>(
    options: Node<'_, '_>,
    add: &'static str,
    del: &'static str,
) -> Result<ListChange<T>, Fault> {
    Ok(ListChange { add: list(options, add)?, del: list(options, del)? })
}

fn amounts(options: Node<'_, '_>) -> Result<AmountRange, Fault> {
    let [min, max] = ["min_amount", "max_amount"].map(|name| value::<Amount>(options, name));
    let range = AmountRange { min: min?, max: max? };
    if let AmountRange { min: Some(min), max: Some(max) } = range
        && min > max
    {
        return Err(Fault::empty_range(min, max));
    }
    Ok(range)
}

fn direction(options: Node<'_, '_>) -> Result<Option<Direction>, Fault> {
    let direction = value(options, "direction")?;
    if direction.is_some() && options.member("accounts").is_none() {
        return Err(Fault::direction_without_accounts());
    }
    Ok(direction)
}

fn set<T: Value + Ord>(
    options: Node<'_, '_>,
    name: &'static str,
    warnings: &mut Warnings,
) -> Result<Option<SortedSet<T>>, Fault> {
    let list: Option<Vec<T>> = list(options, name)?;
    if list.as_ref().is_some_and(Vec::is_empty) {
        warnings.add(format_args!("empty {name} filter"));
    }
    Ok(list.map(|list| list.into_iter().collect()))
}

/// The value of a member that is no list.
pub(super) fn value<T: Value>(
    options: Node<'_, '_>,
    name: &'static str,
) -> Result<Option<T>, Fault> {
    options.member(name).map(|member| read(member, name)).transpose()
}

fn list<T: Value>(options: Node<'_, '_>, name: &'static str) -> Result<Option<Vec<T>>, Fault> {
    let Some(member) = options.member(name) else { return Ok(None) };
    if !member.is_container() {
        return Err(Fault::not_a_list(name, &shown(member), T::RIGHT));
    }
    member.children().map(|child| read(child, name)).collect::<Result<_, _>>().map(Some)
}

fn read<T: Value>(node: Node<'_, '_>, name: &'static str) -> Result<T, Fault> {
    T::read(&node.text())
        .map_err(|problem| Fault::invalid_option(name, &shown(node), &problem, T::RIGHT))
}

/// Reads a value that is no member of a message.
pub(super) fn read_text<T: Value>(text: &str, name: &str) -> Result<T, Fault> {
    T::read(text).map_err(|problem| {
        Fault::invalid_option(name, &format!("\"{}\"", Cut(text)), &problem, T::RIGHT)
    })
}

/// A value as sent, cut: a string in quotes, which are not counted.
fn shown(node: Node<'_, '_>) -> String {
    if node.is_text() {
        format!("\"{}\"", Cut(&node.text()))
    } else {
        Cut(node.source()).to_string()
    }
}

/// A value of an option, or an element of its list.
pub(super) trait Value: Sized {
    /// What would be right, after "give".
    const RIGHT: &'static str;

    /// Reads it; fails with what is wrong.
    fn read(text: &str) -> Result<Self, String>;
}

impl Value for Amount {
    const RIGHT: &'static str =
        "raw, in decimal digits without a point, such as \"1900000000000000000000000000000\"";

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error| format!("not an amount ({error})"))
    }
}

impl Value for Account {
    const RIGHT: &'static str = "ban_ and its 60 characters";

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error| format!("not an account ({error})"))
    }
}

impl Value for BlockHash {
    const RIGHT: &'static str = "the 64 hex digits of a block's hash";

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error| format!("not a hash ({error})"))
    }
}

impl Value for SubtypeWord {
    const RIGHT: &'static str = "send, receive, open, change or epoch, in lower case";

    fn read(text: &str) -> Result<Self, String> {
        Self::named(text).ok_or_else(|| "not a subtype".to_owned())
    }
}

impl Value for bool {
    const RIGHT: &'static str = "true or false";

    fn read(text: &str) -> Result<Self, String> {
        flag_word(text).ok_or_else(|| "neither true nor false".to_owned())
    }
}

impl Value for Since {
    const RIGHT: &'static str = "a cursor from an ack or an event, time: and milliseconds since 1970 \
        such as \"time:1700000000000\", or \"oldest\"";

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error: SinceError| error.to_string())
    }
}

impl Value for Direction {
    const RIGHT: &'static str = "incoming or outgoing, in lower case";

    fn read(text: &str) -> Result<Self, String> {
        Self::named(text).ok_or_else(|| "not a direction".to_owned())
    }
}
