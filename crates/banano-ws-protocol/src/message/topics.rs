//! Reads the messages of all topics but `confirmation`.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use banano_primitives::{Account, BlockHash, BlockKind, Prefix, Signature, Vote, VoteTimestamp};

use super::{
    block,
    fields::{FieldError, Object, Unknown, parse},
};
use crate::{
    ActiveDifficulty, Bootstrap, BootstrapMode, BootstrapPhase, ElectionEvent, Multiplier, Place,
    Telemetry, UnconfirmedBlock, VoteCode, VoteEvent, WorkEvent, WorkOutcome, WorkRequest,
    WorkResult,
};

/// Reads `message` of topic `vote` (protocol.md §6.2.1). Nodes before V23 tell no `duration`, those
/// before V22 a `sequence` of another kind, which is the number that they signed; those before V21
/// no `type`, and only votes of type `vote`.
pub(super) fn vote(message: Object<'_, '_>, mut unknown: Unknown) -> Result<VoteEvent, FieldError> {
    let known = ["account", "signature", "sequence", "timestamp", "duration", "blocks", "type"];
    message.keep_unknown(&known, &mut unknown);
    let timestamp = match message.get::<u8>("duration")? {
        Some(duration) => match message.need("timestamp")? {
            u64::MAX => VoteTimestamp::FINAL,
            millis => VoteTimestamp::new(millis, duration),
        },
        None => VoteTimestamp::from_packed(message.need("sequence")?),
    };
    let code = match message.text("type") {
        None => VoteCode::Vote,
        Some(word) => {
            VoteCode::ALL.into_iter().find(|code| code.name() == word).ok_or_else(|| {
                let wanted = VoteCode::ALL.map(VoteCode::name).join(", ");
                FieldError::invalid("type", &word, format_args!("expected one of {wanted}"))
            })?
        }
    };
    let blocks = message.node().member("blocks").ok_or(FieldError::Missing("blocks"))?;
    let vote = Vote {
        account: message.need("account")?,
        signature: vote_signature(message)?,
        timestamp,
        hashes: blocks
            .children()
            .map(|hash| parse("blocks", &hash.text()))
            .collect::<Result<_, _>>()?,
    };
    Ok(VoteEvent { vote: Arc::new(vote), code, extra: unknown.into_extra() })
}

/// Decimal as nodes write it, or the 128 hex digits of one implementation (protocol.md D24): a
/// decimal that long is not read as hex, since 512 bits with 128 decimal digits still are decimal.
fn vote_signature(message: Object<'_, '_>) -> Result<Signature, FieldError> {
    let text = message.need_text("signature")?;
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        Signature::from_decimal(&text)
            .map_err(|error| FieldError::invalid("signature", &text, error))
    } else {
        parse("signature", &text)
    }
}

/// Reads `message` of the two election topics (protocol.md §6.3, §6.4).
pub(super) fn election(
    message: Object<'_, '_>,
    mut unknown: Unknown,
) -> Result<ElectionEvent, FieldError> {
    message.keep_unknown(&["hash"], &mut unknown);
    Ok(ElectionEvent { hash: message.need("hash")?, extra: unknown.into_extra() })
}

/// Reads `message` of topic `active_difficulty` (protocol.md §6.5). What follows from the three
/// difficulties is not read.
pub(super) fn active_difficulty(
    message: Object<'_, '_>,
    mut unknown: Unknown,
) -> Result<ActiveDifficulty, FieldError> {
    let known = [
        "network_minimum",
        "network_receive_minimum",
        "network_current",
        "multiplier",
        "network_receive_current",
    ];
    message.keep_unknown(&known, &mut unknown);
    Ok(ActiveDifficulty {
        minimum: message.need("network_minimum")?,
        receive_minimum: message.get("network_receive_minimum")?,
        current: message.need("network_current")?,
        extra: unknown.into_extra(),
    })
}

/// Reads `message` of topic `work` (protocol.md §6.6).
pub(super) fn work(message: Object<'_, '_>, mut unknown: Unknown) -> Result<WorkEvent, FieldError> {
    let known = ["success", "reason", "duration", "request", "result", "bad_peers"];
    message.keep_unknown(&known, &mut unknown);
    let request =
        message.object("request", Place::Request).ok_or(FieldError::Missing("request"))?;
    request.keep_unknown(&["version", "hash", "difficulty", "multiplier"], &mut unknown);
    let reason = message.text("reason").unwrap_or_default();
    let outcome = match reason.as_ref() {
        "cancelled" => WorkOutcome::Cancelled,
        "failure" => WorkOutcome::Failure,
        "" => WorkOutcome::Success(work_result(message, &mut unknown)?),
        other => {
            let problem = "expected an empty text, cancelled or failure";
            return Err(FieldError::invalid("reason", other, problem));
        }
    };
    let bad_peers = message.node().member("bad_peers");
    let bad_peers = bad_peers.iter().flat_map(|peers| peers.children());
    Ok(WorkEvent {
        duration_ms: message.need("duration")?,
        request: WorkRequest {
            root: request.need("hash")?,
            difficulty: request.need("difficulty")?,
            multiplier: multiplier(request)?,
        },
        outcome,
        bad_peers: bad_peers.map(|peer| peer.text().into_owned()).collect(),
        extra: unknown.into_extra(),
    })
}

