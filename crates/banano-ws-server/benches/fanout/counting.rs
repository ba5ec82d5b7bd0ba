//! How many frames a stream of a server's bytes holds so far.

/// Counts the frames of one connection; a server does not mask.
#[derive(Default)]
pub(super) struct Counting {
    header: Vec<u8>,
    payload_left: usize,
    /// Frames that came to their end.
    pub(super) frames: usize,
}

impl Counting {
    pub(super) fn advance(&mut self, mut bytes: &[u8]) {
        while let [first, rest @ ..] = bytes {
            if self.payload_left > 0 {
                let here = self.payload_left.min(bytes.len());
                bytes = &bytes[here..];
                self.payload_left -= here;
                self.frames += usize::from(self.payload_left == 0);
                continue;
            }
            bytes = rest;
            self.header.push(*first);
            let length = match self.header.as_slice() {
                [_, 126, high, low] => usize::from(*high) << 8 | usize::from(*low),
                [_, 127, length @ ..] if length.len() == 8 => {
                    length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
                }
                [_, short] if *short < 126 => usize::from(*short),
                _ => continue,
            };
            self.header.clear();
            self.payload_left = length;
            self.frames += usize::from(length == 0);
        }
    }
}
