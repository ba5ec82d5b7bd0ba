//! What clients send: the four actions and the options of `subscribe` and `update`.

use serde_json::{Map, Value, json};

use super::field::described;
use crate::{Direction, KindFilter, STATUS_TOPIC, SubtypeWord, Topic};

/// The four actions.
pub(super) const NAMES: [&str; 4] = ["ping", "subscribe", "unsubscribe", "update"];

/// The schema of an action.
pub(super) fn schema(action: &str) -> Option<Value> {
    let about = match action {
        "ping" => "Asks for a `pong`, acknowledged in any case. Keeps a connection alive.",
        "subscribe" => "Subscribes to a topic, in place of an earlier subscription to it.",
        "unsubscribe" => "Ends a subscription. Fine if there is none.",
        "update" => "Changes the lists of a subscription that was made with `options`.",
        _ => return None,
    };
    let mut properties = Map::new();
    let mut add = |name: &str, schema: Value| properties.insert(name.into(), schema);
    add("action", json!({ "const": action, "description": "What is asked for." }));
    let mut required = vec!["action"];
    if action != "ping" {
        let topics: Vec<_> =
            Topic::ALL.map(Topic::name).into_iter().chain([STATUS_TOPIC]).collect();
        add("topic", json!({ "enum": topics, "description": "What it is about." }));
        required.push("topic");
    }
    add("ack", flag("Whether success is acknowledged.", false));
    add("id", text("Echoed in the reply, up to the message size."));
    match action {
        "subscribe" => {
            add("options", options(&SUBSCRIBE));
            add(
                "cursor",
                ours(flag("Whether the ack and every event tell their `cursor`.", false)),
            );
            add("since", ours(described(since(), SINCE)));
            add("verbose", ours(flag("Whether the ack lists `warnings`.", false)));
        }
        "update" => {
            add("options", options(&UPDATE));
            add("verbose", ours(flag("Whether the ack lists `warnings`.", false)));
            required.push("options");
        }
        _ => {}
    }
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "description": about,
    });
    if action == "subscribe"
        && let Some(members) = schema.as_object_mut()
    {
        members.insert("allOf".into(), Value::Array(Topic::ALL.map(options_of).to_vec()));
    }
    Some(schema)
}

/// Marks what nodes do not have.
fn ours(mut schema: Value) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.insert("x-extension".into(), json!(true));
    }
    schema
}

const SINCE: &str = "Where to go on: a cursor from an ack or an event, `time:` and milliseconds since \
    1970, or `oldest`. Implies `cursor`. What was missed comes first, marked `replayed`.";

fn since() -> Value {
    json!({ "type": "string", "pattern": "^([0-9a-f]{8}-[0-9]{1,20}|time:[0-9]{1,20}|oldest)$" })
}

/// What an option takes.
#[derive(Clone, Copy)]
enum Kind {
    Flag(bool),
    Accounts,
    Hashes,
    Subtypes,
    Amount,
    ConfirmationType,
    Direction,
}

/// An option, the topics that have it, and what it does.
struct Option_ {
    name: &'static str,
    kind: Kind,
    topics: &'static [Topic],
    about: &'static str,
}

const fn option(
    name: &'static str,
    kind: Kind,
    topics: &'static [Topic],
    about: &'static str,
) -> Option_ {
    Option_ { name, kind, topics, about }
}

const CONFIRMATION: &[Topic] = &[Topic::Confirmation];
const VOTE: &[Topic] = &[Topic::Vote];
const BLOCKS: &[Topic] = &[Topic::Confirmation, Topic::NewUnconfirmedBlock];
const LISTS: &[Topic] = &[Topic::Confirmation, Topic::NewUnconfirmedBlock, Topic::Vote];

static SUBSCRIBE: [Option_; 18] = [
    option(
        "accounts",
        Kind::Accounts,
        BLOCKS,
        "Only blocks of these accounts, or to them. An empty list lets nothing through. On \
         `new_unconfirmed_block` it counts only beside a filter that nodes do not have.",
    ),
    option(
        "all_local_accounts",
        Kind::Flag(false),
        CONFIRMATION,
        "Blocks of the accounts in the node's wallets, beside those of `accounts`.",
    ),
    option(
        "confirmation_type",
        Kind::ConfirmationType,
        CONFIRMATION,
        "How the block was confirmed. Not for payments: every confirmed block is final.",
    ),
    option("include_block", Kind::Flag(true), CONFIRMATION, "The block's contents."),
    option("include_election_info", Kind::Flag(false), CONFIRMATION, "Tally, duration and counts."),
    option(
        "include_election_info_with_votes",
        Kind::Flag(false),
        CONFIRMATION,
        "The same, and the votes.",
    ),
    option(
        "include_sideband_info",
        Kind::Flag(false),
        CONFIRMATION,
        "Height in the chain, and when the node stored the block.",
    ),
    option(
        "include_linked_account",
        Kind::Flag(false),
        CONFIRMATION,
        "The other side: who is paid, or who has paid.",
    ),
    option("include_replays", Kind::Flag(false), VOTE, "Votes that say nothing new."),
    option(
        "include_indeterminate",
        Kind::Flag(false),
        VOTE,
        "Votes without an election, or of too little weight.",
    ),
    option("include_late", Kind::Flag(true), VOTE, "Votes for what was confirmed lately."),
    option(
        "representatives",
        Kind::Accounts,
        LISTS,
        "On `vote`: only votes of these, an empty list being no filter. Else: only blocks that name \
         one of these.",
    ),
    option("min_amount", Kind::Amount, BLOCKS, "Only blocks that move as much, in raw."),
    option("max_amount", Kind::Amount, BLOCKS, "Only blocks that move no more, in raw."),
    option(
        "subtypes",
        Kind::Subtypes,
        BLOCKS,
        "Only blocks that do one of these. `open` is an account's first block, which may be `receive` \
         as well.",
    ),
    option("direction", Kind::Direction, BLOCKS, "Which way the money goes, seen from `accounts`."),
    option(
        "counterparties",
        Kind::Accounts,
        BLOCKS,
        "Only blocks whose other side is one of these.",
    ),
    option("hashes", Kind::Hashes, BLOCKS, "Only these blocks."),
];