fn work_result(message: Object<'_, '_>, unknown: &mut Unknown) -> Result<WorkResult, FieldError> {
    let result = message.object("result", Place::Result).ok_or(FieldError::Missing("result"))?;
    result.keep_unknown(&["source", "work", "difficulty", "multiplier"], unknown);
    Ok(WorkResult {
        source: result.need_text("source")?.into_owned(),
        work: result.need("work")?,
        difficulty: result.need("difficulty")?,
        multiplier: multiplier(result)?,
    })
}

fn multiplier(object: Object<'_, '_>) -> Result<Multiplier, FieldError> {
    object.need("multiplier").map(Multiplier::new)
}

/// Reads `message` of topic `telemetry` (protocol.md §6.7).
pub(super) fn telemetry(
    message: Object<'_, '_>,
    mut unknown: Unknown,
) -> Result<Telemetry, FieldError> {
    let known = [
        "block_count",
        "cemented_count",
        "unchecked_count",
        "account_count",
        "bandwidth_cap",
        "peer_count",
        "protocol_version",
        "uptime",
        "genesis_block",
        "major_version",
        "minor_version",
        "patch_version",
        "pre_release_version",
        "maker",
        "timestamp",
        "active_difficulty",
        "node_id",
        "signature",
        "address",
        "port",
    ];
    message.keep_unknown(&known, &mut unknown);
    Ok(Telemetry {
        block_count: message.need("block_count")?,
        cemented_count: message.need("cemented_count")?,
        unchecked_count: message.need("unchecked_count")?,
        account_count: message.need("account_count")?,
        bandwidth_cap: message.need("bandwidth_cap")?,
        peer_count: message.need("peer_count")?,
        protocol_version: message.need("protocol_version")?,
        uptime_s: message.need("uptime")?,
        genesis_block: message.need("genesis_block")?,
        major_version: message.need("major_version")?,
        minor_version: message.need("minor_version")?,
        patch_version: message.need("patch_version")?,
        pre_release_version: message.need("pre_release_version")?,
        maker: message.need("maker")?,
        timestamp_ms: message.need("timestamp")?,
        active_difficulty: message.need("active_difficulty")?,
        node_id: node_id(message)?,
        signature: message.need("signature")?,
        address: address(message)?,
        port: message.need("port")?,
        extra: unknown.into_extra(),
    })
}

fn node_id(message: Object<'_, '_>) -> Result<Account, FieldError> {
    let name = "node_id";
    let text = message.need_text(name)?;
    match Account::decode(&text) {
        Ok((Prefix::Node, key)) => Ok(key),
        Ok(_) => Err(FieldError::invalid(name, &text, "a node id begins with node_")),
        Err(error) => Err(FieldError::invalid(name, &text, error)),
    }
}

fn address(message: Object<'_, '_>) -> Result<Ipv6Addr, FieldError> {
    message.need("address").map(|address| match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    })
}

/// Reads `message` of topic `new_unconfirmed_block`, which is the block, and the envelope's `hash`,
/// which nodes tell since V28 (protocol.md §6.8).
pub(super) fn new_unconfirmed_block(
    envelope: Object<'_, '_>,
    message: Object<'_, '_>,
    mut unknown: Unknown,
) -> Result<UnconfirmedBlock, FieldError> {
    let (block, subtype) = block::read("message", message, &mut unknown)?;
    if let Some(hash) = envelope.get::<BlockHash>("hash")?.filter(|it| *it != block.hash()) {
        let problem = format!("the hash of the block is {}", block.hash());
        return Err(FieldError::invalid("hash", &hash.text(), problem));
    }
    // The subtype of a legacy block repeats its type here, and is `change` from a node.
    let subtype = subtype.filter(|_| block.kind() == BlockKind::State);
    Ok(UnconfirmedBlock {
        account: block.account(),
        amount: None,
        linked_account: None,
        subtype,
        block,
        extra: unknown.into_extra(),
    })
}

/// Reads `message` of topic `bootstrap` (protocol.md §6.9).
pub(super) fn bootstrap(
    message: Object<'_, '_>,
    mut unknown: Unknown,
) -> Result<Bootstrap, FieldError> {
    message.keep_unknown(&["reason", "id", "mode", "total_blocks", "duration"], &mut unknown);
    let reason = message.need_text("reason")?;
    let phase = match reason.as_ref() {
        "started" => BootstrapPhase::Started,
        "exited" => BootstrapPhase::Exited {
            total_blocks: message.need("total_blocks")?,
            duration_s: message.need("duration")?,
        },
        other => return Err(FieldError::invalid("reason", other, "expected started or exited")),
    };
    Ok(Bootstrap {
        id: message.need_text("id")?.into_owned(),
        mode: BootstrapMode::named(message.need_text("mode")?),
        phase,
        extra: unknown.into_extra(),
    })
}
