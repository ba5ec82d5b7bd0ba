//! A request: its members by name, read with the reference's habits.
//!
//! Called by every command. A scalar may be a string or bare JSON everywhere; an optional one that does
//! not fit its type counts as not given where the reference has a default, and is an error where the
//! reference has a text for it (node.md §9; nano-node:nano/node/json_handler.cpp).

mod value;

use std::sync::atomic::{AtomicBool, Ordering};

use banano_primitives::{Account, Amount, BlockHash};

use crate::error::Error;
pub(crate) use value::{Members, ParseError, VALUES_MAX, Value, member};

/// One request.
#[derive(Debug)]
pub(crate) struct Request {
    members: Members,
    /// Whether an account came in the old form with a dash.
    dash: AtomicBool,
}

impl Request {
    /// Reads a body that is nested at most `depth_max` deep.
    pub(crate) fn parse(body: &[u8], depth_max: usize) -> Result<Self, Error> {
        let text = std::str::from_utf8(body)
            .map_err(|cause| Error::Syntax(ParseError::Syntax(cause.valid_up_to())))?;
        match Value::parse(text, depth_max)? {
            Value::Object(members) => Ok(Self { members, dash: AtomicBool::new(false) }),
            _ => Err(Error::NotAnObject),
        }
    }

    #[cfg(feature = "fuzzing")]
    pub(crate) fn into_members(self) -> Members {
        self.members
    }

    /// The member as sent; `null` counts as not given.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        member(&self.members, name).filter(|value| **value != Value::Null)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(Value::text)
    }

    pub(crate) fn required(&self, name: &'static str) -> Result<&str, Error> {
        self.text(name).ok_or(Error::Missing(name))
    }

    /// `true`, `false`, `1` or `0`, bare or as a string; anything else is the default.
    pub(crate) fn flag(&self, name: &str, default: bool) -> bool {
        match self.text(name).map(str::trim) {
            Some("true" | "1") => true,
            Some("false" | "0") => false,
            _ => default,
        }
    }

    /// An optional number.
    pub(crate) fn number(&self, name: &str, wrong: Error) -> Result<Option<u64>, Error> {
        match self.text(name) {
            None => Ok(None),
            Some(text) => unsigned(text).map(Some).ok_or(wrong),
        }
    }

    /// A `count` that must be there and not be 0. `-1` asks for everything.
    pub(crate) fn count(&self) -> Result<usize, Error> {
        self.required("count")?;
        match self.count_or(0)? {
            0 => Err(Error::InvalidCount),
            count => Ok(count),
        }
    }

    pub(crate) fn count_or(&self, default: usize) -> Result<usize, Error> {
        let count = self.number("count", Error::InvalidCount)?;
        Ok(count.map_or(default, |count| usize::try_from(count).unwrap_or(usize::MAX)))
    }

    pub(crate) fn offset(&self) -> Result<usize, Error> {
        let offset = self.number("offset", Error::InvalidOffset)?.unwrap_or(0);
        Ok(usize::try_from(offset).unwrap_or(usize::MAX))
    }

    /// An optional amount in raw.
    pub(crate) fn amount(&self, name: &str, wrong: Error) -> Result<Option<Amount>, Error> {
        match self.text(name) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| wrong),
        }
    }

    pub(crate) fn threshold(&self) -> Result<Amount, Error> {
        Ok(self.amount("threshold", Error::BadThreshold)?.unwrap_or(Amount::ZERO))
    }

    pub(crate) fn account(&self) -> Result<Account, Error> {
        self.decode_account(self.required("account")?, Error::BadAccount)
    }

    pub(crate) fn account_or(&self, name: &str, wrong: Error) -> Result<Option<Account>, Error> {
        self.text(name).map(|text| self.decode_account(text, wrong)).transpose()
    }

    /// Decodes an account of this request with any prefix that a client may know.
    pub(crate) fn decode_account(&self, text: &str, wrong: Error) -> Result<Account, Error> {
        let account = text.parse().map_err(|_| wrong)?;
        if text.as_bytes().get(3) == Some(&b'-') || text.as_bytes().get(4) == Some(&b'-') {
            self.dash.store(true, Ordering::Relaxed);
        }
        Ok(account)
    }

    /// Whether the answer must say `deprecated_account_format` (node.md §1.2).
    pub(crate) fn dash_form(&self) -> bool {
        self.dash.load(Ordering::Relaxed)
    }

    pub(crate) fn hash(&self, name: &'static str) -> Result<BlockHash, Error> {
        lax_hash(self.required(name)?).ok_or(Error::InvalidBlockHash)
    }

    /// 64-bit hexadecimal, as work and difficulty are.
    pub(crate) fn hex64(&self, name: &str, wrong: Error) -> Result<Option<u64>, Error> {
        self.text(name).map(|text| lax_hex64(text).ok_or(wrong)).transpose()
    }

    /// Texts of a list that must be there. A scalar is a list of nothing, as in the reference.
    pub(crate) fn list(&self, name: &'static str) -> Result<Vec<&str>, Error> {
        self.list_or_none(name).ok_or(Error::Missing(name))
    }

    pub(crate) fn list_or_none(&self, name: &str) -> Option<Vec<&str>> {
        fn text(value: &Value) -> &str {
            value.text().unwrap_or("null")
        }
        match self.value(name)? {
            Value::List(items) => Some(items.iter().map(text).collect()),
            Value::Object(members) => Some(members.iter().map(|(_, item)| text(item)).collect()),
            Value::Null | Value::Text(_) => Some(Vec::new()),
        }
    }
}

/// A number as C's `stoull` reads it: a minus wraps, so `-1` is "all".
pub(crate) fn unsigned(text: &str) -> Option<u64> {
    let text = text.trim_start();
    match text.strip_prefix('-') {
        Some(digits) if digits.starts_with(|c: char| c.is_ascii_digit()) => {
            digits.parse::<u64>().ok().map(u64::wrapping_neg)
        }
        Some(_) => None,
        None => text.parse().ok(),
    }
}

/// 1 to 64 hexadecimal digits, padded on the left (node.md §1.3).
pub(crate) fn lax_hash(text: &str) -> Option<BlockHash> {
    lax_bytes(text).map(BlockHash::from_bytes)
}

/// 1 to 16 hexadecimal digits.
pub(crate) fn lax_hex64(text: &str) -> Option<u64> {
    lax_bytes(text).map(u64::from_be_bytes)
}

/// 1 to 2 × `N` hexadecimal digits as a big-endian number.
pub(crate) fn lax_bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.is_empty() || text.len() > 2 * N || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().rev().zip(text.as_bytes().rchunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
