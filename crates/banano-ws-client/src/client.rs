//! The handle that an application holds, and the stream that it reads.
//!
//! Called by applications. Divides what is wanted among the connections and keeps what was
//! acknowledged; all talking is done by the connections' tasks.

use std::collections::{BTreeSet, HashMap};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use banano_primitives::{Account, Amount};
use banano_ws_protocol::{Cursor, Topic};
use futures_util::Stream;
use tokio::sync::{OnceCell, mpsc, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::builder::{Builder, Timing};
use crate::connection::{Command, Connection, Settled};
use crate::invoice::PaymentUpdate;
use crate::item::{Event, Item};
use crate::payments::{PaymentError, Payments};
use crate::queue::Queue;
use crate::rpc::Rpc;
use crate::session::Rules;
use crate::store::{CursorStore, StoreError};
use crate::subscription::Subscription;

/// Why a client cannot do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No server accepted.
    #[error("cannot connect to {0}: {1}")]
    Connect(String, String),
    /// The server refused.
    #[error("{topic} was refused ({code}): {text}")]
    Refused {
        /// Which topic.
        topic: Topic,
        /// For programs.
        code: String,
        /// For people.
        text: String,
    },
    /// The subscription is for all accounts, or there is none.
    #[error("topic {0} has no list of accounts to change; subscribe with `accounts` first")]
    NoAccounts(Topic),
    /// A setting makes no sense.
    #[error("{0}")]
    Setting(String),
    /// The cursor file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The client was closed.
    #[error("the client is closed")]
    Closed,
}

/// What all connections of a client share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) urls: Arc<[String]>,
    pub(crate) timing: Timing,
    pub(crate) queue: Queue,
    pub(crate) builder: Builder,
    store: Option<Mutex<CursorStore>>,
}

impl Shared {
    pub(crate) fn rules(&self, connection: usize) -> Rules {
        Rules {
            connection,
            timing: self.timing,
            on_gap: self.builder.on_gap,
            is_checked: self.builder.is_checked,
            network: self.builder.network.clone(),
        }
    }

    pub(crate) fn keep(
        &self,
        topic: Topic,
        connection: usize,
        cursor: Cursor,
    ) -> Result<(), StoreError> {
        let Some(store) = &self.store else { return Ok(()) };
        store.lock().unwrap_or_else(PoisonError::into_inner).put(topic, connection, cursor)
    }

    fn kept(&self, topic: Topic, connection: usize) -> Option<Cursor> {
        let store = self.store.as_ref()?;
        store.lock().unwrap_or_else(PoisonError::into_inner).get(topic, connection)
    }
}

/// A connection to a server that mends itself. Cheap to clone; the connection ends with its
/// [`Events`].
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
    connections: Arc<[mpsc::Sender<Command>]>,
    /// Which topics have lists of accounts.
    listed: Arc<Mutex<HashMap<Topic, bool>>>,
    /// Made for the first invoice.
    payments: Arc<OnceCell<Payments>>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// What happens, as a stream. It ends when the client is closed; dropping it closes the client.
#[derive(Debug)]
pub struct Events {
    shared: Arc<Shared>,
    _stop: DropGuard,
}

/// How the first attempt of a connection went.
pub(crate) type FirstAttempt = oneshot::Receiver<Result<(), ClientError>>;

/// How many commands wait for a connection; then their senders do.
const COMMANDS_MAX: usize = 256;

impl Client {
    /// Connects to `ws://…` or `wss://…`, with everything else as it is by default. See [`Builder`].
    ///
    /// # Errors
    ///
    /// If the server does not accept.
    pub async fn connect(url: impl Into<String>) -> Result<(Self, Events), ClientError> {
        Builder::new(url).connect().await
    }

