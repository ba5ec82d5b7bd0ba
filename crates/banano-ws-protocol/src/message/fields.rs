//! Reads members as typed values, and keeps those that nobody reads.
//!
//! Called by the readers of the topics. An error names the member by its path.

use std::{borrow::Cow, fmt::Display, str::FromStr};

use crate::{Extra, ExtraMember, Place, RawJson, json::Node};

/// A member of a server's message that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// It is not there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// It is not what it should be.
    #[error("`{name}` is {value:?}: {problem}")]
    Invalid {
        /// Its name.
        name: &'static str,
        /// Its value, as text.
        value: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl FieldError {
    pub(super) fn invalid(name: &'static str, value: &str, problem: impl Display) -> Self {
        let value = value.chars().take(VALUE_CHARACTERS_MAX).collect();
        Self::Invalid { name, value, problem: problem.to_string() }
    }
}

/// Characters of a server's text that an error repeats.
const VALUE_CHARACTERS_MAX: usize = 160;

/// One object of a message, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object<'j, 't> {
    node: Node<'j, 't>,
    place: Place,
}

impl<'j, 't> Object<'j, 't> {
    pub(super) const fn new(node: Node<'j, 't>, place: Place) -> Self {
        Self { node, place }
    }

    pub(super) const fn node(self) -> Node<'j, 't> {
        self.node
    }

    /// An object inside, if the member is there.
    pub(super) fn object(self, name: &'static str, place: Place) -> Option<Self> {
        self.node.member(name).map(|node| Self::new(node, place))
    }

    /// A member as text, if it is there.
    pub(super) fn text(self, name: &'static str) -> Option<Cow<'t, str>> {
        self.node.member(name).map(Node::text)
    }

    /// A member that must be there, as text.
    pub(super) fn need_text(self, name: &'static str) -> Result<Cow<'t, str>, FieldError> {
        self.text(name).ok_or(FieldError::Missing(name))
    }

    /// A member as a value with a text form, if it is there.
    pub(super) fn get<T>(self, name: &'static str) -> Result<Option<T>, FieldError>
    where
        T: FromStr<Err: Display>,
    {
        self.text(name).map(|text| parse(name, &text)).transpose()
    }

    /// A member that must be there, as a value with a text form.
    pub(super) fn need<T>(self, name: &'static str) -> Result<T, FieldError>
    where
        T: FromStr<Err: Display>,
    {
        self.get(name)?.ok_or(FieldError::Missing(name))
    }

    /// Keeps the members whose names are not among `known`.
    pub(super) fn keep_unknown(self, known: &[&str], unknown: &mut Unknown) {
        for (name, node) in self.node.members() {
            if !known.contains(&name.as_ref()) {
                self.keep(&name, node, unknown);
            }
        }
    }

    /// Keeps one member.
    pub(super) fn keep(self, name: &str, node: Node<'_, '_>, unknown: &mut Unknown) {
        let value = RawJson::from_compact(node.compact());
        unknown.0.push(ExtraMember { place: self.place, name: name.into(), value });
    }
}

/// Reads a text as a value.
pub(super) fn parse<T>(name: &'static str, text: &str) -> Result<T, FieldError>
where
    T: FromStr<Err: Display>,
{
    text.parse().map_err(|error| FieldError::invalid(name, text, error))
}

/// Collects the members that we do not know.
#[derive(Debug, Default)]
pub(super) struct Unknown(Vec<ExtraMember>);

impl Unknown {
    pub(super) fn into_extra(self) -> Extra {
        self.0.into_iter().collect()
    }
}
