//! Ascending bootstrap: requests and answers (`node.md §7.2`, `§8.3`).
//!
//! Called by [`Message`](super::Message) and by whoever fetches or serves a ledger.

use std::sync::Arc;

use banano_primitives::{Account, Block, BlockHash};

use super::publish;
use crate::bytes::Reader;
use crate::error::{EncodeError, Problem};
use crate::header::MessageKind;

const BLOCKS: u8 = 1;
const ACCOUNT_INFO: u8 = 2;
const FRONTIERS: u8 = 3;
const START_ACCOUNT: u8 = 0;
const START_BLOCK: u8 = 1;
/// Stands where another block's type could: the list is over.
const NOT_A_BLOCK: u8 = 1;

/// A request, with a number that the answer repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AscPullReq {
    /// Chosen by the asker.
    pub id: u64,
    /// What is asked.
    pub request: Request,
}

impl AscPullReq {
    /// Appends the request and returns the extensions, which hold its length after the number.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> u16 {
        out.push(match self.request {
            Request::Blocks { .. } => BLOCKS,
            Request::AccountInfo { .. } => ACCOUNT_INFO,
            Request::Frontiers { .. } => FRONTIERS,
        });
        out.extend_from_slice(&self.id.to_be_bytes());
        match &self.request {
            Request::Blocks { start, count } => {
                out.extend_from_slice(start.bytes());
                out.extend_from_slice(&[*count, start.number()]);
                34
            }
            Request::AccountInfo { target } => {
                out.extend_from_slice(target.bytes());
                out.push(target.number());
                33
            }
            Request::Frontiers { start, count } => {
                out.extend_from_slice(start.as_bytes());
                out.extend_from_slice(&count.to_be_bytes());
                34
            }
        }
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        let number = reader.u8()?;
        let id = reader.u64_be()?;
        let request = match number {
            BLOCKS => {
                let start = reader.array()?;
                let count = reader.u8()?;
                Request::Blocks { start: AscPullStart::new(start, reader.u8()?)?, count }
            }
            ACCOUNT_INFO => {
                let target = reader.array()?;
                Request::AccountInfo { target: AscPullStart::new(target, reader.u8()?)? }
            }
            FRONTIERS => Request::Frontiers {
                start: reader.account()?,
                count: u16::from_be_bytes(reader.array()?),
            },
            other => return Err(Problem::Unknown("request type", other)),
        };
        Ok(Self { id, request })
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Blocks of a chain, upward.
    Blocks {
        /// Where to begin.
        start: AscPullStart,
        /// How many at most; an answer never has more than [`AscPullAck::BLOCKS_MAX`].
        count: u8,
    },
    /// State of an account.
    AccountInfo {
        /// The account, or a block in its chain.
        target: AscPullStart,
    },
    /// Heads of accounts, in order of their keys.
    Frontiers {
        /// Where to begin.
        start: Account,
        /// How many at most; an answer never has more than [`AscPullAck::FRONTIERS_MAX`].
        count: u16,
    },
}

/// A place in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AscPullStart {
    /// The first block of an account.
    Account(Account),
    /// A block, itself included.
    Block(BlockHash),
}

impl AscPullStart {
    fn new(bytes: [u8; 32], number: u8) -> Result<Self, Problem> {
        match number {
            START_ACCOUNT => Ok(Self::Account(Account::from_bytes(bytes))),
            START_BLOCK => Ok(Self::Block(BlockHash::from_bytes(bytes))),
            other => Err(Problem::Unknown("start type", other)),
        }
    }

    fn bytes(&self) -> &[u8; 32] {
        match self {
            Self::Account(account) => account.as_bytes(),
            Self::Block(hash) => hash.as_bytes(),
        }
    }

    const fn number(self) -> u8 {
        match self {
            Self::Account(_) => START_ACCOUNT,
            Self::Block(_) => START_BLOCK,
        }
    }
}

/// The answer to the request with the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AscPullAck {
    /// Repeated from the request.
    pub id: u64,
    /// What was asked for.
    pub pulled: Pulled,
}

impl AscPullAck {
    /// Most blocks in an answer.
    pub const BLOCKS_MAX: usize = 128;
    /// Most heads in an answer.
    pub const FRONTIERS_MAX: usize = 1000;
    /// Bytes of type and number, which the extensions do not count.
    pub(crate) const HEAD: usize = 9;

