//! Legacy bootstrap: the requests that older nodes send (`node.md §7.3`, `§8.3`).
//!
//! Called by [`Message`](super::Message). The answers are streams, not messages.

use banano_primitives::{Account, Amount, BlockHash, Link};

use crate::bytes::Reader;
use crate::error::Problem;

const COUNT_PRESENT: u16 = 1;
const ASCENDING: u16 = 2;
const ONLY_CONFIRMED: u16 = 2;

/// Asks for a chain of blocks, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkPull {
    /// An account, meaning its head, or a block: the network does not say which.
    pub start: Link,
    /// Where to stop, itself excluded.
    pub end: BlockHash,
    /// How many at most.
    pub count: Option<u32>,
    /// Oldest first instead.
    pub ascending: bool,
}

impl BulkPull {
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> u16 {
        let mut extensions = if self.ascending { ASCENDING } else { 0 };
        out.extend_from_slice(self.start.as_bytes());
        out.extend_from_slice(self.end.as_bytes());
        if let Some(count) = self.count {
            extensions |= COUNT_PRESENT;
            out.push(0);
            out.extend_from_slice(&count.to_le_bytes());
            out.extend_from_slice(&[0; 3]);
        }
        extensions
    }

    pub(crate) fn decode(extensions: u16, reader: &mut Reader<'_>) -> Result<Self, Problem> {
        Ok(Self {
            start: Link::from_bytes(reader.array()?),
            end: reader.hash()?,
            count: (extensions & COUNT_PRESENT != 0).then(|| read_count(reader)).transpose()?,
            ascending: extensions & ASCENDING != 0,
        })
    }
}

/// Returns the length of a `bulk_pull` with these extensions.
pub(crate) fn bulk_pull_length(extensions: u16) -> usize {
    if extensions & COUNT_PRESENT == 0 { 64 } else { 72 }
}

/// Reads the eight bytes of extended parameters: zero, count, and three bytes without meaning.
fn read_count(reader: &mut Reader<'_>) -> Result<u32, Problem> {
    match reader.u8()? {
        0 => {}
        other => return Err(Problem::Unknown("extended parameter", other)),
    }
    let count = u32::from_le_bytes(reader.array()?);
    reader.array::<3>()?;
    Ok(count)
}

/// Asks for heads of accounts, in order of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontierReq {
    /// Where to begin.
    pub start: Account,
    /// Only accounts that changed within so many seconds; `u32::MAX` for all.
    pub age: u32,
    /// How many at most; `u32::MAX` for all.
    pub count: u32,
    /// Confirmed heads only.
    pub only_confirmed: bool,
}

impl FrontierReq {
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> u16 {
        out.extend_from_slice(self.start.as_bytes());
        out.extend_from_slice(&self.age.to_le_bytes());
        out.extend_from_slice(&self.count.to_le_bytes());
        if self.only_confirmed { ONLY_CONFIRMED } else { 0 }
    }

    pub(crate) fn decode(extensions: u16, reader: &mut Reader<'_>) -> Result<Self, Problem> {
        Ok(Self {
            start: reader.account()?,
            age: u32::from_le_bytes(reader.array()?),
            count: u32::from_le_bytes(reader.array()?),
            only_confirmed: extensions & ONLY_CONFIRMED != 0,
        })
    }
}

/// Asks for what an account can receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkPullAccount {
    /// The account.
    pub account: Account,
    /// Leave out smaller amounts.
    pub minimum: Amount,
    /// What to tell about each.
    pub wanted: WantedReceivables,
}

impl BulkPullAccount {
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> u16 {
        out.extend_from_slice(self.account.as_bytes());
        out.extend_from_slice(&self.minimum.to_be_bytes());
        out.push(match self.wanted {
            WantedReceivables::HashAndAmount => 0,
            WantedReceivables::Sender => 1,
            WantedReceivables::HashAmountAndSender => 2,
        });
        0
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        Ok(Self {
            account: reader.account()?,
            minimum: Amount::from_be_bytes(reader.array()?),
            wanted: match reader.u8()? {
                0 => WantedReceivables::HashAndAmount,
                1 => WantedReceivables::Sender,
                2 => WantedReceivables::HashAmountAndSender,
                other => return Err(Problem::Unknown("flags", other)),
            },
        })
    }
}

/// What to tell about what an account can receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedReceivables {
    /// Hash and amount of each send.
    HashAndAmount,
    /// Each sender once.
    Sender,
    /// Hash, amount and sender of each send.
    HashAmountAndSender,
}
