//! Invoices on one connection: listens for all of them, and asks the RPC for what came before.
//!
//! Made by the client on the first invoice. An invoice listens first and asks then, so that nothing
//! falls between; whatever is heard of twice counts once. After a gap it asks again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use banano_primitives::{Account, Amount, BlockHash, BlockKind, Subtype};
use banano_ws_protocol::{ReceivedConfirmation, ReceivedEvent, Topic};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::task::TaskTracker;

use crate::builder::Builder;
use crate::client::{Client, ClientError, Events};
use crate::invoice::{Invoice, Payment, PaymentUpdate, TooManyPayments};
use crate::item::{Item, Status};
use crate::rpc::{Rpc, RpcError};
use crate::subscription::Confirmations;

/// Why payments cannot be awaited.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// The client was built without the URL of an RPC.
    #[error("no RPC to ask for earlier payments: give one with `Builder::rpc`")]
    NoRpc,
    /// The WebSocket.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The RPC.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The invoice was paid in too many pieces.
    #[error(transparent)]
    TooMany(#[from] TooManyPayments),
}

/// Payments of one invoice that wait for its reader. When it is full the invoice asks the RPC.
const WAITING_MAX: usize = 64;
/// How long after a failed question to the RPC it is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// One listener of an account.
#[derive(Debug)]
struct Watcher {
    payments: mpsc::Sender<Payment>,
    /// Changes when payments may have been missed.
    missed: watch::Sender<u64>,
}

type Watchers = Arc<Mutex<HashMap<Account, Vec<Watcher>>>>;

/// Listens to the accounts of all invoices.
#[derive(Debug)]
pub struct Payments {
    client: Client,
    rpc: Rpc,
    watchers: Watchers,
    tasks: TaskTracker,
}

impl Payments {
    /// Opens the connection. Cursors are not kept: what an invoice owes is asked anew.
    ///
    /// # Errors
    ///
    /// If a setting of `builder` is impossible, or the server refuses.
    pub async fn new(builder: Builder, rpc: Rpc) -> Result<Self, PaymentError> {
        let builder = Builder { store: None, connections: 1, ..builder };
        let (client, events) = builder.start().await?;
        let watchers = Watchers::default();
        let tasks = TaskTracker::new();
        tasks.spawn(listen(events, Arc::clone(&watchers)));
        tasks.close();
        client.subscribe(Confirmations::new().accounts([])).await?;
        Ok(Self { client, rpc, watchers, tasks })
    }

    /// Waits for `amount` to come to `account`, which no other invoice uses, for `deadline` at most.
    /// What is receivable at the beginning counts. The stream tells each payment once and ends at the
    /// deadline, with [`PaymentUpdate::Expired`] if less came; whoever has enough drops it.
    ///
    /// # Errors
    ///
    /// If the RPC does not answer at the beginning, or the connection was closed.
    pub async fn await_payment(
        &self,
        account: Account,
        amount: Amount,
        deadline: Duration,
    ) -> Result<impl Stream<Item = Result<PaymentUpdate, PaymentError>> + use<>, PaymentError> {
        let until = Instant::now() + deadline;
        let (payments, received) = mpsc::channel(WAITING_MAX);
        let (missed, seen_missed) = watch::channel(0);
        lock(&self.watchers).entry(account).or_default().push(Watcher { payments, missed });
        let mut waiting = Waiting {
            client: self.client.clone(),
            rpc: self.rpc.clone(),
            watchers: Arc::clone(&self.watchers),
            account,
            invoice: Invoice::new(amount),
            frontier: None,
            until,
            received,
            missed: seen_missed,
            ask_at: None,
            known: Vec::new(),
            is_over: false,
        };
        self.client.add_accounts(Topic::Confirmation, [account]).await?;
        waiting.frontier = self.rpc.frontier(account).await?;
        waiting.known = waiting.ask().await?;
        Ok(stream::unfold(waiting, |mut waiting| async {
            let next = waiting.next().await?;
            Some((next, waiting))
        }))
    }

    /// Ends the connection.
    pub async fn close(&self) {
        self.client.close().await;
        self.tasks.wait().await;
    }
}

fn lock(watchers: &Watchers) -> std::sync::MutexGuard<'_, HashMap<Account, Vec<Watcher>>> {
    watchers.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands confirmed sends to whoever waits for them.
