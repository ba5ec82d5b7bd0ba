//! One compressed message on its way in (RFC 7692 §7.2.2).
//!
//! Called while a client's frames are cut anew, and lent for one message: a client keeps no context from
//! one to the next, which the handshake demands. Never makes more than [`Inflater::OUTPUT_BYTES`] at a
//! time, however well the message was compressed.

use flate2::{Decompress, DecompressError, FlushDecompress, Status};

/// What every message ends with, and its sender leaves out.
const END: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

/// Inflates one message.
#[derive(Debug)]
pub(crate) struct Inflater {
    stream: Decompress,
    /// Unmasked, and from `taken` on not inflated yet.
    input: Vec<u8>,
    taken: usize,
    output: Vec<u8>,
    /// The last run had no room for all.
    is_full: bool,
}

/// How far a run got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There is more to come of what it was fed.
    More,
    /// Everything that it was fed is done.
    Done,
}

impl Default for Inflater {
    fn default() -> Self {
        Self {
            stream: Decompress::new(false),
            input: Vec::new(),
            taken: 0,
            output: Vec::new(),
            is_full: false,
        }
    }
}

impl Inflater {
    /// What it is to be fed with at most, at a time.
    pub(crate) const INPUT_BYTES: usize = 4 << 10;
    /// What one run makes at most.
    pub(crate) const OUTPUT_BYTES: usize = 16 << 10;

    /// Whether something is left of what it was fed.
    pub(crate) fn has_input(&self) -> bool {
        self.is_full || self.taken < self.input.len()
    }

    /// Takes in a masked payload. To be called when nothing is left.
    pub(crate) fn feed(&mut self, payload: &[u8], mask: Option<[u8; 4]>) {
        let mask = mask.unwrap_or_default();
        self.input.clear();
        self.taken = 0;
        self.input.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    }

    /// Takes in the end of the message.
    pub(crate) fn feed_end(&mut self) {
        self.input.extend_from_slice(&END);
    }

    /// Inflates some of what it was fed.
    pub(crate) fn run(&mut self) -> Result<(Progress, &[u8]), DecompressError> {
        self.output.clear();
        self.output.reserve_exact(Self::OUTPUT_BYTES);
        loop {
            let input = self.input.get(self.taken..).unwrap_or_default();
            let before = self.stream.total_in();
            let status =
                self.stream.decompress_vec(input, &mut self.output, FlushDecompress::None)?;
            let taken = self.stream.total_in().saturating_sub(before);
            self.taken += usize::try_from(taken).unwrap_or(usize::MAX);
            self.is_full = self.output.len() == self.output.capacity();
            if status == Status::StreamEnd {
                // A block that calls itself the last may be followed by others (§7.2.3.4).
                self.stream.reset(false);
            } else {
                break;
            }
            if self.is_full || self.taken == self.input.len() {
                break;
            }
        }
        let progress = if self.has_input() { Progress::More } else { Progress::Done };
        Ok((progress, &self.output))
    }
}
