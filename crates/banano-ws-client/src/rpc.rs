//! A node's RPC, for what a stream cannot tell: what was before it began.
//!
//! Called by payments and by applications. One HTTP connection for each call; an answer with `error`
//! is an error.

use std::io;
use std::time::Duration;

use banano_primitives::{Account, Amount, BlockHash};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::dialer::Dialer;
use crate::secrets::without_secrets;

/// Longest answer that is read: some 100 000 receivables.
const ANSWER_BYTES_MAX: usize = 32 << 20;
/// How long a call may take.
const DEADLINE: Duration = Duration::from_secs(30);
/// Entries of a history that are asked for at once.
const HISTORY_PAGE: usize = 1_000;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum RpcError {
    /// The URL cannot be used.
    #[error("{0}: expected an RPC URL as in http://127.0.0.1:7072; https needs a proxy")]
    Url(String),
    /// No connection.
    #[error("cannot connect to {0}")]
    Connect(String, #[source] io::Error),
    /// It took too long.
    #[error("no answer from {0} within {1:?}")]
    Deadline(String, Duration),
    /// HTTP went wrong.
    #[error("no answer from {0}: {1}")]
    Http(String, String),
    /// The answer is longer than the caller takes.
    #[error("the answer of {0} is longer than {1} bytes")]
    TooLong(String, usize),
    /// The answer is no JSON object, or lacks what was asked for.
    #[error("answer of {action} cannot be read: {text}")]
    Answer {
        /// What was asked.
        action: String,
        /// What is wrong.
        text: String,
    },
    /// The node says no.
    #[error("{action}: {error}")]
    Refused {
        /// What was asked.
        action: String,
        /// The node's `error`.
        error: String,
    },
}

/// An RPC server.
#[derive(Debug, Clone)]
pub struct Rpc {
    url: String,
    authority: String,
    host: String,
    port: u16,
    path: String,
    dialer: Dialer,
}

impl Rpc {
    /// For `http://host:port/path`.
    ///
    /// # Errors
    ///
    /// If it is no such URL.
    pub fn new(url: &str) -> Result<Self, RpcError> {
        let wrong = || RpcError::Url(without_secrets(url));
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http"));
        let authority = authority.ok_or_else(wrong)?;
        let host = authority.host().to_owned();
        Ok(Self {
            url: without_secrets(url),
            authority: authority.to_string(),
            host,
            port: authority.port_u16().unwrap_or(80),
            path: uri.path_and_query().map_or("/", |it| it.as_str()).to_owned(),
            dialer: Dialer::default(),
        })
    }

    /// How TCP connections are made; by default directly.
    #[must_use]
    pub fn dialer(mut self, dialer: Dialer) -> Self {
        self.dialer = dialer;
        self
    }

    /// Sends a request, as in `{"action": "version"}`, and returns the answer.
    ///
    /// # Errors
    ///
    /// If there is no answer, or it says `error`.
    pub async fn call(&self, request: &Value) -> Result<Value, RpcError> {
        let action = request.get("action").and_then(Value::as_str).unwrap_or_default().to_owned();
        let answer = self.post(request.to_string().into(), ANSWER_BYTES_MAX);
        let answer = timeout(DEADLINE, answer).await;
        let bytes = answer.map_err(|_| RpcError::Deadline(self.url.clone(), DEADLINE))??;
        let answer: Value = serde_json::from_slice(&bytes).map_err(|error| RpcError::Answer {
            action: action.clone(),
            text: error.to_string(),
        })?;
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => Err(RpcError::Refused { action, error: error.to_owned() }),
            None => Ok(answer),
        }
    }

    /// Where it is, as people may see it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends the body of a request as it is, and returns that of the answer, which may say `error`.
    /// Takes as long as the server does.
    ///
    /// # Errors
    ///
    /// If there is no answer, or it is longer than `answer_bytes_max`.
    pub async fn post(&self, body: Bytes, answer_bytes_max: usize) -> Result<Bytes, RpcError> {
        let stream = self
            .dialer
            .dial(&self.host, self.port)
            .await
            .map_err(|error| RpcError::Connect(self.url.clone(), error))?;
        let http =
            |error: &dyn std::fmt::Display| RpcError::Http(self.url.clone(), error.to_string());
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| http(&error))?;
        let request = Request::post(self.path.as_str())
            .header(HOST, self.authority.as_str())
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(|error| http(&error))?;
        let talk = async {
            let response = sender.send_request(request).await.map_err(|error| http(&error))?;
            // A node answers its own errors with 200; this is a proxy's word.
            if !response.status().is_success() {
                return Err(http(&response.status()));
            }
            let body = Limited::new(response.into_body(), answer_bytes_max);
            match body.collect().await {
                Ok(collected) => Ok(collected.to_bytes()),
                Err(error) if error.is::<LengthLimitError>() => {
                    Err(RpcError::TooLong(self.url.clone(), answer_bytes_max))
                }
                Err(error) => Err(http(&error)),
            }
        };
        let mut talk = std::pin::pin!(talk);
        tokio::select! {
            answer = &mut talk => answer,
            // The connection may end with the answer's last byte, before the answer is taken.
            _ = connection => talk.await,
        }
    }

    /// The newest block of an account; `None` if it has none.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub async fn frontier(&self, account: Account) -> Result<Option<BlockHash>, RpcError> {
        let request = json!({"action": "account_info", "account": account.to_string()});
        match self.call(&request).await {
            Ok(answer) => member(&answer, "account_info", "frontier").map(Some),
            Err(RpcError::Refused { error, .. }) if error == "Account not found" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Confirmed sends to an account that it has not received yet.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub async fn receivable(&self, account: Account) -> Result<Vec<(BlockHash, Amount)>, RpcError> {
        let request = json!({
            "action": "receivable", "account": account.to_string(), "threshold": "1",
            "include_only_confirmed": "true",
        });
        let answer = self.call(&request).await?;
        // Without any the node writes an empty text.
        let Some(blocks) = answer.get("blocks").and_then(Value::as_object) else {
            return Ok(Vec::new());
        };
        let action = "receivable";
        blocks
            .iter()
            .map(|(hash, amount)| Ok((parse(action, hash)?, text(action, amount)?)))
            .collect()
    }

    /// Sends that an account received in confirmed blocks after `frontier`, which is not included.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub async fn received(
        &self,
        account: Account,
        frontier: Option<BlockHash>,
    ) -> Result<Vec<(BlockHash, Amount)>, RpcError> {
        let action = "account_history";
        let mut received = Vec::new();
        let mut head = None;
        loop {
            let mut request = json!({
                "action": action, "account": account.to_string(), "raw": "true",
                "count": HISTORY_PAGE.to_string(),
            });
            if let (Some(members), Some(head)) = (request.as_object_mut(), &head) {
                members.insert("head".to_owned(), Value::clone(head));
            }
            let answer = match self.call(&request).await {
                Err(RpcError::Refused { error, .. }) if error == "Account not found" => {
                    return Ok(received);
                }
                answer => answer?,
            };
            for entry in answer.get("history").and_then(Value::as_array).into_iter().flatten() {
                let hash: BlockHash = member(entry, action, "hash")?;
                if Some(hash) == frontier {
                    return Ok(received);
                }
                received.extend(source(entry)?);
            }
            // Without `previous` there is no older block.
            head = answer.get("previous").cloned();
            if head.is_none() {
                return Ok(received);
            }
        }
    }
}

