//! Reads confirmations.

use banano_primitives::{Account, VoteTimestamp};

use super::{
    block,
    fields::{FieldError, Object, Unknown, parse},
    received::ReceivedConfirmation,
};
use crate::{
    ConfirmationKind, ConfirmationSideband, ElectionInfo, ElectionVote, Place, json::Node,
};

const KNOWN: &[&str] = &[
    "account",
    "amount",
    "amount_decimal",
    "hash",
    "confirmation_type",
    "election_info",
    "block",
    "sideband",
];

/// Reads `message` of topic `confirmation` (protocol.md §6.1.1).
pub(super) fn read(
    envelope: Object<'_, '_>,
    message: Object<'_, '_>,
    mut unknown: Unknown,
) -> Result<ReceivedConfirmation, FieldError> {
    message.keep_unknown(KNOWN, &mut unknown);
    let election = message
        .object("election_info", Place::ElectionInfo)
        .map(|info| read_election(info, &mut unknown))
        .transpose()?;
    let mut block = None;
    let mut subtype = None;
    let mut linked_account = None;
    if let Some(object) = message.object("block", Place::Block) {
        linked_account = read_linked_account(object)?;
        let (read, word) = block::read("block", object, &mut unknown)?;
        (block, subtype) = (Some(read), word);
    }
    let sideband = message
        .object("sideband", Place::Sideband)
        .map(|sideband| read_sideband(sideband, &mut unknown))
        .transpose()?;
    Ok(ReceivedConfirmation {
        account: message.need("account")?,
        amount: message.need("amount")?,
        hash: message.need("hash")?,
        kind: read_kind(message)?,
        election,
        block,
        linked_account,
        subtype,
        sideband,
        healed: envelope.node().member("healed").and_then(Node::flag).unwrap_or(false),
        extra: unknown.into_extra(),
    })
}

fn read_kind(message: Object<'_, '_>) -> Result<ConfirmationKind, FieldError> {
    let name = "confirmation_type";
    let word = message.need_text(name)?;
    ConfirmationKind::ALL.into_iter().find(|kind| kind.name() == word).ok_or_else(|| {
        let wanted = ConfirmationKind::ALL.map(ConfirmationKind::name).join(", ");
        FieldError::invalid(name, &word, format_args!("expected one of {wanted}"))
    })
}

/// `"0"` is none (protocol.md §6.1.2).
fn read_linked_account(block: Object<'_, '_>) -> Result<Option<Account>, FieldError> {
    let name = "linked_account";
    let text = block.text(name).filter(|text| text != "0");
    text.map(|text| parse(name, &text)).transpose()
}

fn read_sideband(
    sideband: Object<'_, '_>,
    unknown: &mut Unknown,
) -> Result<ConfirmationSideband, FieldError> {
    sideband.keep_unknown(&["height", "local_timestamp"], unknown);
    Ok(ConfirmationSideband {
        height: sideband.need("height")?,
        local_timestamp: sideband.need("local_timestamp")?,
    })
}

fn read_election(info: Object<'_, '_>, unknown: &mut Unknown) -> Result<ElectionInfo, FieldError> {
    let known = [
        "duration",
        "time",
        "tally",
        "tally_decimal",
        "final",
        "blocks",
        "voters",
        "request_count",
        "votes",
    ];
    info.keep_unknown(&known, unknown);
    let votes = info.node().member("votes");
    let votes = (0..).zip(votes.iter().flat_map(|votes| votes.children()));
    Ok(ElectionInfo {
        duration_ms: info.need("duration")?,
        time_ms: info.need("time")?,
        tally: info.need("tally")?,
        final_tally: info.get("final")?,
        blocks: info.get("blocks")?,
        voters: info.get("voters")?,
        request_count: info.get("request_count")?,
        votes: votes
            .map(|(index, vote)| read_vote(Object::new(vote, Place::ElectionVote(index)), unknown))
            .collect::<Result<_, _>>()?,
    })
}

fn read_vote(vote: Object<'_, '_>, unknown: &mut Unknown) -> Result<ElectionVote, FieldError> {
    let known = ["representative", "timestamp", "hash", "weight", "weight_decimal"];
    vote.keep_unknown(&known, unknown);
    Ok(ElectionVote {
        representative: vote.need("representative")?,
        timestamp: VoteTimestamp::from_packed(vote.need("timestamp")?),
        hash: vote.need("hash")?,
        weight: vote.need("weight")?,
    })
}