static UPDATE: [Option_; 10] = [
    option("accounts_add", Kind::Accounts, BLOCKS, "To be in `accounts`."),
    option("accounts_del", Kind::Accounts, BLOCKS, "Not to be in it, also if it is to be added."),
    option("subtypes_add", Kind::Subtypes, BLOCKS, "To be in `subtypes`."),
    option("subtypes_del", Kind::Subtypes, BLOCKS, "Not to be in it."),
    option("counterparties_add", Kind::Accounts, BLOCKS, "To be in `counterparties`."),
    option("counterparties_del", Kind::Accounts, BLOCKS, "Not to be in it."),
    option("representatives_add", Kind::Accounts, LISTS, "To be in `representatives`."),
    option("representatives_del", Kind::Accounts, LISTS, "Not to be in it."),
    option("hashes_add", Kind::Hashes, BLOCKS, "To be in `hashes`."),
    option("hashes_del", Kind::Hashes, BLOCKS, "Not to be in it."),
];

/// Whether nodes have an option of that topic, too.
fn is_of_nodes(name: &str, topic: Topic) -> bool {
    let list = name.trim_end_matches("_add").trim_end_matches("_del");
    match topic {
        Topic::Confirmation => list == "accounts" || OF_NODES.contains(&list),
        Topic::Vote => {
            matches!(name, "representatives" | "include_replays" | "include_indeterminate")
        }
        _ => false,
    }
}

/// Options of `confirmation` that nodes have, beside the lists.
const OF_NODES: [&str; 7] = [
    "all_local_accounts",
    "confirmation_type",
    "include_block",
    "include_election_info",
    "include_election_info_with_votes",
    "include_linked_account",
    "include_sideband_info",
];

/// All options, with the topics that have them as `x-topics`, and those where nodes do not have them
/// as `x-extension`.
fn options(all: &[Option_]) -> Value {
    let properties: Map<String, Value> = all
        .iter()
        .map(|it| {
            let mut schema = described(it.kind.schema(), it.about);
            let topics: Vec<_> = it.topics.iter().map(|topic| topic.name()).collect();
            if let Some(members) = schema.as_object_mut() {
                members.insert("x-topics".into(), json!(topics));
                let ours = it.topics.iter().filter(|topic| !is_of_nodes(it.name, **topic));
                let ours: Vec<_> = ours.map(|topic| topic.name()).collect();
                members.insert("x-extension".into(), json!(ours));
            }
            (it.name.to_owned(), schema)
        })
        .collect();
    json!({ "type": "object", "properties": properties })
}

/// Which options a topic has.
fn options_of(topic: Topic) -> Value {
    let names: Vec<_> =
        SUBSCRIBE.iter().filter(|it| it.topics.contains(&topic)).map(|it| it.name).collect();
    let only = if names.is_empty() {
        // A list of no words is no schema to some validators.
        json!({ "maxProperties": 0 })
    } else {
        json!({ "propertyNames": { "enum": names } })
    };
    json!({
        "if": { "properties": { "topic": { "const": topic.name() } } },
        "then": { "properties": { "options": only } },
    })
}

impl Kind {
    fn schema(self) -> Value {
        let list = |items: Value| json!({ "type": "array", "items": items });
        let account = json!({
            "type": "string",
            "pattern": "^(ban|nano|xrb)[_-][13][13456789abcdefghijkmnopqrstuwxyz]{59}$",
        });
        match self {
            Self::Flag(default) => json!({ "type": "boolean", "default": default }),
            Self::Accounts => list(account),
            Self::Hashes => list(json!({ "type": "string", "pattern": "^[0-9A-Fa-f]{64}$" })),
            Self::Subtypes => list(json!({ "enum": SubtypeWord::ALL.map(SubtypeWord::name) })),
            Self::Amount => {
                json!({ "type": "string", "pattern": "^(0|[1-9][0-9]{0,38})$", "x-unit": "raw" })
            }
            Self::ConfirmationType => {
                json!({ "enum": KindFilter::ALL.map(KindFilter::name), "default": "all" })
            }
            Self::Direction => json!({ "enum": Direction::ALL.map(Direction::name) }),
        }
    }
}

fn flag(about: &str, default: bool) -> Value {
    described(json!({ "type": "boolean", "default": default }), about)
}

fn text(about: &str) -> Value {
    described(json!({ "type": "string" }), about)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::request::{LISTS as QUERY_LISTS, VALUES as QUERY_VALUES};

    #[test]
    fn the_options_of_subscribe_are_those_that_are_read() {
        let told: BTreeSet<_> = SUBSCRIBE.iter().map(|it| it.name).collect();
        let read: BTreeSet<_> = QUERY_LISTS.into_iter().chain(QUERY_VALUES).collect();
        assert_eq!(told, read);
    }

    #[test]
    fn every_list_has_its_two_changes() {
        let lists = SUBSCRIBE
            .iter()
            .filter(|it| matches!(it.kind, Kind::Accounts | Kind::Hashes | Kind::Subtypes));
        let want: BTreeSet<_> =
            lists.flat_map(|it| ["add", "del"].map(|end| format!("{}_{end}", it.name))).collect();
        let told: BTreeSet<_> = UPDATE.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(told, want);
    }
}
