//! Random confirmations, and random wishes for their rendering.

use banano_primitives::{BlockKind, Subtype, VoteTimestamp};
use banano_ws_protocol::{
    Confirmation, ConfirmationKind, ConfirmationSideband, ElectionInfo, ElectionVote, Includes,
    Place, Variant,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{account, amount, block, extra, hash};

/// Any rendering.
pub fn variant() -> impl Strategy<Value = Variant> {
    any::<[bool; 5]>().prop_map(
        |[block, election_info, election_info_with_votes, sideband_info, linked_account]| {
            Variant::confirmation(Includes {
                block,
                election_info,
                election_info_with_votes,
                sideband_info,
                linked_account,
            })
        },
    )
}

/// Any confirmation, of old nodes as well.
pub fn confirmation() -> impl Strategy<Value = Confirmation> {
    let block = (block(), account(), option::of(account()), option::of(select(&Subtype::ALL)));
    let known = (amount(), select(&ConfirmationKind::ALL), any::<[bool; 2]>());
    let sideband = any::<(u64, u64)>()
        .prop_map(|(height, local_timestamp)| ConfirmationSideband { height, local_timestamp });
    let places = vec![Place::Envelope, Place::Message, Place::Block];
    (block, known, option::of(sideband), option::of(election()), extra(places)).prop_map(
        |(block, (amount, kind, [local, healed]), sideband, election, extra)| {
            let (block, account, linked_account, subtype) = block;
            Confirmation {
                subtype: subtype.filter(|_| block.kind() == BlockKind::State),
                block,
                account,
                amount,
                kind,
                linked_account,
                sideband,
                election,
                local,
                healed,
                extra,
            }
        },
    )
}

fn election() -> impl Strategy<Value = ElectionInfo> {
    let counts = any::<[Option<u64>; 3]>();
    let tallies = (amount(), option::of(amount()));
    (any::<(u64, u64)>(), tallies, counts, vec(election_vote(), 0..4)).prop_map(
        |((duration_ms, time_ms), (tally, final_tally), counts, votes)| {
            let [blocks, voters, request_count] = counts;
            ElectionInfo {
                duration_ms,
                time_ms,
                tally,
                final_tally,
                blocks,
                voters,
                request_count,
                votes,
            }
        },
    )
}

fn election_vote() -> impl Strategy<Value = ElectionVote> {
    (account(), any::<u64>(), hash(), amount()).prop_map(
        |(representative, timestamp, hash, weight)| ElectionVote {
            representative,
            timestamp: VoteTimestamp::from_packed(timestamp),
            hash,
            weight,
        },
    )
}
