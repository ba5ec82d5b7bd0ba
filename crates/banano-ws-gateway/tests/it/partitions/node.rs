//! A node as the gateway meets it: a WebSocket without cursors, and an RPC that reads its ledger.
//!
//! Its ledger is the truth up to now. What it says of it comes late, twice, wrong or not at all, as its habits
//! are. Killed, it forgets who won elections, and says nothing of what happened meanwhile.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use banano_primitives::{Account, BlockHash};
use banano_ws_protocol::{
    Action, Confirmation, Cursor, Event, Follow, Includes, RenderSettings, RequestSettings,
    Stamped, Subscription, Topic, Variant, parse_request, render, render_ack,
};
use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::task::TaskTracker;
use turmoil::net::{TcpListener, TcpStream};

use super::{Outcome, RPC_PORT, WS_PORT, now_ms};
use crate::world::ACCOUNTS;

/// Who takes so long to read, or to say anything, is hung up on.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the network confirms, and when.
pub(super) struct Truth {
    pub(super) confirmations: Vec<Confirmation>,
    pub(super) at_ms: Vec<u64>,
    /// Index of each block.
    blocks: HashMap<BlockHash, usize>,
}

impl Truth {
    /// The first block of every account is confirmed before anything begins.
    pub(super) fn new(confirmations: &[Confirmation], begins_ms: u64, rng: &mut StdRng) -> Self {
        let confirmations = confirmations.to_vec();
        let known = usize::try_from(ACCOUNTS).unwrap();
        let mut now = begins_ms;
        let at_ms = (0..confirmations.len()).map(|index| {
            if index < known {
                return 0;
            }
            now += rng.random_range(0..1_000);
            now
        });
        let at_ms = at_ms.collect();
        let blocks =
            confirmations.iter().zip(0..).map(|(it, index)| (it.block.hash(), index)).collect();
        Self { confirmations, at_ms, blocks }
    }

    pub(super) fn end_ms(&self) -> u64 {
        *self.at_ms.last().unwrap()
    }

    pub(super) fn accounts(&self) -> Vec<Account> {
        self.confirmations[..usize::try_from(ACCOUNTS).unwrap()]
            .iter()
            .map(|it| it.account)
            .collect()
    }

    /// A block that is confirmed by now.
    fn block(&self, hash: &Value) -> Option<&Confirmation> {
        let index = *self.blocks.get(&hash.as_str()?.parse().ok()?)?;
        (self.at_ms[index] <= now_ms()).then(|| &self.confirmations[index])
    }

    /// What the RPC knows of a block.
    fn block_info(&self, hash: &Value) -> Option<Value> {
        let it = self.block(hash)?;
        let sideband = it.sideband.unwrap();
        Some(json!({
            "block_account": it.account, "amount": it.amount, "height": sideband.height.to_string(),
            "local_timestamp": sideband.local_timestamp.to_string(), "confirmed": "true",
            "contents": *it.block, "subtype": it.subtype.unwrap().name(), "source_account": "0",
        }))
    }

    /// The newest confirmed block of an account.
    fn newest(&self, account: &Value) -> Option<&Confirmation> {
        let account: Account = account.as_str()?.parse().ok()?;
        let all = self.confirmations.iter().zip(&self.at_ms).rev();
        let mut own = all.filter(|(it, at_ms)| it.account == account && **at_ms <= now_ms());
        own.next().map(|(it, _)| it)
    }
}

/// How a node tells what happened. Shares of 1,000.
#[derive(Clone, Copy)]
pub(super) struct Habits {
    pub(super) lost: u32,
    pub(super) repeated: u32,
    pub(super) corrupted: u32,
    /// The longest time that a message takes inside of the node.
    pub(super) delay_ms: u64,
}

#[derive(Clone, Copy)]
enum Said {
    Right,
    Wrong(Corruption),
    Nothing,
}

/// What is wrong with a message.
#[derive(Clone, Copy)]
enum Corruption {
    Hash,
    Account,
    Signature,
    Cut,
}

pub(super) struct Node {
    truth: Arc<Truth>,
    /// When what wins an election here, and what is said of it.
    says: Vec<(u64, usize, Said)>,
}

/// The state of a node from its start to its death.
struct Life {
    node: Arc<Node>,
    said: broadcast::Sender<String>,
    /// What won since the start.
    history: Mutex<Vec<usize>>,
}

impl Node {
    pub(super) fn new(truth: Arc<Truth>, habits: Habits, rng: &mut StdRng) -> Self {
        let mut says = Vec::new();
        for index in usize::try_from(ACCOUNTS).unwrap()..truth.confirmations.len() {
            let mut one_of = |share: u32| rng.random_range(0..1_000) < share;
            let is_lost = one_of(habits.lost);
            let times = 1 + usize::from(one_of(habits.repeated));
            for _ in 0..times {
                let kinds =
                    [Corruption::Hash, Corruption::Account, Corruption::Signature, Corruption::Cut];
                let kind = kinds[rng.random_range(0..kinds.len())];
                let said = match rng.random_range(0..1_000) < habits.corrupted {
                    _ if is_lost => Said::Nothing,
                    true => Said::Wrong(kind),
                    false => Said::Right,
                };
                let delay_ms = rng.random_range(0..=habits.delay_ms);
                says.push((truth.at_ms[index] + delay_ms, index, said));
            }
        }
        says.sort_by_key(|(at_ms, ..)| *at_ms);
        Self { truth, says }
    }

