//! Blocks as JSON objects (`node.md §1.6`).
//!
//! Called through serde by whatever format the caller brings. Writes the members in the order of
//! the reference node; reads them in any order, ignores unknown ones, and names the member that is
//! wrong.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::Block;
use super::body::{BlockKind, Body, ChangeBlock, OpenBlock, ReceiveBlock, SendBlock, StateBlock};
use crate::account::{Account, AccountError};
use crate::amount::Amount;
use crate::hash::Link;
use crate::hex::HexError;
use crate::text_serde::excerpt;

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = match self.body() {
            Body::State(_) => 9,
            Body::Open(_) | Body::Send(_) => 6,
            Body::Receive(_) | Body::Change(_) => 5,
        };
        let mut object = serializer.serialize_struct("Block", members)?;
        object.serialize_field("type", self.kind().name())?;
        match self.body() {
            Body::State(block) => {
                object.serialize_field("account", &block.account)?;
                object.serialize_field("previous", &block.previous)?;
                object.serialize_field("representative", &block.representative)?;
                object.serialize_field("balance", &block.balance)?;
                object.serialize_field("link", &block.link)?;
                object.serialize_field("link_as_account", &block.link.as_account())?;
                object.serialize_field("signature", self.signature())?;
                object.serialize_field("work", &self.work())?;
                return object.end();
            }
            Body::Open(block) => {
                object.serialize_field("source", &block.source)?;
                object.serialize_field("representative", &block.representative)?;
                object.serialize_field("account", &block.account)?;
            }
            Body::Send(block) => {
                object.serialize_field("previous", &block.previous)?;
                object.serialize_field("destination", &block.destination)?;
                object.serialize_field("balance", block.balance.hex().as_str())?;
            }
            Body::Receive(block) => {
                object.serialize_field("previous", &block.previous)?;
                object.serialize_field("source", &block.source)?;
            }
            Body::Change(block) => {
                object.serialize_field("previous", &block.previous)?;
                object.serialize_field("representative", &block.representative)?;
            }
        }
        object.serialize_field("work", &self.work())?;
        object.serialize_field("signature", self.signature())?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)?.block().map_err(D::Error::custom)
    }
}

/// The members that matter, in the order of [`NAMES`].
#[derive(Default)]
struct Members([Option<Member>; NAMES.len()]);

const NAMES: [&str; 10] = [
    "type",
    "account",
    "previous",
    "representative",
    "balance",
    "link",
    "source",
    "destination",
    "signature",
    "work",
];

/// What stands behind a member's name.
enum Member {
    Text(String),
    /// Something else, described for the error message.
    Other(&'static str),
}

impl Members {
    fn block(&self) -> Result<Block, String> {
        let body = match self.get("type", parse_kind)? {
            BlockKind::State => Body::State(StateBlock {
                account: self.parse("account")?,
                previous: self.parse("previous")?,
                representative: self.parse("representative")?,
                balance: self.parse("balance")?,
                link: self.get("link", parse_link)?,
            }),
            BlockKind::Open => Body::Open(OpenBlock {
                source: self.parse("source")?,
                representative: self.parse("representative")?,
                account: self.parse("account")?,
            }),
            BlockKind::Send => Body::Send(SendBlock {
                previous: self.parse("previous")?,
                destination: self.parse("destination")?,
                balance: self.get("balance", Amount::from_hex)?,
            }),
            BlockKind::Receive => Body::Receive(ReceiveBlock {
                previous: self.parse("previous")?,
                source: self.parse("source")?,
            }),
            BlockKind::Change => Body::Change(ChangeBlock {
                previous: self.parse("previous")?,
                representative: self.parse("representative")?,
            }),
        };
        Ok(Block::new(body, self.parse("signature")?, self.parse("work")?))
    }

    fn parse<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, String> {
        self.get(name, str::parse)
    }

    fn get<T, E: Display>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<T, String> {
        let position = NAMES.iter().position(|known| *known == name);
        match position.and_then(|at| self.0.get(at)?.as_ref()) {
            None => Err(format!("`{name}` is missing")),
            Some(Member::Other(found)) => {
                Err(format!("`{name}`: expected a string, found {found}"))
            }
            Some(Member::Text(text)) => {
                parse(text).map_err(|error| format!("`{name}`: {:?}: {error}", excerpt(text)))
            }
        }
    }
}

fn parse_kind(text: &str) -> Result<BlockKind, &'static str> {
    BlockKind::by_name(text).ok_or("expected state, open, send, receive or change")
}

/// A link may be written as hash or as account.
fn parse_link(text: &str) -> Result<Link, LinkError> {
    if text.contains(['_', '-']) {
        return text.parse::<Account>().map(Link::from).map_err(LinkError::Account);
    }
    text.parse().map_err(LinkError::Hash)
}

#[derive(thiserror::Error, Debug)]
enum LinkError {
    #[error(transparent)]
    Account(AccountError),
    #[error(transparent)]
    Hash(HexError),
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a block object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Members::default();
        while let Some(name) = map.next_key::<String>()? {
            let position = NAMES.iter().position(|known| *known == name);
            match position.and_then(|at| members.0.get_mut(at)) {
                Some(slot) => *slot = Some(map.next_value()?),
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(members)
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MemberVisitor)
    }
}

struct MemberVisitor;

impl<'de> Visitor<'de> for MemberVisitor {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Member, E> {
        Ok(Member::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Member, E> {
        Ok(Member::Text(text))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Member, E> {
        Ok(Member::Other("a boolean"))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Member, E> {
        Ok(Member::Other("a number"))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Member, E> {
        Ok(Member::Other("a number"))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Member, E> {
        Ok(Member::Other("a number"))
    }

    fn visit_unit<E: Error>(self) -> Result<Member, E> {
        Ok(Member::Other("null"))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Member, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Member::Other("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Member, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Member::Other("an object"))
    }
}
