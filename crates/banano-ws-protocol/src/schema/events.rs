//! The messages of the nine topics (docs/protocol.md §6).

use serde_json::{Value, json};

use super::{
    CURSOR,
    field::{Field, Shape, described, object},
};
use crate::{ConfirmationKind, Topic, VoteCode};

/// What a topic tells, in one sentence.
pub(super) const fn about(topic: Topic) -> &'static str {
    match topic {
        Topic::Confirmation => "A block was cemented: it is final.",
        Topic::Vote => "A validly signed vote was handled.",
        Topic::StartedElection => "An election began.",
        Topic::StoppedElection => "A candidate left the elections without winning.",
        Topic::ActiveDifficulty => "The difficulty that the network works at.",
        Topic::Work => "A request for work ended.",
        Topic::Telemetry => "Another node told about itself.",
        Topic::NewUnconfirmedBlock => "A block was stored for the first time. It is not final.",
        Topic::Bootstrap => "A bootstrap attempt began or ended.",
    }
}

pub(super) fn schema(topic: Topic) -> Value {
    let message = match topic {
        Topic::Confirmation => confirmation(),
        Topic::Vote => vote(),
        Topic::StartedElection => object("The election.", &[hash("The block that started it.")]),
        Topic::StoppedElection => object("The election.", &[hash("The candidate that left.")]),
        Topic::ActiveDifficulty => object("Difficulties.", &DIFFICULTY),
        Topic::Work => object("The request and its end.", &WORK),
        Topic::Telemetry => object("What the node said, signed by it.", &TELEMETRY),
        Topic::NewUnconfirmedBlock => stored(),
        Topic::Bootstrap => object("The attempt.", &BOOTSTRAP),
    };
    let mut schema = object(about(topic), &ENVELOPE);
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let name = described(json!({ "const": topic.name() }), "The topic.");
        properties.insert("topic".into(), name);
        if topic == Topic::NewUnconfirmedBlock {
            properties.insert("hash".into(), described(Shape::Hash.schema(), "The block."));
        }
        properties.insert("message".into(), message);
    }
    let hash = (topic == Topic::NewUnconfirmedBlock).then_some("hash");
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.extend(["topic", "message"].into_iter().chain(hash).map(Value::from));
    }
    schema
}

const fn hash(about: &'static str) -> Field {
    Field::new("hash", Shape::Hash, about)
}

static ENVELOPE: [Field; 4] = [
    Field::new("time", Shape::Millis, "When the message was made; the same for all clients."),
    CURSOR,
    Field::maybe(
        "replayed",
        Shape::Words(&["true"]),
        "The event happened before the subscription was made, and was asked for by `since`.",
    ),
    Field::maybe(
        "healed",
        Shape::Words(&["true"]),
        "A gateway had missed the event and fetched it later. Only beside `cursor`.",
    ),
];

fn confirmation() -> Value {
    let mut schema = object("The confirmed block and how it was confirmed.", &CONFIRMATION);
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let about = "The block. Unless option `include_block` is false.";
        properties.insert("block".into(), described(block(), about));
    }
    let kinds = ConfirmationKind::ALL.map(ConfirmationKind::name);
    insert_words(
        &mut schema,
        "confirmation_type",
        &kinds,
        "By an election of its own, by that of a successor although it had one, or by that of a \
         successor alone.",
    );
    schema
}

fn vote() -> Value {
    let mut schema = object("The vote and what it was worth.", &VOTE);
    let words = VoteCode::ALL.map(VoteCode::name);
    insert_words(&mut schema, "type", &words, "What it was worth to the running elections.");
    schema
}

fn stored() -> Value {
    let mut schema = block();
    let words = ["send", "receive", "open", "change", "epoch"];
    insert_words(
        &mut schema,
        "subtype",
        &words,
        "What the block does; of a legacy block its type.",
    );
    // An upstream node of a gateway may not tell it.
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name != "subtype");
    }
    schema
}

/// Adds a member that is one of some words, and always there.
fn insert_words(schema: &mut Value, name: &str, words: &[&str], about: &str) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert(name.into(), json!({ "enum": words, "description": about }));
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.push(json!(name));
    }
}

