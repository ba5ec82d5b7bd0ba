//! Asks upstreams by RPC for what was missed.
//!
//! Jobs of the merging task, each about one question. As many nodes are asked as must agree, and one more for each
//! that fails or takes long. Slow on purpose: a node that comes back after an outage has better things to do
//! than to answer us. Nothing of it is believed before the merge has checked it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use banano_primitives::{Account, Amount, Block, BlockHash, Subtype};
use banano_ws_client::{Rpc, RpcError};
use banano_ws_protocol::{
    Confirmation, ConfirmationKind, ConfirmationSideband, ElectionInfo, Extra,
};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::merging::Heard;
use crate::{Answer, Ask, Question, UpstreamId};

/// Blocks of one chain that are fetched for one question. Longer gaps are healed by several.
const CHAIN_MAX: usize = 64_000;

/// Hashes of a chain that are asked for at once.
const CHAIN_PAGE: usize = 1_000;

/// Blocks that are asked for at once.
const PAGE: usize = 100;

/// Between two calls of one job.
const PACE: Duration = Duration::from_millis(10);

/// When nobody says anything for so long, another node is asked as well.
const SLOW: Duration = Duration::from_secs(1);

/// Between two attempts when no node answers.
const PAUSE: Duration = Duration::from_secs(5);

/// Nodes that may be asked, the best ones first.
pub(crate) type Asked = Vec<(UpstreamId, Rpc)>;

/// What one node's answer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worth {
    /// All that was asked for.
    Whole,
    /// All that the node remembers, which is not enough.
    Part,
    Nothing,
}

/// One question to several nodes.
pub(crate) struct Asker {
    ask: Ask,
    /// How many must answer.
    agree: usize,
    answers: mpsc::Sender<Heard>,
    clock: fn() -> u64,
    /// Calls that any of them has answered.
    steps: AtomicUsize,
}

impl Asker {
    pub(crate) fn new(
        ask: Ask,
        agree: usize,
        answers: mpsc::Sender<Heard>,
        clock: fn() -> u64,
    ) -> Self {
        Self { ask, agree, answers, clock, steps: AtomicUsize::new(0) }
    }

    /// Until enough have answered, or all have failed to.
    pub(crate) async fn run(self, asked: Asked) {
        let (mut others, mut steps) = (asked.iter(), 0);
        let mut asking: FuturesUnordered<_> =
            others.by_ref().take(self.agree).map(|(by, rpc)| self.put(*by, rpc)).collect();
        let (mut whole, mut part) = (0, None);
        while whole < self.agree {
            let is_wanted = tokio::select! {
                answered = asking.next() => match answered {
                    Some((_, Worth::Whole)) => { whole += 1; false }
                    Some((by, Worth::Part)) => { part = Some(by); true }
                    Some((_, Worth::Nothing)) => true,
                    None => break,
                },
                () = sleep(SLOW), if others.len() > 0 => {
                    let before = std::mem::replace(&mut steps, self.steps.load(Relaxed));
                    steps == before
                }
            };
            if is_wanted && let Some((by, rpc)) = others.next() {
                asking.push(self.put(*by, rpc));
            }
        }
        drop(asking);
        // Sending fails only when the gateway stops.
        if let Some(by) = part.filter(|_| whole < self.agree) {
            let _ = self.answers.send(Heard::Forgotten(by)).await;
        }
        let is_answered = whole >= self.agree || part.is_some();
        let _ = self.answers.send(Heard::Asked(self.ask.id, is_answered)).await;
    }

    /// Puts the question to one node, and tells what it finds.
    async fn put(&self, by: UpstreamId, rpc: &Rpc) -> (UpstreamId, Worth) {
        let worth = match self.ask.question {
            Question::Since { ms } => self.since(by, rpc, ms).await,
            Question::Chain { newest, known, .. } => self.chain(by, rpc, newest, known).await,
        };
        let result = worth.as_ref().map(|_| ()).map_err(said);
        // Fails only when the gateway stops.
        let _ = self.answers.send(Heard::Called(by, result)).await;
        (by, worth.unwrap_or(Worth::Nothing))
    }

    /// What won an election since then and was not passed on.
    async fn since(&self, by: UpstreamId, rpc: &Rpc, since_ms: u64) -> Result<Worth, RpcError> {
        let answer = rpc.call(&json!({ "action": "confirmation_history" })).await?;
        self.steps.fetch_add(1, Relaxed);
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
        let is_whole = entries.first().is_some_and(|(time, _)| *time <= since_ms);
        let hashes =
            entries.into_iter().filter(|(time, _)| *time >= since_ms).map(|it| it.1).collect();
        let (missing, told) = oneshot::channel();
        let _ = self.answers.send(Heard::Listed(hashes, missing)).await;
        // Nothing comes when the gateway stops.
        let missing = told.await.unwrap_or_default();
        self.fetch(by, rpc, &missing, ConfirmationKind::ActiveQuorum).await?;
        Ok(if is_whole { Worth::Whole } else { Worth::Part })
    }

