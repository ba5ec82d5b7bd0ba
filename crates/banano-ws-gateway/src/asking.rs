//! Asks an upstream by RPC for what was missed.
//!
//! Jobs of the merging task, each about one question to one node. Slow on purpose: a node that comes
//! back after an outage has better things to do than to answer us. Nothing of it is believed before
//! the merge has checked it.

use std::sync::Arc;
use std::time::Duration;

use banano_primitives::{Account, Amount, Block, BlockHash, Subtype};
use banano_ws_client::{Rpc, RpcError};
use banano_ws_protocol::{
    Confirmation, ConfirmationKind, ConfirmationSideband, ElectionInfo, Extra,
};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

use crate::merging::Heard;
use crate::{Answer, Ask, AskId, Question, UpstreamId};

/// Blocks of one chain that are fetched for one question. Longer holes are healed by several.
const CHAIN_MAX: usize = 1_000;

/// Blocks that are asked for at once.
const PAGE: usize = 100;

/// Between two calls of one job.
const PACE: Duration = Duration::from_millis(10);

/// Puts a question to one node, and tells what it finds.
pub(crate) async fn ask(ask: Ask, by: UpstreamId, rpc: Rpc, answers: &mpsc::Sender<Heard>) {
    let asked = match ask.question {
        Question::Since { ms } => since(ask.id, by, &rpc, ms, answers).await,
        Question::Chain { newest, known, .. } => {
            chain(ask.id, by, &rpc, newest, known, answers).await
        }
    };
    if let Err(error) = asked {
        warn!(%error, "an upstream cannot say what was missed");
    }
}

/// Asks where the chains of accounts end.
pub(crate) async fn newest(rpc: Rpc, accounts: Vec<Account>, answers: &mpsc::Sender<Heard>) {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for account in accounts {
        pace.tick().await;
        let request = json!({
            "action": "account_info", "account": account.to_string(), "include_confirmed": true,
        });
        let info = match rpc.call(&request).await {
            Ok(info) => info,
            // It has no block yet, and so nothing was missed.
            Err(RpcError::Refused { .. }) => continue,
            Err(error) => return warn!(%error, "cannot watch accounts for what is missed"),
        };
        let hash = text(&info, "confirmed_frontier").and_then(|hash| hash.parse().ok());
        let height = text(&info, "confirmed_height").and_then(|height| height.parse().ok());
        if let (Some(hash), Some(height)) = (hash, height)
            && answers.send(Heard::Newest(account, hash, height)).await.is_err()
        {
            return;
        }
    }
}

/// What won an election since then and was not passed on.
async fn since(
    id: AskId,
    by: UpstreamId,
    rpc: &Rpc,
    since_ms: u64,
    answers: &mpsc::Sender<Heard>,
) -> Result<(), RpcError> {
    let answer = rpc.call(&json!({ "action": "confirmation_history" })).await?;
    // An empty list is an empty string.
    let entries = answer.get("confirmations").and_then(Value::as_array);
    let mut entries: Vec<(u64, BlockHash)> = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            Some((text(entry, "time")?.parse().ok()?, text(entry, "hash")?.parse().ok()?))
        })
        .collect();
    entries.sort_unstable();
    // A node that has been restarted since has forgotten what was before.
    if entries.first().is_none_or(|(time, _)| *time > since_ms) {
        let _ = answers.send(Heard::Forgotten(by)).await;
    }
    let hashes = entries.into_iter().filter(|(time, _)| *time >= since_ms).map(|it| it.1).collect();
    let (missing, told) = oneshot::channel();
    let _ = answers.send(Heard::Listed(hashes, missing)).await;
    // Nothing comes when the gateway stops.
    let missing = told.await.unwrap_or_default();
    fetch(id, by, rpc, &missing, ConfirmationKind::ActiveQuorum, answers).await
}

/// The chain from behind `known` to `newest`.
async fn chain(
    id: AskId,
    by: UpstreamId,
    rpc: &Rpc,
    newest: BlockHash,
    known: BlockHash,
    answers: &mpsc::Sender<Heard>,
) -> Result<(), RpcError> {
    let request = json!({ "action": "chain", "block": newest.to_string(), "count": CHAIN_MAX });
    let answer = rpc.call(&request).await?;
    let listed = answer.get("blocks").and_then(Value::as_array);
    let hashes = listed.into_iter().flatten().filter_map(|hash| hash.as_str()?.parse().ok());
    let mut hashes: Vec<BlockHash> = hashes.take_while(|hash| *hash != known).collect();
    hashes.reverse();
    // Whether each had an election of its own nobody can say any more.
    fetch(id, by, rpc, &hashes, ConfirmationKind::Inactive, answers).await
}

/// Fetches blocks, and tells them page by page.
async fn fetch(
    id: AskId,
    by: UpstreamId,
    rpc: &Rpc,
    hashes: &[BlockHash],
    kind: ConfirmationKind,
    answers: &mpsc::Sender<Heard>,
) -> Result<(), RpcError> {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for page in hashes.chunks(PAGE) {
        pace.tick().await;
        let found = blocks(rpc, page, kind).await?;
        // Fails only when the gateway stops.
        let _ = answers.send(Heard::Answer(Answer { id, by, found })).await;
    }
    Ok(())
}

/// Those of the blocks that are confirmed, in the same order.
async fn blocks(
    rpc: &Rpc,
    hashes: &[BlockHash],
    kind: ConfirmationKind,
) -> Result<Vec<Confirmation>, RpcError> {
    let named: Vec<_> = hashes.iter().map(ToString::to_string).collect();
    let request = json!({
        "action": "blocks_info", "hashes": named, "json_block": true, "source": true,
        "include_not_found": true,
    });
    let answer = rpc.call(&request).await?;
    let of = |hash: &String| answer.get("blocks")?.get(hash);
    Ok(named.iter().filter_map(|hash| confirmation(of(hash)?, kind)).collect())
}

/// What `blocks_info` says, as a confirmation.
fn confirmation(info: &Value, kind: ConfirmationKind) -> Option<Confirmation> {
    if text(info, "confirmed")? != "true" {
        return None;
    }
    let block: Block = serde_json::from_value(info.get("contents")?.clone()).ok()?;
    let account: Account = text(info, "block_account")?.parse().ok()?;
    let subtype = text(info, "subtype").and_then(|name| Subtype::by_name(&name));
    let amount: Amount =
        text(info, "amount").and_then(|it| it.parse().ok()).unwrap_or(Amount::ZERO);
    let linked_account = match subtype {
        Some(Subtype::Send) => block.link().map(|link| link.as_account()),
        Some(Subtype::Receive) => text(info, "source_account").and_then(|it| it.parse().ok()),
        _ => block.destination(),
    };
    let height = text(info, "height").and_then(|it| it.parse().ok());
    let local_timestamp = text(info, "local_timestamp").and_then(|it| it.parse().ok());
    let sideband = height
        .zip(local_timestamp)
        .map(|(height, local_timestamp)| ConfirmationSideband { height, local_timestamp });
    Some(Confirmation {
        block: Arc::new(block),
        account,
        amount,
        kind,
        subtype,
        linked_account,
        sideband,
        election: Some(ElectionInfo::without_quorum(crate::gateway::now_ms())),
        local: false,
        healed: false,
        extra: Extra::NONE,
    })
}

/// A member as text; booleans and numbers may come as such.
fn text<'v>(value: &'v Value, name: &str) -> Option<std::borrow::Cow<'v, str>> {
    match value.get(name)? {
        Value::String(text) => Some(text.into()),
        Value::Bool(flag) => Some(flag.to_string().into()),
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}
