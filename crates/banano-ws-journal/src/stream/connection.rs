//! The way to a stream: the server, and what the stream must be like.
//!
//! Used by the publisher and the edge. Makes the stream if there is none; never changes one.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use async_nats::{
    ConnectError, ConnectErrorKind, ConnectOptions, Event, ServerAddr,
    jetstream::{
        self, Context,
        stream::{Config, Info, Stream},
    },
};
use banano_ws_protocol::Topic;
use percent_encoding::percent_decode_str;
use tokio::sync::{Notify, watch};
use tracing::{debug, info, warn};

use crate::Retention;

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the server remembers which events it was given. A publisher that has to send an event again
/// later than this, after an outage of that length, may store it twice.
const REMEMBERED: Duration = Duration::from_mins(10);

/// How the subjects begin under which sources say what they have heard.
const CLAIMS: &str = "heard_";

/// Which stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamConfig {
    /// `nats://HOST:PORT` or, with TLS, `tls://HOST:PORT`; `USER:PASSWORD@` or `TOKEN@` before the host
    /// if the server wants to know who comes.
    pub url: String,
    /// Its name. Events are published under `NAME.<topic>`, what sources have heard under `NAME.heard_…`.
    pub name: String,
    /// How much is kept. Counts only where the stream is made.
    pub retention: Retention,
}

impl StreamConfig {
    /// The name unless told otherwise.
    pub const NAME: &str = "BANANO";
    /// What is kept unless told otherwise: a week, 4 GiB.
    pub const RETENTION: Retention =
        Retention { max_age_ms: 7 * 24 * 3_600_000, max_bytes: 4 << 30 };

    /// The defaults.
    pub fn new(url: String) -> Self {
        Self { url, name: Self::NAME.to_owned(), retention: Self::RETENTION }
    }

    /// The address, without who comes.
    pub fn place(&self) -> String {
        match (self.url.split_once("://"), self.url.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
            _ => self.url.clone(),
        }
    }
}

/// Why a stream can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The address is none, nobody is there, or it lets nobody in.
    #[error("cannot connect to {url}{hint}")]
    Connect {
        /// The address.
        url: String,
        /// What to do about it.
        hint: &'static str,
        /// What failed.
        #[source]
        source: async_nats::Error,
    },
    /// How far the last run had come can't be read or kept.
    #[error("cannot keep the place in the stream in {}", path.display())]
    Position {
        /// The file.
        path: PathBuf,
        /// What failed.
        #[source]
        source: io::Error,
    },
    /// The server refused.
    #[error("cannot use the stream {name}")]
    Stream {
        /// The stream.
        name: String,
        /// What failed.
        #[source]
        source: async_nats::Error,
    },
}

impl StreamError {
    fn connect(config: &StreamConfig, error: &ConnectError) -> Self {
        use ConnectErrorKind::{Authentication, AuthorizationViolation, Dns, Io, TimedOut, Tls};
        let hint = match error.kind() {
            Authentication | AuthorizationViolation => {
                "; it wants a user and password, as in nats://USER:PASSWORD@HOST, or other ones"
            }
            Tls => "; does it speak TLS, and is its certificate known (SSL_CERT_FILE)?",
            Dns | Io | TimedOut => "; is nats-server running there, with JetStream (-js)?",
            _ => "",
        };
        // Its text says what its causes say.
        Self::Connect { url: config.place(), hint, source: error.to_string().into() }
    }

    pub(super) fn of(config: &StreamConfig, source: impl Into<async_nats::Error>) -> Self {
        Self::Stream { name: config.name.clone(), source: source.into() }
    }
}

/// Adds who comes, as the address says.
fn signed_in(options: ConnectOptions, url: &str) -> ConnectOptions {
    let Ok(address) = url.parse::<ServerAddr>() else { return options };
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    match (address.username(), address.password()) {
        (Some(user), Some(password)) => options.user_and_password(decoded(user), decoded(password)),
        (Some(token), None) => options.token(decoded(token)),
        (None, _) => options,
    }
}