/// A block of any type: what its `type` needs is required.
fn block() -> Value {
    let mut schema = object("The block.", &BLOCK);
    let of = |kind: &str, required: &[&str]| {
        json!({
            "if": { "properties": { "type": { "const": kind } } },
            "then": { "required": required },
        })
    };
    let state = ["account", "previous", "representative", "balance", "link", "link_as_account"];
    let kinds = json!([
        of("state", &state),
        of("send", &["previous", "destination", "balance"]),
        of("receive", &["previous", "source"]),
        of("open", &["source", "representative", "account"]),
        of("change", &["previous", "representative"]),
    ]);
    if let Some(members) = schema.as_object_mut() {
        members.insert("allOf".into(), kinds);
    }
    schema
}

static BLOCK: [Field; 14] = [
    Field::new(
        "type",
        Shape::Words(&["state", "send", "receive", "open", "change"]),
        "All but `state` are legacy.",
    ),
    Field::maybe("account", Shape::Account, "Owner."),
    Field::maybe("previous", Shape::Hash, "The block before; zeros in an account's first."),
    Field::maybe("representative", Shape::Account, "Who votes with the balance."),
    Field::maybe("balance", Shape::Balance, "After the block, in raw; of a legacy send in hex."),
    Field::maybe("balance_decimal", Shape::Decimal, "The balance in BAN."),
    Field::maybe("link", Shape::Hash, "Destination of a send, hash of the send of a receive."),
    Field::maybe("link_as_account", Shape::Account, "The link, read as an account."),
    Field::maybe("destination", Shape::Account, "Of a legacy send."),
    Field::maybe("source", Shape::Hash, "Of a legacy receive or open: the send."),
    Field::new("signature", Shape::Signature, "Of the owner, or of the epoch signer."),
    Field::new("work", Shape::Work, "Proof of work."),
    Field::maybe(
        "linked_account",
        Shape::AccountOrZero,
        "The other side: destination of a send, sender of a receive; `0` if there is none or it is \
         not known. By option `include_linked_account`.",
    ),
    Field::maybe(
        "subtype",
        Shape::Words(&["send", "receive", "change", "epoch"]),
        "What a state block does.",
    ),
];

static CONFIRMATION: [Field; 6] = [
    Field::new("account", Shape::Account, "Owner of the block."),
    Field::new("amount", Shape::Amount, "Moved by the block, in raw; zero for change and epoch."),
    Field::maybe("amount_decimal", Shape::Decimal, "The same in BAN."),
    hash("The block."),
    Field::maybe("election_info", Shape::Object(&ELECTION), "By option `include_election_info`."),
    Field::maybe("sideband", Shape::Object(&SIDEBAND), "By option `include_sideband_info`."),
];

static SIDEBAND: [Field; 2] = [
    Field::new("height", Shape::Number, "Place in the account's chain, from 1."),
    Field::new("local_timestamp", Shape::Seconds, "When the node stored the block."),
];

static ELECTION: [Field; 9] = [
    Field::new("duration", Shape::Number, "Milliseconds from start to confirmation."),
    Field::new("time", Shape::Millis, "When it ended."),
    Field::new("tally", Shape::Amount, "Weight of the votes for the block, in raw."),
    Field::maybe("tally_decimal", Shape::Decimal, "The same in BAN."),
    Field::maybe("final", Shape::Amount, "Weight of the final votes for it, in raw."),
    Field::maybe("blocks", Shape::Number, "Candidates."),
    Field::maybe("voters", Shape::Number, "Representatives that voted."),
    Field::maybe("request_count", Shape::Number, "Rounds of requests for votes."),
    Field::maybe(
        "votes",
        Shape::ListOrEmpty(&Shape::Object(&ELECTION_VOTE)),
        "By option `include_election_info_with_votes`; highest weight first.",
    ),
];

static ELECTION_VOTE: [Field; 5] = [
    Field::new("representative", Shape::Account, "Who voted."),
    Field::new("timestamp", Shape::Number, "Of the vote, in milliseconds; 2^64 - 1 is final."),
    hash("The candidate voted for."),
    Field::new("weight", Shape::Amount, "In raw."),
    Field::maybe("weight_decimal", Shape::Decimal, "The same in BAN."),
];

