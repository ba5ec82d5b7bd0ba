//! What can be wrong with a message.
//!
//! Called by the codec and the bodies. A broken header is another matter, see
//! [`HeaderError`](crate::HeaderError).

use crate::bytes::Short;
use crate::header::MessageKind;

/// A message that its kind cannot carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} takes {min} to {max} {items}, given {found}")]
pub struct EncodeError {
    /// The kind.
    pub kind: MessageKind,
    /// What there is too much or too little of.
    pub items: &'static str,
    /// Least number.
    pub min: usize,
    /// Greatest number.
    pub max: usize,
    /// Number in the message.
    pub found: usize,
}

/// Why a payload is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// Not the bytes that the header announced.
    #[error("the header announces {kind} with {expected} bytes, found {found}")]
    Length {
        /// Kind of the message.
        kind: MessageKind,
        /// Length by the header.
        expected: usize,
        /// Length of what was given.
        found: usize,
    },
    /// The fields need more bytes than there are.
    #[error("{kind} ends too early")]
    Short {
        /// Kind of the message.
        kind: MessageKind,
    },
    /// Bytes that belong to no field.
    #[error("{kind} has {bytes} bytes too many")]
    Trailing {
        /// Kind of the message.
        kind: MessageKind,
        /// How many.
        bytes: usize,
    },
    /// A list without items.
    #[error("{kind} has no {items}")]
    Empty {
        /// Kind of the message.
        kind: MessageKind,
        /// What it should have.
        items: &'static str,
    },
    /// A list with more items than allowed.
    #[error("{kind} has more than {max} {items}")]
    TooMany {
        /// Kind of the message.
        kind: MessageKind,
        /// What it has too much of.
        items: &'static str,
        /// Greatest number.
        max: usize,
    },
    /// A number without meaning.
    #[error("{kind} has {value} as {field}, which does not exist")]
    Unknown {
        /// Kind of the message.
        kind: MessageKind,
        /// Where it stands.
        field: &'static str,
        /// What stands there.
        value: u8,
    },
}

/// A [`PayloadError`] seen from inside a body, which does not know its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    Short,
    Empty(&'static str),
    TooMany(&'static str, usize),
    Unknown(&'static str, u8),
}

impl Problem {
    pub(crate) fn of(self, kind: MessageKind) -> PayloadError {
        match self {
            Self::Short => PayloadError::Short { kind },
            Self::Empty(items) => PayloadError::Empty { kind, items },
            Self::TooMany(items, max) => PayloadError::TooMany { kind, items, max },
            Self::Unknown(field, value) => PayloadError::Unknown { kind, field, value },
        }
    }
}

impl From<Short> for Problem {
    fn from(Short: Short) -> Self {
        Self::Short
    }
}