    /// Until the host dies.
    pub(super) async fn run(self: Arc<Self>) -> Outcome {
        let history = Mutex::default();
        let life = Arc::new(Life { node: self, said: broadcast::Sender::new(1_024), history });
        let (ws, rpc) = (
            TcpListener::bind(("0.0.0.0", WS_PORT)).await?,
            TcpListener::bind(("0.0.0.0", RPC_PORT)).await?,
        );
        let tasks = TaskTracker::new();
        tasks.spawn(Arc::clone(&life).talk());
        loop {
            tokio::select! {
                accepted = ws.accept() => drop(tasks.spawn(Arc::clone(&life).tell(accepted?.0))),
                accepted = rpc.accept() => drop(tasks.spawn(Arc::clone(&life).answer(accepted?.0))),
            }
        }
    }
}

impl Life {
    /// Says what it has to say from now on.
    async fn talk(self: Arc<Self>) {
        let begun_ms = now_ms();
        for (at_ms, index, said) in &self.node.says {
            if *at_ms < begun_ms {
                continue;
            }
            sleep(Duration::from_millis(at_ms.saturating_sub(now_ms()))).await;
            self.history.lock().unwrap().push(*index);
            let confirmation = &self.node.truth.confirmations[*index];
            let text = match said {
                Said::Right => written(confirmation, None),
                Said::Wrong(corruption) => written(confirmation, Some(*corruption)),
                Said::Nothing => continue,
            };
            // Fails if nobody listens.
            let _ = self.said.send(text);
        }
    }

    /// One WebSocket client.
    async fn tell(self: Arc<Self>, stream: TcpStream) {
        let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
        let (mut said, mut is_subscribed) = (self.said.subscribe(), false);
        loop {
            let text = tokio::select! {
                message = timeout(PATIENCE, socket.next()) => {
                    let Ok(Some(Ok(message))) = message else { return };
                    let Message::Text(text) = message else { continue };
                    let mut request = parse_request(text.as_bytes(), RequestSettings::default()).unwrap();
                    // A node knows no cursors.
                    request.follow = Follow::default();
                    if let Action::Subscribe(subscription) = &request.action {
                        let topic = subscription.as_ref().map(Subscription::topic);
                        is_subscribed |= topic == Some(Topic::Confirmation);
                    }
                    if !request.wants_ack() {
                        continue;
                    }
                    let (mut ack, nowhere) = (Vec::new(), Cursor { journal: 0, sequence: 0 });
                    render_ack(&request, nowhere, now_ms(), &mut ack);
                    String::from_utf8(ack).unwrap()
                }
                said = said.recv() => match said {
                    Ok(text) if is_subscribed => text,
                    Ok(_) => continue,
                    Err(_) => return,
                },
            };
            let Ok(Ok(())) = timeout(PATIENCE, socket.send(Message::text(text))).await else {
                return;
            };
        }
    }

    /// One RPC client.
    async fn answer(self: Arc<Self>, stream: TcpStream) {
        let service = service_fn(async |request: Request<Incoming>| {
            let body = request.into_body().collect().await.unwrap_or_default().to_bytes();
            let answer = self.found(&serde_json::from_slice(&body).unwrap_or_default());
            let answer = answer.unwrap_or_else(|| json!({"error": "Block not found"}));
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(answer.to_string()))))
        });
        let serving = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service);
        // However it ends, the client finds out.
        let _ = timeout(PATIENCE, serving).await;
    }

    fn found(&self, request: &Value) -> Option<Value> {
        let truth = &self.node.truth;
        match request["action"].as_str()? {
            "confirmation_history" => {
                let entry = |index: &usize| {
                    let hash = truth.confirmations[*index].block.hash();
                    json!({"hash": hash, "time": truth.at_ms[*index].to_string()})
                };
                let history: Vec<_> = self.history.lock().unwrap().iter().map(entry).collect();
                Some(json!({"confirmations": history}))
            }
            "chain" => {
                let (mut blocks, mut hash) = (Vec::new(), request["block"].clone());
                while let Some(it) = truth.block(&hash) {
                    blocks.push(hash);
                    hash = json!(it.block.previous());
                }
                Some(json!({"blocks": blocks}))
            }
            "blocks_info" => {
                let hashes = request["hashes"].as_array()?;
                let found = hashes
                    .iter()
                    .filter_map(|hash| Some((hash.as_str()?.to_owned(), truth.block_info(hash)?)));
                let found: serde_json::Map<_, _> = found.collect();
                Some(json!({"blocks": found}))
            }
            "account_info" => {
                let it = truth.newest(&request["account"])?;
                let height = it.sideband.unwrap().height.to_string();
                Some(json!({"confirmed_frontier": it.block.hash(), "confirmed_height": height}))
            }
            action => panic!("nobody asks for {action}"),
        }
    }
}

/// A confirmation as the node writes it.
fn written(it: &Confirmation, corruption: Option<Corruption>) -> String {
    let includes = Includes {
        block: true,
        election_info: true,
        election_info_with_votes: true,
        sideband_info: true,
        linked_account: true,
    };
    let event = Event::Confirmation(it.clone());
    let stamped = Stamped { journal: 0, sequence: 0, time_ms: now_ms(), event };
    let mut text = Vec::new();
    render(&stamped, Variant::confirmation(includes), &RenderSettings::default(), &mut text);
    let mut value: Value = serde_json::from_slice(&text).unwrap();
    let message = &mut value["message"];
    match corruption {
        None => return String::from_utf8(text).unwrap(),
        Some(Corruption::Hash) => message["hash"] = json!(BlockHash::from_bytes([9; 32])),
        Some(Corruption::Account) => message["account"] = json!(Account::from_bytes([9; 32])),
        Some(Corruption::Signature) => message["block"]["signature"] = json!("0".repeat(128)),
        Some(Corruption::Cut) => {
            text.truncate(text.len() / 2);
            return String::from_utf8(text).unwrap();
        }
    }
    value.to_string()
}
