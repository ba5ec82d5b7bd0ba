//! RPC requests of clients, passed on to the nodes behind.
//!
//! Called by the RPC server with a body, gives back that of the answer. Only commands of a list pass, and
//! a request goes to another node when the first does not answer. The gateway answers
//! `wallet_add_watch` itself. Never holds more answers than its seats allow, and never waits longer than
//! its time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use banano_primitives::Account;
use banano_ws_client::{Rpc, RpcError};
use bytes::Bytes;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::{info, warn};

use crate::watching::WatchList;

mod asked;

use asked::Asked;

/// Requests that are with nodes at once; more wait, within their time.
const SEATS: usize = 32;

/// Longest answer that is passed on: [`SEATS`] of them are 512 MiB.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// Up to this size an answer counts as part of its connection; a longer one keeps its seat until it
/// was read.
const SHORT_BYTES: usize = 64 << 10;

/// Watched by the gateway itself.
const ADD_WATCH: &str = "wallet_add_watch";

/// What passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassingConfig {
    /// The commands.
    pub allow: BTreeSet<String>,
    /// Longest list that a client may ask for by `count`; what is longer is cut down to it.
    pub entries_max: usize,
    /// How long an answer may take.
    pub timeout: Duration,
    /// How long one that needs work may take.
    pub work_timeout: Duration,
}

/// Passes requests on.
#[derive(Debug)]
pub struct Passing {
    rpcs: Box<[Rpc]>,
    /// Who answered last, and is asked first.
    preferred: AtomicUsize,
    config: PassingConfig,
    seats: Arc<Semaphore>,
    watched: WatchList,
}

/// An answer, and what may be counted of it.
#[derive(Debug)]
pub struct Passed {
    /// The command as the client wrote it, but for its length.
    pub action: String,
    /// Whether the answer is anything but an error, of the gateway or of the node.
    pub is_ok: bool,
    /// How long it took.
    pub took: Duration,
    /// The body.
    pub body: Bytes,
}

/// Why a request is refused. The text is the `error` of the answer.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("Unable to parse JSON")]
    Syntax,
    #[error("{0} is not offered by this gateway")]
    NotOffered(String),
    #[error("Bad account number")]
    Account,
    #[error("{0}")]
    Watch(#[from] crate::WatchError),
    #[error("no node behind this gateway answers, try again later")]
    NoNode,
    #[error("no answer within {0:?}, try again later")]
    Deadline(Duration),
    #[error("the answer is longer than {ANSWER_BYTES_MAX} bytes, ask for fewer entries by `count`")]
    TooLong,
}

impl Passing {
    /// To the RPCs of these URLs, the first one first.
    ///
    /// # Errors
    ///
    /// If a URL cannot be used.
    pub fn new(
        urls: &[String],
        config: PassingConfig,
        watched: WatchList,
    ) -> Result<Self, RpcError> {
        let rpcs = urls.iter().map(|url| Rpc::new(url)).collect::<Result<_, _>>()?;
        let seats = Arc::new(Semaphore::new(SEATS));
        Ok(Self { rpcs, preferred: AtomicUsize::new(0), config, seats, watched })
    }

    /// Answers the body of a request.
    pub async fn answer(&self, body: Bytes) -> Passed {
        let begun = Instant::now();
        let (action, answer) = match Asked::read(&body) {
            Some(asked) => (asked.action.to_string(), self.carry_out(&asked, &body, begun).await),
            None => ("?".to_owned(), Err(Refusal::Syntax)),
        };
        let took = begun.elapsed();
        let ms = took.as_millis();
        let action: String = action.chars().take(40).collect();
        let body = match answer {
            Ok(answer) => {
                info!(target: "rpc", "{action}: answered, {ms} ms");
                answer
            }
            Err(refusal) => {
                info!(target: "rpc", "{action}: {refusal}, {ms} ms");
                json!({ "error": refusal.to_string() }).to_string().into()
            }
        };
        Passed { action, is_ok: !is_error(&body), took, body }
    }

    async fn carry_out(
        &self,
        asked: &Asked<'_>,
        body: &Bytes,
        begun: Instant,
    ) -> Result<Bytes, Refusal> {
        if !self.config.allow.contains(&*asked.action) {
            return Err(Refusal::NotOffered(asked.action.chars().take(40).collect()));
        }
        if asked.action == ADD_WATCH {
            return self.add_watch(asked).await;
        }
        let limit = if asked.needs_work() { self.config.work_timeout } else { self.config.timeout };
        let deadline = begun + limit;
        let body = asked.bounded(body, self.config.entries_max);
        let seat = timeout_at(deadline, Arc::clone(&self.seats).acquire_owned()).await;
        let seat = seat.map_err(|_| Refusal::Deadline(limit))?.map_err(|_| Refusal::NoNode)?;
        let answer = self.pass(&body, deadline, limit).await?;
        if answer.len() <= SHORT_BYTES {
            return Ok(answer);
        }
        Ok(Bytes::from_owner(Long { bytes: answer, _seat: seat }))
    }

    /// Asks one node after the other until one answers. A node that is silent gets its share of the
    /// time, so that there is some left for the others.
    async fn pass(
        &self,
        body: &Bytes,
        deadline: Instant,
        limit: Duration,
    ) -> Result<Bytes, Refusal> {
        let (count, first) = (self.rpcs.len(), self.preferred.load(Relaxed));
        let mut refusal = Refusal::NoNode;
        for turn in 0..count {
            let number = (first + turn) % count;
            let Some(rpc) = self.rpcs.get(number) else { break };
            let left = deadline.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(count - turn).unwrap_or(1);
            match timeout(share, rpc.post(body.clone(), ANSWER_BYTES_MAX)).await {
                Ok(Ok(answer)) => {
                    if self.preferred.swap(number, Relaxed) != number {
                        warn!(rpc = rpc.url(), "RPC requests go to this node now");
                    }
                    return Ok(answer);
                }
                Ok(Err(RpcError::TooLong(..))) => return Err(Refusal::TooLong),
                Ok(Err(error)) => {
                    info!(rpc = rpc.url(), %error, "a node does not answer RPC");
                    refusal = Refusal::NoNode;
                }
                Err(_) => {
                    info!(rpc = rpc.url(), ?share, "a node does not answer RPC in time");
                    refusal = Refusal::Deadline(limit);
                }
            }
        }
        Err(refusal)
    }

    /// `wallet_add_watch`, as a node answers it, but that there are no wallets: `wallet` is not looked at.
    async fn add_watch(&self, asked: &Asked<'_>) -> Result<Bytes, Refusal> {
        let accounts = asked.accounts.as_deref().ok_or(Refusal::Syntax)?;
        let accounts: Result<Vec<Account>, _> = accounts.iter().map(|it| it.parse()).collect();
        self.watched.add(accounts.map_err(|_| Refusal::Account)?).await?;
        Ok(Bytes::from_static(br#"{"success":""}"#))
    }
}

/// Whether an answer is an error: nodes, and we, begin such a one with that member.
fn is_error(answer: &[u8]) -> bool {
    let members = answer.trim_ascii_start().strip_prefix(b"{").unwrap_or_default();
    members.trim_ascii_start().starts_with(b"\"error\"")
}

/// A long answer with its seat.
struct Long {
    bytes: Bytes,
    _seat: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Long {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests;