static VOTE: [Field; 6] = [
    Field::new("account", Shape::Account, "The representative."),
    Field::new("signature", Shape::DecimalSignature, "As one decimal number."),
    Field::new("sequence", Shape::Number, "The same as `timestamp`."),
    Field::new("timestamp", Shape::Number, "In milliseconds; 2^64 - 1 is a final vote."),
    Field::new("duration", Shape::Number, "A code from 0 to 15, not a time."),
    Field::new("blocks", Shape::ListOrEmpty(&Shape::Hash), "The blocks voted for, up to 255."),
];

static DIFFICULTY: [Field; 5] = [
    Field::new("network_minimum", Shape::Work, "For sends and changes."),
    Field::maybe("network_receive_minimum", Shape::Work, "For receives."),
    Field::new("network_current", Shape::Work, "What others work at."),
    Field::new("multiplier", Shape::Multiplier, "Current over minimum."),
    Field::maybe("network_receive_current", Shape::Work, "What others work at for receives."),
];

static WORK: [Field; 6] = [
    Field::new("success", Shape::Flag, "Whether work was found."),
    Field::new("reason", Shape::Words(&["", "cancelled", "failure"]), "Why not."),
    Field::new("duration", Shape::Number, "Milliseconds."),
    Field::new("request", Shape::Object(&WORK_REQUEST), "What was asked for."),
    Field::maybe("result", Shape::Object(&WORK_RESULT), "If work was found."),
    Field::new(
        "bad_peers",
        Shape::ListOrEmpty(&Shape::Text),
        "Work peers that failed or sent wrong work, as host:port.",
    ),
];

static WORK_REQUEST: [Field; 4] = [
    Field::new("version", Shape::Words(&["work_1"]), "Of the work."),
    Field::new("hash", Shape::Hash, "The root: a hash, or an account's key."),
    Field::new("difficulty", Shape::Work, "The least wanted."),
    Field::new("multiplier", Shape::Multiplier, "Over the base threshold."),
];

static WORK_RESULT: [Field; 4] = [
    Field::new("source", Shape::Text, "`local`, or the work peer as host:port."),
    Field::new("work", Shape::Work, "The work."),
    Field::new("difficulty", Shape::Work, "What it is worth."),
    Field::new("multiplier", Shape::Multiplier, "Over the base threshold."),
];

static TELEMETRY: [Field; 20] = [
    Field::new("block_count", Shape::Number, "Blocks in its ledger."),
    Field::new("cemented_count", Shape::Number, "Of these, confirmed."),
    Field::new("unchecked_count", Shape::Number, "Blocks that wait for another."),
    Field::new("account_count", Shape::Number, "Accounts in its ledger."),
    Field::new("bandwidth_cap", Shape::Number, "Bytes a second; 0 is no limit."),
    Field::new("peer_count", Shape::Number, "Its peers."),
    Field::new("protocol_version", Shape::Number, "Of the peering protocol."),
    Field::new("uptime", Shape::Number, "Seconds since its start."),
    Field::new("genesis_block", Shape::Hash, "Names its network."),
    Field::new("major_version", Shape::Number, "Of its software."),
    Field::new("minor_version", Shape::Number, "Of its software."),
    Field::new("patch_version", Shape::Number, "Of its software."),
    Field::new("pre_release_version", Shape::Number, "Of its software."),
    Field::new("maker", Shape::Number, "Of its software: 0 is nano-node."),
    Field::new("timestamp", Shape::Millis, "When it said so, by its clock."),
    Field::new("active_difficulty", Shape::Work, "What it works at."),
    Field::new("node_id", Shape::NodeId, "Its key."),
    Field::new("signature", Shape::Signature, "Its signature over all of this."),
    Field::new("address", Shape::Text, "IPv6, or IPv4 mapped to it."),
    Field::new("port", Shape::Number, "For peering."),
];

static BOOTSTRAP: [Field; 5] = [
    Field::new("reason", Shape::Words(&["started", "exited"]), "Which end of the attempt."),
    Field::new("id", Shape::Text, "Names the attempt."),
    Field::new("mode", Shape::Text, "legacy, lazy, wallet_lazy or ascending."),
    Field::maybe("total_blocks", Shape::Number, "When it exited: the blocks it fetched."),
    Field::maybe("duration", Shape::Number, "When it exited: **seconds**."),
];
