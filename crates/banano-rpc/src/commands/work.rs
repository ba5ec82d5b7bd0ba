//! Proof of work: finding, checking and cancelling it (node.md §9.4).
//!
//! Called through the table, and by what makes blocks. Work is found by the node's threads or its work
//! peers; a client that goes away takes its request back.

use banano_node::{LedgerRead, WorkError, WorkPeer, WorkRequest};
use banano_primitives::{
    BlockDetails, Body, DetailKind, Difficulty, Epoch, Root, StateBlock, Work, format_multiplier,
};

use super::{Answer, Future};
use crate::block_json::GivenBlock;
use crate::call::Call;
use crate::error::Error;
use crate::reply::{Object, Reply};

/// Most work that is done for a client, as a multiple of the default difficulty.
const MULTIPLIER_MAX: f64 = 64.0;

pub(super) fn work_generate(call: &Call) -> Future<'_> {
    Box::pin(async move {
        check_version(call)?;
        let account = call.request.account_or("account", Error::BadAccount)?;
        let hash = call.request.hash("hash")?;
        let root = Root::from_bytes(*hash.as_bytes());
        let base = call.network().thresholds.base;
        let mut difficulty = asked_difficulty(call)?.unwrap_or(base);
        let most = Difficulty::from_multiplier(MULTIPLIER_MAX, base);
        if difficulty > most || difficulty < call.network().thresholds.entry {
            return Err(Error::DifficultyLimit);
        }
        if call.request.has("block") {
            let given = GivenBlock::of(&call.request, call.shared.config.nesting_max)?;
            if given.body.root() != root {
                return Err(Error::RootMismatch);
            }
            if !call.request.has("difficulty") && !call.request.has("multiplier") {
                difficulty = needed(call, &given.body)?;
            }
            if given.work.is_some_and(|work| work.difficulty(&root) >= difficulty) {
                return Err(Error::WorkEnough);
            }
        }
        let use_peers = call.request.flag("use_peers", false);
        let account = match account {
            // Work servers may count by account.
            None if use_peers => call.ledger().block(&hash)?.map(|saved| saved.account()),
            account => account,
        };
        let request = WorkRequest { root, difficulty, account, use_peers };
        let work = call.node().work().generate(request).await.map_err(|cause| match cause {
            WorkError::Cancelled | WorkError::Failed => Error::WorkCancelled,
            WorkError::Disabled if use_peers => Error::WorkDisabled,
            WorkError::Disabled => Error::LocalWorkDisabled,
        })?;
        let mut object = call.object().with("hash", hash).with("work", work);
        put_difficulty(&mut object, work.difficulty(&root), base);
        Ok(object)
    })
}

fn put_difficulty(object: &mut Object, reached: Difficulty, base: Difficulty) {
    object.put("difficulty", reached);
    object.put("multiplier", format_multiplier(reached.multiplier(base)));
}

pub(super) fn work_validate(call: &Call) -> Answer {
    let hash = call.request.hash("hash")?;
    let work = Work::new(call.request.hex64("work", Error::BadWork)?.unwrap_or(0));
    check_version(call)?;
    let thresholds = &call.network().thresholds;
    let asked = asked_difficulty(call)?.unwrap_or(thresholds.base);
    let reached = work.difficulty(&Root::from(hash));
    let mut object = call.object();
    if call.request.has("difficulty") {
        object.put_digit("valid", reached >= asked);
    }
    object.put_digit("valid_all", reached >= thresholds.base);
    object.put_digit("valid_receive", reached >= thresholds.epoch_2_receive);
    put_difficulty(&mut object, reached, thresholds.base);
    Ok(object)
}

pub(super) fn work_cancel(call: &Call) -> Answer {
    let hash = call.request.hash("hash")?;
    call.node().work().cancel(&Root::from(hash));
    Ok(call.object().with("success", ""))
}

pub(super) fn work_peers(call: &Call) -> Object {
    let peers = call.node().work().peers();
    call.object().with_reply("work_peers", peers.iter().map(Reply::text).collect::<Vec<_>>())
}

pub(super) fn work_peer_add(call: &Call) -> Answer {
    let address = call.request.required("address")?;
    let port = call.request.required("port")?.parse().map_err(|_| Error::InvalidPort)?;
    let peer = WorkPeer::new(address, port).map_err(Error::BadWorkPeer)?;
    call.node().work().add_peer(peer).map_err(Error::NoWorkPeer)?;
    Ok(call.object().with("success", ""))
}

pub(super) fn work_peers_clear(call: &Call) -> Object {
    call.node().work().clear_peers();
    call.object().with("success", "")
}

/// The only version of work there is.
fn check_version(call: &Call) -> Result<(), Error> {
    match call.request.text("version") {
        None | Some("work_1") => Ok(()),
        Some(_) => Err(Error::BadWorkVersion),
    }
}

/// What a request asks for by `difficulty` or `multiplier`; the latter wins.
fn asked_difficulty(call: &Call) -> Result<Option<Difficulty>, Error> {
    let difficulty = call.request.hex64("difficulty", Error::BadDifficulty)?.map(Difficulty::new);
    match call.request.text("multiplier") {
        None => Ok(difficulty),
        Some(text) => match text.trim().parse::<f64>() {
            Ok(multiplier) if multiplier > 0.0 && multiplier.is_finite() => {
                Ok(Some(Difficulty::from_multiplier(multiplier, call.network().thresholds.base)))
            }
            _ => Err(Error::BadMultiplier),
        },
    }
}

/// The work that the ledger will ask of a block, as far as the ledger can tell (node.md §1.8).
pub(super) fn needed(call: &Call, body: &Body) -> Result<Difficulty, Error> {
    let thresholds = &call.network().thresholds;
    match body {
        Body::State(state) => Ok(match details(call, state)? {
            Some(details) => thresholds.required(details),
            None => thresholds.base,
        }),
        _ => Ok(thresholds.legacy()),
    }
}

/// What a state block would be if it came now; `None` while what it builds on is unknown.
fn details(call: &Call, state: &StateBlock) -> Result<Option<BlockDetails>, Error> {
    let ledger = call.ledger();
    let (before, epoch) = if state.previous.is_zero() {
        (None, Epoch::Zero)
    } else {
        match ledger.block(&state.previous)? {
            Some(saved) => (Some(saved.sideband.balance), saved.sideband.details.epoch),
            None => return Ok(None),
        }
    };
    if before.is_some_and(|before| state.balance < before) {
        return Ok(Some(BlockDetails { epoch, kind: DetailKind::Send }));
    }
    if state.link.is_zero() {
        return Ok(before.map(|_| BlockDetails { epoch, kind: DetailKind::None }));
    }
    if let Some(epoch) = Epoch::of_link(&state.link)
        && before.unwrap_or_default() == state.balance
    {
        return Ok(Some(BlockDetails { epoch, kind: DetailKind::Epoch }));
    }
    let receivable = ledger.receivable(&state.account, &state.link.as_hash())?;
    Ok(receivable
        .map(|info| BlockDetails { epoch: epoch.max(info.epoch), kind: DetailKind::Receive }))
}