    /// Appends the answer and returns the extensions, which hold its length after the number.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> Result<u16, EncodeError> {
        out.push(match self.pulled {
            Pulled::Blocks(_) => BLOCKS,
            Pulled::AccountInfo(_) => ACCOUNT_INFO,
            Pulled::Frontiers(_) => FRONTIERS,
        });
        out.extend_from_slice(&self.id.to_be_bytes());
        let start = out.len();
        match &self.pulled {
            Pulled::Blocks(blocks) => {
                check("blocks", blocks.len(), Self::BLOCKS_MAX)?;
                for block in blocks {
                    out.push(block.kind().number());
                    block.encode(out);
                }
                out.push(NOT_A_BLOCK);
            }
            Pulled::AccountInfo(info) => info.encode(out),
            Pulled::Frontiers(frontiers) => {
                check("frontiers", frontiers.len(), Self::FRONTIERS_MAX)?;
                for (account, head) in frontiers {
                    out.extend_from_slice(account.as_bytes());
                    out.extend_from_slice(head.as_bytes());
                }
                out.extend_from_slice(&[0; 64]);
            }
        }
        let length = out.len().saturating_sub(start);
        #[expect(clippy::expect_used, reason = "both limits above keep the length below 65,536")]
        let extensions = u16::try_from(length).expect("a bounded answer fits 16 bits");
        Ok(extensions)
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        let number = reader.u8()?;
        let id = reader.u64_be()?;
        let pulled = match number {
            BLOCKS => Pulled::Blocks(read_blocks(reader)?),
            ACCOUNT_INFO => Pulled::AccountInfo(Box::new(AccountInfoAnswer::decode(reader)?)),
            FRONTIERS => Pulled::Frontiers(read_frontiers(reader)?),
            other => return Err(Problem::Unknown("answer type", other)),
        };
        Ok(Self { id, pulled })
    }
}

fn check(items: &'static str, found: usize, max: usize) -> Result<(), EncodeError> {
    if found <= max {
        return Ok(());
    }
    Err(EncodeError { kind: MessageKind::AscPullAck, items, min: 0, max, found })
}

fn read_blocks(reader: &mut Reader<'_>) -> Result<Vec<Arc<Block>>, Problem> {
    let mut blocks = Vec::new();
    loop {
        let number = reader.u8()?;
        if number == NOT_A_BLOCK {
            return Ok(blocks);
        }
        if blocks.len() == AscPullAck::BLOCKS_MAX {
            return Err(Problem::TooMany("blocks", AscPullAck::BLOCKS_MAX));
        }
        blocks.push(Arc::new(publish::block(number, reader)?));
    }
}

fn read_frontiers(reader: &mut Reader<'_>) -> Result<Frontiers, Problem> {
    let mut frontiers = Vec::new();
    loop {
        let (account, head) = (reader.account()?, reader.hash()?);
        if account.is_zero() && head.is_zero() {
            return Ok(frontiers);
        }
        if frontiers.len() == AscPullAck::FRONTIERS_MAX {
            return Err(Problem::TooMany("frontiers", AscPullAck::FRONTIERS_MAX));
        }
        frontiers.push((account, head));
    }
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pulled {
    /// Blocks of one chain, upward; none when the start is unknown.
    Blocks(Vec<Arc<Block>>),
    /// State of an account.
    AccountInfo(Box<AccountInfoAnswer>),
    /// Heads of accounts.
    Frontiers(Frontiers),
}

/// Accounts with their newest blocks.
pub type Frontiers = Vec<(Account, BlockHash)>;

/// State of an account; zeros when it is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountInfoAnswer {
    /// The account.
    pub account: Account,
    /// Its first block.
    pub open: BlockHash,
    /// Its newest block.
    pub head: BlockHash,
    /// How many it has.
    pub block_count: u64,
    /// Its newest irreversibly confirmed block.
    pub confirmed_frontier: BlockHash,
    /// How many of them it has.
    pub confirmed_height: u64,
}

impl AccountInfoAnswer {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.account.as_bytes());
        out.extend_from_slice(self.open.as_bytes());
        out.extend_from_slice(self.head.as_bytes());
        out.extend_from_slice(&self.block_count.to_be_bytes());
        out.extend_from_slice(self.confirmed_frontier.as_bytes());
        out.extend_from_slice(&self.confirmed_height.to_be_bytes());
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        Ok(Self {
            account: reader.account()?,
            open: reader.hash()?,
            head: reader.hash()?,
            block_count: reader.u64_be()?,
            confirmed_frontier: reader.hash()?,
            confirmed_height: reader.u64_be()?,
        })
    }
}
