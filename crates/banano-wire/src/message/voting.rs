//! Requests for votes, and votes (`node.md §4.9`, `§8.3`).
//!
//! Called by the codec. How many items there are stands in the extensions of the header.

use banano_primitives::{BlockHash, Root, Vote, VoteTimestamp};

use crate::bytes::Reader;
use crate::error::{EncodeError, Problem};
use crate::header::MessageKind;
use crate::item_count;

const REBROADCASTED: u16 = 4;

/// Appends the pairs and returns the extensions.
pub(crate) fn encode_request(
    pairs: &[(BlockHash, Root)],
    out: &mut Vec<u8>,
) -> Result<u16, EncodeError> {
    let count = count(MessageKind::ConfirmReq, "pairs", pairs.len())?;
    for (hash, root) in pairs {
        out.extend_from_slice(hash.as_bytes());
        out.extend_from_slice(root.as_bytes());
    }
    Ok(count)
}

/// Reads the pairs.
pub(crate) fn decode_request(
    extensions: u16,
    reader: &mut Reader<'_>,
) -> Result<Vec<(BlockHash, Root)>, Problem> {
    (0..counted(extensions, "pairs")?)
        .map(|_| Ok((reader.hash()?, Root::from_bytes(reader.array()?))))
        .collect()
}

/// Appends a vote and returns the extensions.
pub(crate) fn encode_vote(
    vote: &Vote,
    rebroadcasted: bool,
    out: &mut Vec<u8>,
) -> Result<u16, EncodeError> {
    let count = count(MessageKind::ConfirmAck, "hashes", vote.hashes.len())?;
    out.extend_from_slice(vote.account.as_bytes());
    out.extend_from_slice(vote.signature.as_bytes());
    out.extend_from_slice(&vote.timestamp.packed().to_le_bytes());
    for hash in &vote.hashes {
        out.extend_from_slice(hash.as_bytes());
    }
    Ok(count | if rebroadcasted { REBROADCASTED } else { 0 })
}

/// Reads a vote.
pub(crate) fn decode_vote(extensions: u16, reader: &mut Reader<'_>) -> Result<Vote, Problem> {
    let count = counted(extensions, "hashes")?;
    Ok(Vote {
        account: reader.account()?,
        signature: reader.signature()?,
        timestamp: VoteTimestamp::from_packed(u64::from_le_bytes(reader.array()?)),
        hashes: (0..count).map(|_| reader.hash()).collect::<Result<_, _>>()?,
    })
}

/// Tells whether the sender passes on someone else's vote.
pub(crate) fn rebroadcasted(extensions: u16) -> bool {
    extensions & REBROADCASTED != 0
}

fn count(kind: MessageKind, items: &'static str, found: usize) -> Result<u16, EncodeError> {
    match u8::try_from(found) {
        Ok(count @ 1..) => Ok(item_count::encode(count)),
        _ => Err(EncodeError { kind, items, min: 1, max: item_count::MAX, found }),
    }
}

fn counted(extensions: u16, items: &'static str) -> Result<u8, Problem> {
    match item_count::decode(extensions) {
        0 => Err(Problem::Empty(items)),
        count => Ok(count),
    }
}
