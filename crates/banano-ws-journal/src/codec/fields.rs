//! Values as bytes: numbers, texts, lists, and the values of `banano-primitives`.
//!
//! Called by `events`. Counts and times take as many bytes as they need, seven bits each, lowest
//! first; hashes, keys, amounts and difficulties have their fixed length. Never trusts a length that
//! it reads: what is not there is `None`.

use std::net::Ipv6Addr;
use std::sync::Arc;

use banano_primitives::{
    Account, Amount, Block, BlockHash, BlockKind, Difficulty, Signature, Vote, VoteTimestamp, Work,
};

/// A value that can be written and read.
pub(super) trait Code: Sized {
    /// Appends the bytes.
    fn encode(&self, out: &mut Vec<u8>);

    /// Takes the bytes from the front; `None` if they are not such a value.
    fn decode(fields: &mut Fields<'_>) -> Option<Self>;
}

/// The bytes that are not read yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (slice, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(slice)
    }

    /// A length that the rest can hold, if each element takes a byte at least.
    fn length(&mut self) -> Option<usize> {
        let length = usize::try_from(u64::decode(self)?).ok()?;
        (length <= self.0.len()).then_some(length)
    }
}

impl Code for u8 {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        fields.array().map(|[byte]| byte)
    }
}

impl Code for u64 {
    fn encode(&self, out: &mut Vec<u8>) {
        let mut rest = *self;
        loop {
            let low = rest.to_le_bytes()[0] & 0x7F;
            rest >>= 7;
            if rest == 0 {
                return out.push(low);
            }
            out.push(low | 0x80);
        }
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        let mut value = 0;
        for shift in (0..Self::BITS).step_by(7) {
            let byte = u8::decode(fields)?;
            let low = Self::from(byte & 0x7F);
            if low.leading_zeros() < shift {
                return None; // more than 64 bits
            }
            value |= low << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

impl Code for bool {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        match u8::decode(fields)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// Values that are written as a wider number.
macro_rules! code_as {
    ($($narrow:ty as $wide:ty),*) => {$(
        impl Code for $narrow {
            fn encode(&self, out: &mut Vec<u8>) {
                <$wide>::from(*self).encode(out);
            }

            fn decode(fields: &mut Fields<'_>) -> Option<Self> {
                Self::try_from(<$wide>::decode(fields)?).ok()
            }
        }
    )*};
}

code_as!(u16 as u64, u32 as u64);

/// Values with a fixed number of bytes.
macro_rules! code_fixed {
    ($($name:ty: $to:expr, $from:expr;)*) => {$(
        impl Code for $name {
            fn encode(&self, out: &mut Vec<u8>) {
                out.extend_from_slice($to(self).as_slice());
            }

            fn decode(fields: &mut Fields<'_>) -> Option<Self> {
                fields.array().map($from)
            }
        }
    )*};
}

code_fixed! {
    Account: |it: &Self| *it.as_bytes(), Self::from_bytes;
    BlockHash: |it: &Self| *it.as_bytes(), Self::from_bytes;
    Signature: |it: &Self| *it.as_bytes(), Self::from_bytes;
    Amount: |it: &Self| it.to_be_bytes(), Self::from_be_bytes;
    Ipv6Addr: Self::octets, Self::from;
    Difficulty: |it: &Self| it.value().to_be_bytes(), |it| Self::new(u64::from_be_bytes(it));
    Work: |it: &Self| it.value().to_be_bytes(), |it| Self::new(u64::from_be_bytes(it));
    VoteTimestamp: |it: &Self| it.packed().to_be_bytes(),
        |it| Self::from_packed(u64::from_be_bytes(it));
    f64: |it: &Self| it.to_be_bytes(), Self::from_be_bytes;
}

impl<T: Code> Code for Option<T> {
    fn encode(&self, out: &mut Vec<u8>) {
        self.is_some().encode(out);
        if let Some(value) = self {
            value.encode(out);
        }
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        if bool::decode(fields)? { T::decode(fields).map(Some) } else { Some(None) }
    }
}

impl<T: Code> Code for Vec<T> {
    fn encode(&self, out: &mut Vec<u8>) {
        (self.len() as u64).encode(out);
        for element in self {
            element.encode(out);
        }
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        let length = fields.length()?;
        (0..length).map(|_| T::decode(fields)).collect()
    }
}

impl Code for String {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_text(self, out);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        decode_text(fields).map(str::to_owned)
    }
}

pub(super) fn encode_text(text: &str, out: &mut Vec<u8>) {
    (text.len() as u64).encode(out);
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn decode_text<'a>(fields: &mut Fields<'a>) -> Option<&'a str> {
    let length = fields.length()?;
    std::str::from_utf8(fields.slice(length)?).ok()
}

impl Code for Arc<Block> {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.kind().number());
        Block::encode(self, out);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        let kind = BlockKind::from_number(u8::decode(fields)?)?;
        Block::decode(kind, fields.slice(kind.size())?).ok().map(Self::new)
    }
}

impl Code for Arc<Vote> {
    fn encode(&self, out: &mut Vec<u8>) {
        self.account.encode(out);
        self.signature.encode(out);
        self.timestamp.encode(out);
        self.hashes.encode(out);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self::new(Vote {
            account: Code::decode(fields)?,
            signature: Code::decode(fields)?,
            timestamp: Code::decode(fields)?,
            hashes: Code::decode(fields)?,
        }))
    }
}
