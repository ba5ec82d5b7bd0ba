//! Values of the Banano network: accounts, amounts, keys, blocks, votes, work and network constants.
//!
//! Every other crate stands on this one. It holds plain values and the rules that need nothing but
//! the value itself: text and byte forms, hashes, signatures, proof of work. It knows no ledger,
//! clock, socket or file, and nothing in it blocks or panics on foreign input.

mod ascii_text;
mod hex;
mod text_serde;

mod account;
mod amount;
mod unit;

mod hash;
mod key;
mod signature;

mod difficulty;
mod epoch;
mod threshold;
mod work;

mod block;
mod saved_block;
mod sideband;
mod vote;

mod network;

pub use account::{Account, AccountError, Prefix};
pub use amount::{Amount, AmountError};
pub use ascii_text::AsciiText;
pub use block::{
    Block, BlockDecodeError, BlockKind, Body, ChangeBlock, OpenBlock, ReceiveBlock, SendBlock,
    StateBlock,
};
pub use difficulty::{Difficulty, format_multiplier};
pub use epoch::Epoch;
pub use hash::{BlockHash, Link, QualifiedRoot, Root};
pub use hex::HexError;
pub use key::{KeyPair, PrivateKey, Seed};
pub use network::{
    DEV_GENESIS_KEY, EpochSigners, Network, NetworkError, Ports, ProtocolVersions, Timings,
};
pub use saved_block::{SavedBlock, Subtype};
pub use sideband::{BlockDetails, DetailKind, InvalidDetails, Sideband};
pub use signature::{DecimalSignatureError, Signature};
pub use threshold::Thresholds;
pub use unit::{DecimalAmount, Unit};
pub use vote::{Vote, VoteTimestamp};
pub use work::Work;