/// The send that an entry of a history received, if it did.
fn source(entry: &Value) -> Result<Option<(BlockHash, Amount)>, RpcError> {
    let action = "account_history";
    let word = |name| entry.get(name).and_then(Value::as_str);
    let is_confirmed = word("confirmed") != Some("false");
    let name = match (word("type"), word("subtype")) {
        (Some("state"), Some("receive" | "open")) => "link",
        (Some("receive" | "open"), _) => "source",
        _ => return Ok(None),
    };
    if !is_confirmed {
        return Ok(None);
    }
    Ok(Some((member(entry, action, name)?, member(entry, action, "amount")?)))
}

fn member<T: std::str::FromStr<Err: std::fmt::Display>>(
    object: &Value,
    action: &str,
    name: &str,
) -> Result<T, RpcError> {
    let value = object.get(name).ok_or_else(|| RpcError::Answer {
        action: action.to_owned(),
        text: format!("`{name}` is missing"),
    })?;
    text(action, value)
}

fn text<T: std::str::FromStr<Err: std::fmt::Display>>(
    action: &str,
    value: &Value,
) -> Result<T, RpcError> {
    parse(action, value.as_str().unwrap_or_default())
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
    action: &str,
    text: &str,
) -> Result<T, RpcError> {
    text.parse().map_err(|error| RpcError::Answer {
        action: action.to_owned(),
        text: format!("{text:?}: {error}"),
    })
}
