//! Votes of representatives.
//!
//! Called by consensus, which counts them, and by everything that carries them (`node.md §4.9`).

use crate::account::Account;
use crate::hash::BlockHash;
use crate::key::KeyPair;
use crate::signature::Signature;

const DURATION_MASK: u64 = 15;

/// Time and duration of a vote in one number: milliseconds with the low four bits replaced by a
/// duration code; all ones for a final vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VoteTimestamp(u64);

impl VoteTimestamp {
    /// A final vote: the representative never votes for anything else there.
    pub const FINAL: Self = Self(u64::MAX);

    /// Packs milliseconds since the Unix epoch, cut to 16, with a duration code of 0 to 15 (larger
    /// ones are cut to their low four bits).
    pub const fn new(millis: u64, duration: u8) -> Self {
        Self((millis & !DURATION_MASK) | (duration as u64 & DURATION_MASK))
    }

    /// Wraps the packed number.
    pub const fn from_packed(packed: u64) -> Self {
        Self(packed)
    }

    /// Returns the packed number, which is what is signed.
    pub const fn packed(self) -> u64 {
        self.0
    }

    /// Tells whether the vote is final.
    pub const fn is_final(self) -> bool {
        self.0 == u64::MAX
    }

    /// Returns the milliseconds without the duration code; `u64::MAX` when final.
    pub const fn millis(self) -> u64 {
        if self.is_final() { u64::MAX } else { self.0 & !DURATION_MASK }
    }

    /// Returns the duration code `d`, 0 to 15, which means 2^(d+4) milliseconds.
    pub const fn duration(self) -> u8 {
        self.0.to_le_bytes()[0] & 15
    }
}

/// A representative's vote for blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// The representative.
    pub account: Account,
    /// Its signature of [`Vote::hash`].
    pub signature: Signature,
    /// When, and whether finally.
    pub timestamp: VoteTimestamp,
    /// The blocks voted for, at most 255.
    pub hashes: Vec<BlockHash>,
}

impl Vote {
    /// Makes and signs a vote.
    pub fn signed(key: &KeyPair, timestamp: VoteTimestamp, hashes: Vec<BlockHash>) -> Self {
        let signature = key.sign(vote_hash(timestamp, &hashes).as_bytes());
        Self { account: key.account(), signature, timestamp, hashes }
    }

    /// Returns the hash that is signed.
    pub fn hash(&self) -> BlockHash {
        vote_hash(self.timestamp, &self.hashes)
    }

    /// Tells whether the representative signed this vote.
    pub fn verify(&self) -> bool {
        self.account.verifies(self.hash().as_bytes(), &self.signature)
    }
}

fn vote_hash(timestamp: VoteTimestamp, hashes: &[BlockHash]) -> BlockHash {
    let packed = timestamp.packed().to_le_bytes();
    let mut parts: Vec<&[u8]> = Vec::with_capacity(hashes.len().saturating_add(2));
    parts.push(b"vote ");
    parts.extend(hashes.iter().map(|hash| hash.as_bytes().as_slice()));
    parts.push(&packed);
    BlockHash::digest(&parts)
}
