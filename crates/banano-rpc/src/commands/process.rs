//! `process`: a client's block on its way into the ledger.
//!
//! Called through the table. Checks in the reference's order: the block itself, then `subtype`, then
//! the entry work, then the ledger (node.md §9.3). Answers only after the node has committed.

use banano_node::{LedgerRead, ProcessResult, WorkRequest};
use banano_primitives::{Amount, Block, Body, Epoch, StateBlock};

use super::{Future, work};
use crate::block_json::GivenBlock;
use crate::call::Call;
use crate::error::Error;

pub(super) fn process(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let request = &call.request;
        let force = request.flag("force", false);
        if force && !call.shared.config.enable_control {
            return Err(Error::ControlDisabled);
        }
        let given = GivenBlock::of(request, call.shared.config.nesting_max)?;
        if let Body::State(state) = &given.body {
            check_subtype(call, state, request.text("subtype").unwrap_or_default())?;
        }
        let block = with_work(call, given).await?;
        if block.difficulty() < call.network().thresholds.entry_of(&block) {
            return Err(Error::WorkLow);
        }
        let hash = block.hash();
        if request.flag("async", false) {
            return start(call, block, force).await;
        }
        let result = call.node().process(block, force).await?;
        refusal(result).map_or_else(|| Ok(call.object().with("hash", hash)), Err)
    })
}

/// Hands the block over and answers without waiting for the result.
async fn start(call: &Call, block: Block, force: bool) -> super::Answer {
    if !matches!(block.body(), Body::State(_)) {
        return Err(Error::NotState);
    }
    // As many as may wait; one more waits here, within the deadline of its request.
    let seat = call.shared.background.clone().acquire_owned().await.map_err(|_| Error::Stopped)?;
    let node = call.node().clone();
    call.shared.tasks.spawn(async move {
        // Nobody is left to hear the result; the node logs and counts it.
        let _ = node.process(block, force).await;
        drop(seat);
    });
    Ok(call.object().with("started", 1))
}

/// The block with its own work, or with new one where the client leaves that to us: Banano's wallets
/// send `do_work` and no work (users' custom since the first Banano wallet server).
async fn with_work(call: &Call, given: GivenBlock) -> Result<Block, Error> {
    let missing = given.work.is_none_or(|work| work.value() == 0);
    if missing && call.request.flag("do_work", false) {
        let difficulty = work::needed(call, &given.body)?;
        let work =
            call.node().work().generate(WorkRequest::new(given.body.root(), difficulty)).await;
        let work = work.map_err(|_| Error::WorkFailed)?;
        return Ok(Block::new(given.body, given.signature, work));
    }
    given.complete()
}

/// Whether the block does what the client says it does, measured against the account as it is now. A late
/// copy of an old send fails here already.
fn check_subtype(call: &Call, block: &StateBlock, subtype: &str) -> Result<(), Error> {
    if subtype.is_empty() {
        return Ok(());
    }
    if !block.previous.is_zero() && !call.ledger().block_exists(&block.previous)? {
        return Err(Error::GapPrevious);
    }
    let balance = call.ledger().account(&block.account)?.map_or(Amount::ZERO, |info| info.balance);
    let wrong = match subtype {
        "send" if balance <= block.balance => Error::SubtypeBalance,
        "receive" if balance > block.balance => Error::SubtypeBalance,
        "open" if !block.previous.is_zero() => Error::SubtypePrevious,
        "change" | "epoch" if balance != block.balance => Error::SubtypeBalance,
        "change" if block.previous.is_zero() => Error::SubtypePrevious,
        "epoch" if Epoch::of_link(&block.link).is_none() => Error::SubtypeEpochLink,
        "send" | "receive" | "open" | "change" | "epoch" => return Ok(()),
        _ => Error::Subtype,
    };
    Err(wrong)
}

/// What is said of a result; `None` when the block was taken.
pub(super) fn refusal(result: ProcessResult) -> Option<Error> {
    Some(match result {
        ProcessResult::Progress => return None,
        ProcessResult::Old => Error::Old,
        ProcessResult::BadSignature => Error::BadSignature,
        ProcessResult::Fork => Error::Fork,
        ProcessResult::GapPrevious => Error::GapPrevious,
        ProcessResult::GapSource => Error::GapSource,
        ProcessResult::GapEpochOpenPending => Error::GapEpochOpenPending,
        ProcessResult::Unreceivable => Error::Unreceivable,
        ProcessResult::BalanceMismatch => Error::BalanceMismatch,
        ProcessResult::NegativeSpend => Error::NegativeSpend,
        ProcessResult::BlockPosition => Error::BlockPosition,
        ProcessResult::OpenedBurnAccount => Error::OpenedBurnAccount,
        ProcessResult::InsufficientWork => Error::InsufficientWork,
        ProcessResult::RepresentativeMismatch => Error::Processing,
    })
}