    /// Starts the connections. If `waits`, a receiver for each tells how its first attempt went, and
    /// one that failed ends.
    pub(crate) fn build(
        builder: Builder,
        waits: bool,
    ) -> Result<(Self, Events, Vec<FirstAttempt>), ClientError> {
        if !(1..=64).contains(&builder.connections) {
            let problem = format!("connections: {} is not 1 to 64", builder.connections);
            return Err(ClientError::Setting(problem));
        }
        if builder.queue == 0 {
            return Err(ClientError::Setting("queue: 0 items hold nothing, give 1 or more".into()));
        }
        #[cfg(feature = "tls")]
        {
            // Whichever comes first wins, and either will do.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let store = builder.store.clone().map(CursorStore::open).transpose()?.map(Mutex::new);
        let shared = Arc::new(Shared {
            urls: builder.urls.clone().into(),
            timing: builder.timing,
            queue: Queue::new(builder.queue, builder.on_full, builder.window),
            store,
            builder,
        });
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let mut firsts = Vec::new();
        let connections: Arc<[_]> = (0..shared.builder.connections)
            .map(|number| {
                let (sender, commands) = mpsc::channel(COMMANDS_MAX);
                let (first, told) = oneshot::channel();
                firsts.push(told);
                let first = waits.then_some(first);
                let stop = stop.clone();
                let connection =
                    Connection::new(Arc::clone(&shared), number, commands, stop, first);
                tasks.spawn(connection.run());
                sender
            })
            .collect();
        tasks.close();
        let events = Events { shared: Arc::clone(&shared), _stop: stop.clone().drop_guard() };
        let client = Self {
            shared,
            connections,
            listed: Arc::default(),
            payments: Arc::default(),
            stop,
            tasks,
        };
        Ok((client, events, firsts))
    }

    /// Wants a topic from now on; a subscription to the same topic is replaced. Returns when the
    /// server has acknowledged, or has let the time for that pass, as one does that never
    /// acknowledges. While no server is there, this waits. Events are read meanwhile only by the
    /// task that holds [`Events`]: with a full queue and nobody reading this does not return.
    ///
    /// # Errors
    ///
    /// If the server refuses, or the options contradict each other.
    pub async fn subscribe(
        &self,
        subscription: impl Into<Subscription>,
    ) -> Result<(), ClientError> {
        let subscription = subscription.into();
        let topic = subscription.topic();
        self.listed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(topic, subscription.accounts().is_some());
        let mut answers = Vec::new();
        for (number, part) in self.parts(subscription) {
            let (answer, answered) = oneshot::channel();
            let kept = self.shared.kept(topic, number);
            self.send(number, Command::Subscribe(Box::new(part), kept, answer)).await?;
            answers.push(answered);
        }
        settled(topic, answers).await
    }

    /// Wants a topic no longer.
    ///
    /// # Errors
    ///
    /// If the client is closed.
    pub async fn unsubscribe(&self, topic: Topic) -> Result<(), ClientError> {
        for number in 0..self.connections.len() {
            self.send(number, Command::Unsubscribe(topic)).await?;
        }
        Ok(())
    }

    /// Adds accounts to a subscription that was made with accounts. Changes that come close to each
    /// other go to the server together. Returns when the server has acknowledged.
    ///
    /// # Errors
    ///
    /// If the subscription has no list of accounts, or the client is closed.
    pub async fn add_accounts(
        &self,
        topic: Topic,
        accounts: impl IntoIterator<Item = Account>,
    ) -> Result<(), ClientError> {
        self.change(topic, accounts, true).await
    }

    /// Removes accounts, as [`Self::add_accounts`] adds them.
    ///
    /// # Errors
    ///
    /// If the subscription has no list of accounts, or the client is closed.
    pub async fn remove_accounts(
        &self,
        topic: Topic,
        accounts: impl IntoIterator<Item = Account>,
    ) -> Result<(), ClientError> {
        self.change(topic, accounts, false).await
    }

    async fn change(
        &self,
        topic: Topic,
        accounts: impl IntoIterator<Item = Account>,
        is_added: bool,
    ) -> Result<(), ClientError> {
        let listed =
            self.listed.lock().unwrap_or_else(PoisonError::into_inner).get(&topic).copied();
        if listed != Some(true) {
            return Err(ClientError::NoAccounts(topic));
        }
        let mut parts: HashMap<usize, Vec<Account>> = HashMap::new();
        for account in accounts {
            parts.entry(self.connection_of(account)).or_default().push(account);
        }
        let mut answers = Vec::new();
        for (number, part) in parts {
            let (answer, answered) = oneshot::channel();
            let (add, remove) = if is_added { (part, Vec::new()) } else { (Vec::new(), part) };
            self.send(number, Command::Change(topic, add, remove, Some(answer))).await?;
            answers.push(answered);
        }
        settled(topic, answers).await
    }

    /// Removes an account and does not wait; if the connection is that busy, it stays.
    pub(crate) fn forget_account(&self, topic: Topic, account: Account) {
        if let Some(connection) = self.connections.get(self.connection_of(account)) {
            let _ = connection.try_send(Command::Change(topic, Vec::new(), vec![account], None));
        }
    }

    /// Waits for `amount` to come to `account`, which no other invoice uses, for `deadline` at most:
    /// partial, paid, overpaid, expired, each payment once. Needs [`Builder::rpc`], which is asked
    /// what came before. All invoices of a client share one connection of their own.
    ///
    /// # Errors
    ///
    /// If there is no RPC, if it does not answer at the beginning, or if the server refuses.
    pub async fn await_payment(
        &self,
        account: Account,
        amount: Amount,
        deadline: Duration,
    ) -> Result<impl Stream<Item = Result<PaymentUpdate, PaymentError>> + use<>, PaymentError> {
        let open = || async {
            let builder = &self.shared.builder;
            let rpc = Rpc::new(builder.rpc.as_deref().ok_or(PaymentError::NoRpc)?)?;
            let rpc = rpc.dialer(builder.dialer.clone());
            Payments::new(builder.clone(), rpc).await
        };
        let payments = self.payments.get_or_try_init(open).await?;
        payments.await_payment(account, amount, deadline).await
    }

    /// Says that everything up to this event is done with: it is not told again after a restart.
    /// Writes the cursor file and waits for the disk; nothing to do without one, or without cursors.
    /// Acknowledging every hundredth event is as right, and faster.
    ///
    /// # Errors
    ///
    /// If the cursor file cannot be written.
    pub fn acknowledge(&self, event: &Event) -> Result<(), StoreError> {
        match event.cursor {
            Some(cursor) => self.shared.keep(event.topic(), event.connection, cursor),
            None => Ok(()),
        }
    }

    /// Ends all connections and waits until they have.
    pub async fn close(&self) {
        self.stop.cancel();
        self.shared.queue.close();
        self.tasks.wait().await;
        if let Some(payments) = self.payments.get() {
            Box::pin(payments.close()).await;
        }
    }

    /// The servers, as given.
    pub fn urls(&self) -> &[String] {
        &self.shared.urls
    }

    async fn send(&self, number: usize, command: Command) -> Result<(), ClientError> {
        let connection = self.connections.get(number).ok_or(ClientError::Closed)?;
        connection.send(command).await.map_err(|_| ClientError::Closed)
    }

    /// Which connection is for an account: always the same one.
    fn connection_of(&self, account: Account) -> usize {
        let sum: usize = account.as_bytes().iter().map(|byte| usize::from(*byte)).sum();
        sum % self.connections.len().max(1)
    }

    /// One part for each connection that has something to do. Accounts are divided; a topic without
    /// accounts is one connection's.
    fn parts(&self, subscription: Subscription) -> Vec<(usize, Subscription)> {
        let count = self.connections.len();
        let Some(accounts) = subscription.accounts().filter(|_| count > 1) else {
            let number = if count > 1 { subscription.topic().index() % count } else { 0 };
            return vec![(number, subscription)];
        };
        let mut parts = vec![BTreeSet::new(); count];
        for account in accounts {
            if let Some(part) = parts.get_mut(self.connection_of(*account)) {
                part.insert(*account);
            }
        }
        let parts = parts.into_iter().map(|part| subscription.with_accounts(part));
        parts.enumerate().collect()
    }
}

async fn settled(
    topic: Topic,
    answers: Vec<oneshot::Receiver<Settled>>,
) -> Result<(), ClientError> {
    for answered in answers {
        let outcome = answered.await.map_err(|_| ClientError::Closed)?;
        outcome.map_err(|(code, text)| ClientError::Refused { topic, code, text })?;
    }
    Ok(())
}

impl Stream for Events {
    type Item = Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item>> {
        self.shared.queue.poll_next(context)
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.shared.queue.close();
    }
}
