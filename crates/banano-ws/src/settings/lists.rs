//! Several places, as a person writes them: in a file a list, elsewhere one text with commas.
//!
//! Read by the command that runs. Holds words only: names are looked up by whoever connects. What would
//! be right of each is told by `keys`.

use std::fmt;

use banano_node::WorkPeer;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Endpoint;

/// URLs of nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Urls(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Urls {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(List(url)).map(Self)
    }
}

/// Where peers listen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Peers(pub(crate) Vec<Endpoint>);

impl<'de> Deserialize<'de> for Peers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(List(peer)).map(Self)
    }
}

/// Who is asked for work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WorkPeers(pub(crate) Vec<WorkPeer>);

impl Serialize for WorkPeers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ToString::to_string))
    }
}

impl<'de> Deserialize<'de> for WorkPeers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(List(|text| text.parse().ok())).map(Self)
    }
}

/// A list, and what reads one of it.
struct List<T>(fn(&str) -> Option<T>);

impl<T> List<T> {
    fn one<E: Error>(&self, text: &str) -> Result<T, E> {
        (self.0)(text.trim()).ok_or_else(|| E::custom(format_args!("{text:?} will not do")))
    }
}

impl<'de, T> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
        text.split(',').map(|part| self.one(part)).collect()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(text) = list.next_element::<String>()? {
            all.push(self.one(&text)?);
        }
        Ok(all)
    }
}

/// A text that is a URL: scheme, host, perhaps a port and a path. Which schemes will do depends on the
/// setting.
fn url(text: &str) -> Option<String> {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or_default();
    let has_port = host.rsplit_once(':').is_none_or(|(_, port)| {
        port.ends_with(']') || port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    let is_url = !host.is_empty() && has_port && !text.contains(char::is_whitespace);
    is_url.then(|| text.to_owned())
}

/// A place where somebody may listen: any port but 0.
fn peer(text: &str) -> Option<Endpoint> {
    text.parse().ok().filter(|place: &Endpoint| place.port() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Option<T> {
        let table: toml::Table = format!("it = {text}").parse().unwrap();
        T::deserialize(table["it"].clone()).ok()
    }

    #[test]
    fn rows_of_urls() {
        let read = |text| read::<Urls>(text).map(|urls| urls.0);
        for text in ["\"ws://a:1, wss://[::1]:2/x\"", "[\"ws://a:1\", \"wss://[::1]:2/x\"]"] {
            assert_eq!(read(text).unwrap(), ["ws://a:1", "wss://[::1]:2/x"], "{text}");
        }
        assert_eq!(read("[]"), Some(Vec::new()));
        for text in
            ["\"\"", "\"a:1\"", "\"ws://\"", "\"ws://a:b\"", "\"ws://a:0\"", "[\"ws://a b\"]", "7"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn rows_of_peers() {
        let read = |text| {
            let peers = read::<Peers>(text)?.0;
            Some(peers.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        for text in ["\"127.0.0.1:1, [::1]:2\"", "[\"127.0.0.1:1\", \"[::1]:2\"]"] {
            assert_eq!(read(text).unwrap(), ["127.0.0.1:1", "[::1]:2"], "{text}");
        }
        assert_eq!(read("[]"), Some(Vec::new()));
        for text in ["\"\"", "\"127.0.0.1\"", "\"a:1,,b:2\"", "\"a:0\"", "[\"a:1\", \"b:0\"]", "7"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
