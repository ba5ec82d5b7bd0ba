//! The thin shell around a session: a socket, a clock, a random number.
//!
//! One task for each connection of a client, started by it and ended by its token. Decides nothing:
//! whatever a message means, the session says.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use banano_primitives::Account;
use banano_ws_protocol::{Cursor, Topic};
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use rand::RngExt as _;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::error::UrlError;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async_tls_with_config};
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::client::{ClientError, Shared};
use crate::dialer::{Dialer, Duplex};
use crate::item::{Event, Item, Status};
use crate::secrets::without_secrets;
use crate::session::{Output, PING, Session};
use crate::subscription::Subscription;

type Socket = WebSocketStream<MaybeTlsStream<Box<dyn Duplex>>>;

/// The longest message that is read: a confirmation with every vote has some 100 KiB.
const MESSAGE_BYTES_MAX: usize = 16 << 20;
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// What an application wants of one connection.
#[derive(Debug)]
pub(crate) enum Command {
    Subscribe(Box<Subscription>, Option<Cursor>, oneshot::Sender<Settled>),
    Unsubscribe(Topic),
    /// Accounts to add and to remove.
    Change(Topic, Vec<Account>, Vec<Account>, Option<oneshot::Sender<Settled>>),
}

/// How a command ended: in force, or refused with a code and a text.
pub(crate) type Settled = Result<(), (String, String)>;

/// Why a socket is no longer used.
enum End {
    /// The client is closed.
    Closed,
    /// Another one is to be made.
    Lost(String),
}

/// One connection, over all its sockets.
pub(crate) struct Connection {
    shared: Arc<Shared>,
    number: usize,
    session: Session,
    commands: mpsc::Receiver<Command>,
    stop: CancellationToken,
    began: Instant,
    /// Who waits for an answer, by ticket.
    waiting: HashMap<u64, oneshot::Sender<Settled>>,
    tickets: u64,
    /// Items that the queue has no room for; while there are any, nothing more is read.
    backlog: VecDeque<Item>,
    /// Told how the first attempt at all servers went.
    first: Option<oneshot::Sender<Result<(), ClientError>>>,
}

impl Connection {
    pub(crate) fn new(
        shared: Arc<Shared>,
        number: usize,
        commands: mpsc::Receiver<Command>,
        stop: CancellationToken,
        first: Option<oneshot::Sender<Result<(), ClientError>>>,
    ) -> Self {
        Self {
            session: Session::new(shared.rules(number)),
            shared,
            number,
            commands,
            stop,
            began: Instant::now(),
            waiting: HashMap::new(),
            tickets: 0,
            backlog: VecDeque::new(),
            first,
        }
    }

