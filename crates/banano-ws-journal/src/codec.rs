//! Events as bytes, on disk and in streams.
//!
//! Called by the backends that keep events outside of the process. The layout is ours alone and has
//! a version in front: what another version wrote is refused, never guessed at. A change of what an
//! event holds is a new version. Never holds a sequence: that is the place where the bytes lie.

mod events;
mod fields;

use std::sync::Arc;

use banano_ws_protocol::{Event, Stamped};

use fields::{Code, Fields};

/// The layout that this program writes.
const VERSION: u8 = 2;

/// Bytes that are no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    /// Another program wrote them.
    #[error(
        "an event has layout version {found}, this program reads version {VERSION}; \
         use the program that wrote it, or begin a new journal"
    )]
    Version {
        /// The version.
        found: u8,
    },
    /// They are damaged.
    #[error("an event of {length} bytes makes no sense")]
    Damaged {
        /// How many bytes there are.
        length: usize,
    },
}

/// Appends the bytes of an event that happened at `time_ms`.
pub(crate) fn encode(time_ms: u64, event: &Event, out: &mut Vec<u8>) {
    out.push(VERSION);
    time_ms.encode(out);
    event.encode(out);
}

/// Reads the bytes of an event that lay in a place.
pub(crate) fn decode(
    journal: u32,
    sequence: u64,
    bytes: &[u8],
) -> Result<Arc<Stamped>, DecodeError> {
    let (time_ms, mut fields) = begin(bytes)?;
    let event = Event::decode(&mut fields).filter(|_| fields.is_empty());
    let event = event.ok_or(DecodeError::Damaged { length: bytes.len() })?;
    Ok(Arc::new(Stamped { journal, sequence, time_ms, event }))
}

/// Reads only when it happened.
pub(crate) fn decode_time(bytes: &[u8]) -> Result<u64, DecodeError> {
    begin(bytes).map(|(time_ms, _)| time_ms)
}

fn begin(bytes: &[u8]) -> Result<(u64, Fields<'_>), DecodeError> {
    let mut fields = Fields::new(bytes);
    match u8::decode(&mut fields) {
        Some(VERSION) => {}
        Some(found) => return Err(DecodeError::Version { found }),
        None => return Err(DecodeError::Damaged { length: 0 }),
    }
    let time_ms = u64::decode(&mut fields).ok_or(DecodeError::Damaged { length: bytes.len() })?;
    Ok((time_ms, fields))
}

#[cfg(test)]
mod tests;
