//! Values that a person writes: where to listen, how much, when to confirm.
//!
//! Read from and written as text, everywhere the same. May not touch a socket: a name is looked up
//! when something listens.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use banano_node::{VotePolicy, WorkLevel};
use banano_primitives::{Amount, Seed};
use serde::de::Visitor;

/// Where to listen: a host (address or name) and a port. Port 0 picks a free one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    host: String,
    port: u16,
}

impl Endpoint {
    pub(crate) fn local(port: u16) -> Self {
        Self { host: "127.0.0.1".to_owned(), port }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What `ToSocketAddrs` takes.
    pub(crate) fn parts(&self) -> (&str, u16) {
        (self.host.trim_matches(['[', ']']), self.port)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl FromStr for Endpoint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str = "not HOST:PORT";
        let (host, port) = text.rsplit_once(':').ok_or(WANTED)?;
        let bracketed = host.starts_with('[') && host.ends_with(']');
        if host.is_empty()
            || host.contains(char::is_whitespace)
            || (host.contains(':') && !bracketed)
        {
            return Err(WANTED);
        }
        let port = port.parse().map_err(|_| WANTED)?;
        Ok(Self { host: host.to_owned(), port })
    }
}

/// Where WebSocket and HTTP listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Listen {
    Tcp(Endpoint),
    /// A Unix socket, made at this place.
    Unix(PathBuf),
}

impl Listen {
    /// Where it is over TCP, if it is.
    pub(crate) fn endpoint(&self) -> Option<&Endpoint> {
        match self {
            Self::Tcp(endpoint) => Some(endpoint),
            Self::Unix(_) => None,
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(endpoint) => endpoint.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl FromStr for Listen {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("unix:") {
            Some("") => Err("not unix:/PATH"),
            Some(path) => Ok(Self::Unix(path.into())),
            None => text.parse().map(Self::Tcp),
        }
    }
}

/// An amount in BAN, with up to 29 digits after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ban(pub(crate) Amount);

impl fmt::Display for Ban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.ban().to_string();
        f.write_str(text.strip_suffix(".0").unwrap_or(&text))
    }
}

impl FromStr for Ban {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Amount::from_ban(text).map(Self).map_err(|_| "not an amount of BAN")
    }
}

/// The seed of every key, as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NetworkSeed(pub(crate) Seed);

impl fmt::Display for NetworkSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for NetworkSeed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| "not a seed")
    }
}

/// When the representatives vote for a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirm {
    Instant,
    After { ms: u64 },
    Manual,
    Never,
}

impl fmt::Display for Confirm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant => f.write_str("instant"),
            Self::After { ms } => write!(f, "after:{ms}"),
            Self::Manual => f.write_str("manual"),
            Self::Never => f.write_str("never"),
        }
    }
}

impl FromStr for Confirm {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str = "not a way to confirm";
        match text {
            "instant" => Ok(Self::Instant),
            "manual" => Ok(Self::Manual),
            "never" => Ok(Self::Never),
            other => {
                let ms = other.strip_prefix("after:").ok_or(WANTED)?;
                let ms = ms.strip_suffix("ms").unwrap_or(ms);
                Ok(Self::After { ms: ms.parse().map_err(|_| WANTED)? })
            }
        }
    }
}

impl From<Confirm> for VotePolicy {
    fn from(confirm: Confirm) -> Self {
        match confirm {
            Confirm::Instant => Self::Instant,
            Confirm::After { ms } => Self::After { ms },
            Confirm::Manual => Self::Manual,
            Confirm::Never => Self::Never,
        }
    }
}

/// How much work a block needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Dev,
    Live,
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dev => "dev",
            Self::Live => "live",
        })
    }
}

impl FromStr for Work {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "dev" => Ok(Self::Dev),
            "live" => Ok(Self::Live),
            _ => Err("not a level of work"),
        }
    }
}

impl From<Work> for WorkLevel {
    fn from(work: Work) -> Self {
        match work {
            Work::Dev => Self::Dev,
            Work::Live => Self::Live,
        }
    }
}

/// How much is told on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Log {
    /// Failures only, and no banner.
    Quiet,
    /// The banner, warnings and failures.
    Normal,
    /// Also a line for each RPC request and each WebSocket action.
    Verbose,
    /// Also what the nodes do.
    Debug,
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quiet => "quiet",
            Self::Normal => "normal",
            Self::Verbose => "verbose",
            Self::Debug => "debug",
        })
    }
}

impl FromStr for Log {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "quiet" => Ok(Self::Quiet),
            "normal" => Ok(Self::Normal),
            "verbose" => Ok(Self::Verbose),
            "debug" => Ok(Self::Debug),
            _ => Err("not a log level"),
        }
    }
}

/// What a line on standard error looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For programs: a JSON object a line.
    Json,
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("not a format of logs"),
        }
    }
}

/// Text in a file, through `Display` and `FromStr`.
macro_rules! serde_as_text {
    ($($name:ty),*) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any($crate::settings::values::Scalar)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

pub(super) use serde_as_text;

serde_as_text!(Endpoint, Listen, Ban, NetworkSeed, Confirm, Work, Log, LogFormat);

/// Takes a string, or a bare number as its text: `balance = 1000` needs no quotes.
pub(super) struct Scalar;

impl Visitor<'_> for Scalar {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a number")
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_i64<E>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trips<T: FromStr + ToString>(text: &str) -> Option<String> {
        text.parse::<T>().ok().map(|value| value.to_string())
    }

    #[test]
    fn rows_of_endpoints() {
        for text in ["127.0.0.1:7074", "[::1]:7074", "localhost:0", "0.0.0.0:65535"] {
            assert_eq!(round_trips::<Endpoint>(text).as_deref(), Some(text));
        }
        for text in ["", "7074", ":7074", "localhost", "::1:7074", "a b:1", "h:65536", "h:-1", "h:"]
        {
            assert_eq!(round_trips::<Endpoint>(text), None, "{text:?}");
        }
        for text in ["127.0.0.1:7074", "unix:/run/banano-ws.sock", "unix:ws.sock"] {
            assert_eq!(round_trips::<Listen>(text).as_deref(), Some(text));
        }
        for text in ["", "unix:", "/run/banano-ws.sock"] {
            assert_eq!(round_trips::<Listen>(text), None, "{text:?}");
        }
        assert_eq!("[::1]:1".parse::<Endpoint>().unwrap().parts(), ("::1", 1));
    }

    #[test]
    fn rows_of_other_values() {
        assert_eq!(round_trips::<Ban>("1000").as_deref(), Some("1000"));
        assert_eq!(round_trips::<Ban>("0.50").as_deref(), Some("0.5"));
        assert_eq!(round_trips::<Ban>("lots"), None);
        for text in ["instant", "after:500", "manual", "never"] {
            assert_eq!(round_trips::<Confirm>(text).as_deref(), Some(text));
        }
        assert_eq!(round_trips::<Confirm>("after:500ms").as_deref(), Some("after:500"));
        for text in ["", "later", "after:", "after:-1", "after:1s", "Instant"] {
            assert_eq!(round_trips::<Confirm>(text), None, "{text:?}");
        }
        for text in ["dev", "live"] {
            assert_eq!(round_trips::<Work>(text).as_deref(), Some(text));
        }
        for text in ["quiet", "normal", "verbose", "debug"] {
            assert_eq!(round_trips::<Log>(text).as_deref(), Some(text));
        }
    }
}
