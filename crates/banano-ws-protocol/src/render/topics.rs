//! The messages of the topics without options, and of votes.

use banano_primitives::{BlockKind, Prefix, format_multiplier};

use super::{block, writer::Writer};
use crate::{
    ActiveDifficulty, Bootstrap, BootstrapPhase, ElectionEvent, Multiplier, Place, Telemetry,
    UnconfirmedBlock, VoteEvent, WorkEvent, WorkOutcome,
};

/// Writes `message` of a vote (protocol.md §6.2.1).
pub(super) fn vote(it: &VoteEvent, w: &mut Writer<'_>) {
    let timestamp = it.vote.timestamp;
    w.open("message");
    w.account("account", &it.vote.account);
    w.ascii("signature", &it.vote.signature.decimal());
    w.number("sequence", timestamp.millis());
    w.number("timestamp", timestamp.millis());
    w.number("duration", timestamp.duration().into());
    w.list("blocks", &it.vote.hashes, |w, hash| w.hex_element(hash.as_bytes()));
    w.ascii("type", it.code.name());
    w.extra(&it.extra, Place::Message);
    w.close();
}

/// Writes `message` of an election that started or stopped (protocol.md §6.3, §6.4).
pub(super) fn election(it: &ElectionEvent, w: &mut Writer<'_>) {
    w.open("message");
    w.hex("hash", it.hash.as_bytes());
    w.extra(&it.extra, Place::Message);
    w.close();
}

/// Writes `message` of the difficulty (protocol.md §6.5).
pub(super) fn active_difficulty(it: &ActiveDifficulty, w: &mut Writer<'_>) {
    w.open("message");
    w.ascii("network_minimum", &it.minimum.text());
    if let Some(minimum) = it.receive_minimum {
        w.ascii("network_receive_minimum", &minimum.text());
    }
    w.ascii("network_current", &it.current.text());
    w.ascii("multiplier", &format_multiplier(it.multiplier()));
    if let Some(current) = it.receive_current() {
        w.ascii("network_receive_current", &current.text());
    }
    w.extra(&it.extra, Place::Message);
    w.close();
}

/// Writes `message` of a work request (protocol.md §6.6).
pub(super) fn work(it: &WorkEvent, w: &mut Writer<'_>) {
    let multiplier = |multiplier: Multiplier| format_multiplier(multiplier.value());
    w.open("message");
    w.flag("success", matches!(it.outcome, WorkOutcome::Success(_)));
    w.ascii("reason", it.outcome.reason());
    w.number("duration", it.duration_ms);
    w.open("request");
    w.ascii("version", "work_1");
    w.hex("hash", it.request.root.as_bytes());
    w.ascii("difficulty", &it.request.difficulty.text());
    w.ascii("multiplier", &multiplier(it.request.multiplier));
    w.extra(&it.extra, Place::Request);
    w.close();
    if let WorkOutcome::Success(result) = &it.outcome {
        w.open("result");
        w.text("source", &result.source);
        w.ascii("work", &result.work.text());
        w.ascii("difficulty", &result.difficulty.text());
        w.ascii("multiplier", &multiplier(result.multiplier));
        w.extra(&it.extra, Place::Result);
        w.close();
    }
    w.list("bad_peers", &it.bad_peers, |w, peer| w.text_element(peer));
    w.extra(&it.extra, Place::Message);
    w.close();
}

/// Writes `message` of another node's telemetry (protocol.md §6.7).
pub(super) fn telemetry(it: &Telemetry, w: &mut Writer<'_>) {
    w.open("message");
    w.number("block_count", it.block_count);
    w.number("cemented_count", it.cemented_count);
    w.number("unchecked_count", it.unchecked_count);
    w.number("account_count", it.account_count);
    w.number("bandwidth_cap", it.bandwidth_cap);
    w.number("peer_count", it.peer_count.into());
    w.number("protocol_version", it.protocol_version.into());
    w.number("uptime", it.uptime_s);
    w.hex("genesis_block", it.genesis_block.as_bytes());
    w.number("major_version", it.major_version.into());
    w.number("minor_version", it.minor_version.into());
    w.number("patch_version", it.patch_version.into());
    w.number("pre_release_version", it.pre_release_version.into());
    w.number("maker", it.maker.into());
    w.number("timestamp", it.timestamp_ms);
    w.ascii("active_difficulty", &it.active_difficulty.text());
    w.ascii("node_id", &it.node_id.with_prefix(Prefix::Node));
    w.hex("signature", it.signature.as_bytes());
    w.ascii("address", &it.address.to_string());
    w.number("port", it.port.into());
    w.extra(&it.extra, Place::Message);
    w.close();
}

/// Writes `hash` and `message` of a block that was stored (protocol.md §6.8).
pub(super) fn new_unconfirmed_block(it: &UnconfirmedBlock, w: &mut Writer<'_>) {
    w.hex("hash", it.block.hash().as_bytes());
    w.open("message");
    block::write(&it.block, w);
    match (it.subtype, it.block.kind()) {
        (Some(subtype), _) => w.ascii("subtype", subtype.name()),
        (None, BlockKind::State) => {} // an upstream node did not tell
        (None, legacy) => w.ascii("subtype", legacy.name()),
    }
    w.extra(&it.extra, Place::Message);
    w.close();
}

/// Writes `message` of a bootstrap attempt (protocol.md §6.9).
pub(super) fn bootstrap(it: &Bootstrap, w: &mut Writer<'_>) {
    w.open("message");
    let reason = match it.phase {
        BootstrapPhase::Started => "started",
        BootstrapPhase::Exited { .. } => "exited",
    };
    w.ascii("reason", reason);
    w.text("id", &it.id);
    w.text("mode", it.mode.name());
    if let BootstrapPhase::Exited { total_blocks, duration_s } = it.phase {
        w.number("total_blocks", total_blocks);
        w.number("duration", duration_s);
    }
    w.extra(&it.extra, Place::Message);
    w.close();
}
