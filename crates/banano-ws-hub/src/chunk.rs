//! Frames on their way to the same receivers, joined into one write.
//!
//! Called while a batch is published. Touches nothing. Never grows past [`CHUNK_BYTES_MAX`], except
//! by a single frame that is larger by itself.

use bytes::{Bytes, BytesMut};

/// Where joining stops: past this, a longer write saves nothing (performance.md, 10), and what one
/// slow socket holds back stays small.
pub(crate) const CHUNK_BYTES_MAX: usize = 64 << 10;

/// Frames in order, not yet joined.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    frames: Vec<Bytes>,
    bytes: usize,
    /// Sequence of the event of the first frame.
    first: u64,
}

impl Chunk {
    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Whether `frame` still fits in. Always true of an empty chunk.
    pub(crate) fn has_room_for(&self, frame: &Bytes) -> bool {
        self.is_empty() || self.bytes + frame.len() <= CHUNK_BYTES_MAX
    }

    pub(crate) fn push(&mut self, sequence: u64, frame: &Bytes) {
        if self.is_empty() {
            self.first = sequence;
        }
        self.bytes += frame.len();
        self.frames.push(frame.clone());
    }

    /// Empties the chunk. A single frame is returned as it is, without a copy.
    pub(crate) fn take(&mut self) -> Joined {
        let count = self.frames.len();
        let joined = match self.frames.as_slice() {
            [single] => single.clone(),
            frames => {
                let mut joined = BytesMut::with_capacity(self.bytes);
                for frame in frames {
                    joined.extend_from_slice(frame);
                }
                joined.freeze()
            }
        };
        self.frames.clear();
        self.bytes = 0;
        Joined { bytes: joined, count, first: self.first }
    }
}

/// Frames that go out together.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) bytes: Bytes,
    /// How many frames they are.
    pub(crate) count: usize,
    /// Sequence of the event of the first.
    pub(crate) first: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_joined_in_order_up_to_the_bound() {
        let half = Bytes::from(vec![1; CHUNK_BYTES_MAX / 2]);
        let mut chunk = Chunk::default();
        chunk.push(7, &half);
        assert!(chunk.has_room_for(&half));
        chunk.push(9, &Bytes::from_static(b"x"));
        assert!(!chunk.has_room_for(&half));
        let Joined { bytes, count, first } = chunk.take();
        assert_eq!((bytes, count, first), ([half.as_ref(), b"x"].concat().into(), 2, 7));
        assert!(chunk.is_empty());
    }

    #[test]
    fn a_frame_alone_is_not_copied_and_may_be_of_any_size() {
        let large = Bytes::from(vec![1; 2 * CHUNK_BYTES_MAX]);
        let mut chunk = Chunk::default();
        assert!(chunk.has_room_for(&large));
        chunk.push(1, &large);
        assert_eq!(chunk.take().bytes.as_ptr(), large.as_ptr());
    }
}
