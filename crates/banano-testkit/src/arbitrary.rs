//! Random events for property tests: all nine topics, all kinds of block, old and new nodes.
//!
//! Values are such that a reader of the rendered message can tell them apart: a legacy block has no
//! subtype, and unknown members have names that we do not know.

mod blocks;
mod confirmation;
mod extra;

pub use blocks::{account, amount, block, hash, signature};
pub use confirmation::{confirmation, variant};
pub use extra::extra;

use std::sync::Arc;

use banano_primitives::{BlockKind, Difficulty, Subtype, Vote, VoteTimestamp, Work};
use banano_ws_protocol::{
    ActiveDifficulty, Bootstrap, BootstrapMode, BootstrapPhase, ElectionEvent, Event, Extra,
    Multiplier, Place, Stamped, Telemetry, UnconfirmedBlock, VoteCode, VoteEvent, WorkEvent,
    WorkOutcome, WorkRequest, WorkResult,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

/// Any event of any topic, in its place in a journal.
pub fn stamped() -> impl Strategy<Value = Stamped> {
    (any::<u32>(), any::<u64>(), any::<u64>(), event()).prop_map(
        |(journal, sequence, time_ms, event)| Stamped { journal, sequence, time_ms, event },
    )
}

/// Any event of any topic.
pub fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => confirmation().prop_map(Event::Confirmation),
        2 => vote().prop_map(Event::Vote),
        1 => election().prop_map(Event::StartedElection),
        1 => election().prop_map(Event::StoppedElection),
        1 => active_difficulty().prop_map(Event::ActiveDifficulty),
        2 => work().prop_map(Event::Work),
        1 => telemetry().prop_map(Event::Telemetry),
        2 => unconfirmed().prop_map(Event::NewUnconfirmedBlock),
        1 => bootstrap().prop_map(Event::Bootstrap),
    ]
}

/// A vote; nobody signed it.
pub fn vote() -> impl Strategy<Value = VoteEvent> {
    let timestamp = prop_oneof![any::<u64>(), Just(u64::MAX)].prop_map(VoteTimestamp::from_packed);
    let vote = (account(), signature(), timestamp, vec(hash(), 0..4));
    (vote, select(&VoteCode::ALL), outer_extra()).prop_map(|(vote, code, extra)| {
        let (account, signature, timestamp, hashes) = vote;
        VoteEvent { vote: Arc::new(Vote { account, signature, timestamp, hashes }), code, extra }
    })
}

fn election() -> impl Strategy<Value = ElectionEvent> {
    (hash(), outer_extra()).prop_map(|(hash, extra)| ElectionEvent { hash, extra })
}

fn difficulty() -> impl Strategy<Value = Difficulty> {
    prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)].prop_map(Difficulty::new)
}

fn active_difficulty() -> impl Strategy<Value = ActiveDifficulty> {
    (difficulty(), option::of(difficulty()), difficulty(), outer_extra()).prop_map(
        |(minimum, receive_minimum, current, extra)| ActiveDifficulty {
            minimum,
            receive_minimum,
            current,
            extra,
        },
    )
}

fn multiplier() -> impl Strategy<Value = Multiplier> {
    (difficulty(), difficulty()).prop_map(|(difficulty, base)| Multiplier::of(difficulty, base))
}

fn work() -> impl Strategy<Value = WorkEvent> {
    let request = (hash(), difficulty(), multiplier())
        .prop_map(|(root, difficulty, multiplier)| WorkRequest { root, difficulty, multiplier });
    let result = (any::<String>(), any::<u64>(), difficulty(), multiplier()).prop_map(
        |(source, work, difficulty, multiplier)| WorkResult {
            source,
            work: Work::new(work),
            difficulty,
            multiplier,
        },
    );
    let outcome = prop_oneof![
        result.prop_map(WorkOutcome::Success),
        Just(WorkOutcome::Cancelled),
        Just(WorkOutcome::Failure),
    ];
    let places = vec![Place::Envelope, Place::Message, Place::Request];
    (any::<u64>(), request, outcome, vec(any::<String>(), 0..3), extra(places)).prop_map(
        |(duration_ms, request, outcome, bad_peers, extra)| WorkEvent {
            duration_ms,
            request,
            outcome,
            bad_peers,
            extra,
        },
    )
}

fn telemetry() -> impl Strategy<Value = Telemetry> {
    let counts = any::<[u64; 7]>();
    let small = (any::<u32>(), any::<[u8; 7]>(), any::<u16>());
    let node = (hash(), difficulty(), account(), signature(), any::<[u16; 8]>());
    (counts, small, node, outer_extra()).prop_map(|(counts, small, node, extra)| {
        let [
            block_count,
            cemented_count,
            unchecked_count,
            account_count,
            bandwidth_cap,
            uptime_s,
            timestamp_ms,
        ] = counts;
        let (peer_count, versions, port) = small;
        let [
            protocol_version,
            major_version,
            minor_version,
            patch_version,
            pre_release_version,
            maker,
            _,
        ] = versions;
        let (genesis_block, active_difficulty, node_id, signature, address) = node;
        Telemetry {
            block_count,
            cemented_count,
            unchecked_count,
            account_count,
            bandwidth_cap,
            peer_count,
            protocol_version,
            uptime_s,
            genesis_block,
            major_version,
            minor_version,
            patch_version,
            pre_release_version,
            maker,
            timestamp_ms,
            active_difficulty,
            node_id,
            signature,
            address: address.into(),
            port,
            extra,
        }
    })
}

fn unconfirmed() -> impl Strategy<Value = UnconfirmedBlock> {
    let block = (block(), option::of(select(&Subtype::ALL)));
    let known = (option::of(account()), option::of(amount()), option::of(account()));
    (block, known, outer_extra()).prop_map(
        |((block, subtype), (account, amount, linked_account), extra)| UnconfirmedBlock {
            subtype: subtype.filter(|_| block.kind() == BlockKind::State),
            block,
            account,
            amount,
            linked_account,
            extra,
        },
    )
}

fn bootstrap() -> impl Strategy<Value = Bootstrap> {
    let mode = prop_oneof![
        select(&["legacy", "lazy", "wallet_lazy", "ascending"]).prop_map(str::to_owned),
        any::<String>(),
    ];
    let exited = any::<(u64, u64)>()
        .prop_map(|(total_blocks, duration_s)| BootstrapPhase::Exited { total_blocks, duration_s });
    let phase = prop_oneof![Just(BootstrapPhase::Started), exited];
    (any::<String>(), mode, phase, outer_extra()).prop_map(|(id, mode, phase, extra)| Bootstrap {
        id,
        mode: BootstrapMode::named(mode.into()),
        phase,
        extra,
    })
}

fn outer_extra() -> impl Strategy<Value = Extra> {
    extra(vec![Place::Envelope, Place::Message])
}