    /// The chain from behind `known` to `newest`.
    async fn chain(
        &self,
        by: UpstreamId,
        rpc: &Rpc,
        newest: BlockHash,
        known: BlockHash,
    ) -> Result<Worth, RpcError> {
        let mut hashes = vec![newest];
        while let Some(last) = hashes.last().filter(|_| hashes.len() < CHAIN_MAX) {
            let request =
                json!({ "action": "chain", "block": last.to_string(), "count": CHAIN_PAGE });
            let answer = rpc.call(&request).await?;
            self.steps.fetch_add(1, Relaxed);
            let page = answer.get("blocks").and_then(Value::as_array);
            let page = page.into_iter().flatten().filter_map(|hash| hash.as_str()?.parse().ok());
            // It begins with the block that was named.
            let page: Vec<BlockHash> = page.skip(1).collect();
            let is_over = page.is_empty() || page.contains(&known);
            hashes.extend(page.into_iter().take_while(|hash| *hash != known));
            if is_over {
                break;
            }
        }
        hashes.reverse();
        // Whether each had an election of its own nobody can say any more.
        let found = self.fetch(by, rpc, &hashes, ConfirmationKind::Inactive).await?;
        // A node that lags has not confirmed them yet; one that prunes no longer has them.
        Ok(if found == hashes.len() { Worth::Whole } else { Worth::Nothing })
    }

    /// Fetches blocks, and tells them page by page. Returns how many there are.
    async fn fetch(
        &self,
        by: UpstreamId,
        rpc: &Rpc,
        hashes: &[BlockHash],
        kind: ConfirmationKind,
    ) -> Result<usize, RpcError> {
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut all = 0;
        for page in hashes.chunks(PAGE) {
            pace.tick().await;
            let found = blocks(rpc, page, kind, (self.clock)()).await?;
            self.steps.fetch_add(1, Relaxed);
            all += found.len();
            // Fails only when the gateway stops.
            let answer = Answer { id: self.ask.id, by, found };
            let _ = self.answers.send(Heard::Answer(answer)).await;
        }
        Ok(all)
    }
}

/// Asks where the chains of accounts end, until a node says so or nobody listens any more.
pub(crate) async fn newest(asked: Asked, accounts: Vec<Account>, answers: &mpsc::Sender<Heard>) {
    loop {
        for (by, rpc) in &asked {
            let result = newest_of(rpc, &accounts, answers).await;
            let is_done = result.is_ok();
            // Fails only when the gateway stops.
            let _ = answers.send(Heard::Called(*by, result.map_err(|error| said(&error)))).await;
            if is_done {
                return;
            }
        }
        tokio::select! {
            () = answers.closed() => return,
            () = sleep(PAUSE) => {}
        }
    }
}

/// An error with its causes.
fn said(error: &RpcError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

async fn newest_of(
    rpc: &Rpc,
    accounts: &[Account],
    answers: &mpsc::Sender<Heard>,
) -> Result<(), RpcError> {
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
            Err(error) => return Err(error),
        };
        let hash = text(&info, "confirmed_frontier").and_then(|hash| hash.parse().ok());
        let height = text(&info, "confirmed_height").and_then(|height| height.parse().ok());
        if let (Some(hash), Some(height)) = (hash, height) {
            // Fails only when the gateway stops.
            let _ = answers.send(Heard::Newest(*account, hash, height)).await;
        }
    }
    Ok(())
}

/// Those of the blocks that are confirmed, in the same order.
async fn blocks(
    rpc: &Rpc,
    hashes: &[BlockHash],
    kind: ConfirmationKind,
    now_ms: u64,
) -> Result<Vec<Confirmation>, RpcError> {
    let named: Vec<_> = hashes.iter().map(ToString::to_string).collect();
    let request = json!({
        "action": "blocks_info", "hashes": named, "json_block": true, "source": true,
        "include_not_found": true,
    });
    let answer = rpc.call(&request).await?;
    let of = |hash: &String| answer.get("blocks")?.get(hash);
    Ok(named.iter().filter_map(|hash| confirmation(of(hash)?, kind, now_ms)).collect())
}

/// What `blocks_info` says, as a confirmation.
fn confirmation(info: &Value, kind: ConfirmationKind, now_ms: u64) -> Option<Confirmation> {
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
        election: Some(ElectionInfo::without_quorum(now_ms)),
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
