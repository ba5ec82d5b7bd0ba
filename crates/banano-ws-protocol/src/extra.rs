//! Members that a newer node added to a message, and that we pass on untouched.
//!
//! Filled by the reader of server messages, written again by the renderer at the end of the object
//! in which they stood. Never looked into.

use std::fmt;

use crate::json::{Json, JsonError};

/// Unknown members of one message. Empty in everything that our own nodes make, and then free.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extra(Option<Box<[ExtraMember]>>);

impl Extra {
    /// No unknown member.
    pub const NONE: Self = Self(None);

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// All of them, in the order of the message.
    pub fn iter(&self) -> impl Iterator<Item = &ExtraMember> {
        self.0.iter().flatten()
    }

    /// Those of one object, in its order.
    pub fn at(&self, place: Place) -> impl Iterator<Item = &ExtraMember> {
        self.iter().filter(move |member| member.place == place)
    }
}

impl FromIterator<ExtraMember> for Extra {
    fn from_iter<I: IntoIterator<Item = ExtraMember>>(members: I) -> Self {
        let members: Box<[_]> = members.into_iter().collect();
        Self((!members.is_empty()).then_some(members))
    }
}

/// One unknown member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraMember {
    /// The object in which it stood.
    pub place: Place,
    /// Its name, unescaped.
    pub name: Box<str>,
    /// Its value.
    pub value: RawJson,
}

/// An object of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The whole message, beside `topic`, `time` and `message`.
    Envelope,
    /// `message`.
    Message,
    /// `message.block` of a confirmation.
    Block,
    /// `message.election_info` of a confirmation.
    ElectionInfo,
    /// The entry of that number in `message.election_info.votes`.
    ElectionVote(u32),
    /// `message.sideband` of a confirmation.
    Sideband,
    /// `message.request` of a work event.
    Request,
    /// `message.result` of a work event.
    Result,
}

/// A JSON value as text, without blanks between its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawJson(Box<str>);

impl RawJson {
    /// Takes over one JSON value.
    ///
    /// # Errors
    ///
    /// If the text is not one JSON value by the rules of protocol.md §2.2.
    pub fn new(text: &str) -> Result<Self, JsonError> {
        Ok(Self(Json::parse(text.as_bytes())?.root().compact().into()))
    }

    /// Takes over what the reader has made compact.
    pub(crate) fn from_compact(text: String) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_json_is_one_value_and_compact() {
        let cases = [
            ("a string keeps its escapes", " \"a\\/\\u00e9 b\" ", Some("\"a\\/\\u00e9 b\"")),
            (
                "nested",
                "{ \"a\" : [ 1.50 , true , { } , [ ] ] }",
                Some("{\"a\":[1.50,true,{},[]]}"),
            ),
            ("two values", "1 2", None),
            ("nothing", "", None),
        ];
        for (name, text, want) in cases {
            let got = RawJson::new(text).ok();
            assert_eq!(got.as_ref().map(RawJson::as_str), want, "{name}");
        }
    }

    #[test]
    fn no_members_is_none() {
        assert_eq!(Extra::from_iter([]), Extra::NONE);
        assert!(Extra::NONE.is_empty());
    }
}