    /// Runs until the client is closed.
    pub(crate) async fn run(mut self) {
        let timing = self.shared.timing;
        let urls = Arc::clone(&self.shared.urls);
        let mut backoff = Backoff::new(timing.backoff_base, timing.backoff_cap);
        let stop = self.stop.clone();
        // Connections of a pool begin at different servers.
        let servers = urls.iter().cycle().skip(self.number % urls.len().max(1));
        let mut failures = 0;
        for url in servers {
            let attempt = timeout(timing.connect, connect(url, &self.shared.builder.dialer));
            let attempt = tokio::select! {
                () = stop.cancelled() => return,
                attempt = attempt => attempt,
            };
            let reason = match attempt {
                Ok(Ok(socket)) => {
                    let connected = self.time();
                    match self.talk(socket, url).await {
                        End::Closed => return,
                        End::Lost(reason) => {
                            // A server that accepts and hangs up at once is no success.
                            if self.time() > connected + timing.backoff_base {
                                backoff.reset();
                            }
                            failures = 0;
                            reason
                        }
                    }
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("no answer within {:?}", timing.connect),
            };
            failures += 1;
            if failures >= urls.len()
                && let Some(first) = self.first.take()
            {
                let _ = first.send(Err(ClientError::Connect(without_secrets(url), reason)));
                return;
            }
            let connection = self.number;
            self.tell(Status::Disconnected { connection, url: url.clone(), reason });
            // The next server is tried at once; a wait is due when all were tried.
            if failures % urls.len().max(1) == 0 || failures == 0 {
                let wait = backoff.next_wait(rand::rng().random());
                match self.idle(wait).await {
                    End::Closed => return,
                    End::Lost(_) => {}
                }
            }
        }
    }

    fn time(&self) -> Duration {
        self.began.elapsed()
    }

    /// Waits before the next attempt, and takes commands meanwhile.
    async fn idle(&mut self, wait: Duration) -> End {
        let until = Instant::now() + wait;
        loop {
            while let Some(output) = self.session.poll() {
                self.local(output);
            }
            self.fill();
            tokio::select! {
                () = self.stop.cancelled() => return End::Closed,
                () = sleep_until(until) => return End::Lost(String::new()),
                command = self.commands.recv() => match command {
                    Some(command) => self.command(command),
                    None => return End::Closed,
                },
            }
        }
    }

    /// Talks to a server until one of the two has enough.
    async fn talk(&mut self, mut socket: Socket, url: &str) -> End {
        if let Some(first) = self.first.take() {
            let _ = first.send(Ok(()));
        }
        self.tell(Status::Connected { connection: self.number, url: url.to_owned() });
        self.session.connected(self.time());
        let end = loop {
            if let Err(reason) = self.carry_out(&mut socket).await {
                break End::Lost(reason);
            }
            self.fill();
            let tick = self.session.next_tick().map(|at| self.began + at);
            let is_stuck = !self.backlog.is_empty();
            tokio::select! {
                () = self.stop.cancelled() => break End::Closed,
                command = self.commands.recv() => match command {
                    Some(command) => self.take_all(command),
                    None => break End::Closed,
                },
                () = poll_fn(|context| self.shared.queue.poll_room(context)), if is_stuck => {
                    // While nothing was read, nothing was heard: that is not the server's fault.
                    self.session.heard(self.began.elapsed());
                }
                message = socket.next(), if !is_stuck => match message {
                    Some(Ok(message)) => {
                        if let Err(reason) = self.message(&message) {
                            break End::Lost(reason);
                        }
                    }
                    Some(Err(error)) => break End::Lost(error.to_string()),
                    None => break End::Lost("the server ended the connection".to_owned()),
                },
                () = sleep_until(tick.unwrap_or(self.began)), if tick.is_some() && !is_stuck => {
                    self.session.tick(self.began.elapsed());
                }
            }
        };
        self.session.disconnected();
        let _ = timeout(GOODBYE, socket.close(None)).await;
        end
    }

    fn message(&mut self, message: &Message) -> Result<(), String> {
        let now = self.time();
        match message {
            Message::Text(text) => self.session_message(text.as_bytes(), now),
            Message::Binary(bytes) => self.session_message(bytes, now),
            Message::Close(Some(frame)) => {
                return Err(format!(
                    "closed by the server: {} {}",
                    u16::from(frame.code),
                    frame.reason
                ));
            }
            Message::Close(None) => return Err("closed by the server".to_owned()),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => self.session.heard(now),
        }
        Ok(())
    }

    /// The session's events carry the text that they were read from.
    fn session_message(&mut self, bytes: &[u8], now: Duration) {
        self.session.message(bytes, now);
        // At most one event comes of one message, and the text is needed only then.
        let mut rest = VecDeque::new();
        while let Some(output) = self.session.poll() {
            match output {
                Output::Event(event) if self.shared.queue.is_new(&event) => {
                    self.backlog.push_back(Item::Event(Box::new(Event {
                        time_ms: event.time_ms,
                        cursor: event.cursor,
                        replayed: event.replayed,
                        connection: self.number,
                        event: event.event,
                        text: String::from_utf8_lossy(bytes).into_owned(),
                    })));
                }
                Output::Event(_) => {}
                Output::Status(status) => self.backlog.push_back(Item::Status(status)),
                other => rest.push_back(other),
            }
        }
        self.session.put_back(rest);
    }

    /// Takes a command and all that wait behind it, so that changes of accounts go together.
    fn take_all(&mut self, first: Command) {
        self.command(first);
        while let Ok(command) = self.commands.try_recv() {
            self.command(command);
        }
        self.session.flush(self.time());
    }

    fn command(&mut self, command: Command) {
        let now = self.time();
        match command {
            Command::Subscribe(subscription, kept, answer) => {
                let ticket = self.ticket(answer);
                self.shared.queue.forget(subscription.topic());
                self.session.subscribe(*subscription, kept, ticket, now);
            }
            Command::Unsubscribe(topic) => self.session.unsubscribe(topic, now),
            Command::Change(topic, add, remove, answer) => {
                let ticket = answer.map(|answer| self.ticket(answer));
                self.session.change(topic, &add, &remove, ticket);
            }
        }
    }

    fn ticket(&mut self, answer: oneshot::Sender<Settled>) -> u64 {
        self.waiting.retain(|_, answer| !answer.is_closed());
        self.tickets += 1;
        self.waiting.insert(self.tickets, answer);
        self.tickets
    }

    /// Does what the session wants done.
    async fn carry_out(&mut self, socket: &mut Socket) -> Result<(), String> {
        while let Some(output) = self.session.poll() {
            match output {
                Output::Send(text) => {
                    if text == PING {
                        // A node before V20 does not know the action, but every WebSocket answers this.
                        let ping = socket.send(Message::Ping(Bytes::new())).await;
                        ping.map_err(|error| error.to_string())?;
                    }
                    socket.send(Message::text(text)).await.map_err(|error| error.to_string())?;
                }
                Output::Hang(reason) => return Err(reason.to_owned()),
                other => self.local(other),
            }
        }
        Ok(())
    }

    /// What needs no socket.
    fn local(&mut self, output: Output) {
        match output {
            Output::Status(status) => self.tell(status),
            Output::Begins(topic, cursor) => {
                if let Err(error) = self.shared.keep(topic, self.number, cursor) {
                    self.tell(Status::Unreadable(error.to_string()));
                }
            }
            Output::Settled(ticket, outcome) => {
                if let Some(answer) = self.waiting.remove(&ticket) {
                    let _ = answer.send(outcome);
                }
            }
            Output::Send(_) | Output::Hang(_) | Output::Event(_) => {}
        }
    }

    fn tell(&mut self, status: Status) {
        self.backlog.push_back(Item::Status(status));
    }

    /// Moves what there is room for into the queue.
    fn fill(&mut self) {
        while let Some(item) = self.backlog.pop_front() {
            if let Err(item) = self.shared.queue.push(item) {
                self.backlog.push_front(item);
                break;
            }
        }
    }
}

async fn connect(url: &str, dialer: &Dialer) -> Result<Socket, tungstenite::Error> {
    let request = url.into_client_request()?;
    let uri = request.uri();
    let host = uri.host().ok_or(UrlError::NoHostName)?;
    let port = match (uri.port_u16(), uri.scheme_str()) {
        (Some(port), _) => port,
        (None, Some("wss")) => 443,
        (None, _) => 80,
    };
    let stream = dialer.dial(host, port).await?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX));
    let (socket, _) = client_async_tls_with_config(request, stream, Some(config), None).await?;
    Ok(socket)
}
