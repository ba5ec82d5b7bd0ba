//! How much memory an event takes.
//!
//! Called by the window, to keep its bound in bytes. An estimate: blocks and votes are shared with
//! other holders and counted in full here. Never less than what the event's own lists take, since
//! those are what the outside can make long.

use std::mem::{size_of, size_of_val};

use banano_ws_protocol::{Event, Extra, Stamped, WorkOutcome};

/// Two counters of an `Arc`, and what an allocation costs.
const SHARED_BYTES: usize = 32;

/// Bytes that `stamped` takes, with what it points to.
pub(crate) fn footprint(stamped: &Stamped) -> usize {
    let (heap, extra) = match &stamped.event {
        Event::Confirmation(it) => {
            let votes = it.election.as_ref().map_or(0, |it| size_of_val(it.votes.as_slice()));
            (SHARED_BYTES + size_of_val(it.block.as_ref()) + votes, &it.extra)
        }
        Event::Vote(it) => {
            let hashes = size_of_val(it.vote.hashes.as_slice());
            (SHARED_BYTES + size_of_val(it.vote.as_ref()) + hashes, &it.extra)
        }
        Event::NewUnconfirmedBlock(it) => {
            (SHARED_BYTES + size_of_val(it.block.as_ref()), &it.extra)
        }
        Event::Work(it) => {
            let source = match &it.outcome {
                WorkOutcome::Success(result) => result.source.len(),
                WorkOutcome::Cancelled | WorkOutcome::Failure => 0,
            };
            let peers = it.bad_peers.iter().map(|peer| size_of::<String>() + peer.len());
            (source + peers.sum::<usize>(), &it.extra)
        }
        Event::Bootstrap(it) => (it.id.len(), &it.extra),
        Event::StartedElection(it) | Event::StoppedElection(it) => (0, &it.extra),
        Event::ActiveDifficulty(it) => (0, &it.extra),
        Event::Telemetry(it) => (0, &it.extra),
    };
    size_of::<Stamped>() + SHARED_BYTES + heap + extra_bytes(extra)
}

/// Members that a newer node added.
fn extra_bytes(extra: &Extra) -> usize {
    let members = extra.iter();
    members.map(|it| size_of_val(it) + it.name.len() + it.value.as_str().len()).sum()
}