/// A connection that comes back by itself.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) context: Context,
    pub(super) name: String,
    /// Told whenever there is a connection again.
    pub(super) connected: Arc<Notify>,
    /// Whether there is one.
    pub(super) is_up: watch::Receiver<bool>,
}

impl Connection {
    /// Connects, and makes the stream if there is none.
    pub(super) async fn open(config: &StreamConfig) -> Result<(Self, Stream<Info>), StreamError> {
        let connection = Self::to_server(config).await?;
        let Retention { max_age_ms, max_bytes } = config.retention;
        let wanted = Config {
            name: config.name.clone(),
            subjects: vec![all(&config.name)],
            max_age: Duration::from_millis(max_age_ms),
            max_bytes: i64::try_from(max_bytes).unwrap_or(i64::MAX),
            duplicate_window: REMEMBERED.min(Duration::from_millis(max_age_ms)),
            ..Config::default()
        };
        let stream = connection.context.get_or_create_stream(wanted).await;
        let stream = stream.map_err(|error| StreamError::of(config, error))?;
        Ok((connection, stream))
    }

    /// Connects to a stream that is there.
    pub(super) async fn existing(
        config: &StreamConfig,
    ) -> Result<(Self, Stream<Info>), StreamError> {
        let connection = Self::to_server(config).await?;
        let stream = connection.context.get_stream(&config.name).await;
        let stream = stream.map_err(|error| StreamError::of(config, error))?;
        Ok((connection, stream))
    }

    async fn to_server(config: &StreamConfig) -> Result<Self, StreamError> {
        let connected = Arc::new(Notify::new());
        let told = Arc::clone(&connected);
        let (up, is_up) = watch::channel(true);
        let options = ConnectOptions::new()
            .connection_timeout(PATIENCE)
            .request_timeout(Some(PATIENCE))
            .reconnect_delay_callback(|attempts| {
                Duration::from_millis(50 * u64::try_from(attempts).unwrap_or(100).min(40))
            })
            .event_callback(move |event| {
                match event {
                    Event::Connected => {
                        if up.send_replace(true) {
                            debug!("connected to the NATS server");
                        } else {
                            info!("the NATS server is back");
                        }
                        told.notify_one();
                    }
                    Event::Disconnected => {
                        warn!("the NATS server is gone; trying again");
                        up.send_replace(false);
                    }
                    _ => {}
                }
                std::future::ready(())
            });
        let client = signed_in(options, &config.url).connect(&config.url).await;
        let client = client.map_err(|error| StreamError::connect(config, &error))?;
        let mut context = jetstream::new(client);
        context.set_timeout(PATIENCE);
        Ok(Self { context, name: config.name.clone(), connected, is_up })
    }

    /// All subjects of the stream.
    pub(super) fn all(&self) -> String {
        all(&self.name)
    }

    pub(super) fn subject(&self, topic: Topic) -> String {
        format!("{}.{topic}", self.name)
    }

    /// Where a source says what it has heard.
    pub(super) fn claims_of(&self, source: &str) -> String {
        format!("{}.{CLAIMS}{source}", self.name)
    }

    /// The source of a message that says what it has heard.
    pub(super) fn claimant<'a>(&self, subject: &'a str) -> Option<&'a str> {
        subject.strip_prefix(&self.name)?.strip_prefix('.')?.strip_prefix(CLAIMS)
    }
}

fn all(name: &str) -> String {
    format!("{name}.*")
}

/// The name of a stream as a journal: that of its making, so that all edges agree, and a stream that
/// was deleted and made again has another.
pub(super) fn journal_id(info: &Info) -> u32 {
    let nanos = info.created.unix_timestamp_nanos().to_le_bytes();
    let (low, _) = nanos.split_at(8);
    let nanos = low.try_into().map_or(0, u64::from_le_bytes);
    // Spreads what differs over all bits.
    let [.., a, b, c, d] = nanos.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
