//! The tokens of a text, read by the coercions of protocol.md §2.2.

use std::borrow::Cow;

use super::scan::{JsonError, Kind, Token, scan};
use super::text;

/// A text of one JSON value, and its tokens.
#[derive(Debug)]
pub(crate) struct Json<'t> {
    text: &'t str,
    tokens: Vec<Token>,
}

impl<'t> Json<'t> {
    /// Reads one JSON value in UTF-8; a byte order mark before it is skipped.
    pub(crate) fn parse(bytes: &'t [u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| JsonError { problem: "invalid UTF-8", at: error.valid_up_to() })?;
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let tokens = scan(body)
            .map_err(|error| JsonError { at: error.at + (text.len() - body.len()), ..error })?;
        Ok(Self { text: body, tokens })
    }

    /// The outermost value.
    pub(crate) const fn root(&self) -> Node<'_, 't> {
        Node { json: self, at: 0 }
    }
}

/// One value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'j, 't> {
    json: &'j Json<'t>,
    at: usize,
}

impl<'t> Node<'_, 't> {
    /// What kind of value it is.
    pub(crate) fn kind(self) -> Kind {
        self.token().kind
    }

    /// Whether it is an object.
    pub(crate) fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// Whether it is a string.
    pub(crate) fn is_text(self) -> bool {
        matches!(self.kind(), Kind::Plain | Kind::Escaped)
    }

    /// Whether it is an object or an array.
    pub(crate) fn is_container(self) -> bool {
        matches!(self.kind(), Kind::Object | Kind::Array)
    }

    /// The value of the first member of that name; `None` as well if this is no object.
    pub(crate) fn member(self, name: &str) -> Option<Self> {
        self.members().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Keys and values of an object; nothing of any other value.
    pub(crate) fn members(self) -> impl Iterator<Item = (Cow<'t, str>, Self)> {
        let mut inside = if self.is_object() { self.inside() } else { self.at..self.at };
        std::iter::from_fn(move || {
            let key = inside.next()?;
            let value = inside.next()?;
            inside.start = self.sibling(value);
            Some((self.node(key).text(), self.node(value)))
        })
    }

    /// The values of an array or of an object; a scalar has none.
    pub(crate) fn children(self) -> impl Iterator<Item = Self> {
        let mut inside = if self.is_container() { self.inside() } else { self.at..self.at };
        let keyed = self.is_object();
        std::iter::from_fn(move || {
            if keyed {
                inside.next()?;
            }
            let value = inside.next()?;
            inside.start = self.sibling(value);
            Some(self.node(value))
        })
    }

    /// As a string: a string's value, the source text of a number or word, else nothing.
    pub(crate) fn text(self) -> Cow<'t, str> {
        match self.kind() {
            Kind::Plain | Kind::Bare => Cow::Borrowed(self.inner()),
            Kind::Escaped => text::unescape(self.inner()),
            Kind::Object | Kind::Array => Cow::Borrowed(""),
        }
    }

    /// As a boolean; `None` where it is none, which counts as absent.
    pub(crate) fn flag(self) -> Option<bool> {
        text::flag(&self.text())
    }

    /// Its text as sent, quotes and inner blanks included.
    pub(crate) fn source(self) -> &'t str {
        let token = self.token();
        let quote = u32::from(self.is_text());
        self.slice(token.start.saturating_sub(quote), token.end + quote)
    }

    /// Its text without blanks between tokens.
    pub(crate) fn compact(self) -> String {
        let source = self.source();
        if !self.is_container() {
            return source.to_owned();
        }
        let (mut compact, mut quoted, mut escaped) =
            (String::with_capacity(source.len()), false, false);
        for character in source.chars() {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true, // outside of strings there is none
                '"' => quoted = !quoted,
                ' ' | '\t' | '\n' | '\r' if !quoted => continue,
                _ => {}
            }
            compact.push(character);
        }
        compact
    }

    /// Between the quotes of a string; all of any other value.
    fn inner(self) -> &'t str {
        let token = self.token();
        self.slice(token.start, token.end)
    }

    fn slice(self, start: u32, end: u32) -> &'t str {
        self.json.text.get(start as usize..end as usize).unwrap_or_default()
    }

    fn inside(self) -> std::ops::Range<usize> {
        self.at + 1..self.sibling(self.at)
    }

    fn sibling(self, at: usize) -> usize {
        self.json.tokens.get(at).map_or(at + 1, |token| token.next as usize)
    }

    const fn node(self, at: usize) -> Self {
        Self { json: self.json, at }
    }

    fn token(self) -> Token {
        // A scanned text has at least one token, and nodes are made of indices of tokens only.
        let nothing = Token { kind: Kind::Bare, start: 0, end: 0, next: u32::MAX };
        self.json.tokens.get(self.at).copied().unwrap_or(nothing)
    }
}

#[cfg(test)]
mod tests;