async fn listen(mut events: Events, watchers: Watchers) {
    while let Some(item) = events.next().await {
        let mut watchers = lock(&watchers);
        match item {
            Item::Event(event) => {
                let ReceivedEvent::Confirmation(it) = &event.event else { continue };
                let Some((account, payment)) = payment(it) else { continue };
                for watcher in watchers.get_mut(&account).into_iter().flatten() {
                    if watcher.payments.try_send(payment).is_err() {
                        watcher.missed.send_modify(|count| *count += 1);
                    }
                }
            }
            Item::Status(Status::Continuity { continuity, .. }) if continuity.is_complete() => {}
            Item::Status(
                Status::Continuity { .. } | Status::Lagged { .. } | Status::Unreadable(_),
            ) => {
                for watcher in watchers.values().flatten() {
                    watcher.missed.send_modify(|count| *count += 1);
                }
            }
            Item::Status(_) => {}
        }
    }
}

/// Whom a confirmed block pays, and how much. A receive counts as the send that it receives: it may be
/// all that is heard of it. `None` for other blocks, and without the block.
pub fn payment(confirmation: &ReceivedConfirmation) -> Option<(Account, Payment)> {
    let block = confirmation.block.as_ref()?;
    let (account, hash) = match (block.kind(), confirmation.subtype) {
        (_, Some(Subtype::Send)) => (block.link()?.as_account(), confirmation.hash),
        (_, Some(Subtype::Receive)) => (confirmation.account, block.link()?.as_hash()),
        (BlockKind::Send, None) => (block.destination()?, confirmation.hash),
        _ => (confirmation.account, block.source()?),
    };
    Some((account, Payment { hash, amount: confirmation.amount }))
}

/// One invoice that is waited for.
struct Waiting {
    client: Client,
    rpc: Rpc,
    watchers: Watchers,
    account: Account,
    invoice: Invoice,
    /// Receives up to this block were before the invoice.
    frontier: Option<BlockHash>,
    until: Instant,
    received: mpsc::Receiver<Payment>,
    missed: watch::Receiver<u64>,
    /// When the RPC is to be asked again.
    ask_at: Option<Instant>,
    /// What the RPC said and nobody was told yet.
    known: Vec<Payment>,
    is_over: bool,
}

impl Waiting {
    async fn next(&mut self) -> Option<Result<PaymentUpdate, PaymentError>> {
        loop {
            while let Some(payment) = self.known.pop() {
                match self.invoice.pay(payment) {
                    Ok(None) => {}
                    Ok(Some(update)) => return Some(Ok(update)),
                    Err(error) => {
                        self.known.clear();
                        self.is_over = true;
                        return Some(Err(error.into()));
                    }
                }
            }
            if self.is_over {
                return None;
            }
            let ask_at = self.ask_at.unwrap_or(self.until).min(self.until);
            tokio::select! {
                payment = self.received.recv() => self.known.extend(payment),
                Ok(()) = self.missed.changed() => self.ask_at = Some(Instant::now()),
                () = sleep_until(ask_at) => {
                    // The last word is the ledger's, not the stream's.
                    let is_last = Instant::now() >= self.until;
                    self.ask_at = None;
                    match self.ask().await {
                        Ok(payments) => self.known = payments,
                        Err(error) if is_last => {
                            self.is_over = true;
                            return Some(Err(error.into()));
                        }
                        Err(_) => self.ask_at = Some(Instant::now() + AGAIN),
                    }
                    if is_last {
                        return self.end();
                    }
                }
            }
        }
    }

    /// The deadline has passed: what is known counts, then it is over.
    fn end(&mut self) -> Option<Result<PaymentUpdate, PaymentError>> {
        self.is_over = true;
        while let Some(payment) = self.known.pop() {
            match self.invoice.pay(payment) {
                Ok(None) => {}
                Ok(Some(update)) => {
                    // Come back for the rest, and for the end.
                    self.is_over = false;
                    return Some(Ok(update));
                }
                Err(error) => return Some(Err(error.into())),
            }
        }
        self.invoice.expire().map(Ok)
    }

    /// Everything that came since the invoice was made, as the ledger says, newest last.
    async fn ask(&self) -> Result<Vec<Payment>, RpcError> {
        let receivable = self.rpc.receivable(self.account).await?;
        let received = self.rpc.received(self.account, self.frontier).await?;
        let all = receivable.into_iter().chain(received);
        Ok(all.map(|(hash, amount)| Payment { hash, amount }).collect())
    }
}

impl Drop for Waiting {
    /// Stops to listen to the account when nobody else does.
    fn drop(&mut self) {
        self.received.close();
        let mut watchers = lock(&self.watchers);
        let Some(listeners) = watchers.get_mut(&self.account) else { return };
        listeners.retain(|watcher| !watcher.payments.is_closed());
        if listeners.is_empty() {
            watchers.remove(&self.account);
            drop(watchers);
            self.client.forget_account(Topic::Confirmation, self.account);
        }
    }
}
