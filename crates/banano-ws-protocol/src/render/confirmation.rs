//! The message of a confirmation, by variant.

use banano_primitives::BlockKind;

use super::{block, writer::Writer};
use crate::{
    Confirmation, ConfirmationSideband, ElectionDetail, ElectionInfo, Extra, Place, Variant,
};

/// Writes `message` (protocol.md §6.1.1).
pub(super) fn write(it: &Confirmation, variant: Variant, w: &mut Writer<'_>) {
    w.open("message");
    w.account("account", &it.account);
    w.amount("amount", "amount_decimal", it.amount);
    w.hex("hash", it.block.hash().as_bytes());
    w.ascii("confirmation_type", it.kind.name());
    if let Some(election) = &it.election {
        write_election(election, variant.election(), &it.extra, w);
    }
    if variant.shows_block() {
        write_block(it, variant, w);
    }
    if let Some(sideband) = it.sideband.filter(|_| variant.shows_sideband()) {
        write_sideband(sideband, &it.extra, w);
    }
    w.extra(&it.extra, Place::Message);
    w.close();
}

fn write_election(it: &ElectionInfo, detail: ElectionDetail, extra: &Extra, w: &mut Writer<'_>) {
    if detail == ElectionDetail::None {
        return;
    }
    w.open("election_info");
    w.number("duration", it.duration_ms);
    w.number("time", it.time_ms);
    w.amount("tally", "tally_decimal", it.tally);
    if let Some(tally) = it.final_tally {
        w.raw("final", tally);
    }
    let counts =
        [("blocks", it.blocks), ("voters", it.voters), ("request_count", it.request_count)];
    for (name, count) in counts {
        if let Some(count) = count {
            w.number(name, count);
        }
    }
    if detail == ElectionDetail::Votes {
        w.list("votes", (0..).zip(&it.votes), |w, (index, vote)| {
            w.object(|w| {
                w.account("representative", &vote.representative);
                w.number("timestamp", vote.timestamp.millis());
                w.hex("hash", vote.hash.as_bytes());
                w.amount("weight", "weight_decimal", vote.weight);
                w.extra(extra, Place::ElectionVote(index));
            });
        });
    }
    w.extra(extra, Place::ElectionInfo);
    w.close();
}

fn write_block(it: &Confirmation, variant: Variant, w: &mut Writer<'_>) {
    w.open("block");
    block::write(&it.block, w);
    if variant.shows_linked_account() {
        match &it.linked_account {
            Some(account) => w.account("linked_account", account),
            None => w.ascii("linked_account", "0"),
        }
    }
    if let Some(subtype) = it.subtype.filter(|_| it.block.kind() == BlockKind::State) {
        w.ascii("subtype", subtype.name());
    }
    w.extra(&it.extra, Place::Block);
    w.close();
}

fn write_sideband(it: ConfirmationSideband, extra: &Extra, w: &mut Writer<'_>) {
    w.open("sideband");
    w.number("height", it.height);
    w.number("local_timestamp", it.local_timestamp);
    w.extra(extra, Place::Sideband);
    w.close();
}
