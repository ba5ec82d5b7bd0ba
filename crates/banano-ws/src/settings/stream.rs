//! Where events are shared: the NATS server, and the stream there.
//!
//! Part of the table `journal`. Holds words only: whoever connects finds out whether a server is there.

use std::fmt;
use std::str::FromStr;

use banano_ws_journal::{Retention, StreamConfig};

use super::Journal;
use super::journal::{age_and_size, retention};
use super::values::serde_as_text;

/// What an address may begin with; NATS itself is upgraded to TLS where its server asks for it.
const SCHEMES: [&str; 2] = ["nats://", "tls://"];

/// What cannot be meant, each with the name of the setting in front.
pub(super) fn check(journal: &Journal) -> Vec<String> {
    let mut problems = Vec::new();
    let stream = &journal.stream;
    let is_plain = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
    if stream.is_empty() || stream.len() > 64 || !stream.chars().all(is_plain) {
        problems.push(format!(
            "journal.stream: {stream:?} is no name, expected 1 to 64 letters, digits, _ or -"
        ));
    }
    problems
}

impl Journal {
    /// The stream that is meant, if events are shared.
    pub(crate) fn shared(&self) -> Option<StreamConfig> {
        let url = self.url.clone()?.0;
        let retention = self.stream_keep.0;
        Some(StreamConfig { url, name: self.stream.clone(), retention })
    }
}

/// Where a NATS server is: `nats://HOST:PORT` or `tls://HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(pub(crate) String);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let host = SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme)).unwrap_or_default();
        let is_host =
            !host.is_empty() && !host.contains(|it: char| it.is_whitespace() || it == '/');
        is_host.then(|| Self(text.to_owned())).ok_or(
            "expected nats://HOST:PORT or tls://HOST:PORT, with USER:PASSWORD@ before HOST if needed",
        )
    }
}

/// `AGE:SIZE`: how much a stream keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamKeep(pub(crate) Retention);

impl fmt::Display for StreamKeep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&age_and_size(self.0))
    }
}

impl FromStr for StreamKeep {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        retention(text).map(Self).ok_or("not AGE:SIZE")
    }
}

serde_as_text!(Address, StreamKeep);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_or_name_is_refused() {
        for url in ["nats://127.0.0.1:4222", "nats://user:word@[::1]:4222", "tls://queue.example"] {
            assert_eq!(url.parse::<Address>().map(|it| it.to_string()).as_deref(), Ok(url));
        }
        for url in ["127.0.0.1:4222", "http://127.0.0.1:4222", "nats://", "nats://a:1/b", ""] {
            assert!(url.parse::<Address>().is_err(), "{url}");
        }
        let of = |stream: &str| Journal { stream: stream.to_owned(), ..Journal::default() };
        for stream in ["BANANO", "my-stream_2", "a"] {
            assert_eq!(check(&of(stream)), Vec::<String>::new());
        }
        for stream in ["", "a.b", "a*", &"a".repeat(65)] {
            let [problem] = &check(&of(stream))[..] else { panic!("{stream}") };
            assert!(problem.starts_with("journal.stream: "), "{problem}");
            assert!(problem.contains("letters, digits"), "{problem}");
        }
    }

    #[test]
    fn how_much_a_stream_keeps_is_read_as_it_is_written() {
        for text in ["7d:4GiB", "12h:512MiB"] {
            assert_eq!(text.parse::<StreamKeep>().map(|it| it.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "7d", "7d:", "7:4", "7d:4GiB:1", "0d:1GiB"] {
            assert!(text.parse::<StreamKeep>().is_err(), "{text}");
        }
    }
}
