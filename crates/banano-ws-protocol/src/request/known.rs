//! Which options count where: for those who asked to be told of the others.
//!
//! Called by the reader of options. A node ignores what it does not know, at every level, and so does
//! this server (protocol.md §2.2); a mistyped filter then lets everything through, which is worth a
//! warning to whoever wants warnings. Never refuses anything.

use super::{
    filters,
    query::{LISTS, VALUES},
    warnings::{Cut, Warnings},
};
use crate::{Topic, json::Node};

const CONFIRMATION: [&str; 8] = [
    "confirmation_type",
    "accounts",
    "all_local_accounts",
    "include_block",
    "include_election_info",
    "include_election_info_with_votes",
    "include_sideband_info",
    "include_linked_account",
];
const VOTE: [&str; 4] =
    ["representatives", "include_replays", "include_indeterminate", "include_late"];
/// Lists of an `update` of blocks, each with `_add` or `_del` behind it.
const LISTS_OF_BLOCKS: [&str; 5] =
    ["accounts", "subtypes", "counterparties", "representatives", "hashes"];

/// Warns of options of a `subscribe` that the topic does not have.
pub(super) fn warn_of_unknown(topic: Topic, options: Node<'_, '_>, warnings: &mut Warnings) {
    warn(options, topic.name(), warnings, |name| match topic {
        Topic::Confirmation => CONFIRMATION.contains(&name) || filters::NAMES.contains(&name),
        Topic::Vote => VOTE.contains(&name),
        Topic::NewUnconfirmedBlock => name == "accounts" || filters::NAMES.contains(&name),
        _ => false,
    });
}

/// Warns of every option, of a topic that has none.
pub(super) fn warn_of_any(topic: &str, options: Node<'_, '_>, warnings: &mut Warnings) {
    warn(options, topic, warnings, |_| false);
}

/// Warns of options of an `update` that are none of its lists.
pub(super) fn warn_of_no_list(
    topic: Option<Topic>,
    options: Node<'_, '_>,
    warnings: &mut Warnings,
) {
    warn(options, "update", warnings, |name| {
        let list = name.strip_suffix("_add").or_else(|| name.strip_suffix("_del"));
        list.is_some_and(|list| match topic {
            Some(Topic::Confirmation | Topic::NewUnconfirmedBlock) => {
                LISTS_OF_BLOCKS.contains(&list)
            }
            Some(Topic::Vote) => list == "representatives",
            _ => false,
        })
    });
}

/// Warns of options that stand beside `options`, where they count for nothing.
pub(super) fn warn_of_strays(message: Node<'_, '_>, warnings: &mut Warnings) {
    if warnings.are_wanted() {
        for (name, _) in message.members() {
            if LISTS.contains(&&*name) || VALUES.contains(&&*name) {
                warnings.add(format_args!("{name} stands beside options, where it is ignored"));
            }
        }
    }
}

fn warn(
    options: Node<'_, '_>,
    place: &str,
    warnings: &mut Warnings,
    is_known: impl Fn(&str) -> bool,
) {
    if warnings.are_wanted() {
        for (name, _) in options.members().filter(|(name, _)| !is_known(name)) {
            warnings.add(format_args!("{} is no option of {place}", Cut(&name)));
        }
    }
}
